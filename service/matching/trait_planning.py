"""Rules and criteria by trait, over a table's distinct rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from service.matching.columns import Bools, Floats, NeedColumns
from service.matching.compiled.products import mean_of_shares, peaks_of
from service.matching.context import Context
from service.matching.criteria import CRITERIA, Criterion
from service.matching.criteria.criterion import Terms
from service.matching.offer_table import OfferTable
from service.matching.plan import GROUPS, PEAK_WIDTH, Small
from service.matching.rules import AdmissionRule
from service.matching.shares import Share
from service.matching.verdicts import FAIL

Admission = tuple[Small, Small, Small, Small]


def admission(
    by_group: Sequence[tuple[int, Sequence[tuple[int, AdmissionRule]]]],
    fixable: Bools,
    need: NeedColumns,
    table: OfferTable,
    context: Context,
) -> tuple[Admission, Small]:
    """What rules by trait say, which for most needs is what they said for another one.

    Parameters
    ----------
    by_group : the number of each group with rules, and these with their numbers
    fixable : ndarray of bool, shape (rules,)

    Returns
    -------
    (trait_starts, failing, failures, active) of the Plan, and unfixable of the Planned
    """
    keys = tuple(tuple(rule.key(need) for _, rule in own if rule.key is not None) for _, own in by_group)

    def work_out() -> tuple[Admission, Small]:
        found = [
            _of_group(group, own, key, fixable, need, table, context)
            for (group, own), key in zip(by_group, keys, strict=True)
        ]
        starts = np.zeros(len(GROUPS) + 1, dtype=np.int32)
        for (group, _), counts in zip(by_group, found, strict=True):
            starts[group + 1] = counts.shape[1]
        starts = np.cumsum(starts, dtype=np.int32)
        failures, unfixable = np.concatenate(found, axis=1)
        failing = np.zeros(len(failures) + 1, dtype=np.int32)
        np.cumsum(failures > 0, out=failing[1:])
        active = np.flatnonzero(np.diff(starts)).astype(np.int32)
        return (starts, failing, failures, active), unfixable

    size = 12 * sum(len(table.traits[GROUPS[group]]) for group, _ in by_group)
    return table.kept.get(context, ("admission", fixable.tobytes(), keys), work_out, size)


def _of_group(
    group: int,
    rules: Sequence[tuple[int, AdmissionRule]],
    key: Hashable,
    fixable: Bools,
    need: NeedColumns,
    table: OfferTable,
    context: Context,
) -> Small:
    """Failures, and of these what no county can act on, of the group's distinct rows. Shape (2, D).

    Of no row at all where none fails.
    """
    rows = table.traits[GROUPS[group]]

    def work_out() -> Small:
        counts = np.zeros((2, len(rows)), dtype=np.int32)
        for number, rule in rules:
            fails = rule.test(need, rows, context) == FAIL
            counts[0] += fails
            if not fixable[number]:
                counts[1] += fails
        return counts if counts[0].any() else counts[:, :0]

    return table.kept.get(context, (group, fixable.tobytes(), key), work_out, 8 * len(rows))


class TraitPlace(NamedTuple):
    """Where one criterion by trait stands; nowhere, and at most 1, where it is none."""

    group: int
    start: int
    peak_start: int
    largest: float


class Measured(NamedTuple):
    """The criteria by trait over the distinct rows; ``utility``, ``peaks``, ``unknown`` as of the plan."""

    utility: Floats
    peaks: Floats
    unknown: tuple[Bools, ...]
    places: tuple[TraitPlace, ...]


def measured(need: NeedColumns, table: OfferTable, context: Context) -> Measured:
    """The criteria by trait. No site mode matters to them."""
    counts = [len(table.traits[c.trait]) if c.trait else 0 for c in CRITERIA]
    starts = [0, *accumulate(counts)]
    peak_starts = [0, *accumulate(-(-count // PEAK_WIDTH) for count in counts)]
    utility, peaks = np.empty(starts[-1]), np.empty(peak_starts[-1])
    unknown, places = [], []
    for number, criterion in enumerate(CRITERIA):
        start, peak_start = starts[number], peak_starts[number]
        if not criterion.trait:
            unknown.append(_NO_ROWS)
            places.append(_NO_PLACE)
            continue
        values = utility[start : starts[number + 1]]
        own_peaks = peaks[peak_start : peak_starts[number + 1]]
        missing, largest = _measure(criterion, need, table, context, values, own_peaks)
        unknown.append(missing)
        places.append(TraitPlace(GROUPS.index(criterion.trait), start, peak_start, largest))
    return Measured(utility, peaks, tuple(unknown), tuple(places))


_NO_ROWS = np.zeros(0, dtype=np.bool_)
_NO_PLACE = TraitPlace(0, 0, 0, 1.0)


class _Found(NamedTuple):
    utility: Floats
    unknown: Bools
    peaks: Floats
    largest: float

    @classmethod
    def of(cls, values: Any, unknown: Any, count: int) -> _Found:
        utility = np.array(np.broadcast_to(values, count), dtype=np.float64)
        peaks = np.empty(-(-count // PEAK_WIDTH))
        largest = peaks_of(utility, PEAK_WIDTH, peaks)
        return cls(utility, np.array(np.broadcast_to(unknown, count)), peaks, largest)


def _measure(
    criterion: Criterion,
    need: NeedColumns,
    table: OfferTable,
    context: Context,
    utility: Floats,
    peaks: Floats,
) -> tuple[Bools, float]:
    """Fill in utilities and peaks of one criterion; what is unknown, and the largest utility."""
    rows = table.traits[criterion.trait]
    size = 9 * len(rows)
    if criterion.terms is not None:
        asked, total = criterion.terms.shares(need, rows, table.postings, context)
        if total:
            return _by_terms(criterion, criterion.terms, asked, total, table, context, utility, peaks)
        found = table.kept.get(
            context,
            (criterion.name, "nothing asked"),
            lambda: _Found.of(criterion.neutral, False, len(rows)),
            size,
        )
    elif criterion.key is not None:

        def work_out() -> _Found:
            own = criterion.measure(need, rows, context)
            return _Found.of(own.values, own.unknown, len(rows))

        found = table.kept.get(context, (criterion.name, criterion.key(need)), work_out, size)
    else:
        own = criterion.measure(need, rows, context)
        utility[:] = own.values
        unknown = np.array(np.broadcast_to(own.unknown, len(rows)))  # of one kind with all others
        return unknown, peaks_of(utility, PEAK_WIDTH, peaks)
    utility[:], peaks[:] = found.utility, found.peaks
    return found.unknown, found.largest


def _by_terms(
    criterion: Criterion,
    terms: Terms,
    asked: Sequence[Share],
    total: float,
    table: OfferTable,
    context: Context,
    utility: Floats,
    peaks: Floats,
) -> tuple[Bools, float]:
    rows = table.traits[criterion.trait]
    unknown = table.kept.get(
        context, (criterion.name, "unknown"), lambda: np.array(terms.unknown(rows)), len(rows)
    )
    columns = [np.asarray(share.terms, dtype=np.int64) for share in asked]
    points = [np.asarray(share.points, dtype=np.int64) for share in asked]
    given = [share.sums for share in asked if share.sums is not None]
    largest = mean_of_shares(
        table.postings[terms.matrix],
        columns[0] if len(asked) == 1 else np.concatenate(columns),
        points[0] if len(asked) == 1 else np.concatenate(points),
        np.array([0, *accumulate(map(len, columns))], dtype=np.int64),
        np.array(
            [(share.curve, share.unit, share.weight, share.offset) for share in asked], dtype=np.float64
        ),
        np.array(given, dtype=np.int64).reshape(len(given), len(rows)),
        total,
        unknown,
        criterion.neutral,
        PEAK_WIDTH,
        utility,
        peaks,
    )
    return unknown, largest
