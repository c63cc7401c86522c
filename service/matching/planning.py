"""How a plan is made of a need: rules and criteria, each by what it declares of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Self
from weakref import WeakKeyDictionary

import numpy as np

from service.matching.bounds import Bound, Part
from service.matching.columns import Bools, NeedColumns
from service.matching.context import Context
from service.matching.criteria import CRITERIA
from service.matching.offer_table import OfferTable
from service.matching.plan import (
    BOUND,
    BY_MEAN,
    BY_TRAIT,
    BY_WORST,
    CRITERION,
    GROUPS,
    NOWHERE,
    PART,
    Plan,
    Planned,
    Records,
)
from service.matching.rules import AdmissionRule
from service.matching.rules.rule import always_allowed
from service.matching.trait_planning import Measured, admission, measured

Bounds = Callable[[NeedColumns], tuple[Bound, ...]]


def plans_of(
    rules: Sequence[AdmissionRule], need: NeedColumns, table: OfferTable, context: Context
) -> tuple[Planned, ...]:
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
    kept: WeakKeyDictionary[OfferTable, dict[int, tuple[Planned, ...]]] = need.plans
    today = context.today.toordinal()
    found = kept.get(table, {}).get(today)
    if found is None:
        in_force = table.kept.get(context, "rules", lambda: _Rules.of(rules), 0)
        by_trait = measured(need, table, context)
        found = tuple(_plan(in_force, mode, table, context, by_trait) for mode in need.modes())
        kept[table] = {today: found}
    return found


class _Rules(NamedTuple):
    """The rules in force, each with its number, as a plan goes through them.

    Attributes
    ----------
    by_group : of each group that has any, its number and its rules
    by_figure : those with bounds by the need's figure that they ask for
    fixable : ndarray of bool, shape (rules,)
    exceptions : those of which the need decides whether they may be fixed
    """

    by_group: tuple[tuple[int, tuple[tuple[int, AdmissionRule], ...]], ...]
    by_figure: Mapping[str, tuple[tuple[int, Bounds], ...]]
    fixable: Bools
    exceptions: tuple[tuple[int, AdmissionRule], ...]

    @classmethod
    def of(cls, rules: Sequence[AdmissionRule]) -> Self:
        numbered = tuple(enumerate(rules))
        groups = [tuple((i, rule) for i, rule in numbered if rule.trait == name) for name in GROUPS]
        with_bounds = [(i, rule.asks, rule.bounds) for i, rule in numbered if rule.bounds is not None]
        fixable = np.array([rule.text.fixable for rule in rules], dtype=np.bool_)
        return cls(
            by_group=tuple((group, own) for group, own in enumerate(groups) if own),
            by_figure={
                figure: tuple((i, bounds) for i, asks, bounds in with_bounds if asks == figure)
                for figure in {asks for _, asks, _ in with_bounds}
            },
            fixable=fixable,
            exceptions=tuple((i, r) for i, r in numbered if fixable[i] and r.may_fix is not always_allowed),
        )


def _plan(
    rules: _Rules, need: NeedColumns, table: OfferTable, context: Context, by_trait: Measured
) -> Planned:
    fixable = rules.fixable.copy()
    for number, rule in rules.exceptions:  # they depend on the need alone
        fixable[number] = bool(rule.may_fix(need, table.traits["site"], context)[0])
    admitted, unfixable = admission(rules.by_group, fixable, need, table, context)
    criteria, parts = _criteria(need, table, context, by_trait)
    plan = Plan(
        *admitted,
        bounds=_bounds(rules, need, table),
        criteria=criteria,
        parts=parts,
        utility=by_trait.utility,
        peaks=by_trait.peaks,
    )
    return Planned(plan, by_trait.unknown, unfixable, fixable)


def _bounds(rules: _Rules, need: NeedColumns, table: OfferTable) -> Records:
    """Every bound on a figure that some place states, in the order of the rules."""
    found = [
        (*table.number_rows[bound.field], bound.fails, number, bound.value)
        for figure in ("", *need.figures)
        for number, bounds in rules.by_figure.get(figure, ())
        for bound in bounds(need)
        if bound.field in table.number_rows
    ]
    found.sort(key=lambda line: line[3])
    return np.array(found, dtype=BOUND)


def _criteria(
    need: NeedColumns, table: OfferTable, context: Context, by_trait: Measured
) -> tuple[Records, Records]:
    parts: list[Part] = []
    criteria = []
    for criterion, place in zip(CRITERIA, by_trait.places, strict=True):
        kind, first = BY_TRAIT, len(parts)
        if criterion.parts is not None:
            own = criterion.parts(need, context)
            kind = BY_MEAN if own.mean else BY_WORST
            parts += own.parts
        criteria.append((kind, place.group, place.start, place.peak_start, first, len(parts), place.largest))
    nowhere = (NOWHERE, NOWHERE)
    lines = [(p.kind, *table.number_rows.get(p.field, nowhere), p.a, p.b, p.neutral) for p in parts]
    return np.array(criteria, dtype=CRITERION), np.array(lines, dtype=PART)
