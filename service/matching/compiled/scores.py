"""Utilities and scores of places, and what bounds them in a block."""

from __future__ import annotations

import math
from typing import Any

from service.matching.compiled import compiled, inlined
from service.matching.plan import BY_MEAN, BY_TRAIT, NOWHERE, PEAK_WIDTH

# Of service.matching.bounds.PartKind; numba reads plain numbers.
_AT_LEAST, _AT_MOST = 0, 1
#: Ranges of codes longer than this are bounded by their table's largest value.
_LONG_RANGE = 64 * PEAK_WIDTH


@inlined
def _part(kind: int, a: float, b: float, neutral: float, low: float, high: float) -> float:
    """One part of a utility from the two ends of the place's figure."""
    value = neutral
    if not math.isnan(low):
        if kind == _AT_LEAST:
            ratio = 1.0 if low >= a else min(low / a, 1.0)
            value = ratio * ratio
        elif kind == _AT_MOST:
            ratio = 1.0 if a >= high else min(a / high, 1.0)
            value = ratio * ratio
        else:
            value = 1.0 - min(max((high - a) / (b - a), 0.0), 1.0)
    return value


@compiled
def by_parts(plan: Any, criterion: int, numbers: Any, rows: Any, count: int, values: Any) -> None:
    """The utility of a criterion by parts for the first ``count`` of ``rows``, filled in."""
    first, last = plan.criteria[criterion].part_start, plan.criteria[criterion].part_stop
    is_mean = plan.criteria[criterion].kind == BY_MEAN and last > first
    values[:count] = 0.0 if is_mean else 1.0
    for number in range(first, last):
        part = plan.parts[number]
        kind, neutral, a, b = part.kind, part.neutral, part.a, part.b
        nowhere = part.low == NOWHERE
        lows, highs = numbers[max(part.low, 0)], numbers[max(part.high, 0)]
        for line in range(count):
            row = rows[line]
            value = neutral if nowhere else _part(kind, a, b, neutral, lows[row], highs[row])
            values[line] = values[line] + value if is_mean else min(values[line], value)
    if is_mean:
        for line in range(count):
            values[line] /= last - first


@compiled
def scores_of(
    plan: Any, weights: Any, numbers: Any, codes: Any, rows: Any, count: int, scratch: Any, scores: Any
) -> None:
    """The scores of the first ``count`` of ``rows``, filled in: criterion by criterion in declared order."""
    scores[:count] = 0.0
    for criterion in range(len(weights)):
        weight = weights[criterion]
        about = plan.criteria[criterion]
        if about.kind == BY_TRAIT:
            own, values = codes[about.group], plan.utility[about.start :]
            for line in range(count):
                scores[line] += weight * values[own[rows[line]]]
        else:
            by_parts(plan, criterion, numbers, rows, count, scratch)
            for line in range(count):
                scores[line] += weight * scratch[line]


@inlined
def _block_part(part: Any, blocks: Any, block: int) -> float:
    """The most that a part can be in a block: of the largest figure, of the smallest price."""
    row, neutral = part.low, part.neutral
    value = neutral
    if row != NOWHERE:
        most, least = blocks.most[row, block], blocks.least[part.high, block]
        if most > -math.inf:
            best = _part(part.kind, part.a, part.b, neutral, most, least)
            value = max(best, neutral) if blocks.unknown[row, block] else best
    return value


@inlined
def _block_trait(plan: Any, about: Any, blocks: Any, block: int) -> float:
    """The most that a criterion by trait can be in a block."""
    first, last = blocks.first_code[about.group, block], blocks.last_code[about.group, block]
    best = about.largest
    if last - first < PEAK_WIDTH:
        values = plan.utility[about.start :]
        best = values[first]
        for code in range(first + 1, last + 1):
            best = max(best, values[code])
    elif last - first < _LONG_RANGE:
        peaks = plan.peaks[about.peak_start :]
        best = 0.0
        for peak in range(first // PEAK_WIDTH, last // PEAK_WIDTH + 1):
            best = max(best, peaks[peak])
    return best


@compiled
def block_bounds(plan: Any, weights: Any, blocks: Any, bounds: Any) -> None:
    """Raise ``bounds`` to what no score of a block exceeds."""
    for block in range(len(bounds)):
        bound = 0.0
        for criterion in range(len(weights)):
            about = plan.criteria[criterion]
            if about.kind == BY_TRAIT:
                most = _block_trait(plan, about, blocks, block)
            else:
                first, last = about.part_start, about.part_stop
                is_mean = about.kind == BY_MEAN and last > first
                most = 0.0 if is_mean else 1.0
                for part in range(first, last):
                    value = _block_part(plan.parts[part], blocks, block)
                    most = most + value if is_mean else min(most, value)
                if is_mean:
                    most /= last - first
            bound += weights[criterion] * most
        bounds[block] = max(bounds[block], bound)


@compiled
def utilities_at(
    plan: Any, unknown_by_trait: Any, numbers: Any, codes: Any, rows: Any, values: Any, unknown: Any
) -> None:
    """The utilities of some rows, and where a figure is missing; both of shape (K, len(rows)), filled in."""
    count = len(rows)
    for criterion in range(len(plan.criteria)):
        about = plan.criteria[criterion]
        missing = unknown[criterion]
        missing[:] = False
        if about.kind == BY_TRAIT:
            own, lacking = codes[about.group], unknown_by_trait[criterion]
            for line in range(count):
                values[criterion, line] = plan.utility[about.start + own[rows[line]]]
                missing[line] = lacking[own[rows[line]]]
            continue
        by_parts(plan, criterion, numbers, rows, count, values[criterion])
        for part in range(about.part_start, about.part_stop):
            at = plan.parts[part].low
            for line in range(count):
                missing[line] |= at == NOWHERE or math.isnan(numbers[max(at, 0), rows[line]])
