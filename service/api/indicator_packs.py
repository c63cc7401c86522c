"""Indicator packs over HTTP."""

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
from service.domain import indicator_packs
from service.domain.indicator_packs import IndicatorPackRead, IndicatorPackWrite
from service.domain.pairings import Programme

router = APIRouter(prefix="/v1/indicator-packs", tags=["assessment"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List indicator packs", responses=documented(400))
def list_indicator_packs(
    request: Request,
    session: ReadSession,
    actor: TargetReader,
    programme: Annotated[Programme | None, Query(description="Of this programme.")] = None,
    year: YearFilter = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[IndicatorPackRead]:
    """What is assessed. The pack of the nearest authority holds; where none has set any, the example."""
    statement = indicator_packs.listed(actor, programme, year)
    return page(request, session, statement, IndicatorPackRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Set an indicator pack", responses=documented(408, 409, 413))
def create_indicator_pack(
    body: IndicatorPackWrite, session: WriteSession, actor: TargetWriter, once: OnceDep
) -> IndicatorPackRead:
    """Say what is assessed under a programme in a year, of all organisations in the own region."""

    def act() -> IndicatorPackRead:
        return IndicatorPackRead.model_validate(indicator_packs.create(session, actor, body))

    return once(session, actor, body, IndicatorPackRead, act)


@router.get("/{pack_id}", summary="Read an indicator pack", responses=documented(404))
def get_indicator_pack(
    pack_id: PathId, session: ReadSession, actor: TargetReader, response: Response
) -> IndicatorPackRead:
    """One pack with all its indicators."""
    row = indicator_packs.get(session, actor, pack_id)
    return tagged(response, IndicatorPackRead.model_validate(row))


@router.put("/{pack_id}", summary="Replace an indicator pack", responses=CHANGING)
def replace_indicator_pack(
    pack_id: PathId,
    body: IndicatorPackWrite,
    session: WriteSession,
    actor: TargetWriter,
    if_match: IfMatch,
    response: Response,
) -> IndicatorPackRead:
    """Put a whole new body in place of the old. What was submitted keeps what it was signed with."""
    row = indicator_packs.replace(session, actor, pack_id, if_match, body)
    return tagged(response, IndicatorPackRead.model_validate(row))


@router.patch(
    "/{pack_id}",
    summary="Change an indicator pack",
    responses=CHANGING,
    openapi_extra=patch_of(IndicatorPackWrite),
)
def change_indicator_pack(
    pack_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: TargetWriter,
    if_match: IfMatch,
    response: Response,
) -> IndicatorPackRead:
    """Change some fields by a JSON merge patch (RFC 7396); the list of indicators as a whole."""
    row = indicator_packs.change(session, actor, pack_id, if_match, body)
    return tagged(response, IndicatorPackRead.model_validate(row))


@router.delete("/{pack_id}", status_code=204, summary="Take back an indicator pack", responses=CHANGING)
def delete_indicator_pack(
    pack_id: PathId, session: WriteSession, actor: TargetWriter, if_match: IfMatch
) -> None:
    """Take back one's own pack: that of the next authority above holds again, or the example."""
    indicator_packs.remove(session, actor, pack_id, if_match)
