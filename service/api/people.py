"""People of an organisation over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from service.access.policy import Role
from service.api.deps import (
    AccountWriterApart,
    Cursor,
    DatabaseDep,
    Limit,
    PathId,
    PersonReader,
    PersonWriter,
    ReadSession,
    RoleGranter,
    Search,
    WriteSession,
    hashing_room_of,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import logins, people, person_records
from service.domain.logins import PasswordWrite
from service.domain.people import PersonCreate, PersonCreated, PersonRead, PersonWrite, RoleWrite
from service.units import Id

router = APIRouter(prefix="/v1/people", tags=["people"])
CHANGING = documented(404, 408, 409, 412, 413, 428)
SWITCHING = documented(404, 409, 412, 428)


@router.get("", summary="List people", responses=documented(400))
def list_people(
    request: Request,
    session: ReadSession,
    actor: PersonReader,
    q: Search = None,
    role: Role | None = None,
    organisation_id: Annotated[Id | None, Query(description="Of this organisation; for a platform.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[PersonRead]:
    """The people of the caller's organisation, disabled ones too."""
    statement = people.listed(actor, q, role, organisation_id)
    return page(request, session, statement, PersonRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Enter a person", responses=documented(408, 409, 413))
def create_person(
    body: PersonCreate, session: WriteSession, actor: PersonWriter, once: OnceDep
) -> PersonCreated:
    """Enter a person; the temporary password is in this answer only. A repetition answers without it."""

    def act() -> PersonCreated:
        row, password = person_records.create(session, actor, body)
        return PersonCreated.model_validate(row, update={"temporary_password": password})

    return once(session, actor, body, PersonCreated, act, secrets=("temporary_password",))


@router.get("/{person_id}", summary="Read a person", responses=documented(404))
def get_person(
    person_id: PathId, session: ReadSession, actor: PersonReader, response: Response
) -> PersonRead:
    """One person of the caller's organisation."""
    return tagged(response, PersonRead.model_validate(people.get(session, actor, person_id)))


@router.patch(
    "/{person_id}", summary="Change a person", responses=CHANGING, openapi_extra=patch_of(PersonWrite)
)
def change_person(
    person_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: PersonWriter,
    if_match: IfMatch,
    response: Response,
) -> PersonRead:
    """Change some fields by a JSON merge patch (RFC 7396); the role has an address of its own."""
    row = person_records.change(session, actor, person_id, if_match, body)
    return tagged(response, PersonRead.model_validate(row))


@router.post("/{person_id}/role", summary="Give a person a role", responses=CHANGING)
def grant_role(
    person_id: PathId,
    body: RoleWrite,
    session: WriteSession,
    actor: RoleGranter,
    if_match: IfMatch,
    response: Response,
) -> PersonRead:
    """Give somebody else another role; it holds for sessions and personal keys from the next request on."""
    row = person_records.grant(session, actor, person_id, if_match, body.role)
    return tagged(response, PersonRead.model_validate(row))


@router.post("/{person_id}/disable", summary="Disable a person", responses=SWITCHING)
def disable_person(
    person_id: PathId, session: WriteSession, actor: PersonWriter, if_match: IfMatch, response: Response
) -> PersonRead:
    """Refuse a person, with every session and personal key, from the very next request on."""
    row = person_records.disable(session, actor, person_id, if_match)
    return tagged(response, PersonRead.model_validate(row))


@router.post("/{person_id}/enable", summary="Enable a person", responses=SWITCHING)
def enable_person(
    person_id: PathId, session: WriteSession, actor: PersonWriter, if_match: IfMatch, response: Response
) -> PersonRead:
    """Let a disabled person sign in again, in the role they had."""
    row = person_records.enable(session, actor, person_id, if_match)
    return tagged(response, PersonRead.model_validate(row))


@router.post("/{person_id}/password", summary="Set a password", responses=documented(404, 408, 409, 412, 413))
async def set_password(
    person_id: PathId,
    body: PasswordWrite,
    request: Request,
    database: DatabaseDep,
    actor: AccountWriterApart,
    response: Response,
) -> PersonRead:
    """Change one's own password by the old one, or set a temporary one for somebody else (`people:write`).

    Every other session of the person ends.
    """
    async with hashing_room_of(request).enter():
        row = await run_in_threadpool(logins.set_password, database, actor, person_id, body)
    return tagged(response, PersonRead.model_validate(row))
