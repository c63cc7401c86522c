"""Why not: the places passed over, their failing rules, and the cheapest fix with the rank it would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.matching.assessment import Assessment, assess
from service.matching.columns import Bools, Floats, Ints, NeedColumns, OfferColumns
from service.matching.context import Case, Context
from service.matching.encoding import encode_offers
from service.matching.explain import at
from service.matching.failures import Failure, failure
from service.matching.fixes import FixPlan, FixStep, apply_fix, plan
from service.matching.place_ranking import assess_places, failure_counts
from service.matching.places import Places
from service.matching.ranking import ShownMode, site_mode
from service.matching.rulebook import Language
from service.matching.rules import AdmissionRule
from service.matching.verdicts import FAIL
from service.matching.weights import Weights


@dataclass(frozen=True, slots=True)
class ExclusionCursor:
    """The last place of a page, by what orders it."""

    unfixable: int
    failures: int
    size: float
    tie_key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One place passed over. ``cheapest_fix`` is None when something cannot be fixed."""

    position: int
    key: str
    site_mode: ShownMode
    failures: tuple[Failure, ...]
    cheapest_fix: tuple[FixStep, ...] | None
    score_if_fixed: float | None
    rank_if_fixed: int | None


@dataclass(frozen=True, slots=True)
class ExclusionPage:
    """One page of places passed over."""

    items: tuple[Exclusion, ...]
    excluded_count: int
    next_cursor: ExclusionCursor | None


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Failures and fixes of n pairs, each in the reading of the site mode that is easiest to fix.

    Attributes
    ----------
    modes : tuple of NeedColumns, one per reading
    plans : tuple of FixPlan, one per reading
    variant : ndarray of int64, shape (n,)
        Which reading counts: the smaller order key, building when they are equal.
    unfixable, failures, size : ndarray, shape (n,)
        The order key of that reading.
    """

    modes: tuple[NeedColumns, ...]
    plans: tuple[FixPlan, ...]
    variant: Ints
    unfixable: Ints
    failures: Ints
    size: Floats


def read(
    rules: Sequence[AdmissionRule], needs: NeedColumns, offers: OfferColumns, context: Context
) -> Readings:
    """Work out the failures and fixes of all pairs; one side is a single row."""
    modes = needs.modes()
    plans = tuple(plan(rules, mode, offers, context) for mode in modes)
    keys = [np.stack([p.unfixable, p.failures, p.size]) for p in plans]
    variant = np.zeros(keys[0].shape[1], dtype=np.int64)
    if len(plans) > 1:
        equal = np.ones(len(variant), dtype=np.bool_)
        for build, rent in zip(*keys, strict=True):
            variant |= equal & (rent < build)
            equal &= rent == build
    unfixable, failures, size = np.choose(variant, keys)
    return Readings(modes, plans, variant, unfixable.astype(np.int64), failures.astype(np.int64), size)


def failures_of(
    rules: Sequence[AdmissionRule], readings: Readings, row: int, case: Case
) -> tuple[Failure, ...]:
    """The failing rules of one pair, in declared order."""
    chosen = readings.plans[int(readings.variant[row])]
    return tuple(
        failure(rule, case, bool(at(fixable, row)))
        for rule, verdict, fixable in zip(rules, chosen.verdicts, chosen.fixable, strict=True)
        if at(verdict, row) == FAIL
    )


def exclude(
    rules: Sequence[AdmissionRule],
    needs: NeedColumns,
    offers: OfferColumns | Places,
    *,
    visible: Bools,
    limit: int,
    weights: Weights,
    context: Context,
    language: Language,
    after: ExclusionCursor | None = None,
) -> ExclusionPage:
    """The visible places that one need passes over, easiest to fix first.

    Parameters
    ----------
    rules : sequence of AdmissionRule, those in force
    needs : NeedColumns, one row
    offers : OfferColumns, n rows
    visible : ndarray of bool, shape (n,)

    Notes
    -----
    Order: unfixable failures, failures, size of the fix, tie key. Scores and ranks
    if fixed are worked out for the page alone.
    """
    assessment = assessed(rules, needs, offers, context)
    passed_over = np.flatnonzero(visible & ~assessment.eligible)
    excluded = passed_over
    if isinstance(offers, Places):
        counts = failure_counts(rules, needs, offers, context)
        hard, failed = (count[passed_over] for count in counts)
        excluded = passed_over[_within_reach(hard, failed, limit, after)]
    readings = read(rules, needs, offers.take(excluded), context)
    ranks = offers.tie_rank[excluded]
    rows = np.lexsort((ranks, readings.size, readings.failures, readings.unfixable))
    if after is not None:
        rows = rows[_beyond(readings, ranks, after, offers.ties_up_to(after.tie_key))[rows]]
    page = rows[:limit]
    steps = [
        readings.plans[readings.variant[row]].steps(row, offers.rows[excluded[row]], context)
        for row in page.tolist()
    ]
    outlook = _if_fixed(rules, needs, offers, assessment, visible, excluded[page], steps, weights, context)
    items = []
    for row, fix, (score, rank) in zip(page.tolist(), steps, outlook, strict=True):
        position = int(excluded[row])
        mode = site_mode(readings.modes[readings.variant[row]], 0)
        offer = offers.rows[position]
        case = Case(needs.rows[0], offer, mode != "rent", mode != "build", context, language)
        failures = failures_of(rules, readings, row, case)
        items.append(Exclusion(position, offer.key, mode, failures, fix, score, rank))
    more = len(rows) > len(page) > 0
    return ExclusionPage(
        tuple(items), len(passed_over), _cursor(readings, int(page[-1]), items[-1], offers) if more else None
    )


def assessed(
    rules: Sequence[AdmissionRule], needs: NeedColumns, offers: OfferColumns | Places, context: Context
) -> Assessment:
    """Admission and utilities of all pairs, by the kernel where it can."""
    if isinstance(offers, Places):
        return assess_places(rules, needs, offers, context)
    return assess(rules, needs, offers, context)


def _within_reach(unfixable: Ints, failures: Ints, limit: int, after: ExclusionCursor | None) -> Bools:
    """The places that a page can hold by their numbers of failures: no fix of any other is worked out."""
    key = (unfixable << 32) + failures
    start = -1 if after is None else (after.unfixable << 32) + after.failures
    beyond = np.sort(key[key > start])
    # One more than the page, to know that there is another; all that tie with it in number stay in.
    last = beyond[limit] if limit < len(beyond) else np.iinfo(np.int64).max
    return np.asarray((key >= start) & (key <= last))


def _cursor(readings: Readings, row: int, last: Exclusion, offers: OfferColumns | Places) -> ExclusionCursor:
    return ExclusionCursor(
        unfixable=int(readings.unfixable[row]),
        failures=int(readings.failures[row]),
        size=float(readings.size[row]),
        tie_key=offers.tie_key(last.position),
    )


def _beyond(readings: Readings, ranks: Ints, after: ExclusionCursor, ties: int) -> Bools:
    """Where the order key lies beyond the cursor's. Shape (n,)."""
    beyond = ranks >= ties
    for values, value in (
        (readings.size, after.size),
        (readings.failures, after.failures),
        (readings.unfixable, after.unfixable),
    ):
        beyond = (values > value) | ((values == value) & beyond)
    return np.asarray(beyond)


