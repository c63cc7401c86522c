"""The folder of a delegation 考察手册: itinerary, members, calendar, and the sheet of each place."""

from __future__ import annotations

import zipfile
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlmodel import Session

from service.access.policy import Actor, Permission
from service.database import reading as read_session
from service.domain import itineraries, visits
from service.domain.itineraries import Leg
from service.domain.shapes import StrictBody
from service.domain.visits import VisitRead
from service.errors import NotFound
from service.exports import place_sheet
from service.exports.documents import to_docx
from service.exports.kind import Format, Kind, file_name
from service.exports.place_sheet import PlaceSheet
from service.exports.reading import Reading
from service.exports.sheets_of_places import typeset
from service.units import Id


class DelegationAsked(StrictBody):
    """Which visit; whoever is visited gets its own stops alone, as it sees them."""

    visit_id: Id


def check(session: Session, actor: Actor, asked: DelegationAsked) -> None:
    """Raise ``NotFound`` for a visit that the actor does not see."""
    visits.get(session, actor, asked.visit_id)


def render(reading: Reading, asked: DelegationAsked, form: Format, path: Path) -> str:
    """Write the folder: one PDF, or a ZIP of that, the sheets to be edited, and the calendar."""
    with read_session(reading.database) as session:
        visit = visits.read(session, reading.actor, visits.get(session, reading.actor, asked.visit_id))
        cover = _cover(reading, session, visit)
        sheets = _sheets(reading, session, visit)
    reading.progress(1, 2)
    if form == "pdf":
        typeset(reading, sheets, path, cover)
        return visit.purpose
    with TemporaryDirectory() as folder, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = Path(folder, "folder.pdf")
        typeset(reading, sheets, whole, cover)
        archive.write(whole, f"{reading.labels['delegation']}.pdf")
        for number, sheet in enumerate(sheets, 1):
            one = Path(folder, "sheet.docx")
            to_docx(sheet, one)
            archive.write(one, file_name([f"{number:02d}", sheet.place.name], "docx"))
        legs = [Leg(stop.on, stop.site_name, stop.region_name, stop.note) for stop in visit.stops]
        calendar = itineraries.as_calendar(visit.id, visit.purpose, legs, visit.updated_at)
        archive.writestr(f"{reading.labels['itinerary']}.ics", calendar)
        text = itineraries.as_text(legs, reading.language, purpose=visit.purpose)
        archive.writestr(f"{reading.labels['itinerary']}.txt", text.encode("utf-8-sig"))
    return visit.purpose


def _sheets(reading: Reading, session: Session, visit: VisitRead) -> list[PlaceSheet]:
    """Of every place once, with the visit's project where the actor may know of that."""
    found = []
    for profile_id in dict.fromkeys(stop.profile_id for stop in visit.stops):
        try:
            if visit.project_id is None:
                found.append(place_sheet.of_place(reading, session, profile_id))
            else:
                found.append(place_sheet.of_pair(reading, session, visit.project_id, profile_id))
        except NotFound:
            # The place was withdrawn since: it stays in the itinerary, and tells nothing more.
            continue
    return found


def _cover(reading: Reading, session: Session, visit: VisitRead) -> dict[str, Any]:
    days = f"{visit.starts_on} — {visit.ends_on}" if visit.ends_on > visit.starts_on else str(visit.starts_on)
    return {
        "purpose": visit.purpose,
        "days": days,
        "organisation": reading.organisation(session, visit.organisation_id) or "",
        "project": reading.project(session, visit.project_id) or "",
        "members": [
            {"name": one.name, "office": one.office or "", "title": one.title or ""} for one in visit.members
        ],
        "stops": [
            {
                "day": day.isoformat(),
                "stops": [
                    {
                        "name": stop.site_name,
                        "region": stop.region_name,
                        "note": stop.note or "",
                        "result": stop.result or "",
                    }
                    for stop in stops
                ],
            }
            for day, stops in groupby(visit.stops, key=lambda stop: stop.on)
        ],
        "follow_ups": [
            {
                "text": one.text,
                "due": one.due_on.isoformat() if one.due_on else "",
                "done": one.done_on is not None,
            }
            for one in visit.follow_ups
        ],
    }


KIND = Kind(
    "delegation",
    "考察手册",
    "Visit folder",
    ("zip", "pdf"),
    # What is in it is more than the visit: whoever reads the file must be allowed that too.
    Permission.MATCHES_READ,
    DelegationAsked,
    render,
    check,
    also=(Permission.VISITS_READ, Permission.PROJECTS_READ, Permission.PROFILES_READ),
)
