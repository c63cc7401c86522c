"""Submissions over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    AssessmentReader,
    AssessmentSubmitter,
    Cursor,
    Limit,
    PathId,
    ReadSession,
    WriteSession,
    YearFilter,
)
from service.api.pages import Page, page
from service.api.preconditions import WAITS, OnceDep
from service.api.problems import documented
from service.domain import submission_records, submissions
from service.domain.approvals import Approval, ApprovalRead
from service.domain.indicators import Period
from service.domain.pairings import Programme
from service.domain.submissions import SubmissionBrief, SubmissionRead, SubmissionWrite
from service.units import Id

router = APIRouter(prefix="/v1/submissions", tags=["assessment"])


@router.get("", summary="List submissions", responses=documented(400))
def list_submissions(
    request: Request,
    session: ReadSession,
    actor: AssessmentReader,
    organisation_id: Annotated[Id | None, Query(description="Of this organisation.")] = None,
    programme: Annotated[Programme | None, Query(description="Under this programme.")] = None,
    year: YearFilter = None,
    period: Annotated[Period | None, Query(description="Until the end of this period.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[SubmissionBrief]:
    """Own submissions; an authority sees those of all organisations in its region."""
    statement = submissions.listed(actor, organisation_id, programme, year, period)
    return page(request, session, statement, SubmissionBrief.model_validate, limit, cursor)


@router.post(
    "",
    status_code=201,
    summary="Submit an assessment",
    responses=documented(404, 408, 409, 413) | WAITS,
    response_model=SubmissionRead,
)
def create_submission(
    body: SubmissionWrite, session: WriteSession, actor: AssessmentSubmitter, once: OnceDep
) -> SubmissionRead | Response:
    """Freeze the own assessment as it stands now. What is entered afterwards changes nothing of it.

    202 with an approval where the organisation wants a second person: that one signs what is in it.
    """

    def act() -> SubmissionRead | ApprovalRead:
        done = submission_records.submit(session, actor, body)
        if isinstance(done, Approval):
            return ApprovalRead.model_validate(done)
        return submissions.read(done)

    return once.or_wait(session, actor, body, SubmissionRead, act)


@router.get("/{submission_id}", summary="Read a submission", responses=documented(404))
def get_submission(
    submission_id: PathId, session: ReadSession, actor: AssessmentReader, response: Response
) -> SubmissionRead:
    """What was signed, word for word; its hash is the ETag."""
    row = submissions.get(session, actor, submission_id)
    response.headers["ETag"] = f'"{row.sha256}"'
    return submissions.read(row)
