"""The list of holds as a workbook: what GET /v1/holds answers."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from sqlmodel import Session

from service.access.policy import Permission
from service.domain import holds
from service.domain.holds import Hold, HoldRead, State
from service.domain.shapes import StrictBody
from service.exports import wording
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.reading import Reading, Row
from service.reference import quantities
from service.units import Id
from service.workbooks import Sheet


class HoldsAsked(StrictBody):
    """Which holds; as the parameters of GET /v1/holds."""

    project_id: Id | None = None
    profile_id: Id | None = None
    state: State | None = None


def sheets(reading: Reading, asked: HoldsAsked) -> Iterator[Sheet]:
    """One sheet, a line for each hold for own projects and on own places."""
    shown = [
        *names_of_pair(),
        *of_model(HoldRead, "state", "land_mu", "floor_area_m2", "power_kva", "labour_persons"),
        Shown("quantities", lambda row: _quantities(row, reading)),
        *of_model(HoldRead, "expires_at", "ended_at"),
        *of_model(HoldRead, "reason"),
        Shown("commitments", lambda row: _documents(row, reading)),
        *of_model(HoldRead, "created_at", "updated_at", "id", "project_id", "profile_id"),
    ]
    found = reading.each(
        Hold,
        lambda session: holds.listed(session, reading.actor, asked.project_id, asked.profile_id, asked.state),
        lambda session, row: _read(reading, session, row),
    )
    yield Sheet(
        reading.say("意向预留", "Holds"),
        columns(shown, reading.language),
        rows(found, shown, reading.language),
        (
            reading.say(
                "预留仅为意向，不构成权属或承诺；以文件落实为准。",
                "A hold is an intent, never title; only documents commit what is held.",
            ),
        ),
    )


def names_of_pair() -> list[Shown[Any]]:
    """Columns that name a project and a place with their organisations, of `named_pair`."""
    names = ("project_name", "site_name", "project_organisation_name", "profile_organisation_name")
    return [Shown(name, attrgetter(name)) for name in names]


def named_pair(reading: Reading, session: Session, answer: Any) -> dict[str, str | None]:
    """The names of a record's project and place, as far as the actor may know of them."""
    return {
        "project_name": reading.project(session, answer.project_id),
        "site_name": reading.site(session, answer.profile_id),
        "project_organisation_name": reading.organisation(session, answer.project_organisation_id),
        "profile_organisation_name": reading.organisation(session, answer.profile_organisation_id),
    }


def _read(reading: Reading, session: Session, row: Hold) -> Row:
    answer = holds.read(session, reading.actor, row)
    return Row(answer, **named_pair(reading, session, answer))


def _quantities(row: Any, reading: Reading) -> list[str]:
    return [_amount(name, amount, reading) for name, amount in row.quantities.items()]


def _documents(row: Any, reading: Reading) -> list[str]:
    return [
        f"{_amount(name, one.amount, reading)}（{one.document_no}）" for name, one in row.commitments.items()
    ]


def _amount(name: str, amount: float, reading: Reading) -> str:
    units = {one.name: one.unit for one in quantities()}
    unit = wording.unit(units.get(name, ""), reading.language)
    return f"{reading.figure_name(name)} {wording.figure(amount)} {unit}".rstrip()


KIND = listing("holds", "意向预留", "Holds", Permission.HOLDS_READ, HoldsAsked, sheets)
