"""Why a place stands where it stands: contributions, failing rules, what to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.matching.assessment import verdicts
from service.matching.columns import Bools, Floats, NeedColumns, OfferColumns
from service.matching.context import Case, Context
from service.matching.criteria import CRITERIA
from service.matching.criteria.partnership import counted_partner
from service.matching.criteria.proximity import distance_km
from service.matching.places import Places
from service.matching.ranking import Ranking, ShownMode
from service.matching.rulebook import Language
from service.matching.rules import AdmissionRule
from service.matching.summary import ScoreLine, summary
from service.matching.values import Need, Offer
from service.matching.verdicts import UNKNOWN
from service.matching.weights import Weights


@dataclass(frozen=True, slots=True)
class Contribution:
    """One line of the score; the contributions add up to it in this order."""

    criterion: str
    weight: float
    utility: float
    contribution: float
    need: float | str | None
    offer: float | str | None
    unit: str
    need_band: tuple[float, float] | None
    offer_band: tuple[float, float] | None
    reason: str
    unknown: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """One rule that a place fails."""

    rule: str
    need: float | str | None
    offer: float | str | None
    unit: str
    source: str
    fixable: bool
    decided_by: str
    reason: str
    need_band: tuple[float, float] | None
    offer_band: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a ranking, explained.

    ``position`` points into the columns that were ranked; ``key`` is that row's.
    """

    position: int
    key: str
    rank: int
    score: float
    site_mode: ShownMode
    contributions: tuple[Contribution, ...]
    to_confirm: tuple[str, ...]
    distance_km: float | None
    programme: str | None
    summary: str


def contributions(
    case: Case, utilities: Floats, unknown: Bools, weights: Weights
) -> tuple[tuple[Contribution, ...], list[str], str]:
    """The lines of one pair's score, the fields that its criteria miss, and the summary.

    Parameters
    ----------
    case : Case
    utilities, unknown : ndarray, shape (number of criteria,)
        The very numbers that the score was added up from.
    weights : Weights
    """
    lines: list[Contribution] = []
    missing: list[str] = []
    told: list[ScoreLine] = []
    for criterion, weight, utility, is_unknown in zip(
        CRITERIA, weights.normalised, utilities.tolist(), unknown.tolist(), strict=True
    ):
        shown = criterion.reason(case, utility)
        missing += shown.missing
        told.append(ScoreLine(criterion.name, weight, utility, is_unknown, shown.missing))
        lines.append(
            Contribution(
                criterion=criterion.name,
                weight=weight,
                utility=utility,
                contribution=weight * utility,
                need=shown.need,
                offer=shown.offer,
                unit=criterion.unit if shown.unit is None else shown.unit,
                need_band=shown.need_band,
                offer_band=shown.offer_band,
                reason=shown.text,
                unknown=is_unknown,
            )
        )
    return tuple(lines), missing, summary(case, told)


def failure(rule: AdmissionRule, case: Case, fixable: bool) -> Failure:
    """One failing rule with its figures, source and sentence."""
    shown = rule.show(case)
    document = next((case.offer.sources[f] for f in rule.reads_offer if f in case.offer.sources), None)
    source = case.say(rule.text.source_zh, rule.text.source_en)
    return Failure(
        rule=rule.name,
        need=shown.need,
        offer=shown.offer,
        unit=rule.unit,
        source=f"{source}{case.say('；', '; ')}{document}" if document else source,
        fixable=fixable,
        decided_by=rule.text.decided_by,
        reason=shown.text,
        need_band=shown.need_band,
        offer_band=shown.offer_band,
    )


def unknown_fields(rules: Sequence[AdmissionRule], outcomes: Sequence[int], case: Case) -> list[str]:
    """The fields behind every rule whose outcome is unknown."""
    return [
        field
        for rule, outcome in zip(rules, outcomes, strict=True)
        if outcome == UNKNOWN
        for field in (rule.show(case).missing or rule.reads_offer)
    ]


def fields_to_confirm(offer: Offer, missing: Sequence[str]) -> tuple[str, ...]:
    """What to confirm, each field once; of an unconfirmed profile every figure stated besides."""
    stated = (
        [name for name, figure in offer.figures.items() if figure is not None] if offer.unconfirmed else []
    )
    return tuple(dict.fromkeys((*missing, *stated)))


def programme(need: Need, offer: Offer) -> str | None:
    """The programme under which the place counts as a partner."""
    found = counted_partner(need, offer)
    return None if found is None else found[0].programme


def explain_page(
    rules: Sequence[AdmissionRule],
    needs: NeedColumns,
    offers: OfferColumns | Places,
    ranking: Ranking,
    weights: Weights,
    context: Context,
    language: Language,
) -> list[Item]:
    """One item per line of a ranking's page, from the numbers that it was ranked by.

    Parameters
    ----------
    rules : sequence of AdmissionRule, those in force
    needs, offers : the columns that were ranked, one side a single row
    """
    ranks_offers = len(needs) == 1
    shown_needs = needs if ranks_offers else needs.take(ranking.positions)
    shown_offers = offers.take(ranking.positions) if ranks_offers or isinstance(offers, Places) else offers
    modes = [verdicts(rules, mode, shown_offers, context) for mode in shown_needs.modes()]
    items = []
    for line, position in enumerate(ranking.positions.tolist()):
        need = shown_needs.rows[0 if ranks_offers else line]
        offer = shown_offers.rows[line if ranks_offers else 0]
        site_mode = ranking.site_modes[line]
        case = Case(need, offer, site_mode != "rent", site_mode != "build", context, language)
        lines, missing, line_summary = contributions(
            case, ranking.utilities[line], ranking.unknown[line], weights
        )
        outcomes = modes[-1 if need.site_mode == "either" and site_mode == "rent" else 0]
        missing += unknown_fields(rules, [at(outcome, line) for outcome in outcomes], case)
        items.append(
            Item(
                position=position,
                key=offer.key if ranks_offers else need.key,
                rank=ranking.preceding + line + 1,
                score=float(ranking.scores[line]),
                site_mode=site_mode,
                contributions=lines,
                to_confirm=fields_to_confirm(offer, missing),
                distance_km=distance_km(need, offer),
                programme=programme(need, offer),
                summary=line_summary,
            )
        )
    return items


def at(values: NDArray[np.generic], row: int) -> int:
    """The entry of one row of an array that may stand for all rows alike."""
    return int(values[row if len(values) > 1 else 0])
