"""Jobs over HTTP: how far they are, what came of them, and how to cancel one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import Cursor, JobReader, JobWriter, Limit, PathId, ReadSession, WriteSession
from service.api.pages import Page, page
from service.api.preconditions import IfMatch, tagged
from service.api.problems import documented
from service.domain import jobs
from service.domain.jobs import JobRead, State

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
Kind = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_.]{0,59}$", description="Of this kind.")]


@router.get("", summary="List jobs", responses=documented(400))
def list_jobs(
    request: Request,
    session: ReadSession,
    actor: JobReader,
    state: Annotated[State | None, Query(description="In this state.")] = None,
    kind: Kind = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[JobRead]:
    """The jobs of the caller's organisation, newest first; settled ones are kept for 30 days."""
    return page(request, session, jobs.listed(actor, state, kind), JobRead.model_validate, limit, cursor)


@router.get("/{job_id}", summary="Read a job", responses=documented(404))
def get_job(job_id: PathId, session: ReadSession, actor: JobReader, response: Response) -> JobRead:
    """One job: how far it is, and what came of it. Its ETag changes with its state, not with its progress."""
    return tagged(response, JobRead.model_validate(jobs.get(session, actor, job_id)))


@router.post("/{job_id}/cancel", summary="Cancel a job", responses=documented(404, 408, 409, 412, 413, 428))
def cancel_job(
    job_id: PathId, session: WriteSession, actor: JobWriter, if_match: IfMatch, response: Response
) -> JobRead:
    """A job that waits ends at once; one that runs ends as soon as it can, and keeps what it has stored."""
    return tagged(response, JobRead.model_validate(jobs.request_cancel(session, actor, job_id, if_match)))
