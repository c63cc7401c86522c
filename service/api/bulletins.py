"""Bulletins over HTTP."""

from __future__ import annotations

from functools import partial
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
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import bulletins
from service.domain.bulletins import BulletinRead, BulletinWrite
from service.domain.indicators import Period
from service.domain.pairings import Programme

router = APIRouter(prefix="/v1/bulletins", tags=["assessment"])


@router.get("", summary="List bulletins", responses=documented(400))
def list_bulletins(
    request: Request,
    session: ReadSession,
    actor: TargetReader,
    programme: Annotated[Programme | None, Query(description="Under this programme.")] = None,
    year: YearFilter = None,
    period: Annotated[Period | None, Query(description="Until the end of this period.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[BulletinRead]:
    """Own bulletins, and those that rank the caller's organisation or one that it oversees."""
    statement = bulletins.listed(actor, programme, year, period)
    return page(request, session, statement, partial(bulletins.read, session), limit, cursor)


@router.post("", status_code=201, summary="Enter a bulletin", responses=documented(408, 409, 413))
def create_bulletin(
    body: BulletinWrite, session: WriteSession, actor: TargetWriter, once: OnceDep
) -> BulletinRead:
    """Make ranks known; all that are ranked see the whole of it. A later one goes before an earlier."""

    def act() -> BulletinRead:
        return bulletins.read(session, bulletins.create(session, actor, body))

    return once(session, actor, body, BulletinRead, act)


@router.get("/{bulletin_id}", summary="Read a bulletin", responses=documented(404))
def get_bulletin(
    bulletin_id: PathId, session: ReadSession, actor: TargetReader, response: Response
) -> BulletinRead:
    """One bulletin with its ranks."""
    return tagged(response, bulletins.read(session, bulletins.get(session, actor, bulletin_id)))


@router.delete(
    "/{bulletin_id}",
    status_code=204,
    summary="Take back a bulletin",
    responses=documented(404, 409, 412, 428),
)
def delete_bulletin(
    bulletin_id: PathId, session: WriteSession, actor: TargetWriter, if_match: IfMatch
) -> None:
    """Take back one's own bulletin that was entered by mistake."""
    bulletins.remove(session, actor, bulletin_id, if_match)
