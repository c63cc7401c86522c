"""The project-place sheet as DOCX or PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlmodel import Session

from service.access.policy import Actor, Permission
from service.database import reading as read_session
from service.domain import profiles, projects
from service.domain.shapes import StrictBody
from service.exports import fonts, place_sheet
from service.exports.documents import share, title, to_docx
from service.exports.kind import Format, Kind
from service.exports.place_sheet import PlaceSheet
from service.exports.reading import Reading
from service.exports.typesetting import to_pdf
from service.units import Id


class PlaceSheetAsked(StrictBody):
    """Which project at which place."""

    project_id: Id
    profile_id: Id = Field(description="Eligible or not: the sheet says why not, and what would fix it.")


def check(session: Session, actor: Actor, asked: PlaceSheetAsked) -> None:
    """Raise ``NotFound`` where the actor may not know of one of the two."""
    projects.get(session, actor, asked.project_id)
    profiles.get(session, actor, asked.profile_id)


def render(reading: Reading, asked: PlaceSheetAsked, form: Format, path: Path) -> str:
    """Write the sheet."""
    with read_session(reading.database) as session:
        sheet = place_sheet.of_pair(reading, session, asked.project_id, asked.profile_id)
    if form == "docx":
        to_docx(sheet, path)
    else:
        typeset(reading, [sheet], path)
    return f"{sheet.project.name if sheet.project else ''} {sheet.place.name}"


def typeset(
    reading: Reading, sheets: Sequence[PlaceSheet], path: Path, visit: Mapping[str, Any] | None = None
) -> None:
    """Write sheets as PDF, behind a visit's cover where one is given."""
    first = sheets[0] if sheets else None
    data = {
        "title": visit["purpose"] if visit else title(first) if first else "",
        "labels": reading.labels,
        "language": reading.language,
        "date": reading.today,
        "basis": reading.basis,
        "visit": visit,
        "sheets": [_plain(sheet) for sheet in sheets],
    }
    to_pdf(
        data,
        path,
        families=fonts.families(reading.limits.font_dir),
        font_dirs=fonts.directories(reading.limits.font_dir),
        seconds=reading.limits.seconds,
    )


def _plain(sheet: PlaceSheet) -> dict[str, Any]:
    bars = [
        asdict(bar) | {"utility_text": share(bar.utility), "weight_text": share(bar.weight)}
        for bar in sheet.bars
    ]
    return asdict(sheet) | {"bars": bars}


KIND = Kind(
    "place_sheet",
    "推介书",
    "Place sheet",
    ("docx", "pdf"),
    Permission.MATCHES_READ,
    PlaceSheetAsked,
    render,
    check,
    also=(Permission.PROJECTS_READ, Permission.PROFILES_READ),
)
