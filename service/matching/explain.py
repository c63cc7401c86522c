"""Why a place stands where it stands: contributions, what to confirm, and the page that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from service.matching.assessment import verdicts
from service.matching.columns import Bools, Floats, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Reading, Shown
from service.matching.criteria import CRITERIA
from service.matching.pair import counted_partner
from service.matching.places import Places
from service.matching.ranking import Ranking, ShownMode
from service.matching.rulebook import Language
from service.matching.rules import AdmissionRule
from service.matching.summary import Points, ScoreLine, points, said, sentence
from service.matching.values import Need, Offer
from service.matching.verdicts import ALL_PASS, UNKNOWN
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


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of the score says, whatever it weighs."""

    criterion: str
    utility: float
    unit: str
    unknown: bool
    shown: Shown


@dataclass(frozen=True, slots=True)
class Account:
    """What is said of one pair, whatever the weights: a ranking adds rank, score, shares and summary.

    ``position`` and ``key`` are those of the ranked row; ``missing`` are the fields that the lines miss.
    """

    position: int
    key: str
    site_mode: ShownMode
    lines: tuple[Line, ...]
    to_confirm: tuple[str, ...]
    distance_km: float | None
    programme: str | None
    points: Points


def told(case: Case, utilities: Floats, unknown: Bools) -> tuple[Line, ...]:
    """What the lines of one pair's score say.

    Parameters
    ----------
    case : Case
    utilities, unknown : ndarray, shape (number of criteria,)
        The very numbers that the score was added up from.
    """
    lines = []
    for criterion, utility, is_unknown in zip(CRITERIA, utilities.tolist(), unknown.tolist(), strict=True):
        shown = criterion.reason(case, utility)
        unit = criterion.unit if shown.unit is None else shown.unit
        lines.append(Line(criterion.name, utility, unit, is_unknown, shown))
    return tuple(lines)


def points_of(case: Case, lines: Sequence[Line]) -> Points:
    """What a summary may say of these lines."""
    return points(
        case, [ScoreLine(line.criterion, line.utility, line.unknown, line.shown.missing) for line in lines]
    )


def missing_in(lines: Sequence[Line]) -> list[str]:
    """The fields that the criteria of these lines miss."""
    return [name for line in lines for name in line.shown.missing]


def weighed(lines: Sequence[Line], said_of: Points, weights: Weights) -> tuple[tuple[Contribution, ...], str]:
    """The contributions of the lines under these weights, and the summary."""
    contributions = tuple(
        Contribution(
            criterion=line.criterion,
            weight=weight,
            utility=line.utility,
            contribution=weight * line.utility,
            need=line.shown.need,
            offer=line.shown.offer,
            unit=line.unit,
            need_band=line.shown.need_band,
            offer_band=line.shown.offer_band,
            reason=line.shown.text,
            unknown=line.unknown,
        )
        for line, weight in zip(lines, weights.normalised, strict=True)
    )
    chosen = said(said_of, weights.normalised, [line.utility for line in lines])
    return contributions, sentence(said_of, chosen)


def unknown_fields(rules: Sequence[AdmissionRule], outcomes: Sequence[int], case: Case) -> list[str]:
    """The fields behind every rule whose outcome is unknown."""
    pairs = zip(rules, outcomes, strict=True)
    return fields_behind([rule for rule, outcome in pairs if outcome == UNKNOWN], case)


def fields_behind(undecided: Sequence[AdmissionRule], case: Case) -> list[str]:
    """The fields that decide these rules, as far as the case misses them."""
    return [field for rule in undecided for field in (rule.show(case).missing or rule.reads_offer)]


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


#: Kept with a need: further places find them made.
_called: Final[WeakKeyDictionary[NeedColumns, tuple[Sequence[AdmissionRule], list[list[AdmissionRule]]]]] = (
    WeakKeyDictionary()
)
_readings: Final[WeakKeyDictionary[NeedColumns, tuple[Context, Reading]]] = WeakKeyDictionary()


