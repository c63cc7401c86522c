"""The ledger as a workbook: what GET /v1/ledger-entries answers, with its totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any

from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Permission
from service.database import reading as read_transaction
from service.domain import ledger_entries, ledger_views, measures
from service.domain.ledger_entries import LedgerEntry, State
from service.domain.ledger_views import LedgerEntryRead, LedgerTotal
from service.domain.measures import Measure
from service.domain.profiles import Evidence
from service.domain.shapes import StrictBody
from service.exports import wording
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.reading import Reading, Row
from service.units import Day, Id, QuantityName
from service.workbooks import Sheet

_NAMES = (
    "measure_name",
    "claimant_name",
    "supporting_region_name",
    "partner_region_name",
    "project_name",
    "site_name",
)


class LedgerEntriesAsked(StrictBody):
    """Which entries; as the parameters of GET /v1/ledger-entries."""

    opportunity_id: Id | None = None
    pairing_id: Id | None = None
    measure: QuantityName | None = None
    state: State | None = None
    since: Day | None = None
    until: Day | None = None


def sheets(reading: Reading, asked: LedgerEntriesAsked) -> Iterator[Sheet]:
    """The entries, reversals too, and what they add up to per measure."""
    language = reading.language
    with read_transaction(reading.database) as session:
        known = {one.name: one for one in session.exec(measures.listed())}

    def listed(_session: Session) -> SelectOfScalar[LedgerEntry]:
        return ledger_entries.listed(reading.actor, **asked.model_dump())

    entries = [
        *(Shown(name, attrgetter(name)) for name in _NAMES),
        *of_model(LedgerEntryRead, "programme", "component", "occurred_on", "amount"),
        Shown("unit", attrgetter("unit_name")),
        *of_model(LedgerEntryRead, "state"),
        Shown("eligible_share", attrgetter("eligible_share"), form="share"),
        *of_model(LedgerEntryRead, "recognised_amount", "reversed_amount", "is_reversed"),
        Shown("evidence", lambda row: [_document(one, reading) for one in row.evidence]),
        *of_model(LedgerEntryRead, "reason", "rejection_reason", "note", "separate", "side"),
        *(Shown(name, attrgetter(name)) for name in ("entered_by_name", "confirmed_by_name")),
        *of_model(LedgerEntryRead, "confirmed_at"),
        Shown("recognised_by_name", attrgetter("recognised_by_name")),
        *of_model(LedgerEntryRead, "decided_at", "created_at", "measure", "id", "reverses_id"),
        *of_model(LedgerEntryRead, "pairing_id", "opportunity_id"),
    ]
    found = reading.each(LedgerEntry, listed, lambda session, row: _read(reading, session, known, row))
    yield Sheet(reading.say("台账", "Ledger"), columns(entries, language), rows(found, entries, language))
    sums = [
        Shown("measure_name", attrgetter("measure_name")),
        Shown("unit", attrgetter("unit_name")),
        *of_model(LedgerTotal, "nature"),
        Shown("stock_as_of", attrgetter("as_of"), form="date"),
        *of_model(LedgerTotal, "entry_count", "claimed", "confirmed", "recognised", "measure"),
    ]
    with read_transaction(reading.database) as session:
        totals = ledger_views.totals(session, listed(session))
    added = [Row(one, **_words(reading, known[one.measure])) for one in totals]
    yield Sheet(
        reading.say("合计", "Totals"),
        columns(sums, language),
        rows(added, sums, language),
        (
            reading.say(
                "冲销已扣除。累计数为全部时间之和；月末数为“截至”所示月末的数。",
                "Reversals are taken off. A flow is added up over the whole time; a stock is what stands at "
                "the month end that is told.",
            ),
        ),
    )


def _read(reading: Reading, session: Session, known: Mapping[str, Measure], row: LedgerEntry) -> Row:
    units = {name: one.unit for name, one in known.items()}
    answer = ledger_views.shown_in_list(session, reading.actor, units, row)
    return Row(
        answer,
        **_words(reading, known[answer.measure]),
        supporting_region_name=reading.region(session, answer.supporting_region_code),
        partner_region_name=reading.region(session, answer.partner_region_code),
        project_name=reading.project_of(session, answer.opportunity_id),
        site_name=reading.site_of(session, answer.opportunity_id),
        claimant_name=reading.organisation(session, answer.organisation_id),
        entered_by_name=reading.organisation(session, answer.entered_by_organisation_id),
        confirmed_by_name=reading.organisation(session, answer.confirmed_by_organisation_id),
        recognised_by_name=reading.organisation(session, answer.decided_by_organisation_id),
    )


def _words(reading: Reading, measure: Measure) -> dict[str, Any]:
    unit = reading.say(measure.unit_zh, wording.unit(measure.unit, "en"))
    return {"measure_name": reading.say(measure.name_zh, measure.name_en), "unit_name": unit}


def _document(one: Evidence, reading: Reading) -> str:
    parts = [one.source, one.document_no, one.as_of.isoformat() if one.as_of else None]
    return wording.listed([part for part in parts if part], reading.language)


KIND = listing("ledger_entries", "台账", "Ledger", Permission.LEDGER_READ, LedgerEntriesAsked, sheets)
