"""Outcomes of recommendations over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    IndexDep,
    Limit,
    OutcomeReader,
    OutcomeWriter,
    PathId,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.preconditions import OnceDep, tagged
from service.api.problems import documented
from service.domain import outcomes
from service.domain.outcomes import OutcomeRead, OutcomeWrite, Result
from service.index import basis_of
from service.units import Id

router = APIRouter(prefix="/v1/outcomes", tags=["outcomes"])


@router.get("", summary="List outcomes", responses=documented(400))
def list_outcomes(
    request: Request,
    session: ReadSession,
    actor: OutcomeReader,
    project_id: Annotated[Id | None, Query(description="Of this project.")] = None,
    profile_id: Annotated[Id | None, Query(description="At this place.")] = None,
    result: Annotated[Result | None, Query(description="With this result.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[OutcomeRead]:
    """What became of own projects and at own places, superseded outcomes too."""
    statement = outcomes.listed(session, actor, project_id, profile_id, result)
    return page(request, session, statement, OutcomeRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Record an outcome", responses=documented(404, 408, 409, 413))
def create_outcome(
    body: OutcomeWrite, session: WriteSession, actor: OutcomeWriter, index: IndexDep, once: OnceDep
) -> OutcomeRead:
    """Say what was decided on a project at a place; a later outcome of the same pair supersedes it.

    The project's organisation and the profile's owner may, and both see it. The next training learns
    from it.
    """

    def act() -> OutcomeRead:
        rest_on = partial(basis_of, session, index.current(session))
        return OutcomeRead.model_validate(outcomes.record(session, actor, body, rest_on))

    return once(session, actor, body, OutcomeRead, act)


@router.get("/{outcome_id}", summary="Read an outcome", responses=documented(404))
def get_outcome(
    outcome_id: PathId, session: ReadSession, actor: OutcomeReader, response: Response
) -> OutcomeRead:
    """One outcome, as either side sees it."""
    return tagged(response, OutcomeRead.model_validate(outcomes.get(session, actor, outcome_id)))
