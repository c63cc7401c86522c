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
        failing = high < value or (high == value and low < high)
    elif fails == _STRICTLY_BELOW:
        failing = high < value
    elif fails == _UP_TO:
        failing = high <= value
    elif fails == _ABOVE:
        failing = low > value
    else:
        failing = low >= value
    return failing


@compiled
def _bound_block(fails: int, lows: Any, highs: Any, value: float, passes: Any) -> None:
    """Clear ``passes`` where the bound fails; one loop per comparison, so that each runs in wide steps."""
    count = len(lows)
    if fails == _BELOW:
        for row in range(count):
            passes[row] &= not ((highs[row] < value) | ((highs[row] == value) & (lows[row] < highs[row])))
    elif fails == _STRICTLY_BELOW:
        for row in range(count):
            passes[row] &= not (highs[row] < value)
    elif fails == _UP_TO:
        for row in range(count):
            passes[row] &= not (highs[row] <= value)
    elif fails == _ABOVE:
        for row in range(count):
            passes[row] &= not (lows[row] > value)
    else:
        for row in range(count):
            passes[row] &= not (lows[row] >= value)


@inlined
def _block_verdict(bound: Any, blocks: Any, block: int) -> int:
    """1 where no row of the block fails the bound, -1 where every row does, 0 where it differs."""
    low, high, fails, value = bound.low, bound.high, bound.fails, bound.value
    is_ceiling = fails in (_ABOVE, _FROM)
    row = low if is_ceiling else high
    least, most = blocks.least[row, block], blocks.most[row, block]
    easiest, hardest = (least, most) if is_ceiling else (most, least)
    # A band that ends at the value fails though its end does not lie below.
    touches = fails == _BELOW and low != high and least == value
    verdict = 0
    if not touches and not falls_short(fails, hardest, hardest, value):
        verdict = 1
    elif not blocks.unknown[row, block] and falls_short(fails, easiest, easiest, value):
        verdict = -1
    return verdict


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
        own, failures = codes[group, start:stop], plan.failures[base:]
        for row in range(len(own)):
            passes[row] &= failures[own[row]] == 0
    for number in range(len(plan.bounds)):
        bound = plan.bounds[number]
        verdict = _block_verdict(bound, blocks, block)
        if verdict == -1:
            passes[: stop - start] = False
            return
        if verdict == 0:
            # A figure that is no band anywhere has but one end to look at.
            fails = _STRICTLY_BELOW if bound.fails == _BELOW and bound.low == bound.high else bound.fails
            lows, highs = numbers[bound.low, start:stop], numbers[bound.high, start:stop]
            _bound_block(fails, lows, highs, bound.value, passes)


@compiled
def failures_at(
    plan: Any,
    hard_by_trait: Any,
    fixable: Any,
    numbers: Any,
    codes: Any,
    failures: Any,
    unfixable: Any,
) -> None:
    """How many rules every row fails, and of these what no county can act on; both (n,), filled in.

    Parameters
    ----------
    plan, hard_by_trait, fixable : ``plan``, ``unfixable`` and ``fixable`` of the Planned
    numbers, codes : of the OfferTable
    """
    for row in range(len(failures)):
        count, hard = 0, 0
        for group in plan.active:
            at = plan.trait_starts[group] + codes[group, row]
            count += plan.failures[at]
            hard += hard_by_trait[at]
        last = -1
        for number in range(len(plan.bounds)):
            bound = plan.bounds[number]
            low, high = numbers[bound.low, row], numbers[bound.high, row]
            if bound.rule != last and falls_short(bound.fails, low, high, bound.value):
                last = bound.rule
                count += 1
                hard += not fixable[last]
        failures[row], unfixable[row] = count, hard
