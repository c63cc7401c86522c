"""The record of changes over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from service.api.deps import AuditReader, Cursor, Limit, ReadSession
from service.api.pages import Page, page
from service.api.problems import documented
from service.domain import audit_events
from service.domain.audit_events import AuditEventRead, AuditFilters
from service.units import Id, Instant, ShortText

router = APIRouter(prefix="/v1/audit-events", tags=["audit"])


@router.get("", summary="Search the record of changes", responses=documented(400))
def list_audit_events(
    request: Request,
    session: ReadSession,
    actor: AuditReader,
    noun: Annotated[ShortText | None, Query(description="Such as `hold`.")] = None,
    noun_id: Annotated[ShortText | None, Query(description="Of this thing.")] = None,
    action: Annotated[ShortText | None, Query(description="Such as `hold.grant`.")] = None,
    person: Annotated[Id | None, Query(description="Of this person.")] = None,
    organisation_id: Annotated[
        Id | None, Query(description="For a platform, whose sight covers all.")
    ] = None,
    since: Annotated[Instant | None, Query(description="At this instant or later.")] = None,
    until: Annotated[Instant | None, Query(description="Before this instant.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[AuditEventRead]:
    """What was done in the caller's organisation, newest first; refused and locked sign-ins among it.

    Events are kept for 36 months.
    """
    filters = AuditFilters(noun, noun_id, action, person, organisation_id, since, until)
    return page(request, session, audit_events.listed(actor, filters), audit_events.read, limit, cursor)


@router.get("/{sequence}", summary="Read one event of the record", responses=documented(404))
def get_audit_event(
    sequence: Annotated[int, Path(ge=1, lt=2**63)], session: ReadSession, actor: AuditReader
) -> AuditEventRead:
    """One event, with the hashes that chain it."""
    return audit_events.read(audit_events.get(session, actor, sequence))
