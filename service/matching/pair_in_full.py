"""One need and one offer in full: what they would score and why, or what keeps them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.matching.assessment import assess, merit
from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context
from service.matching.exclusions import failures_of, read
from service.matching.explain import (
    Contribution,
    at,
    fields_to_confirm,
    missing_in,
    points_of,
    programme,
    told,
    unknown_fields,
    weighed,
)
from service.matching.failures import Failure
from service.matching.fixes import FixStep
from service.matching.kernel import blend
from service.matching.pair import distance_km
from service.matching.ranking import ShownMode, page_rows, site_mode
from service.matching.rulebook import Language
from service.matching.rules import AdmissionRule
from service.matching.weights import Weights


@dataclass(frozen=True, slots=True)
class Pair:
    """One need and one offer in full, eligible or not.

    ``score`` is what the pair would score; only an ``eligible`` one is ranked by it.
    """

    key: str
    eligible: bool
    score: float
    site_mode: ShownMode
    contributions: tuple[Contribution, ...]
    to_confirm: tuple[str, ...]
    failures: tuple[Failure, ...]
    cheapest_fix: tuple[FixStep, ...] | None
    distance_km: float | None
    programme: str | None
    summary: str


def pair_in_full(
    rules: Sequence[AdmissionRule],
    need: NeedColumns,
    offer: OfferColumns,
    weights: Weights,
    context: Context,
    language: Language,
) -> Pair:
    """One need and one offer in full, whether it would be ranked or not.

    Parameters
    ----------
    rules : sequence of AdmissionRule, those in force
    need, offer : the columns of one row each
    """
    assessment = assess(rules, need, offer, context)
    readings = read(rules, need, offer, context)
    eligible = bool(assessment.eligible[0])
    # A pair that would be ranked is shown as it would be, any other one as it would be fixed.
    variant = merit(assessment, weights)[0] if eligible else readings.variant
    utilities = assessment.pick(variant)
    mode = site_mode(assessment.variants[variant[0]].needs, 0)
    case = Case(need.rows[0], offer.rows[0], mode != "rent", mode != "build", context, language)
    first = np.zeros(1, dtype=np.int64)
    values = page_rows([utility.values for utility in utilities], first, 1)[0]
    unknown = page_rows([utility.unknown for utility in utilities], first, 1)[0]
    lines = told(case, values, unknown)
    contributions, line_summary = weighed(lines, points_of(case, lines), weights)
    outcomes = [at(verdict, 0) for verdict in readings.plans[variant[0]].verdicts]
    missing = missing_in(lines) + unknown_fields(rules, outcomes, case)
    return Pair(
        key=offer.rows[0].key,
        eligible=eligible,
        score=float(blend([utility.values for utility in utilities], weights.normalised, 1)[0]),
        site_mode=mode,
        contributions=contributions,
        to_confirm=fields_to_confirm(offer.rows[0], missing),
        failures=() if eligible else failures_of(rules, readings, 0, case),
        cheapest_fix=None if eligible else readings.plans[variant[0]].steps(0, offer.rows[0], context),
        distance_km=distance_km(need.rows[0], offer.rows[0]),
        programme=programme(need.rows[0], offer.rows[0]),
        summary=line_summary,
    )
