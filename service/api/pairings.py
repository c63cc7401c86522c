"""County pairings over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.api.deps import (
    Cursor,
    Limit,
    PairingReader,
    PairingWriter,
    PathId,
    ReadSession,
    RegionFilter,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import pairings
from service.domain.pairings import PairingRead, PairingWrite, Programme

router = APIRouter(prefix="/v1/pairings", tags=["pairings"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List pairings", responses=documented(400))
def list_pairings(
    request: Request,
    session: ReadSession,
    actor: PairingReader,
    region_code: RegionFilter = None,
    programme: Programme | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[PairingRead]:
    """Pairings with their evidence; the region may stand on either side."""
    statement = pairings.listed(actor, region_code, programme)
    return page(request, session, statement, PairingRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Enter a pairing", responses=documented(408, 409, 413))
def create_pairing(
    body: PairingWrite, session: WriteSession, actor: PairingWriter, once: OnceDep
) -> PairingRead:
    """A bureau enters the pairings in which its own region takes part."""

    def act() -> PairingRead:
        return PairingRead.model_validate(pairings.register(session, actor, body))

    return once(session, actor, body, PairingRead, act)


@router.get("/{pairing_id}", summary="Read a pairing", responses=documented(404))
def get_pairing(
    pairing_id: PathId, session: ReadSession, actor: PairingReader, response: Response
) -> PairingRead:
    """One pairing."""
    return tagged(response, PairingRead.model_validate(pairings.get(session, actor, pairing_id)))


@router.patch(
    "/{pairing_id}", summary="Change a pairing", responses=CHANGING, openapi_extra=patch_of(PairingWrite)
)
def change_pairing(
    pairing_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: PairingWriter,
    if_match: IfMatch,
    response: Response,
) -> PairingRead:
    """Change some fields by a JSON merge patch (RFC 7396); a pairing that ended gets its `until`."""
    row = pairings.change(session, actor, pairing_id, if_match, body)
    return tagged(response, PairingRead.model_validate(row))


@router.delete("/{pairing_id}", status_code=204, summary="Remove a pairing", responses=CHANGING)
def delete_pairing(
    pairing_id: PathId, session: WriteSession, actor: PairingWriter, if_match: IfMatch
) -> None:
    """Remove a pairing that was entered by mistake."""
    pairings.remove(session, actor, pairing_id, if_match)
