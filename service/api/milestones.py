"""Milestones of a joint record over HTTP."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response

from service.api.deps import (
    Cursor,
    Limit,
    OpportunityReader,
    OpportunityWriter,
    PathId,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import milestones, opportunities
from service.domain.milestones import MilestoneRead, MilestoneWrite
from service.domain.opportunity_records import require_side

router = APIRouter(prefix="/v1/opportunities/{opportunity_id}/milestones", tags=["opportunities"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List milestones", responses=documented(400, 404))
def list_milestones(
    request: Request,
    opportunity_id: PathId,
    session: ReadSession,
    actor: OpportunityReader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[MilestoneRead]:
    """The milestones of a joint record; `overdue` says which are late today."""
    row = opportunities.get(session, actor, opportunity_id)
    show = partial(milestones.read, session)
    return page(request, session, milestones.of_opportunity(row.id), show, limit, cursor)


@router.post("", status_code=201, summary="Enter a milestone", responses=documented(404, 408, 409, 413))
def create_milestone(
    opportunity_id: PathId,
    body: MilestoneWrite,
    session: WriteSession,
    actor: OpportunityWriter,
    once: OnceDep,
) -> MilestoneRead:
    """Plan a step, or note that it was reached, with the number of its document."""

    def act() -> MilestoneRead:
        row = require_side(session, actor, opportunity_id)
        return milestones.read(session, milestones.add(session, actor, row.id, body))

    return once(session, actor, body, MilestoneRead, act)


@router.get("/{milestone_id}", summary="Read a milestone", responses=documented(404))
def get_milestone(
    opportunity_id: PathId,
    milestone_id: PathId,
    session: ReadSession,
    actor: OpportunityReader,
    response: Response,
) -> MilestoneRead:
    """One milestone."""
    row = opportunities.get(session, actor, opportunity_id)
    return tagged(response, milestones.read(session, milestones.get(session, row.id, milestone_id)))


@router.patch(
    "/{milestone_id}",
    summary="Change a milestone",
    responses=CHANGING,
    openapi_extra=patch_of(MilestoneWrite),
)
def change_milestone(
    opportunity_id: PathId,
    milestone_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: OpportunityWriter,
    if_match: IfMatch,
    response: Response,
) -> MilestoneRead:
    """A new plan, the day it was reached, the number of its document, by a JSON merge patch (RFC 7396)."""
    row = require_side(session, actor, opportunity_id)
    changed = milestones.change(session, actor, row.id, milestone_id, if_match, body)
    return tagged(response, milestones.read(session, changed))


@router.delete("/{milestone_id}", status_code=204, summary="Remove a milestone", responses=CHANGING)
def delete_milestone(
    opportunity_id: PathId,
    milestone_id: PathId,
    session: WriteSession,
    actor: OpportunityWriter,
    if_match: IfMatch,
) -> None:
    """Remove a milestone that was entered by mistake."""
    row = require_side(session, actor, opportunity_id)
    milestones.remove(session, actor, row.id, milestone_id, if_match)
