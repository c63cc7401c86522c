"""Holds over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import Cursor, HoldReader, HoldWriter, Limit, PathId, ReadSession, WriteSession
from service.api.pages import Page, page
from service.api.preconditions import WAITS, IfMatch, OnceDep, accepted, tagged
from service.api.problems import documented
from service.domain import hold_records, holds
from service.domain.approvals import Approval, ApprovalRead
from service.domain.holds import HoldCommit, HoldExtension, HoldRead, HoldRelease, HoldWrite, State
from service.units import Id

router = APIRouter(prefix="/v1/holds", tags=["holds"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List holds", responses=documented(400))
def list_holds(
    request: Request,
    session: ReadSession,
    actor: HoldReader,
    project_id: Annotated[Id | None, Query(description="For this project.")] = None,
    profile_id: Annotated[Id | None, Query(description="On this place.")] = None,
    state: Annotated[State | None, Query(description="As it is by the clock.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[HoldRead]:
    """Holds for own projects and on own places; nobody else sees them."""
    statement = holds.listed(session, actor, project_id, profile_id, state)
    return page(request, session, statement, lambda row: holds.read(session, actor, row), limit, cursor)


@router.post("", status_code=201, summary="Hold capacity", responses=documented(404, 408, 409, 413))
def create_hold(body: HoldWrite, session: WriteSession, actor: HoldWriter, once: OnceDep) -> HoldRead:
    """Keep capacity of a place for a project: an intent, never title.

    Active at once where the place's organisation does it; of the project's organisation it is a request,
    which reserves nothing until it is granted. 409 says what is short, and when the next hold ends.
    """

    def act() -> HoldRead:
        row, warnings = hold_records.create(session, actor, body)
        return holds.read(session, actor, row, warnings)

    return once(session, actor, body, HoldRead, act)


@router.get("/{hold_id}", summary="Read a hold", responses=documented(404))
def get_hold(hold_id: PathId, session: ReadSession, actor: HoldReader, response: Response) -> HoldRead:
    """One hold, as either side sees it; `state` is by the clock."""
    return tagged(response, holds.read(session, actor, holds.get(session, actor, hold_id)))


@router.post("/{hold_id}/grant", summary="Grant a hold", responses=CHANGING)
def grant_hold(
    hold_id: PathId, session: WriteSession, actor: HoldWriter, if_match: IfMatch, response: Response
) -> HoldRead:
    """The place's organisation agrees to a request; from now on the capacity is kept."""
    row, warnings = hold_records.grant(session, actor, hold_id, if_match)
    return tagged(response, holds.read(session, actor, row, warnings))


@router.post(
    "/{hold_id}/release", summary="Release a hold", responses=CHANGING | WAITS, response_model=HoldRead
)
def release_hold(
    hold_id: PathId,
    body: HoldRelease,
    session: WriteSession,
    actor: HoldWriter,
    if_match: IfMatch,
    response: Response,
) -> HoldRead | Response:
    """Either side lets go: the project's gives it up, the place's declines, or says why it takes it back.

    202 with an approval where the organisation wants a second person before an active hold is released.
    """
    done = hold_records.release(session, actor, hold_id, if_match, body)
    if isinstance(done, Approval):
        return accepted(ApprovalRead.model_validate(done))
    return tagged(response, holds.read(session, actor, done))


@router.post("/{hold_id}/extend", summary="Extend a hold", responses=CHANGING)
def extend_hold(
    hold_id: PathId,
    body: HoldExtension,
    session: WriteSession,
    actor: HoldWriter,
    if_match: IfMatch,
    response: Response,
) -> HoldRead:
    """Have an active hold end later (the place's organisation), or a request (the project's)."""
    row = hold_records.extend(session, actor, hold_id, if_match, body)
    return tagged(response, holds.read(session, actor, row))


@router.post("/{hold_id}/commit", summary="Commit what is held", responses=CHANGING)
def commit_hold(
    hold_id: PathId,
    body: HoldCommit,
    session: WriteSession,
    actor: HoldWriter,
    if_match: IfMatch,
    response: Response,
) -> HoldRead:
    """Turn held quantities into taken ones, each by its document: off the published figure and its pools.

    The hold is committed when every quantity but labour is; until then the rest stays held.
    """
    row = hold_records.commit(session, actor, hold_id, if_match, body)
    return tagged(response, holds.read(session, actor, row))
