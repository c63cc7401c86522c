"""Comments on a joint record over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request

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
from service.api.preconditions import OnceDep
from service.api.problems import documented
from service.domain import comments, opportunities
from service.domain.comments import CommentRead, CommentWrite
from service.domain.opportunity_records import require_side

router = APIRouter(prefix="/v1/opportunities/{opportunity_id}/comments", tags=["opportunities"])


@router.get("", summary="List comments", responses=documented(400, 404))
def list_comments(
    request: Request,
    opportunity_id: PathId,
    session: ReadSession,
    actor: OpportunityReader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[CommentRead]:
    """What the two sides wrote, oldest first."""
    row = opportunities.get(session, actor, opportunity_id)
    statement = comments.of_opportunity(row.id)
    return page(request, session, statement, CommentRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Write a comment", responses=documented(404, 408, 409, 413))
def create_comment(
    opportunity_id: PathId,
    body: CommentWrite,
    session: WriteSession,
    actor: OpportunityWriter,
    once: OnceDep,
) -> CommentRead:
    """Write to the other side, with links to files; it cannot be taken back."""

    def act() -> CommentRead:
        row = require_side(session, actor, opportunity_id)
        return CommentRead.model_validate(comments.add(session, actor, row.id, body))

    return once(session, actor, body, CommentRead, act)
