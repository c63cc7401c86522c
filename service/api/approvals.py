"""Approvals over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.api.deps import (
    ApprovalDecider,
    ApprovalReader,
    ApprovalWriter,
    Cursor,
    Limit,
    NewestFirst,
    PathId,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.preconditions import IfMatch, tagged
from service.api.problems import documented
from service.domain import approvals
from service.domain.approvals import ApprovalRead, ReturnWrite, State
from service.domain.organisation_settings import Action

router = APIRouter(prefix="/v1/approvals", tags=["approvals"])
DECIDING = documented(404, 409, 412, 428)


@router.get("", summary="List approvals", responses=documented(400))
def list_approvals(
    request: Request,
    session: ReadSession,
    actor: ApprovalReader,
    state: State | None = None,
    action: Action | None = None,
    newest_first: NewestFirst = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ApprovalRead]:
    """What was submitted in the caller's organisation, and what became of it; oldest first."""
    statement = approvals.listed(actor, state, action, newest_first=newest_first)
    return page(request, session, statement, ApprovalRead.model_validate, limit, cursor)


@router.get("/{approval_id}", summary="Read an approval", responses=documented(404))
def get_approval(
    approval_id: PathId, session: ReadSession, actor: ApprovalReader, response: Response
) -> ApprovalRead:
    """One submission with its intended body."""
    return tagged(response, ApprovalRead.model_validate(approvals.get(session, actor, approval_id)))


@router.post("/{approval_id}/approve", summary="Approve a submission", responses=DECIDING)
def approve_submission(
    approval_id: PathId, session: WriteSession, actor: ApprovalDecider, if_match: IfMatch, response: Response
) -> ApprovalRead:
    """Carry out what another person, or a key, has submitted.

    The caller must be a person, and not the one who submitted it. What has changed since is 409.
    """
    row = approvals.approve(session, actor, approval_id, if_match)
    return tagged(response, ApprovalRead.model_validate(row))


@router.post(
    "/{approval_id}/return", summary="Return a submission", responses=documented(404, 408, 409, 412, 413, 428)
)
def return_submission(
    approval_id: PathId,
    body: ReturnWrite,
    session: WriteSession,
    actor: ApprovalDecider,
    if_match: IfMatch,
    response: Response,
) -> ApprovalRead:
    """Send a submission back with a comment: nothing is carried out."""
    row = approvals.give_back(session, actor, approval_id, if_match, body.comment)
    return tagged(response, ApprovalRead.model_validate(row))


@router.post("/{approval_id}/withdraw", summary="Withdraw a submission", responses=DECIDING)
def withdraw_submission(
    approval_id: PathId, session: WriteSession, actor: ApprovalWriter, if_match: IfMatch, response: Response
) -> ApprovalRead:
    """Take back what one has submitted oneself."""
    row = approvals.withdraw(session, actor, approval_id, if_match)
    return tagged(response, ApprovalRead.model_validate(row))
