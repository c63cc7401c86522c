"""Personal keys over HTTP: what a person makes for programs of their own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.api.deps import AccountReader, AccountWriter, Cursor, Limit, PathId, ReadSession, WriteSession
from service.api.pages import Page, page
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import keys
from service.domain.keys import KeyCreated, KeyRead, PersonalKeyWrite

router = APIRouter(prefix="/v1/personal-keys", tags=["keys"])


@router.get("", summary="List my keys", responses=documented(400))
def list_personal_keys(
    request: Request, session: ReadSession, actor: AccountReader, limit: Limit = 20, cursor: Cursor = None
) -> Page[KeyRead]:
    """The caller's personal keys, without their secrets."""
    return page(request, session, keys.personal(actor), KeyRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Make a key of mine", responses=documented(408, 409, 413))
def create_personal_key(
    body: PersonalKeyWrite, session: WriteSession, actor: AccountWriter, once: OnceDep
) -> KeyCreated:
    """Make a key that acts as the caller: it never does more than the caller's role at the moment."""

    def act() -> KeyCreated:
        made = keys.create_personal(session, actor, body)
        return KeyCreated.model_validate(made.row, update={"secret": made.secret})

    return once(session, actor, body, KeyCreated, act, secrets=("secret",))


@router.get("/{key_id}", summary="Read a key of mine", responses=documented(404))
def get_personal_key(
    key_id: PathId, session: ReadSession, actor: AccountReader, response: Response
) -> KeyRead:
    """A personal key of the caller, without its secret."""
    return tagged(response, KeyRead.model_validate(keys.get_personal(session, actor, key_id)))


@router.delete(
    "/{key_id}", status_code=204, summary="Revoke a key of mine", responses=documented(404, 412, 428)
)
def revoke_personal_key(
    key_id: PathId, session: WriteSession, actor: AccountWriter, if_match: IfMatch
) -> None:
    """Refuse a personal key of the caller from its very next request on."""
    keys.revoke_personal(session, actor, key_id, if_match)
