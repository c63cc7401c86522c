"""Admission and utilities of every pair, in one site mode or, for "either", in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.matching.columns import Bools, Floats, Ints, NeedColumns, OfferColumns
from service.matching.context import Context
from service.matching.criteria import CRITERIA, Utility
from service.matching.kernel import blend
from service.matching.rules import AdmissionRule
from service.matching.verdicts import FAIL, PASS, Verdicts
from service.matching.weights import Weights


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """All pairs in one reading of the site mode.

    Attributes
    ----------
    needs : NeedColumns
        With ``build`` and ``rent`` as this reading has them.
    failed : ndarray of bool, shape (n,)
    utilities : tuple of Utility, in the declared order of the criteria
    """

    needs: NeedColumns
    failed: Bools
    utilities: tuple[Utility, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """n pairs, one side of which is a single row."""

    count: int
    variants: tuple[Variant, ...]

    @property
    def eligible(self) -> Bools:
        """Where no rule fails in at least one reading. Shape (n,)."""
        return ~np.asarray(np.logical_and.reduce([variant.failed for variant in self.variants]))

    def scores(self, weights: Sequence[float]) -> Floats:
        """The score of the best eligible reading, -inf where there is none. Shape (n,)."""
        return np.asarray(np.maximum.reduce(self._by_variant(weights)))

    def chosen(self, weights: Sequence[float]) -> Ints:
        """Which reading counts: the eligible one, then the higher score, then building. Shape (n,)."""
        return np.asarray(np.argmax(self._by_variant(weights), axis=0), dtype=np.int64)

    def _by_variant(self, weights: Sequence[float]) -> list[Floats]:
        return [
            np.where(v.failed, -np.inf, blend([u.values for u in v.utilities], weights, self.count))
            for v in self.variants
        ]

    def pick(self, chosen: Ints) -> tuple[Utility, ...]:
        """The utilities of the chosen readings."""
        if len(self.variants) == 1:
            return self.variants[0].utilities
        first, second = self.variants
        return tuple(
            Utility(
                np.where(chosen == 1, two.values, one.values),
                np.where(chosen == 1, two.unknown, one.unknown),
            )
            for one, two in zip(first.utilities, second.utilities, strict=True)
        )


def pair_count(needs: NeedColumns, offers: OfferColumns) -> int:
    """How many pairs two sides make, one of which is a single row.

    Raises
    ------
    ValueError
        If neither is.
    """
    if len(needs) == 1:
        return len(offers)
    if len(offers) == 1:
        return len(needs)
    raise ValueError(f"{len(needs)} needs do not broadcast against {len(offers)} offers")


def verdicts(
    rules: Sequence[AdmissionRule], needs: NeedColumns, offers: OfferColumns, context: Context
) -> list[Verdicts]:
    """The verdict of each rule in force today; shapes broadcast to (n,)."""
    return [rule.test(needs, offers, context) for rule in rules]


def in_force(rules: Sequence[AdmissionRule], context: Context) -> tuple[AdmissionRule, ...]:
    """The rules that apply today."""
    return tuple(rule for rule in rules if rule.text.applies_on(context.today))


def failed_pairs(
    rules: Sequence[AdmissionRule], needs: NeedColumns, offers: OfferColumns, context: Context
) -> Bools:
    """Where at least one rule fails. Shape (n,)."""
    worst = np.full(pair_count(needs, offers), PASS)
    for verdict in verdicts(rules, needs, offers, context):
        np.minimum(worst, verdict, out=worst)
    return np.asarray(worst == FAIL)


def assess(
    rules: Sequence[AdmissionRule], needs: NeedColumns, offers: OfferColumns, context: Context
) -> Assessment:
    """Admission and utilities of all pairs.

    Parameters
    ----------
    rules : sequence of AdmissionRule, those in force
    needs, offers : columns, one of them a single row
    """
    variants = tuple(
        Variant(
            needs=mode,
            failed=failed_pairs(rules, mode, offers, context),
            utilities=tuple(criterion.measure(mode, offers, context) for criterion in CRITERIA),
        )
        for mode in needs.modes()
    )
    return Assessment(pair_count(needs, offers), variants)


def merit(assessment: Assessment, weights: Weights) -> tuple[Ints, tuple[Utility, ...]]:
    """The reading that counts for each pair, and its utilities."""
    chosen = assessment.chosen(weights.normalised)
    return chosen, assessment.pick(chosen)