def _if_fixed(
    rules: Sequence[AdmissionRule],
    needs: NeedColumns,
    offers: OfferColumns | Places,
    assessment: Assessment,
    visible: Bools,
    positions: Ints,
    steps: Sequence[tuple[FixStep, ...] | None],
    weights: Weights,
    context: Context,
) -> list[tuple[float | None, int | None]]:
    """Score and rank that each place would have after its fix; None where there is none.

    Each place is fixed alone, the others stay as they are.
    """
    fixed = [
        offers.rows[position] if fix is None else apply_fix(offers.rows[position], fix)
        for position, fix in zip(positions.tolist(), steps, strict=True)
    ]
    after = assess(rules, needs, encode_offers(fixed, context), context)
    scores_after = after.scores(weights.normalised)
    scores = np.where(visible, assessment.scores(weights.normalised), -np.inf)
    outlook: list[tuple[float | None, int | None]] = []
    for row, (position, fix) in enumerate(zip(positions.tolist(), steps, strict=True)):
        score = float(scores_after[row])
        if fix is None or score == -np.inf:
            outlook.append((None, None))
            continue
        ties_before = (scores == score) & (offers.tie_rank < offers.tie_rank[position])
        outlook.append((score, 1 + int(np.count_nonzero((scores > score) | ties_before))))
    return outlook
