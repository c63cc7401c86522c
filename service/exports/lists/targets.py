"""The list of targets as a workbook: what GET /v1/targets answers."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from sqlmodel import Session

from service.access.policy import Permission
from service.domain import indicator_packs, targets
from service.domain.indicators import Indicator, Period
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing, Programme
from service.domain.shapes import StrictBody
from service.domain.targets import Target, TargetRead
from service.exports import wording
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.reading import Reading, Row
from service.units import Id, QuantityName, Year
from service.workbooks import Sheet

_Known = dict[tuple[str, Programme, int], dict[str, Indicator]]


class TargetsAsked(StrictBody):
    """Which targets; as the parameters of GET /v1/targets."""

    organisation_id: Id | None = None
    programme: Programme | None = None
    year: Year | None = None
    period: Period | None = None
    indicator: QuantityName | None = None


def sheets(reading: Reading, asked: TargetsAsked) -> Iterator[Sheet]:
    """One sheet, a line for each target."""
    shown = [
        Shown("organisation_name", attrgetter("organisation_name")),
        *of_model(TargetRead, "programme"),
        Shown("year", lambda row: str(row.year)),
        *of_model(TargetRead, "period"),
        Shown("indicator_name", attrgetter("indicator_name")),
        Shown("target_amount", attrgetter("amount"), form="number"),
        Shown("unit", attrgetter("unit_name")),
        *(Shown(name, attrgetter(name)) for name in ("supporting_region_name", "partner_region_name")),
        *of_model(TargetRead, "document_no", "note"),
        Shown("set_by_name", attrgetter("set_by_name")),
        *of_model(TargetRead, "created_at", "updated_at", "indicator", "id", "organisation_id", "pairing_id"),
    ]
    known: _Known = {}
    found = reading.each(
        Target,
        lambda _session: targets.listed(
            reading.actor, asked.organisation_id, asked.programme, asked.year, asked.period, asked.indicator
        ),
        lambda session, row: _read(reading, session, known, row),
    )
    yield Sheet(
        reading.say("任务数", "Targets"),
        columns(shown, reading.language),
        rows(found, shown, reading.language),
        (
            reading.say(
                "未列结对双方的，为该协作机制全部结对的任务数。",
                "A target without a pairing is over all pairings of its programme.",
            ),
        ),
    )


def _read(reading: Reading, session: Session, known: _Known, row: Target) -> Row:
    answer = TargetRead.model_validate(row)
    scope = (row.organisation_id, row.programme, row.year)
    if scope not in known:
        known[scope] = _lines(session, *scope)
    line = known[scope].get(row.indicator)
    unit = wording.unit(row.unit, reading.language)
    if line is not None and line.unit == row.unit:
        unit = reading.say(line.unit_zh, unit)
    pairing = session.get(Pairing, row.pairing_id) if row.pairing_id else None
    return Row(
        answer,
        organisation_name=reading.organisation(session, row.organisation_id),
        set_by_name=reading.organisation(session, row.set_by_organisation_id),
        # By the pack that holds now; the code alone where that has no such line any more.
        indicator_name=reading.say(line.name_zh, line.name_en) if line else row.indicator,
        unit_name=unit,
        supporting_region_name=reading.region(session, pairing.supporting_region_code) if pairing else None,
        partner_region_name=reading.region(session, pairing.partner_region_code) if pairing else None,
    )


def _lines(session: Session, organisation_id: str, programme: Programme, year: int) -> dict[str, Indicator]:
    organisation = session.get_one(Organisation, organisation_id)
    pack = indicator_packs.holding(session, organisation, programme, year)
    return {line.code: line for line in pack.indicators} if pack else {}


KIND = listing("targets", "任务数", "Targets", Permission.TARGETS_READ, TargetsAsked, sheets)
