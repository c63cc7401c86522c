"""Opportunities over HTTP: recommend, move, unseal, appoint; milestones and comments on the record."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    IndexDep,
    Limit,
    NewestFirst,
    OpportunityReader,
    OpportunityWriter,
    PathId,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.preconditions import WAITS, IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import opportunities, opportunity_records, recommendations
from service.domain.approvals import Approval, ApprovalRead
from service.domain.opportunities import OpportunityRead, OpportunityWrite, StageChangeRead
from service.domain.opportunity_records import FieldTeam, StageMove
from service.domain.stages import Stage
from service.index import basis_of
from service.units import Id

router = APIRouter(prefix="/v1/opportunities", tags=["opportunities"])
MOVING = documented(404, 408, 409, 413)


@router.get("", summary="List opportunities", responses=documented(400))
def list_opportunities(
    request: Request,
    session: ReadSession,
    actor: OpportunityReader,
    stage: Annotated[Stage | None, Query(description="At this stage.")] = None,
    project_id: Annotated[Id | None, Query(description="Of this project.")] = None,
    profile_id: Annotated[Id | None, Query(description="At this place.")] = None,
    overdue: Annotated[bool | None, Query(description="With a milestone that is late, or without.")] = None,
    newest_first: NewestFirst = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[OpportunityRead]:
    """The joint records of which the caller is a side, ended ones too; oldest first."""
    statement = opportunities.listed(
        session, actor, stage, project_id, profile_id, overdue, newest_first=newest_first
    )
    show = partial(opportunities.read, session, actor)
    return page(request, session, statement, show, limit, cursor)


@router.post(
    "",
    status_code=201,
    summary="Recommend a place",
    responses=MOVING | WAITS,
    response_model=OpportunityRead,
)
def create_opportunity(
    body: OpportunityWrite, session: WriteSession, actor: OpportunityWriter, once: OnceDep
) -> OpportunityRead | Response:
    """Open the joint record of a project at a place; from now on both organisations see it.

    The project's organisation recommends a place, or the place's organisation itself. The project may
    have been private: the other side now sees its teaser.
    """

    def act() -> OpportunityRead | ApprovalRead:
        done = recommendations.recommend(session, actor, body)
        if isinstance(done, Approval):
            return ApprovalRead.model_validate(done)
        return opportunities.read(session, actor, done)

    return once.or_wait(session, actor, body, OpportunityRead, act)


@router.get("/{opportunity_id}", summary="Read an opportunity", responses=documented(404))
def get_opportunity(
    opportunity_id: PathId, session: ReadSession, actor: OpportunityReader, response: Response
) -> OpportunityRead:
    """One joint record, with the stages that it may move to."""
    row = opportunities.get(session, actor, opportunity_id)
    return tagged(response, opportunities.read(session, actor, row))


@router.get(
    "/{opportunity_id}/stage-changes", summary="List the stages passed", responses=documented(400, 404)
)
def list_stage_changes(
    request: Request,
    opportunity_id: PathId,
    session: ReadSession,
    actor: OpportunityReader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[StageChangeRead]:
    """Every move of the record, oldest first."""
    statement = opportunities.history(session, actor, opportunity_id)
    return page(request, session, statement, StageChangeRead.model_validate, limit, cursor)


@router.post("/{opportunity_id}/stage-changes", summary="Move to another stage", responses=MOVING)
def move_opportunity(
    opportunity_id: PathId,
    body: StageMove,
    session: WriteSession,
    actor: OpportunityWriter,
    index: IndexDep,
    once: OnceDep,
) -> OpportunityRead:
    """Move the record. What needs both sides waits, as `pending`, until the second asks for the same.

    Being taken up, signed, refused and ended is kept as an outcome, from which the next training learns.
    """

    def act() -> OpportunityRead:
        rest_on = partial(basis_of, session, index.current(session))
        row = opportunity_records.move(session, actor, opportunity_id, body, rest_on)
        return opportunities.read(session, actor, row)

    return once(session, actor, body, OpportunityRead, act)


@router.post("/{opportunity_id}/unsealing", summary="Agree to name the investor", responses=MOVING)
def unseal_opportunity(
    opportunity_id: PathId, session: WriteSession, actor: OpportunityWriter, response: Response
) -> OpportunityRead:
    """Agree for one's own side; the investor is named once both sides have agreed."""
    row = opportunity_records.unseal(session, actor, opportunity_id)
    return tagged(response, opportunities.read(session, actor, row))


@router.put(
    "/{opportunity_id}/field-team",
    summary="Appoint a field team",
    responses=documented(404, 408, 409, 412, 413, 428),
)
def appoint_field_team(
    opportunity_id: PathId,
    body: FieldTeam,
    session: WriteSession,
    actor: OpportunityWriter,
    if_match: IfMatch,
    response: Response,
) -> OpportunityRead:
    """Have a field team of seconded officials speak for one's own side; null takes it back."""
    row = opportunity_records.appoint(session, actor, opportunity_id, if_match, body)
    return tagged(response, opportunities.read(session, actor, row))
