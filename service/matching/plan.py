"""One need as arrays that the compiled kernel runs over a table of places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from service.matching.bounds import Part, PartKind
from service.matching.columns import Bools, Floats, NeedColumns
from service.matching.context import Context
from service.matching.criteria import CRITERIA, Utility
from service.matching.offer_table import OfferTable
from service.matching.rules import AdmissionRule
from service.matching.traits import TRAITS
from service.matching.verdicts import FAIL

Small = NDArray[np.int32]
GROUPS = tuple(TRAITS)
#: What ``kind`` of a plan says of a criterion.
BY_TRAIT, BY_WORST, BY_MEAN = 0, 1, 2
#: A part of which no place of the table states the figure: its row is none.
NOWHERE = -1


class Plan(NamedTuple):
    """One reading of one need against one table. T bounds, K criteria, P parts, D distinct trait rows.

    Attributes
    ----------
    trait_starts : ndarray of int32, shape (groups + 1,)
        Where each group's distinct rows begin in the arrays of shape (D,).
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
    utility : ndarray of float64, shape (groups criteria by trait, D of their group), flattened
    unknown : ndarray of bool, the same shape
    utility_start : ndarray of int32, shape (K,)
        Where the criterion's distinct values begin in ``utility``.
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
    utility: Floats
    unknown: Bools
    utility_start: Small
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
        measured = [_measured(need, table, context, name) for name in GROUPS]
        found = tuple(_plan(rules, mode, table, context, measured) for mode in need.modes())
        kept[table] = {today: found}
    return found


def _measured(need: NeedColumns, table: OfferTable, context: Context, group: str) -> dict[str, Utility]:
    """The criteria that read this group alone, over its distinct rows. No site mode matters to them."""
    rows = table.traits[group]
    return {c.name: c.measure(need, rows, context) for c in CRITERIA if c.trait == group}


def _plan(
    rules: Sequence[AdmissionRule],
    need: NeedColumns,
    table: OfferTable,
    context: Context,
    measured: Sequence[dict[str, Utility]],
) -> Plan:
    fixable = np.array([_may_fix(rule, need, table, context) for rule in rules], dtype=np.bool_)
    return Plan(
        **_admission(rules, fixable, need, table, context),
        **_bounds(rules, need, table),
        rule_fixable=fixable,
        **_criteria(need, table, context, measured),
    )


def _may_fix(rule: AdmissionRule, need: NeedColumns, table: OfferTable, context: Context) -> bool:
    """Whether a county can act on it; exceptions depend on the need alone."""
    return rule.text.fixable and bool(rule.may_fix(need, table.traits["site"], context)[0])


def _admission(
    rules: Sequence[AdmissionRule],
    fixable: Bools,
    need: NeedColumns,
    table: OfferTable,
    context: Context,
) -> dict[str, Any]:
    starts = np.zeros(len(GROUPS) + 1, dtype=np.int32)
    np.cumsum([len(table.traits[name]) for name in GROUPS], out=starts[1:])
    failures, unfixable = np.zeros((2, starts[-1]), dtype=np.int32)
    for rule, may_fix in zip(rules, fixable.tolist(), strict=True):
        if not rule.trait:
            continue
        group = GROUPS.index(rule.trait)
        fails = rule.test(need, table.traits[rule.trait], context) == FAIL
        failures[starts[group] : starts[group + 1]] += fails
        if not may_fix:
            unfixable[starts[group] : starts[group + 1]] += fails
    failing = np.zeros(len(failures) + 1, dtype=np.int32)
    np.cumsum(failures > 0, out=failing[1:])
    active = np.flatnonzero(failing[starts[1:]] > failing[starts[:-1]]).astype(np.int32)
    return {
        "trait_starts": starts,
        "failing": failing,
        "failures": failures,
        "unfixable": unfixable,
        "active": active,
    }


def _bounds(rules: Sequence[AdmissionRule], need: NeedColumns, table: OfferTable) -> dict[str, Any]:
    """Every bound on a figure that some place states, in the order of the rules."""
    found = [
        (*table.number_rows[bound.field], int(bound.fails), number, bound.value)
        for number, rule in enumerate(rules)
        if rule.bounds is not None
        for bound in rule.bounds(need)
        if bound.field in table.number_rows
    ]
    names = ("bound_low", "bound_high", "bound_fails", "bound_rule")
    columns = {name: np.array([line[i] for line in found], dtype=np.int32) for i, name in enumerate(names)}
    return {**columns, "bound_value": np.array([line[4] for line in found], dtype=np.float64)}


def _criteria(
    need: NeedColumns, table: OfferTable, context: Context, measured: Sequence[dict[str, Utility]]
) -> dict[str, Any]:
    kinds, groups, starts, part_starts = [], [], [], [0]
    values: list[Floats] = [np.zeros(0)]
    unknown: list[Bools] = [np.zeros(0, dtype=np.bool_)]
    parts: list[Part] = []
    length = 0
    for criterion in CRITERIA:
        group, start, kind = 0, 0, BY_TRAIT
        if criterion.parts is None:
            group, start = GROUPS.index(criterion.trait), length
            found, count = measured[group][criterion.name], len(table.traits[criterion.trait])
            values.append(np.broadcast_to(found.values, (count,)))
            unknown.append(np.broadcast_to(found.unknown, (count,)))
            length += count
        else:
            own = criterion.parts(need, context)
            kind = BY_MEAN if own.mean else BY_WORST
            parts += own.parts
        kinds.append(kind)
        groups.append(group)
        starts.append(start)
        part_starts.append(len(parts))
    return {
        "kind": np.array(kinds, dtype=np.int32),
        "group": np.array(groups, dtype=np.int32),
        "utility": np.concatenate(values),
        "unknown": np.concatenate(unknown),
        "utility_start": np.array(starts, dtype=np.int32),
        "part_start": np.array(part_starts, dtype=np.int32),
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
