"""Visits over HTTP, also as text and as a calendar file."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    LanguageDep,
    Limit,
    NewestFirst,
    PathId,
    ReadSession,
    VisitReader,
    VisitWriter,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import itineraries, visit_records, visits
from service.domain.itineraries import Leg
from service.domain.visits import VisitRead, VisitWrite
from service.units import Day, Id

router = APIRouter(prefix="/v1/visits", tags=["visits"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


def _as(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Documents an answer that is no JSON."""
    content = {media_type: {"schema": {"type": "string"}}}
    return {**documented(404), 200: {"description": "The visit.", "content": content}}


@router.get("", summary="List visits", responses=documented(400))
def list_visits(
    request: Request,
    session: ReadSession,
    actor: VisitReader,
    project_id: Annotated[Id | None, Query(description="For this project of one's own.")] = None,
    since: Annotated[Day | None, Query(description="That end on this day or later.")] = None,
    newest_first: NewestFirst = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[VisitRead]:
    """Own visits, and those that stop at a place of the caller's; in the order in which they were entered."""
    statement = visits.listed(actor, project_id, since, newest_first=newest_first)
    return page(request, session, statement, partial(visits.read, session, actor), limit, cursor)


@router.post("", status_code=201, summary="Plan a visit", responses=documented(408, 409, 413))
def create_visit(body: VisitWrite, session: WriteSession, actor: VisitWriter, once: OnceDep) -> VisitRead:
    """Enter a delegation's visit; each place on it sees it and its own stop."""

    def act() -> VisitRead:
        return visits.read(session, actor, visit_records.plan(session, actor, body))

    return once(session, actor, body, VisitRead, act)


@router.get("/{visit_id}", summary="Read a visit", responses=documented(404))
def get_visit(visit_id: PathId, session: ReadSession, actor: VisitReader, response: Response) -> VisitRead:
    """One visit; whoever is visited sees its own stops."""
    return tagged(response, visits.read(session, actor, visits.get(session, actor, visit_id)))


@router.get(
    "/{visit_id}/itinerary",
    summary="Read a visit as text",
    responses=_as("text/plain"),
    response_class=Response,
)
def get_visit_itinerary(
    visit_id: PathId, session: ReadSession, actor: VisitReader, language: LanguageDep
) -> Response:
    """The stops day by day, to be pasted into a message."""
    row = visits.read(session, actor, visits.get(session, actor, visit_id))
    text = itineraries.as_text(_legs(row), language, purpose=row.purpose)
    return Response(text, media_type="text/plain; charset=utf-8")


@router.get(
    "/{visit_id}/calendar",
    summary="Read a visit as a calendar file",
    responses=_as("text/calendar"),
    response_class=Response,
)
def get_visit_calendar(visit_id: PathId, session: ReadSession, actor: VisitReader) -> Response:
    """An iCalendar file (RFC 5545) with an event for each stop; importing it again updates them."""
    row = visits.read(session, actor, visits.get(session, actor, visit_id))
    content = itineraries.as_calendar(row.id, row.purpose, _legs(row), row.updated_at)
    headers = {"Content-Disposition": f'attachment; filename="{row.id}.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _legs(row: VisitRead) -> list[Leg]:
    return [Leg(stop.on, stop.site_name, stop.region_name, stop.note) for stop in row.stops]


@router.put("/{visit_id}", summary="Replace a visit", responses=CHANGING)
def replace_visit(
    visit_id: PathId,
    body: VisitWrite,
    session: WriteSession,
    actor: VisitWriter,
    if_match: IfMatch,
    response: Response,
) -> VisitRead:
    """Put a whole new body in place of the old; what is left out falls back to its default."""
    row = visit_records.replace(session, actor, visit_id, if_match, body)
    return tagged(response, visits.read(session, actor, row))


@router.patch("/{visit_id}", summary="Change a visit", responses=CHANGING, openapi_extra=patch_of(VisitWrite))
def change_visit(
    visit_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: VisitWriter,
    if_match: IfMatch,
    response: Response,
) -> VisitRead:
    """Results, follow-ups, another day, by a JSON merge patch (RFC 7396)."""
    row = visit_records.change(session, actor, visit_id, if_match, body)
    return tagged(response, visits.read(session, actor, row))


@router.delete("/{visit_id}", status_code=204, summary="Call off a visit", responses=CHANGING)
def delete_visit(visit_id: PathId, session: WriteSession, actor: VisitWriter, if_match: IfMatch) -> None:
    """Remove a visit that did not take place."""
    visit_records.remove(session, actor, visit_id, if_match)