def _reading_of(need: NeedColumns, context: Context) -> Reading:
    """What sentences read of one need."""
    kept = _readings.get(need)
    if kept is None or kept[0] != context:
        kept = _readings[need] = (context, Reading.of(need.rows[0], context))
    return kept[1]


def _undecided(
    rules: Sequence[AdmissionRule], needs: NeedColumns, offers: OfferColumns, context: Context, count: int
) -> list[list[list[AdmissionRule]]]:
    """For each reading of the site mode and each of ``count`` pairs, the rules whose outcome is unknown."""
    modes = needs.modes()
    kept = _called.get(needs)
    # Whether a need calls for a rule at all is a matter of the need alone: ALL_PASS says that it does not.
    called = kept[1] if kept is not None and kept[0] is rules else [list(rules) for _ in modes]
    found = []
    for number, mode in enumerate(modes):
        outcomes = verdicts(called[number], mode, offers, context)
        pairs: list[list[AdmissionRule]] = [[] for _ in range(count)]
        for rule, outcome in zip(called[number], outcomes, strict=True):
            if (unknown := outcome == UNKNOWN).any():
                for row in np.flatnonzero(np.broadcast_to(unknown, (count,))).tolist():
                    pairs[row].append(rule)
        found.append(pairs)
        called[number] = [
            rule for rule, outcome in zip(called[number], outcomes, strict=True) if outcome is not ALL_PASS
        ]
    _called[needs] = (rules, called)
    return found


def account_page(
    rules: Sequence[AdmissionRule],
    needs: NeedColumns,
    offers: OfferColumns | Places,
    ranking: Ranking,
    context: Context,
    language: Language,
    lines: Sequence[int] | None = None,
) -> Iterator[Account]:
    """What is said of the pairs of a ranking's page, from the numbers that it was ranked by, one by one.

    Parameters
    ----------
    rules : sequence of AdmissionRule, those in force
    needs, offers : the columns that were ranked, one side a single row
    lines : sequence of int, optional
        Lines of the page; all of them where it is left out.
    """
    wanted = list(range(len(ranking.positions))) if lines is None else list(lines)
    positions = ranking.positions[wanted]
    ranks_offers = len(needs) == 1
    shown_needs = needs if ranks_offers else needs.take(positions)
    shown_offers = offers.take(positions) if ranks_offers or isinstance(offers, Places) else offers
    modes = _undecided(rules, shown_needs, shown_offers, context, len(wanted))
    reading = _reading_of(needs, context) if ranks_offers and wanted else None
    for row, line in enumerate(wanted):
        need = shown_needs.rows[0 if ranks_offers else row]
        offer = shown_offers.rows[row if ranks_offers else 0]
        site_mode = ranking.site_modes[line]
        case = Case(need, offer, site_mode != "rent", site_mode != "build", context, language, reading)
        found = told(case, ranking.utilities[line], ranking.unknown[line])
        undecided = modes[-1 if need.site_mode == "either" and site_mode == "rent" else 0][row]
        missing = missing_in(found)
        missing += fields_behind(undecided, case)
        yield Account(
            position=int(positions[row]),
            key=offer.key if ranks_offers else need.key,
            site_mode=site_mode,
            lines=found,
            to_confirm=fields_to_confirm(offer, missing),
            distance_km=case.distance_km,
            programme=None if case.partner is None else case.partner[0].programme,
            points=points_of(case, found),
        )


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
    items = []
    accounts = account_page(rules, needs, offers, ranking, context, language)
    for line, account in enumerate(accounts):
        contributions, summary = weighed(account.lines, account.points, weights)
        items.append(
            Item(
                position=account.position,
                key=account.key,
                rank=ranking.preceding + line + 1,
                score=float(ranking.scores[line]),
                site_mode=account.site_mode,
                contributions=contributions,
                to_confirm=account.to_confirm,
                distance_km=account.distance_km,
                programme=account.programme,
                summary=summary,
            )
        )
    return items


def at(values: NDArray[np.generic], row: int) -> int:
    """The entry of one row of an array that may stand for all rows alike."""
    return int(values[row if len(values) > 1 else 0])
