"""Which places of a block pass every rule, and how many rules each place fails."""

from __future__ import annotations

from typing import Any

from service.matching.compiled import compiled, inlined

# Of service.matching.bounds.Fails; numba reads plain numbers.
_BELOW, _STRICTLY_BELOW, _UP_TO, _ABOVE, _FROM = 0, 1, 2, 3, 4


@inlined
def falls_short(fails: int, low: float, high: float, value: float) -> bool:
    """Whether a figure fails a bound; an unknown one never does."""
    if fails == _BELOW:
        return high < value or (high == value and low < high)
    if fails == _STRICTLY_BELOW:
        return high < value
    if fails == _UP_TO:
        return high <= value
    if fails == _ABOVE:
        return low > value
    return low >= value


@compiled
def _bound_block(fails: int, lows: Any, highs: Any, value: float, start: int, stop: int, passes: Any) -> None:
    """Clear ``passes`` where the bound fails; one loop per comparison, so that each runs in wide steps."""
    if fails == _BELOW:
        for row in range(start, stop):
            passes[row - start] &= not (
                (highs[row] < value) | ((highs[row] == value) & (lows[row] < highs[row]))
            )
    elif fails == _STRICTLY_BELOW:
        for row in range(start, stop):
            passes[row - start] &= not (highs[row] < value)
    elif fails == _UP_TO:
        for row in range(start, stop):
            passes[row - start] &= not (highs[row] <= value)
    elif fails == _ABOVE:
        for row in range(start, stop):
            passes[row - start] &= not (lows[row] > value)
    else:
        for row in range(start, stop):
            passes[row - start] &= not (lows[row] >= value)


@compiled
def _block_verdict(plan: Any, bound: int, blocks: Any, block: int) -> int:
    """1 where no row of the block fails the bound, -1 where every row does, 0 where it differs."""
    low, high = plan.bound_low[bound], plan.bound_high[bound]
    fails, value = plan.bound_fails[bound], plan.bound_value[bound]
    if fails in (_ABOVE, _FROM):
        least, most, unknown = blocks.least[low, block], blocks.most[low, block], blocks.unknown[low, block]
        if not falls_short(fails, most, most, value):
            return 1
        return -1 if not unknown and falls_short(fails, least, least, value) else 0
    least, most, unknown = blocks.least[high, block], blocks.most[high, block], blocks.unknown[high, block]
    # A band that ends at the value fails though its end does not lie below.
    touches = fails == _BELOW and low != high and least == value
    if not touches and not falls_short(fails, least, least, value):
        return 1
    return -1 if not unknown and falls_short(fails, most, most, value) else 0


@compiled
def admit(
    plan: Any, numbers: Any, codes: Any, blocks: Any, block: int, start: int, stop: int, passes: Any
) -> None:
    """Clear ``passes`` of the block where a rule fails."""
    for group in plan.active:
        base = plan.trait_starts[group]
        first, last = base + blocks.first_code[group, block], base + blocks.last_code[group, block]
        failing = plan.failing[last + 1] - plan.failing[first]
        if failing == 0:
            continue
        if failing == last + 1 - first:
            passes[: stop - start] = False
            return
        own = codes[group]
        for row in range(start, stop):
            passes[row - start] &= plan.failures[base + own[row]] == 0
    for bound in range(len(plan.bound_value)):
        verdict = _block_verdict(plan, bound, blocks, block)
        if verdict == -1:
            passes[: stop - start] = False
            return
        if verdict == 0:
            lows, highs = numbers[plan.bound_low[bound]], numbers[plan.bound_high[bound]]
            _bound_block(plan.bound_fails[bound], lows, highs, plan.bound_value[bound], start, stop, passes)


@compiled
def failures_at(plan: Any, numbers: Any, codes: Any, failures: Any, unfixable: Any) -> None:
    """How many rules every row fails, and of these what no county can act on; both (n,), filled in."""
    for row in range(len(failures)):
        count, hard = 0, 0
        for group in plan.active:
            at = plan.trait_starts[group] + codes[group, row]
            count += plan.failures[at]
            hard += plan.unfixable[at]
        last = -1
        for bound in range(len(plan.bound_value)):
            low, high = numbers[plan.bound_low[bound], row], numbers[plan.bound_high[bound], row]
            if plan.bound_rule[bound] != last and falls_short(
                plan.bound_fails[bound], low, high, plan.bound_value[bound]
            ):
                last = plan.bound_rule[bound]
                count += 1
                hard += not plan.rule_fixable[last]
        failures[row], unfixable[row] = count, hard
