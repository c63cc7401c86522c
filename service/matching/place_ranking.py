"""The order of places for one need, by the compiled kernel; equal to the plain ``ranking.rank``."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from service.matching.assessment import Assessment, Variant
from service.matching.columns import Bools, Floats, Ints, NeedColumns
from service.matching.compiled.admission import failures_at
from service.matching.compiled.scores import utilities_at
from service.matching.compiled.top import top_rows
from service.matching.context import Context
from service.matching.criteria import CRITERIA, Utility
from service.matching.places import Places, Segment
from service.matching.plan import Planned
from service.matching.planning import plans_of
from service.matching.ranking import Cursor, Ranking, site_mode
from service.matching.rules import AdmissionRule
from service.matching.weights import Weights


class Best(NamedTuple):
    """The best rows in order and what was counted; of the rows themselves nothing is worked out.

    ``readings`` says for each row which of the need's readings of the site mode counts.
    """

    positions: Ints
    scores: Floats
    readings: Ints
    preceding: int
    eligible: int
    seen: int


def rank_places(
    rules: Sequence[AdmissionRule],
    need: NeedColumns,
    places: Places,
    context: Context,
    *,
    visible: Bools,
    k: int,
    weights: Weights,
    after: Cursor | None,
) -> Ranking:
    """The k best visible and eligible places after the cursor.

    Raises
    ------
    ValueError
        If ``visible`` does not have one entry per row, or k is below 1.
    """
    weighing = np.array(weights.normalised, dtype=np.float64)
    best = best_places(
        rules, need, places, context, visible=visible, k=k, weighing=weighing, tie=places.tie_key, after=after
    )
    utilities, unknown = _shown(rules, need, places, context, best.positions, best.readings)
    modes = [site_mode(mode, 0) for mode in need.modes()]
    last = len(best.positions) - 1
    more = last >= 0 and best.preceding + len(best.positions) < best.eligible
    return Ranking(
        positions=best.positions,
        scores=best.scores,
        site_modes=tuple(modes[reading] for reading in best.readings.tolist()),
        utilities=utilities,
        unknown=unknown,
        preceding=best.preceding,
        eligible_count=best.eligible,
        excluded_count=best.seen - best.eligible,
        next_cursor=(
            Cursor(float(best.scores[last]), places.tie_key(int(best.positions[last]))) if more else None
        ),
    )


def best_places(
    rules: Sequence[AdmissionRule],
    need: NeedColumns,
    places: Places,
    context: Context,
    *,
    visible: Bools,
    k: int,
    weighing: Floats,
    tie: Callable[[int], Any],
    after: Cursor | None = None,
) -> Best:
    """The order that ``rank_places`` shows.

    Parameters
    ----------
    weighing : ndarray of float64, shape (number of criteria,), normalised
    tie : callable (position) -> what decides between equal scores of different segments

    Raises
    ------
    ValueError
        As ``rank_places`` does.
    """
    if visible.shape != (len(places),):
        raise ValueError(f"visible has shape {visible.shape}, there are {len(places)} rows")
    if k < 1:
        raise ValueError("k is below 1")
    lines: list[tuple[float, int, int]] = []
    eligible = preceding = seen = 0
    for segment, start in zip(places.segments, places.starts, strict=False):
        table = segment.table
        shown = visible[start : start + len(table)] & segment.alive
        plans = plans_of(rules, need, table, context)
        scores, rows, readings, passing, before = top_rows(
            (plans[0].plan, plans[-1].plan),
            len(plans),
            weighing,
            table.numbers,
            table.codes,
            table.blocks,
            shown,
            table.tie_rank,
            k,
            math.inf if after is None else after.score,
            0 if after is None else table.ties_up_to(after.tie_key),
        )
        lines += zip(scores.tolist(), (rows + start).tolist(), readings.tolist(), strict=True)
        eligible += passing
        preceding += before
        seen += int(np.count_nonzero(shown))
    if len(places.segments) > 1:
        lines.sort(key=lambda line: (-line[0], tie(line[1])))
    lines = lines[:k]
    return Best(
        positions=np.array([position for _, position, _ in lines], dtype=np.int64),
        scores=np.array([score for score, _, _ in lines], dtype=np.float64),
        readings=np.array([reading for _, _, reading in lines], dtype=np.int64),
        preceding=preceding,
        eligible=eligible,
        seen=seen,
    )


def _shown(
    rules: Sequence[AdmissionRule],
    need: NeedColumns,
    places: Places,
    context: Context,
    positions: Ints,
    chosen: Ints,
) -> tuple[Floats, Bools]:
    """Utilities of the page's rows, and where a figure is missing. Both (k, number of criteria)."""
    values = np.empty((len(positions), len(CRITERIA)), dtype=np.float64)
    unknown = np.empty(values.shape, dtype=np.bool_)
    for segment, start in zip(places.segments, places.starts, strict=False):
        inside = (positions >= start) & (positions < start + len(segment.table))
        if not inside.any():
            continue
        for reading, plan in enumerate(plans_of(rules, need, segment.table, context)):
            own = np.flatnonzero(inside & (chosen == reading))
            measured, missing = measured_at(plan, segment, positions[own] - start)
            values[own], unknown[own] = measured.T, missing.T
    return values, unknown


