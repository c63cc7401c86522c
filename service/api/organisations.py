"""Organisations over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.access.policy import Kind
from service.api.deps import (
    Cursor,
    Limit,
    OrganisationReader,
    OrganisationWriter,
    PathId,
    ReadSession,
    RegionFilter,
    Search,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import organisations
from service.domain.organisations import OrganisationRead, OrganisationWrite

router = APIRouter(prefix="/v1/organisations", tags=["organisations"])


@router.get("", summary="List organisations", responses=documented(400))
def list_organisations(
    request: Request,
    session: ReadSession,
    actor: OrganisationReader,
    q: Search = None,
    kind: Kind | None = None,
    region_code: RegionFilter = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[OrganisationRead]:
    """The directory of organisations."""
    statement = organisations.listed(actor, q, kind, region_code)
    return page(request, session, statement, OrganisationRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Enter an organisation", responses=documented(408, 409, 413))
def create_organisation(
    body: OrganisationWrite, session: WriteSession, actor: OrganisationWriter, once: OnceDep
) -> OrganisationRead:
    """A platform enters any organisation, an authority those of its own region."""

    def act() -> OrganisationRead:
        return OrganisationRead.model_validate(organisations.register(session, actor, body))

    return once(session, actor, body, OrganisationRead, act)


@router.get("/{organisation_id}", summary="Read an organisation", responses=documented(404))
def get_organisation(
    organisation_id: PathId, session: ReadSession, actor: OrganisationReader, response: Response
) -> OrganisationRead:
    """One entry of the directory."""
    row = organisations.get(session, actor, organisation_id)
    return tagged(response, OrganisationRead.model_validate(row))


@router.patch(
    "/{organisation_id}",
    summary="Change an organisation",
    responses=documented(404, 408, 409, 412, 413, 428),
    openapi_extra=patch_of(OrganisationWrite),
)
def change_organisation(
    organisation_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: OrganisationWriter,
    if_match: IfMatch,
    response: Response,
) -> OrganisationRead:
    """Change some fields by a JSON merge patch (RFC 7396)."""
    row = organisations.change(session, actor, organisation_id, if_match, body)
    return tagged(response, OrganisationRead.model_validate(row))
