"""API keys over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.api.deps import Cursor, KeyReader, KeyWriter, Limit, PathId, ReadSession, WriteSession
from service.api.pages import Page, page
from service.api.preconditions import IfMatch, OnceDep, tagged
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


@router.get("/{key_id}", summary="Read a key", responses=documented(404))
def get_key(key_id: PathId, session: ReadSession, actor: KeyReader, response: Response) -> KeyRead:
    """A key without its secret."""
    return tagged(response, KeyRead.model_validate(keys.get(session, actor, key_id)))


@router.delete("/{key_id}", status_code=204, summary="Revoke a key", responses=documented(404, 412, 428))
def revoke_key(key_id: PathId, session: WriteSession, actor: KeyWriter, if_match: IfMatch) -> None:
    """Refuse a key from its very next request on; it stays in the list, with the time of its revocation."""
    keys.revoke(session, actor, key_id, if_match)
