"""Targets over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    Limit,
    PathId,
    ReadSession,
    TargetReader,
    TargetWriter,
    WriteSession,
    YearFilter,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import targets
from service.domain.indicators import Period
from service.domain.pairings import Programme
from service.domain.targets import TargetChange, TargetRead, TargetWrite
from service.units import Id, QuantityName

router = APIRouter(prefix="/v1/targets", tags=["assessment"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List targets", responses=documented(400))
def list_targets(
    request: Request,
    session: ReadSession,
    actor: TargetReader,
    organisation_id: Annotated[Id | None, Query(description="Of this organisation.")] = None,
    programme: Annotated[Programme | None, Query(description="Under this programme.")] = None,
    year: YearFilter = None,
    period: Annotated[Period | None, Query(description="Until the end of this period.")] = None,
    indicator: Annotated[QuantityName | None, Query(description="Of this indicator.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[TargetRead]:
    """Own targets; an authority sees those of all organisations in its region."""
    statement = targets.listed(actor, organisation_id, programme, year, period, indicator)
    return page(request, session, statement, TargetRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Set a target", responses=documented(404, 408, 409, 413))
def create_target(body: TargetWrite, session: WriteSession, actor: TargetWriter, once: OnceDep) -> TargetRead:
    """Say what an organisation of one's own region has to reach; of one scope there is one target."""

    def act() -> TargetRead:
        return TargetRead.model_validate(targets.create(session, actor, body))

    return once(session, actor, body, TargetRead, act)


@router.get("/{target_id}", summary="Read a target", responses=documented(404))
def get_target(
    target_id: PathId, session: ReadSession, actor: TargetReader, response: Response
) -> TargetRead:
    """One target."""
    return tagged(response, TargetRead.model_validate(targets.get(session, actor, target_id)))


@router.patch(
    "/{target_id}", summary="Change a target", responses=CHANGING, openapi_extra=patch_of(TargetChange)
)
def change_target(
    target_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: TargetWriter,
    if_match: IfMatch,
    response: Response,
) -> TargetRead:
    """Change the amount, the document's number or the note, by a JSON merge patch (RFC 7396)."""
    row = targets.change(session, actor, target_id, if_match, body)
    return tagged(response, TargetRead.model_validate(row))


@router.delete("/{target_id}", status_code=204, summary="Take back a target", responses=CHANGING)
def delete_target(target_id: PathId, session: WriteSession, actor: TargetWriter, if_match: IfMatch) -> None:
    """Take back a target that was set by mistake."""
    targets.remove(session, actor, target_id, if_match)
