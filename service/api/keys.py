"""API keys over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request

from service.api.deps import Cursor, KeyReader, KeyWriter, Limit, PathId, ReadSession, WriteSession
from service.api.pages import Page, page
from service.api.preconditions import OnceDep
from service.api.problems import documented
from service.domain import keys
from service.domain.keys import KeyCreated, KeyRead, KeyWrite

router = APIRouter(prefix="/v1/keys", tags=["keys"])


@router.get("", summary="List keys", responses=documented(400))
def list_keys(
    request: Request, session: ReadSession, actor: KeyReader, limit: Limit = 20, cursor: Cursor = None
) -> Page[KeyRead]:
    """The keys of the caller's organisation, without their secrets."""
    return page(request, session, keys.visible_to(actor), KeyRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Make a key", responses=documented(408, 409, 413))
def create_key(body: KeyWrite, session: WriteSession, actor: KeyWriter, once: OnceDep) -> KeyCreated:
    """Make a key; its secret is in this answer only. A repetition answers without it."""

    def act() -> KeyCreated:
        made = keys.create(session, actor, body)
        return KeyCreated.model_validate(made.row, update={"secret": made.secret})

    return once(session, actor, body, KeyCreated, act, secrets=("secret",))


@router.delete("/{key_id}", status_code=204, summary="Revoke a key", responses=documented(404))
def revoke_key(key_id: PathId, session: WriteSession, actor: KeyWriter) -> None:
    """Refuse a key from its very next request on."""
    keys.revoke(session, actor, key_id)
