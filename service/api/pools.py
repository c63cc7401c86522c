"""Capacity pools over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import Cursor, Limit, PathId, PoolReader, PoolWriter, ReadSession, WriteSession
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import pool_records, pools
from service.domain.pools import PoolRead, PoolWrite
from service.units import QuantityName

router = APIRouter(prefix="/v1/capacity-pools", tags=["holds"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List capacity pools", responses=documented(400))
def list_pools(
    request: Request,
    session: ReadSession,
    actor: PoolReader,
    quantity: Annotated[QuantityName | None, Query(description="Of this quantity.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[PoolRead]:
    """Own pools; other organisations only see what a pool leaves of a place's offer."""
    statement = pools.listed(actor, quantity)
    return page(request, session, statement, lambda row: pool_records.read(session, row), limit, cursor)


@router.post("", status_code=201, summary="Enter a capacity pool", responses=documented(408, 409, 413))
def create_pool(body: PoolWrite, session: WriteSession, actor: PoolWriter, once: OnceDep) -> PoolRead:
    """Say that several own sites draw on one substation, one energy quota and the like."""

    def act() -> PoolRead:
        return pool_records.read(session, pool_records.create(session, actor, body))

    return once(session, actor, body, PoolRead, act)


@router.get("/{pool_id}", summary="Read a capacity pool", responses=documented(404))
def get_pool(pool_id: PathId, session: ReadSession, actor: PoolReader, response: Response) -> PoolRead:
    """One own pool, with what live holds keep of it."""
    return tagged(response, pool_records.read(session, pools.get(session, actor, pool_id)))


@router.put("/{pool_id}", summary="Replace a capacity pool", responses=CHANGING)
def replace_pool(
    pool_id: PathId,
    body: PoolWrite,
    session: WriteSession,
    actor: PoolWriter,
    if_match: IfMatch,
    response: Response,
) -> PoolRead:
    """Put a whole new body in place of the old."""
    row = pool_records.replace(session, actor, pool_id, if_match, body)
    return tagged(response, pool_records.read(session, row))


@router.patch(
    "/{pool_id}", summary="Change a capacity pool", responses=CHANGING, openapi_extra=patch_of(PoolWrite)
)
def change_pool(
    pool_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: PoolWriter,
    if_match: IfMatch,
    response: Response,
) -> PoolRead:
    """Change some fields by a JSON merge patch (RFC 7396)."""
    row = pool_records.change(session, actor, pool_id, if_match, body)
    return tagged(response, pool_records.read(session, row))


@router.delete("/{pool_id}", status_code=204, summary="Remove a capacity pool", responses=CHANGING)
def delete_pool(pool_id: PathId, session: WriteSession, actor: PoolWriter, if_match: IfMatch) -> None:
    """Take a pool away that no live hold draws on; its members offer their own figures from then on."""
    pool_records.remove(session, actor, pool_id, if_match)
