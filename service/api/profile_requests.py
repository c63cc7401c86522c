"""Requests to partners over HTTP: for whoever asks, and for whoever holds the link."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from fastapi.security import HTTPBearer

from service.api.deps import (
    Cursor,
    Limit,
    NewestFirst,
    PathId,
    ProfileReader,
    ProfileWriter,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import profile_answers, profile_requests
from service.domain.answer_sheets import answer_on, sheet_of
from service.domain.profile_answers import Acceptance, AskedProfile, ProfileAnswerWrite
from service.domain.profile_requests import (
    ProfileRequest,
    ProfileRequestCreated,
    ProfileRequestRead,
    ProfileRequestWrite,
    State,
)
from service.units import Id
from service.workbooks import MEDIA_TYPE, read_rows

router = APIRouter(prefix="/v1/profile-requests", tags=["requests"])
answers = APIRouter(prefix="/v1/profile-answer", tags=["requests"])
CHANGING = documented(404, 408, 409, 412, 413, 428)
_WORKBOOK: dict[str, Any] = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
_link = HTTPBearer(auto_error=False, scheme_name="link", description="The secret of a link: `Bearer shq_…`.")


def _read_held(
    session: ReadSession,
    _documented: Annotated[object, Depends(_link)],
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> ProfileRequest:
    return profile_answers.opened(session, authorization, lock=False)


def _held(
    session: WriteSession,
    _documented: Annotated[object, Depends(_link)],
    authorization: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> ProfileRequest:
    return profile_answers.opened(session, authorization)


HeldRequest = Annotated[ProfileRequest, Depends(_held)]


@router.get("", summary="List requests to partners", responses=documented(400))
def list_profile_requests(
    request: Request,
    session: ReadSession,
    actor: ProfileReader,
    profile_id: Annotated[Id | None, Query(description="About this profile.")] = None,
    state: Annotated[State | None, Query(description="In this state.")] = None,
    newest_first: NewestFirst = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ProfileRequestRead]:
    """One's own requests, with what was answered; oldest first."""
    statement = profile_requests.listed(actor, profile_id, state, newest_first=newest_first)
    return page(request, session, statement, partial(profile_requests.read, session), limit, cursor)


@router.post("", status_code=201, summary="Ask a partner", responses=documented(404, 408, 409, 413))
def create_profile_request(
    body: ProfileRequestWrite, session: WriteSession, actor: ProfileWriter, once: OnceDep
) -> ProfileRequestCreated:
    """Make a one-time link by which a county confirms or corrects a profile without a key.

    Send `/answer#<secret>` of this service, or the sheet. The secret stands behind the `#`, so that no
    server or proxy on the way writes it into a log.
    """

    def act() -> ProfileRequestCreated:
        issued = profile_requests.ask(session, actor, body)
        read = profile_requests.read(session, issued.row)
        return ProfileRequestCreated(**read.model_dump(), secret=issued.secret)

    return once(session, actor, body, ProfileRequestCreated, act, secrets=("secret",))


@router.get("/{request_id}", summary="Read a request to a partner", responses=documented(404))
def get_profile_request(
    request_id: PathId, session: ReadSession, actor: ProfileReader, response: Response
) -> ProfileRequestRead:
    """The request, and the differences that its answer makes to the profile as it is now."""
    row = profile_requests.get(session, actor, request_id)
    return tagged(response, profile_requests.read(session, row))


@router.delete("/{request_id}", status_code=204, summary="Withdraw a request", responses=CHANGING)
def delete_profile_request(
    request_id: PathId, session: WriteSession, actor: ProfileWriter, if_match: IfMatch
) -> None:
    """Make the link worthless; what was answered stays on record."""
    profile_requests.withdraw(session, actor, request_id, if_match)


@router.put("/{request_id}/acceptance", summary="Accept corrections", responses=CHANGING)
def accept_profile_answer(
    request_id: PathId,
    body: Acceptance,
    session: WriteSession,
    actor: ProfileWriter,
    if_match: IfMatch,
    response: Response,
) -> ProfileRequestRead:
    """Write the corrections, all or some, into the profile; what was confirmed gets its evidence."""
    row = profile_answers.accept(session, actor, request_id, if_match, body)
    return tagged(response, profile_requests.read(session, row))


@router.put("/{request_id}/refusal", summary="Decline an answer", responses=CHANGING)
def decline_profile_answer(
    request_id: PathId, session: WriteSession, actor: ProfileWriter, if_match: IfMatch, response: Response
) -> ProfileRequestRead:
    """Take over nothing of an answer."""
    row = profile_requests.decline(session, actor, request_id, if_match)
    return tagged(response, profile_requests.read(session, row))


@router.get(
    "/{request_id}/sheet",
    summary="Read a request as a sheet",
    responses={**documented(404), 200: {"description": "An XLSX workbook.", "content": _WORKBOOK}},
    response_class=Response,
)
def get_profile_request_sheet(request_id: PathId, session: ReadSession, actor: ProfileReader) -> Response:
    """The same questions as an XLSX sheet, to be filled in and sent back."""
    row = profile_requests.get(session, actor, request_id)
    content = sheet_of(profile_answers.asked(session, row))
    headers = {"Content-Disposition": f'attachment; filename="{row.id}.xlsx"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


@router.put("/{request_id}/sheet", summary="Enter a returned sheet", responses=CHANGING)
def enter_profile_request_sheet(
    request_id: PathId,
    content: Annotated[bytes, Body(media_type=MEDIA_TYPE)],
    session: WriteSession,
    actor: ProfileWriter,
    if_match: IfMatch,
    response: Response,
) -> ProfileRequestRead:
    """Enter the sheet that came back; it answers the request as the link would."""
    row = profile_requests.locked(session, actor, request_id, if_match)
    profile_answers.answer(session, actor, row, answer_on(read_rows(content)), "sheet")
    return tagged(response, profile_requests.read(session, row))


@answers.get("", summary="Read what you are asked", responses=documented())
def get_profile_answer(
    session: ReadSession, row: Annotated[ProfileRequest, Depends(_read_held)]
) -> AskedProfile:
    """What whoever holds a link is asked to confirm or correct."""
    return profile_answers.asked(session, row)


@answers.post("", status_code=204, summary="Answer a request", responses=documented(408, 409, 413))
def create_profile_answer(body: ProfileAnswerWrite, session: WriteSession, row: HeldRequest) -> None:
    """Confirm or correct; the link is used up by it."""
    profile_answers.answer(session, None, row, body, "link")
