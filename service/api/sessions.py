"""Sessions of browsers over HTTP: sign in, see who one is, sign out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field as Check
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlmodel import Field, Session
from starlette.concurrency import run_in_threadpool

from service.access.oidc import Issuers
from service.access.policy import Actor, granted_to
from service.access.sessions import BrowserSession
from service.api import cookies
from service.api.deps import (
    AccountReader,
    AccountWriter,
    DatabaseDep,
    ReadSession,
    WriteSession,
    hashing_room_of,
)
from service.api.problems import documented
from service.database import Database, reading
from service.domain import logins
from service.domain.logins import SignedIn
from service.domain.organisations import Organisation, OrganisationRead
from service.domain.people import Person, PersonRead
from service.domain.shapes import Answer, StrictBody
from service.units import Id, Instant, ShortText, TypedPassword

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])
IdToken = Annotated[str, Check(min_length=1, max_length=8192, pattern=r"^[A-Za-z0-9_.-]+$")]


class SessionWrite(StrictBody):
    """What shows who somebody is: user name and password, or an id_token of the organisation's issuer."""

    user_name: ShortText | None = None
    password: TypedPassword | None = None
    organisation_id: Id | None = None
    id_token: IdToken | None = None

    @model_validator(mode="after")
    def _one_way(self) -> SessionWrite:
        by_password = (self.user_name is not None, self.password is not None)
        by_token = (self.organisation_id is not None, self.id_token is not None)
        if {by_password, by_token} != {(True, True), (False, False)}:
            raise PydanticCustomError(
                "one_way", "Send user_name and password, or organisation_id and id_token."
            )
        return self


class SessionRead(Answer):
    """Who the caller is, and what the caller may do."""

    person: PersonRead | None = Field(description="Null for a key of the organisation's own.")
    organisation: OrganisationRead
    permissions: list[str] = Field(description="What requests of this caller may do, in order.")
    must_change_password: bool = Field(description="Until then, nothing but the password can be changed.")
    expires_at: Instant | None = Field(description="When the session ends; null for a key.")


@router.post(
    "",
    status_code=201,
    summary="Sign in",
    openapi_extra={"security": []},
    responses=documented(401, 403, 408, 409, 413, 429, is_open=True),
)
async def create_session(
    body: SessionWrite, request: Request, database: DatabaseDep, response: Response
) -> SessionRead:
    """Begin a session: the cookie `shanhai_session` comes with the answer.

    A wrong password and an unknown user name are answered alike. After 5 failures within 15 minutes the user
    name is locked for 15 minutes: 429 with `Retry-After`.
    """
    cookies.refuse_foreign_page(request)
    if body.id_token is not None:
        issuers: Issuers = request.app.state.issuers
        found = await run_in_threadpool(
            logins.by_id_token, database, body.organisation_id or "", body.id_token, issuers
        )
    else:
        async with hashing_room_of(request).enter():
            found = await run_in_threadpool(
                logins.by_password, database, body.user_name or "", body.password or ""
            )
    answer = await run_in_threadpool(_of_new, database, found)
    cookies.put(request, response, found.begun.token)
    return answer


@router.get("/current", summary="Say who I am", responses=documented())
def get_current_session(session: ReadSession, actor: AccountReader) -> SessionRead:
    """Person, organisation and permissions of the caller, by session or by key."""
    return _shown(session, actor)


@router.delete("/current", status_code=204, summary="Sign out", responses=documented(404))
def delete_current_session(
    request: Request, session: WriteSession, actor: AccountWriter, response: Response
) -> None:
    """End the session from the very next request on."""
    logins.sign_out(session, actor)
    cookies.remove(request, response)


def _of_new(database: Database, found: SignedIn) -> SessionRead:
    with reading(database) as session:
        return _shown(session, found.actor)


def _shown(session: Session, actor: Actor) -> SessionRead:
    person = session.get(Person, actor.person_id) if actor.person_id else None
    row = session.get(BrowserSession, actor.key_id)
    organisation = session.get_one(Organisation, actor.organisation_id)
    return SessionRead(
        person=PersonRead.model_validate(person) if person else None,
        organisation=OrganisationRead.model_validate(organisation),
        permissions=sorted(actor.scopes & granted_to(actor.kind, actor.person_role)),
        must_change_password=actor.must_change_password,
        expires_at=row.expires_at if row else None,
    )
