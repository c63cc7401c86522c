"""One need as arrays that the compiled kernel runs over a table of places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from service.matching.bounds import Bound, Part, PartKind
from service.matching.columns import Bools, Floats, NeedColumns
from service.matching.compiled.products import mean_of_shares, peaks_of
from service.matching.context import Context
from service.matching.criteria import CRITERIA, Criterion
from service.matching.criteria.criterion import Terms
from service.matching.offer_table import OfferTable
from service.matching.rules import AdmissionRule
from service.matching.rules.rule import always_allowed
from service.matching.shares import Share
from service.matching.traits import TRAITS
from service.matching.verdicts import FAIL

Small = NDArray[np.int32]
GROUPS = tuple(TRAITS)
#: What ``kind`` of a plan says of a criterion.
BY_TRAIT, BY_WORST, BY_MEAN = 0, 1, 2
#: A part of which no place of the table states the figure: its row is none.
NOWHERE = -1
#: Distinct rows of which one peak is kept.
PEAK_WIDTH = 64
_CRITERION_GROUPS: Final[Small] = np.array(
    [GROUPS.index(c.trait) if c.trait else 0 for c in CRITERIA], dtype=np.int32
)


class Plan(NamedTuple):
    """One reading of one need against one table. T bounds, K criteria, P parts, D distinct trait rows.

    Attributes
    ----------
    trait_starts : ndarray of int32, shape (groups + 1,)
        Where each group's distinct rows begin in the arrays of shape (D,); a group in which no row fails
        has none there.
    failing : ndarray of int32, shape (D + 1,)
        How many distinct rows before this one fail a rule of their group.
    failures, unfixable : ndarray of int32, shape (D,)
        How many rules of its group a distinct row fails, and of these what no county can act on.
    active : ndarray of int32
        The groups in which any row fails.
    bound_low, bound_high, bound_fails, bound_rule : ndarray of int32, shape (T,)
        Rows of the table's numbers, how it fails, and which rule it is of (ascending).
    bound_value : ndarray of float64, shape (T,)
    rule_fixable : ndarray of bool, shape (rules,)
    kind, group : ndarray of int32, shape (K,)
    utility, unknown : tuple of K ndarray of float64, of bool
        Of every distinct row of the criterion's group; empty where it is no criterion by trait.
    peaks : tuple of K ndarray of float64
        The largest of every ``PEAK_WIDTH`` utilities.
    largest : ndarray of float64, shape (K,)
        The largest of all; 1 where it is no criterion by trait.
    part_start : ndarray of int32, shape (K + 1,)
    part_kind, part_low, part_high : ndarray of int32, shape (P,)
    part_a, part_b, part_neutral : ndarray of float64, shape (P,)
    """

    trait_starts: Small
    failing: Small
    failures: Small
    unfixable: Small
    active: Small
    bound_low: Small
    bound_high: Small
    bound_fails: Small
    bound_rule: Small
    bound_value: Floats
    rule_fixable: Bools
    kind: Small
    group: Small
    utility: tuple[Floats, ...]
    unknown: tuple[Bools, ...]
    peaks: tuple[Floats, ...]
    largest: Floats
    part_start: Small
    part_kind: Small
    part_low: Small
    part_high: Small
    part_a: Floats
    part_b: Floats
    part_neutral: Floats


def plans_of(
    rules: Sequence[AdmissionRule], need: NeedColumns, table: OfferTable, context: Context
) -> tuple[Plan, ...]:
    """A plan for every reading of the need's site mode.

    Parameters
    ----------
    rules : sequence of AdmissionRule, those in force
    need : NeedColumns, one row

    Notes
    -----
    Weights are no part of a plan. It is kept with the need for as long as the table lives, so that the
    same need with other weights finds it made.
    """
    kept: WeakKeyDictionary[OfferTable, dict[int, tuple[Plan, ...]]] = need.plans
    today = context.today.toordinal()
    found = kept.get(table, {}).get(today)
    if found is None:
        sorted_out = table.kept.get(context, "rules", lambda: _Rules.of(rules), 0)
        measured = _by_trait(need, table, context)
        found = tuple(_plan(sorted_out, mode, table, context, measured) for mode in need.modes())
        kept[table] = {today: found}
    return found


class _Rules(NamedTuple):
    """The rules in force, each with its number, as a plan goes through them."""

    by_group: tuple[tuple[int, tuple[tuple[int, AdmissionRule], ...]], ...]
    by_bounds: tuple[tuple[int, Callable[[NeedColumns], tuple[Bound, ...]]], ...]
    fixable: Bools
    exceptions: tuple[tuple[int, AdmissionRule], ...]

    @classmethod
    def of(cls, rules: Sequence[AdmissionRule]) -> Self:
        numbered = tuple(enumerate(rules))
        groups = [tuple((i, rule) for i, rule in numbered if rule.trait == name) for name in GROUPS]
        return cls(
            by_group=tuple((group, own) for group, own in enumerate(groups) if own),
            by_bounds=tuple((i, rule.bounds) for i, rule in numbered if rule.bounds is not None),
            fixable=np.array([rule.text.fixable for rule in rules], dtype=np.bool_),
            exceptions=tuple(
                (i, rule)
                for i, rule in numbered
                if rule.text.fixable and rule.may_fix is not always_allowed
            ),
        )


def _plan(
    rules: _Rules, need: NeedColumns, table: OfferTable, context: Context, measured: Mapping[str, Any]
) -> Plan:
    fixable = rules.fixable.copy()
    for number, rule in rules.exceptions:  # they depend on the need alone
        fixable[number] = bool(rule.may_fix(need, table.traits["site"], context)[0])
    return Plan(
        **_admission(rules, fixable, need, table, context),
        **_bounds(rules, need, table),
        rule_fixable=fixable,
        **measured,
        **_parts(need, table, context),
    )


def _admission(
    rules: _Rules, fixable: Bools, need: NeedColumns, table: OfferTable, context: Context
) -> dict[str, Any]:
    """What rules by trait say, which for most needs is what they said for another one."""
    keys = tuple(rule.key(need) for _, own in rules.by_group for _, rule in own if rule.key is not None)

    def work_out() -> dict[str, Any]:
        failures, unfixable = [], []
        starts = np.zeros(len(GROUPS) + 1, dtype=np.int32)
        for group, own in rules.by_group:
            rows = table.traits[GROUPS[group]]
            counts = np.zeros((2, len(rows)), dtype=np.int32)
            for number, rule in own:
                fails = rule.test(need, rows, context) == FAIL
                counts += (fails, fails & ~fixable[number])
            if counts[0].any():
                failures.append(counts[0])
                unfixable.append(counts[1])
                starts[group + 1] = len(rows)
        np.cumsum(starts, out=starts)
        every = np.concatenate([np.zeros(0, dtype=np.int32), *failures])
        failing = np.zeros(len(every) + 1, dtype=np.int32)
        np.cumsum(every > 0, out=failing[1:])
        return {
            "trait_starts": starts,
            "failing": failing,
            "failures": every,
            "unfixable": np.concatenate([np.zeros(0, dtype=np.int32), *unfixable]),
            "active": np.flatnonzero(np.diff(starts)).astype(np.int32),
        }

    size = 12 * sum(len(table.traits[GROUPS[group]]) for group, _ in rules.by_group)
    return table.kept.get(context, ("admission", fixable.tobytes(), keys), work_out, size)


def _bounds(rules: _Rules, need: NeedColumns, table: OfferTable) -> dict[str, Any]:
    """Every bound on a figure that some place states, in the order of the rules."""
    found = [
        (*table.number_rows[bound.field], int(bound.fails), number, bound.value)
        for number, bounds in rules.by_bounds
        for bound in bounds(need)
        if bound.field in table.number_rows
    ]
    names = ("bound_low", "bound_high", "bound_fails", "bound_rule")
    columns = {name: np.array([line[i] for line in found], dtype=np.int32) for i, name in enumerate(names)}
    return {**columns, "bound_value": np.array([line[4] for line in found], dtype=np.float64)}


class _Measured(NamedTuple):
    """One criterion by trait over the distinct rows of its group."""

    utility: Floats
    unknown: Bools
    peaks: Floats
    largest: float

    @classmethod
    def of(cls, utility: Floats, unknown: Bools) -> Self:
        peaks = peaks_of(utility, PEAK_WIDTH)
        return cls(utility, unknown, peaks, float(peaks.max(initial=0.0)))


_NOTHING: Final = _Measured(np.zeros(0), np.zeros(0, dtype=np.bool_), np.zeros(0), 1.0)


def _by_trait(need: NeedColumns, table: OfferTable, context: Context) -> dict[str, Any]:
    """The criteria by trait. No site mode matters to them."""
    found = [_measured(criterion, need, table, context) for criterion in CRITERIA]
    return {
        "utility": tuple(one.utility for one in found),
        "unknown": tuple(one.unknown for one in found),
        "peaks": tuple(one.peaks for one in found),
        "largest": np.array([one.largest for one in found], dtype=np.float64),
    }


def _measured(criterion: Criterion, need: NeedColumns, table: OfferTable, context: Context) -> _Measured:
    if not criterion.trait:
        return _NOTHING
    rows = table.traits[criterion.trait]
    if criterion.terms is not None:
        return _by_terms(criterion, criterion.terms, need, table, context)

    def work_out() -> _Measured:
        found = criterion.measure(need, rows, context)
        utility, unknown = (np.array(np.broadcast_to(a, len(rows))) for a in (found.values, found.unknown))
        return _Measured.of(utility, unknown)

    if criterion.key is None:
        return work_out()
    return table.kept.get(context, (criterion.name, criterion.key(need)), work_out, 9 * len(rows))


def _by_terms(
    criterion: Criterion, terms: Terms, need: NeedColumns, table: OfferTable, context: Context
) -> _Measured:
    rows = table.traits[criterion.trait]
    asked, total = terms.shares(need, rows, context)
    if not total:
        return table.kept.get(
            context,
            (criterion.name, "nothing asked"),
            lambda: _Measured.of(np.full(len(rows), criterion.neutral), np.zeros(len(rows), dtype=np.bool_)),
            9 * len(rows),
        )
    unknown = table.kept.get(
        context,
        (criterion.name, "unknown"),
        lambda: np.array(terms.unknown(rows)),
        len(rows),
    )
    utility = mean_of_shares(
        table.postings[terms.matrix], *_lines(asked, len(rows)), total, unknown, criterion.neutral
    )
    return _Measured.of(utility, unknown)


def _lines(asked: Sequence[Share], count: int) -> tuple[Any, ...]:
    """Terms, points, where each share's begin, what is made of them, and products that are given."""
    starts = np.zeros(len(asked) + 1, dtype=np.int64)
    np.cumsum([len(share.terms) for share in asked], out=starts[1:])
    given = [share.sums for share in asked if share.sums is not None]
    return (
        np.concatenate([share.terms for share in asked], dtype=np.int64),
        np.concatenate([share.points for share in asked], dtype=np.int64),
        starts,
        np.array([(share.curve, share.unit, share.weight, share.offset) for share in asked], dtype=np.float64),
        np.array(given, dtype=np.int64).reshape(len(given), count),
    )


