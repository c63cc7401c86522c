"""Saved searches over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    IndexDep,
    Limit,
    PathId,
    ReadSession,
    SearchReader,
    SearchWriter,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import saved_searches
from service.domain.saved_searches import (
    CheckQuery,
    SavedSearchHitRead,
    SavedSearchRead,
    SavedSearchWrite,
)
from service.index import MatchIndex, require_known
from service.rankings.reader import weights_of
from service.units import Id

router = APIRouter(prefix="/v1/saved-searches", tags=["alerts"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


def _check_of(session: WriteSession, index: MatchIndex) -> CheckQuery:
    """What is asked of the index about a search: known criteria with fit weights, known regions."""
    snapshot = index.current(session)

    def check(body: SavedSearchWrite) -> None:
        weights_of(body.weights, snapshot.matcher.default_weights)
        if body.filters is not None:
            require_known(snapshot, body.filters)

    return check


@router.get("", summary="List saved searches", responses=documented(400))
def list_saved_searches(
    request: Request,
    session: ReadSession,
    actor: SearchReader,
    project_id: Annotated[Id | None, Query(description="For this project.")] = None,
    profile_id: Annotated[Id | None, Query(description="For this place.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[SavedSearchRead]:
    """The saved searches of the caller's organisation."""
    statement = saved_searches.listed(actor, project_id, profile_id)
    return page(request, session, statement, SavedSearchRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Save a search", responses=documented(408, 409, 413))
def create_saved_search(
    body: SavedSearchWrite, session: WriteSession, actor: SearchWriter, once: OnceDep, index: IndexDep
) -> SavedSearchRead:
    """Be told of places that come to fit a project, or of projects that come to fit a place.

    What fits already is noted in a moment and not told. From then on there is an event
    `saved_search.matched` for what comes to stand among the `best`, and `saved_search.lost`, with the rule
    that fails, for what fits no more.
    """

    def act() -> SavedSearchRead:
        row = saved_searches.save(session, actor, body, _check_of(session, index))
        return SavedSearchRead.model_validate(row)

    return once(session, actor, body, SavedSearchRead, act)


@router.get("/{search_id}", summary="Read a saved search", responses=documented(404))
def get_saved_search(
    search_id: PathId, session: ReadSession, actor: SearchReader, response: Response
) -> SavedSearchRead:
    """One saved search."""
    return tagged(response, SavedSearchRead.model_validate(saved_searches.get(session, actor, search_id)))


@router.get("/{search_id}/hits", summary="List what fits a saved search", responses=documented(400, 404))
def list_saved_search_hits(
    request: Request,
    search_id: PathId,
    session: ReadSession,
    actor: SearchReader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[SavedSearchHitRead]:
    """What was noted or told and has not fallen out; the present order is that of a ranking."""
    statement = saved_searches.hits_of(session, actor, search_id)
    return page(request, session, statement, SavedSearchHitRead.model_validate, limit, cursor)


@router.patch(
    "/{search_id}",
    summary="Change a saved search",
    responses=CHANGING,
    openapi_extra=patch_of(SavedSearchWrite),
)
def change_saved_search(
    search_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: SearchWriter,
    if_match: IfMatch,
    response: Response,
    index: IndexDep,
) -> SavedSearchRead:
    """By a JSON merge patch (RFC 7396); where it asks something else, what fits is noted anew, untold."""
    check = _check_of(session, index)
    row = saved_searches.change(session, actor, search_id, if_match, body, check)
    return tagged(response, SavedSearchRead.model_validate(row))


@router.delete("/{search_id}", status_code=204, summary="Remove a saved search", responses=CHANGING)
def delete_saved_search(
    search_id: PathId, session: WriteSession, actor: SearchWriter, if_match: IfMatch
) -> None:
    """Look for it no more."""
    saved_searches.remove(session, actor, search_id, if_match)
