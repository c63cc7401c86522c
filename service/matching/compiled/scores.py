"""Utilities and scores of places, and what bounds them in a block."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.matching.compiled import compiled, inlined
from service.matching.plan import BY_MEAN, BY_TRAIT, NOWHERE

# Of service.matching.bounds.PartKind; numba reads plain numbers.
_AT_LEAST, _AT_MOST = 0, 1
#: Ranges of codes longer than this are bounded by their table's largest value.
_LONG_RANGE = 64


@inlined
def _part(plan: Any, part: int, low: float, high: float) -> float:
    """One part of a utility from the two ends of the place's figure."""
    if math.isnan(low):
        return plan.part_neutral[part]
    kind, a = plan.part_kind[part], plan.part_a[part]
    if kind == _AT_LEAST:
        if low >= a:
            return 1.0
        ratio = min(low / a, 1.0)
        return ratio * ratio
    if kind == _AT_MOST:
        if a >= high:
            return 1.0
        ratio = min(a / high, 1.0)
        return ratio * ratio
    return 1.0 - min(max((high - a) / (plan.part_b[part] - a), 0.0), 1.0)


@inlined
def _blended(plan: Any, criterion: int, worst: float, total: float) -> float:
    """The utility of a criterion by parts."""
    count = plan.part_start[criterion + 1] - plan.part_start[criterion]
    if count == 0:
        return 1.0
    if plan.kind[criterion] == BY_MEAN:
        return total / count
    return worst


@compiled
def utility(plan: Any, criterion: int, numbers: Any, codes: Any, row: int) -> float:
    """The utility of one criterion for one place."""
    if plan.kind[criterion] == BY_TRAIT:
        return plan.utility[plan.utility_start[criterion] + codes[plan.group[criterion], row]]
    worst, total = 1.0, 0.0
    for part in range(plan.part_start[criterion], plan.part_start[criterion + 1]):
        low, high = np.nan, np.nan
        if plan.part_low[part] != NOWHERE:
            low, high = numbers[plan.part_low[part], row], numbers[plan.part_high[part], row]
        value = _part(plan, part, low, high)
        worst = min(worst, value)
        total += value
    return _blended(plan, criterion, worst, total)


@compiled
def score(plan: Any, weights: Any, numbers: Any, codes: Any, row: int) -> float:
    score = 0.0
    for criterion in range(len(weights)):
        score += weights[criterion] * utility(plan, criterion, numbers, codes, row)
    return score


@compiled
def _block_part(plan: Any, part: int, blocks: Any, block: int) -> float:
    """The most that a part can be in a block: of the largest figure, of the smallest price."""
    row = plan.part_low[part]
    if row == NOWHERE:
        return plan.part_neutral[part]
    most, least = blocks.most[row, block], blocks.least[plan.part_high[part], block]
    if most < least and math.isinf(most):
        return plan.part_neutral[part]
    best = _part(plan, part, most, least)
    return max(best, plan.part_neutral[part]) if blocks.unknown[row, block] else best


@compiled
def _block_utility(plan: Any, criterion: int, blocks: Any, block: int, largest: Any) -> float:
    """The most that a criterion can be in a block."""
    if plan.kind[criterion] == BY_TRAIT:
        group, start = plan.group[criterion], plan.utility_start[criterion]
        first, last = blocks.first_code[group, block], blocks.last_code[group, block]
        if last - first > _LONG_RANGE:
            return largest[criterion]
        best = plan.utility[start + first]
        for code in range(first + 1, last + 1):
            best = max(best, plan.utility[start + code])
        return best
    worst, total = 1.0, 0.0
    for part in range(plan.part_start[criterion], plan.part_start[criterion + 1]):
        value = _block_part(plan, part, blocks, block)
        worst = min(worst, value)
        total += value
    return _blended(plan, criterion, worst, total)


@compiled
def _largest(plan: Any) -> NDArray[np.float64]:
    """The largest value of every criterion by trait; 1 for the others."""
    largest = np.ones(len(plan.kind), dtype=np.float64)
    for criterion in range(len(largest)):
        if plan.kind[criterion] == BY_TRAIT:
            group, start = plan.group[criterion], plan.utility_start[criterion]
            best = 0.0
            for code in range(plan.trait_starts[group + 1] - plan.trait_starts[group]):
                best = max(best, plan.utility[start + code])
            largest[criterion] = best
    return largest


@compiled
def block_bounds(plan: Any, weights: Any, blocks: Any, bounds: Any) -> None:
    """Raise ``bounds`` to what no score of a block exceeds."""
    largest = _largest(plan)
    for block in range(len(bounds)):
        bound = 0.0
        for criterion in range(len(weights)):
            bound += weights[criterion] * _block_utility(plan, criterion, blocks, block, largest)
        bounds[block] = max(bounds[block], bound)


@compiled
def utilities_at(plan: Any, numbers: Any, codes: Any, rows: Any, values: Any, unknown: Any) -> None:
    """The utilities of some rows, and where a figure is missing; both of shape (len(rows), K), filled in."""
    for line in range(len(rows)):
        row = rows[line]
        for criterion in range(len(plan.kind)):
            values[line, criterion] = utility(plan, criterion, numbers, codes, row)
            missing = False
            if plan.kind[criterion] == BY_TRAIT:
                code = codes[plan.group[criterion], row]
                missing = plan.unknown[plan.utility_start[criterion] + code]
            for part in range(plan.part_start[criterion], plan.part_start[criterion + 1]):
                at = plan.part_low[part]
                missing |= at == NOWHERE or math.isnan(numbers[at, row])
            unknown[line, criterion] = missing