def measured_at(planned: Planned, segment: Segment, rows: Ints) -> tuple[Floats, Bools]:
    """Utilities and what is missing, a row per criterion. Shape (number of criteria, len(rows)) each."""
    values = np.empty((len(CRITERIA), len(rows)), dtype=np.float64)
    unknown = np.empty(values.shape, dtype=np.bool_)
    table = segment.table
    utilities_at(planned.plan, planned.unknown, table.numbers, table.codes, rows, values, unknown)
    return values, unknown


def assess_places(
    rules: Sequence[AdmissionRule], need: NeedColumns, places: Places, context: Context
) -> Assessment:
    """Admission and utilities of every place, rows that no longer count among them."""
    variants = []
    for reading, mode in enumerate(need.modes()):
        parts = [
            (measured_at(plan, segment, np.arange(len(segment.table))), _failures(plan, segment)[0])
            for segment in places.segments
            for plan in (plans_of(rules, need, segment.table, context)[reading],)
        ]
        values = np.concatenate([values for (values, _), _ in parts], axis=1)
        unknown = np.concatenate([unknown for (_, unknown), _ in parts], axis=1)
        failed = np.concatenate([failures for _, failures in parts]) > 0
        utilities = (Utility(values[i], unknown[i]) for i in range(len(CRITERIA)))
        variants.append(Variant(mode, failed, tuple(utilities)))
    return Assessment(len(places), tuple(variants))


def failure_counts(
    rules: Sequence[AdmissionRule], need: NeedColumns, places: Places, context: Context
) -> tuple[Ints, Ints]:
    """Unfixable failures and failures of every place, in the reading with the fewer. Shape (n,) each."""
    keys = []
    for reading in range(len(need.modes())):
        plans = [plans_of(rules, need, segment.table, context)[reading] for segment in places.segments]
        counts = [_failures(plan, segment) for plan, segment in zip(plans, places.segments, strict=True)]
        unfixable = np.concatenate([hard for _, hard in counts])
        keys.append((unfixable << 32) + np.concatenate([failures for failures, _ in counts]))
    fewest = np.minimum.reduce(keys)
    return fewest >> 32, fewest & 0xFFFFFFFF


def _failures(planned: Planned, segment: Segment) -> tuple[Ints, Ints]:
    failures, unfixable = np.empty((2, len(segment.table)), dtype=np.int64)
    table = segment.table
    failures_at(
        planned.plan, planned.unfixable, planned.fixable, table.numbers, table.codes, failures, unfixable
    )
    return failures, unfixable
