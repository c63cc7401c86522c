"""Investment projects over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    Limit,
    PathId,
    ProjectReader,
    ProjectWriter,
    ReadSession,
    Search,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import project_records, projects
from service.domain.projects import ProjectRead, ProjectWrite
from service.units import Id, ShortText

router = APIRouter(prefix="/v1/projects", tags=["projects"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


@router.get("", summary="List projects", responses=documented(400))
def list_projects(
    request: Request,
    session: ReadSession,
    actor: ProjectReader,
    q: Search = None,
    industry: Annotated[
        ShortText | None, Query(max_length=5, description="Start of an industry code.")
    ] = None,
    incubated_project_id: Annotated[
        Id | None, Query(description="Industrialised from this one, which an enclave incubated.")
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ProjectRead]:
    """Own projects, and those shared with the caller, its region or everyone."""
    statement = projects.listed(session, actor, q, industry, incubated_project_id)
    return page(request, session, statement, lambda row: projects.read(session, actor, row), limit, cursor)


@router.post("", status_code=201, summary="Register a project", responses=documented(408, 409, 413))
def create_project(
    body: ProjectWrite, session: WriteSession, actor: ProjectWriter, once: OnceDep
) -> ProjectRead:
    """Enter an investment project for the caller's organisation."""

    def act() -> ProjectRead:
        return projects.read(session, actor, project_records.register(session, actor, body))

    return once(session, actor, body, ProjectRead, act)


@router.get("/{project_id}", summary="Read a project", responses=documented(404))
def get_project(
    project_id: PathId, session: ReadSession, actor: ProjectReader, response: Response
) -> ProjectRead:
    """A project as the caller may see it: of others' at most the teaser, or what they disclosed."""
    row = projects.get(session, actor, project_id)
    return tagged(response, projects.read(session, actor, row))


@router.put("/{project_id}", summary="Replace a project", responses=CHANGING)
def replace_project(
    project_id: PathId,
    body: ProjectWrite,
    session: WriteSession,
    actor: ProjectWriter,
    if_match: IfMatch,
    response: Response,
) -> ProjectRead:
    """Put a whole new body in place of the old; what is left out falls back to its default."""
    row = project_records.replace(session, actor, project_id, if_match, body)
    return tagged(response, projects.read(session, actor, row))


@router.patch(
    "/{project_id}", summary="Change a project", responses=CHANGING, openapi_extra=patch_of(ProjectWrite)
)
def change_project(
    project_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: ProjectWriter,
    if_match: IfMatch,
    response: Response,
) -> ProjectRead:
    """Change some fields by a JSON merge patch (RFC 7396); null sets a field back to its default."""
    row = project_records.change(session, actor, project_id, if_match, body)
    return tagged(response, projects.read(session, actor, row))


@router.delete("/{project_id}", status_code=204, summary="Remove a project", responses=CHANGING)
def delete_project(
    project_id: PathId, session: WriteSession, actor: ProjectWriter, if_match: IfMatch
) -> None:
    """Take a project out of every list and ranking; the record of it stays."""
    project_records.remove(session, actor, project_id, if_match)
