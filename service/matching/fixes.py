"""The cheapest fix: the smallest change, in fields a county can act on, that lets every rule pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, cast

import numpy as np

from service.matching.assessment import pair_count, verdicts
from service.matching.columns import Bools, Floats, Ints, NeedColumns, OfferColumns
from service.matching.context import Context
from service.matching.rules import AdmissionRule, Change
from service.matching.sentences import label
from service.matching.values import Band, Offer
from service.matching.verdicts import FAIL, Verdicts

_DAY_FIELDS: Final = ("as_of", "valid_until")


@dataclass(frozen=True, slots=True)
class FixStep:
    """One field to change.

    ``start`` is the "from" of the API: None where only ``start_band`` may be known.
    ``change`` is to - from, in ``unit``; None for bands, dates and words.
    """

    field: str
    start: float | str | None
    to: float | str
    change: float | None
    unit: str
    decided_by: str
    start_band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FixPlan:
    """What it would take, for n pairs in one reading of the site mode.

    Attributes
    ----------
    unfixable, failures : ndarray of int64, shape (n,)
        Failing rules that no county can act on, and all failing rules.
    size : ndarray of float64, shape (n,)
        Sum over the fields to change of |from - to| / max(|from|, |to|), which lies
        between 0 and 1 per field; 1 for a date or the status.
    changes : mapping of field to (merged change, who decides)
    verdicts : list of verdicts, one per rule
    fixable : list of bools, one per rule
    """

    unfixable: Ints
    failures: Ints
    size: Floats
    changes: dict[str, tuple[Change, str]]
    verdicts: list[Verdicts]
    fixable: list[Bools]

    def steps(self, row: int, offer: Offer, context: Context) -> tuple[FixStep, ...] | None:
        """The fix of one pair; None when something in it cannot be fixed."""
        if self.unfixable[row]:
            return None
        return tuple(
            _step(change, decided_by, row, offer, context)
            for change, decided_by in self.changes.values()
            if change.wanted[row]
        )


def plan(
    rules: Sequence[AdmissionRule], needs: NeedColumns, offers: OfferColumns, context: Context
) -> FixPlan:
    """Failures and changes of all pairs; one side is a single row."""
    count = pair_count(needs, offers)
    unfixable, failures = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    changes: dict[str, tuple[Change, str]] = {}
    outcomes, may_fix = verdicts(rules, needs, offers, context), []
    for rule, outcome in zip(rules, outcomes, strict=True):
        fails = outcome == FAIL
        allowed = rule.may_fix(needs, offers, context) & rule.text.fixable
        may_fix.append(allowed)
        if not fails.any():
            continue
        failures += fails
        unfixable += fails & ~allowed
        for change in rule.changes(needs, offers, context):
            _merge(changes, _full(change, allowed, count), rule.text.decided_by)
    size = np.zeros(count, dtype=np.float64)
    for change, _ in changes.values():
        size += np.where(change.wanted, _relative(change), 0.0)
    return FixPlan(unfixable, failures, size, changes, outcomes, may_fix)


def _full(change: Change, allowed: Bools, count: int) -> Change:
    """The change with every array of shape (count,)."""
    return replace(
        change,
        start=np.broadcast_to(change.start, (count,)),
        to=np.broadcast_to(change.to, (count,)),
        wanted=np.broadcast_to(change.wanted & allowed, (count,)),
    )


def _merge(changes: dict[str, tuple[Change, str]], new: Change, decided_by: str) -> None:
    """Two rules that read one field: the change that goes further serves both."""
    if new.field not in changes:
        changes[new.field] = (new, decided_by)
        return
    old, first = changes[new.field]
    further = np.where(old.to >= old.start, np.maximum(old.to, new.to), np.minimum(old.to, new.to))
    to = np.where(old.wanted & new.wanted, further, np.where(new.wanted, new.to, old.to))
    changes[new.field] = (replace(old, to=to, wanted=old.wanted | new.wanted), first)


def _relative(change: Change) -> Floats:
    if change.counts_one:
        return np.ones(len(change.start), dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        relative = np.abs(change.start - change.to) / np.maximum(np.abs(change.start), np.abs(change.to))
    # From an end that is not bounded the way is as long as it can be.
    return np.where(np.isfinite(relative), relative, 1.0)


def _step(change: Change, decided_by: str, row: int, offer: Offer, context: Context) -> FixStep:
    field, to = change.field, float(change.to[row])
    if field == "status":
        return FixStep(field, offer.status, "published", None, "", decided_by)
    if field in _DAY_FIELDS:
        start = date.fromordinal(int(change.start[row])).isoformat()
        return FixStep(field, start, date.fromordinal(int(to)).isoformat(), None, "", decided_by)
    unit, figure = label(context.book, field).unit, offer.figures.get(field)
    if isinstance(figure, Band):
        return FixStep(field, None, to, None, unit, decided_by, (figure.low, figure.high))
    return FixStep(field, figure, to, to - float(change.start[row]), unit, decided_by)


def apply_fix(offer: Offer, steps: Sequence[FixStep]) -> Offer:
    """The offer as it would stand after the fix."""
    figures, others = dict(offer.figures), cast(dict[str, Any], {})
    for step in steps:
        if step.field in _DAY_FIELDS:
            others[step.field] = date.fromisoformat(str(step.to))
        elif step.field == "status":
            others["status"] = step.to
        else:
            figures[step.field] = float(step.to)
    return replace(offer, figures=figures, **others)
