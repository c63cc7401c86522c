"""What an admission rule is: a declared object with a test, a sentence and, perhaps, a fix."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from service.matching.bounds import Bound
from service.matching.columns import Bools, FigureColumn, Floats, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.rulebook import RuleText
from service.matching.values import Figure
from service.matching.verdicts import Verdicts


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A field of the offer that would have to move for one rule to pass.

    Attributes
    ----------
    field : str
    start, to : ndarray of float64, broadcast
        From and to; of a band the end that counts. Days as ordinals; the status as
        0 (not published) and 1.
    wanted : ndarray of bool
        Where the change is needed.
    counts_one : bool
        The field is no quantity (a date, the status): its relative size is 1.
    """

    field: str
    start: Floats
    to: Floats
    wanted: Bools
    counts_one: bool = False


Changes = Callable[[NeedColumns, OfferColumns, Context], tuple[Change, ...]]


def nothing_to_change(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
    """The changes of a rule that no county can act on."""
    del needs, offers, context
    return ()


def always_allowed(needs: NeedColumns, offers: OfferColumns, context: Context) -> Bools:
    """No pair is kept from a fix."""
    del needs, offers, context
    return np.ones(1, dtype=np.bool_)


@dataclass(frozen=True)
class AdmissionRule:
    """A condition that a place has to meet before it is scored.

    Attributes
    ----------
    name : str
        "quantity:<name>" for a registered quantity.
    text : RuleText
        Names, source, who decides, whether a county can fix it, validity. What the
        rule pack says replaces it.
    reads_need, reads_offer : tuple of str
        The fields read on either side.
    unit : str
        Unit of need and offer shown; "" for words.
    test : callable (needs, offers, context) -> int8 verdicts that broadcast
    show : callable (case) -> Shown
        The sentence, with what is missing.
    changes : callable (needs, offers, context) -> tuple of Change
        What would make it pass; read only where it fails and may be fixed.
    may_fix : callable (needs, offers, context) -> bools that broadcast
        Exceptions pair by pair (no price below its floor).
    trait : str
        The group of ``traits.TRAITS`` that is all it reads of a place, or "" where it reads figures.
    key : callable (need) -> hashable, or None where ``bounds`` is given
        What ``test`` reads of a need: two needs of one key fail at the same places of the trait.
    bounds : callable (need) -> tuple of Bound, or None where ``trait`` is given
        Of one need: where ``test`` fails, as comparisons with a place's figures.
    asks : str
        The need's figure without which there are no bounds; "" where that is not so simple.
    """

    name: str
    text: RuleText
    reads_need: tuple[str, ...]
    reads_offer: tuple[str, ...]
    unit: str
    test: Callable[[NeedColumns, OfferColumns, Context], Verdicts]
    show: Callable[[Case], Shown]
    changes: Changes = nothing_to_change
    may_fix: Callable[[NeedColumns, OfferColumns, Context], Bools] = always_allowed
    trait: str = ""
    key: Callable[[NeedColumns], Hashable] | None = None
    bounds: Callable[[NeedColumns], tuple[Bound, ...]] | None = None
    asks: str = ""


def declare(
    chinese: str,
    english: str,
    source: tuple[str, str],
    decided_by: str,
    *,
    fixable: bool,
) -> RuleText:
    """The text of a rule as it declares itself, before the rule pack."""
    return RuleText(chinese, english, *source, decided_by, fixable)


def target(required: FigureColumn) -> Floats:
    """Where a figure has to go to reach a requirement, of which perhaps only a band is known.

    The band's end makes sure of it; of a band without end its beginning is named,
    which turns a fail into an unknown.
    """
    return np.where(np.isinf(required.high), required.low, required.high)


def missing(pairs: Iterable[tuple[str, Figure | str | bool]]) -> tuple[str, ...]:
    """The fields that have no figure."""
    return tuple(name for name, value in pairs if value is None)