def _parts(need: NeedColumns, table: OfferTable, context: Context) -> dict[str, Any]:
    kinds, starts = [], [0]
    parts: list[Part] = []
    for criterion in CRITERIA:
        kind = BY_TRAIT
        if criterion.parts is not None:
            own = criterion.parts(need, context)
            kind = BY_MEAN if own.mean else BY_WORST
            parts += own.parts
        kinds.append(kind)
        starts.append(len(parts))
    return {
        "kind": np.array(kinds, dtype=np.int32),
        "group": _CRITERION_GROUPS,
        "part_start": np.array(starts, dtype=np.int32),
        **_part_columns(parts, table),
    }


def _part_columns(parts: Sequence[Part], table: OfferTable) -> dict[str, Any]:
    rows = [table.number_rows.get(part.field, (NOWHERE, NOWHERE)) for part in parts]
    return {
        "part_kind": np.array([PartKind(part.kind) for part in parts], dtype=np.int32),
        "part_low": np.array([low for low, _ in rows], dtype=np.int32),
        "part_high": np.array([high for _, high in rows], dtype=np.int32),
        "part_a": np.array([part.a for part in parts], dtype=np.float64),
        "part_b": np.array([part.b for part in parts], dtype=np.float64),
        "part_neutral": np.array([part.neutral for part in parts], dtype=np.float64),
    }
