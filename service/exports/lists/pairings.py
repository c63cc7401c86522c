"""The list of pairings as a workbook: what GET /v1/pairings answers."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from sqlmodel import Session

from service.access.policy import Permission
from service.domain import pairings
from service.domain.pairings import Pairing, PairingRead, Programme
from service.domain.shapes import StrictBody
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.reading import Reading, Row
from service.units import RegionCode
from service.workbooks import Sheet


class PairingsAsked(StrictBody):
    """Which pairings; as the parameters of GET /v1/pairings."""

    region_code: RegionCode | None = None
    programme: Programme | None = None


def sheets(reading: Reading, asked: PairingsAsked) -> Iterator[Sheet]:
    """One sheet, a line for each pairing."""
    shown = [
        *(Shown(name, attrgetter(name)) for name in ("supporting_region_name", "partner_region_name")),
        *of_model(PairingRead, "programme", "since", "until"),
        Shown("pairing_evidence", attrgetter("evidence")),
        *of_model(PairingRead, "source", "supporting_region_code", "partner_region_code", "id"),
    ]
    found = reading.each(
        Pairing,
        lambda _session: pairings.listed(reading.actor, asked.region_code, asked.programme),
        lambda session, row: _read(reading, session, row),
    )
    yield Sheet(
        reading.say("结对关系", "Pairings"),
        columns(shown, reading.language),
        rows(found, shown, reading.language),
    )


def _read(reading: Reading, session: Session, row: Pairing) -> Row:
    answer = PairingRead.model_validate(row)
    return Row(
        answer,
        supporting_region_name=reading.region(session, answer.supporting_region_code),
        partner_region_name=reading.region(session, answer.partner_region_code),
    )


KIND = listing("pairings", "结对关系", "Pairings", Permission.PAIRINGS_READ, PairingsAsked, sheets)
