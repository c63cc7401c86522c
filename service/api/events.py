"""The feed of events over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.deps import EventReader, Limit, PathId, ReadSession
from service.api.problems import documented
from service.domain import events
from service.domain.events import EventPage, EventRead, EventType
from service.units import Id

router = APIRouter(prefix="/v1/events", tags=["alerts"])


@router.get("", summary="Follow events", responses=documented(400))
def list_events(
    session: ReadSession,
    actor: EventReader,
    after: Annotated[
        Id | None, Query(description="`next_after` of the answer before, or any event's id.")
    ] = None,
    type: Annotated[EventType | None, Query(description="Of this type alone.")] = None,
    newest_first: Annotated[
        bool, Query(description="For people: `after` then leads back to what was before.")
    ] = False,
    limit: Limit = 20,
) -> EventPage:
    """What has happened that concerns the caller's organisation, in the order in which it was committed.

    Whoever asks again with `after` misses nothing, be it a second or a month later; events are kept for a
    year.
    """
    return events.following(session, actor, after, type, limit, newest_first=newest_first)


@router.get("/{event_id}", summary="Read an event", responses=documented(404))
def get_event(event_id: PathId, session: ReadSession, actor: EventReader) -> EventRead:
    """One event."""
    return EventRead.model_validate(events.get(session, actor, event_id))
