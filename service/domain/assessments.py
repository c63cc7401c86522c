"""Assessments 考核: target, done, points, rank, and what is to come, computed from the ledger when asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session, col, or_, select

from service.access.policy import Actor
from service.database import now
from service.domain import (
    assessment_peers,
    indicator_packs,
    ledger_counting,
    oversight,
    pairings,
    pipeline,
    regions,
    submissions,
)
from service.domain.assessing.counting import Entry, exact
from service.domain.assessing.lines import Line, Scope, line_of
from service.domain.assessing.ranks import Standing
from service.domain.indicator_packs import IndicatorPack
from service.domain.indicators import Indicator, Period
from service.domain.ledger_counting import Counted
from service.domain.ledger_entries import LedgerEntry
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing, Programme
from service.domain.submissions import Reported
from service.domain.targets import Target
from service.errors import NotFound, invalid
from service.units import shanghai_day


@dataclass(frozen=True, slots=True)
class Question:
    """Whose assessment is asked for, of what."""

    programme: Programme
    year: int
    period: Period = "year"
    organisation_id: str | None = None
    pairing_id: str | None = None
    years_back: int = 1


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was computed, before it is put into words.

    ``is_own``: the actor is the organisation itself, and so sees what its joint records plan.
    """

    organisation: Organisation
    question: Question
    pack: IndicatorPack
    as_of: datetime
    lines: tuple[Line, ...]
    standing: Standing
    is_own: bool
    submitted: Mapping[int, Reported]


def assess(session: Session, actor: Actor, question: Question) -> Assessment:
    """Compute an assessment, as the actor may see it.

    Raises
    ------
    NotFound
        Of an organisation that the actor does not oversee; ``no_pack`` where nothing says what is assessed.
    Invalid
        ``unknown_pairing``: not one of the organisation's under this programme.
    """
    organisation = oversight.get(session, actor, question.organisation_id)
    return computed(session, organisation, question, is_own=organisation.id == actor.organisation_id)


def computed(session: Session, organisation: Organisation, question: Question, *, is_own: bool) -> Assessment:
    """An assessment as it stands at this instant; ``is_own`` as the organisation itself sees it."""
    pack = indicator_packs.holding(session, organisation, question.programme, question.year)
    if pack is None:
        raise NotFound(
            "no_pack",
            "No authority above the organisation has set what is assessed under this programme in this year. "
            "It may do so with POST /v1/indicator-packs.",
        )
    pairs = _pairs(session, organisation, question)
    as_of = now(session)
    today = shanghai_day(as_of)
    scope = Scope(question.year, question.period, today)
    entries = _entries(session, organisation, question)
    in_force = [pair for pair in pairs if pairings.holds_on(pair, today)]
    records = pipeline.prospects(session, organisation, in_force) if is_own else ()
    targets = _targets(session, organisation.id, question)
    peers = (
        assessment_peers.peers_of(
            session, organisation.id, question.programme, question.year, question.period
        )
        if question.pairing_id is None
        else assessment_peers.unranked(organisation.id)
    )
    lines = tuple(
        line_of(
            indicator,
            pack.outlook,
            scope,
            [entry for measure in measures_of(indicator) for entry in entries.get(measure, ())],
            records,
            targets.get(indicator.code, {}),
            peers.of_indicator(indicator.code),
            question.years_back,
        )
        for indicator in pack.indicators
    )
    submitted = _submitted(session, organisation.id, question)
    return Assessment(organisation, question, pack, as_of, lines, peers.of_whole(), is_own, submitted)


def _pairs(session: Session, organisation: Organisation, question: Question) -> Sequence[Pairing]:
    """The pairings of the organisation's region, or of regions below it; or the one that is asked for."""
    codes = regions.at_or_below(organisation.region_code)
    statement = select(Pairing).where(
        Pairing.programme == question.programme,
        or_(col(Pairing.supporting_region_code).in_(codes), col(Pairing.partner_region_code).in_(codes)),
    )
    pairs = session.exec(statement.order_by(col(Pairing.id))).all()
    if question.pairing_id is None:
        return pairs
    wanted = [pair for pair in pairs if pair.id == question.pairing_id]
    if not wanted:
        said = "The organisation has no such pairing under this programme; see GET /v1/pairings."
        raise invalid("/query/pairing_id", "unknown_pairing", said)
    return wanted


def measures_of(indicator: Indicator) -> list[str]:
    """The measures that an indicator counts, each once."""
    return list(dict.fromkeys(term.measure for term in indicator.terms))


def _entries(
    session: Session, organisation: Organisation, question: Question
) -> Mapping[str, Sequence[Entry]]:
    """By measure, all that counts for the organisation's region, whichever side claimed it, in every year.

    By the regions and the programme that a pairing had on the day of the claim: one that is changed
    afterwards must not show its entries to others.
    """
    codes = regions.at_or_below(organisation.region_code)
    statement = select(LedgerEntry.id, LedgerEntry.pairing_id).where(
        LedgerEntry.programme == question.programme,
        or_(
            col(LedgerEntry.supporting_region_code).in_(codes),
            col(LedgerEntry.partner_region_code).in_(codes),
        ),
    )
    if question.pairing_id is not None:
        statement = statement.where(LedgerEntry.pairing_id == question.pairing_id)
    pairing_of = dict(session.exec(statement).all())
    counted = ledger_counting.counted(session, pairing_ids=set(pairing_of.values()))
    by_measure: defaultdict[str, list[Entry]] = defaultdict(list)
    for found in counted:
        if found.entry_id in pairing_of:
            by_measure[found.measure].append(entry_of(found))
    return by_measure


def entry_of(found: Counted) -> Entry:
    """An entry of the ledger as the arithmetic takes it."""
    if found.state == "rejected":
        raise AssertionError("a rejected entry counts for nothing and is not among those that count")
    return Entry(
        entry_id=found.entry_id,
        organisation_id=found.organisation_id,
        opportunity_id=found.opportunity_id,
        pairing_id=found.pairing_id,
        measure=found.measure,
        component=found.component,
        amount=found.amount,
        recognised_amount=found.recognised_amount,
        occurred_on=found.occurred_on,
        state=found.state,
        is_reversed=found.is_reversed,
    )


def _targets(
    session: Session, organisation_id: str, question: Question
) -> Mapping[str, Mapping[int, Fraction]]:
    """By indicator and year: the target over all pairings, else the sum of those of single ones."""
    statement = select(Target).where(
        Target.organisation_id == organisation_id,
        Target.programme == question.programme,
        Target.period == question.period,
        col(Target.year).between(question.year - question.years_back, question.year),
    )
    if question.pairing_id is not None:
        statement = statement.where(Target.pairing_id == question.pairing_id)
    found: defaultdict[str, defaultdict[int, list[Target]]] = defaultdict(lambda: defaultdict(list))
    for row in session.exec(statement):
        found[row.indicator][row.year].append(row)
    return {code: {year: _whole(rows) for year, rows in years.items()} for code, years in found.items()}


def _whole(rows: list[Target]) -> Fraction:
    over_all = [row for row in rows if row.pairing_id is None] or rows
    return sum((exact(row.amount) for row in over_all), Fraction(0))


def _submitted(session: Session, organisation_id: str, question: Question) -> Mapping[int, Reported]:
    found: dict[int, Reported] = {}
    for year in range(question.year - question.years_back, question.year + 1):
        newest = submissions.newest(
            session, [organisation_id], question.programme, year, question.period, question.pairing_id
        )
        if organisation_id in newest:
            found[year] = newest[organisation_id]
    return found
