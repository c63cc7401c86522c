"""Resource profiles over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.access.policy import Actor
from service.api.deps import (
    Cursor,
    Limit,
    PathId,
    ProfileConfirmer,
    ProfileReader,
    ProfileWriter,
    ReadSession,
    RegionFilter,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import WAITS, IfMatch, OnceDep, answered, tagged
from service.api.problems import documented
from service.domain import profile_records, profiles
from service.domain.approvals import Approval, ApprovalRead
from service.domain.profile_records import ProfileVersionRead
from service.domain.profiles import Profile, ProfileRead, ProfileWrite, SiteKind, Status

router = APIRouter(prefix="/v1/profiles", tags=["profiles"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


def _shown(actor: Actor, done: Profile | Approval) -> ProfileRead | ApprovalRead:
    return ApprovalRead.model_validate(done) if isinstance(done, Approval) else profiles.read(actor, done)


@router.get("", summary="List profiles", responses=documented(400))
def list_profiles(
    request: Request,
    session: ReadSession,
    actor: ProfileReader,
    region_code: RegionFilter = None,
    site_kind: SiteKind | None = None,
    status: Status | None = None,
    own: Annotated[
        bool | None, Query(description="True: only those of the caller; false: of others.")
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ProfileRead]:
    """Published and confirmed profiles, and the caller's own in any state."""
    statement = profiles.listed(actor, region_code, site_kind, status, own)
    return page(request, session, statement, lambda row: profiles.read(actor, row), limit, cursor)


@router.post(
    "",
    status_code=201,
    summary="Publish a profile",
    responses=documented(408, 409, 413) | WAITS,
    response_model=ProfileRead,
)
def create_profile(
    body: ProfileWrite, session: WriteSession, actor: ProfileWriter, once: OnceDep
) -> ProfileRead | Response:
    """Enter a profile of one's own region, or for a partner county, which then has to confirm it.

    202 with an approval where the organisation wants a second person before anything is published.
    """

    def act() -> ProfileRead | ApprovalRead:
        return _shown(actor, profile_records.register(session, actor, body))

    return once.or_wait(session, actor, body, ProfileRead, act)


@router.get("/{profile_id}", summary="Read a profile", responses=documented(404))
def get_profile(
    profile_id: PathId, session: ReadSession, actor: ProfileReader, response: Response
) -> ProfileRead:
    """A profile as the caller may see it: restricted figures of others stand in `bands`."""
    return tagged(response, profiles.read(actor, profiles.get(session, actor, profile_id)))


@router.put(
    "/{profile_id}", summary="Replace a profile", responses=CHANGING | WAITS, response_model=ProfileRead
)
def replace_profile(
    profile_id: PathId,
    body: ProfileWrite,
    session: WriteSession,
    actor: ProfileWriter,
    if_match: IfMatch,
    response: Response,
) -> ProfileRead | Response:
    """Put a whole new body in place of the old; what is left out falls back to its default."""
    done = profile_records.replace(session, actor, profile_id, if_match, body)
    return answered(response, _shown(actor, done))


@router.patch(
    "/{profile_id}",
    summary="Change a profile",
    responses=CHANGING | WAITS,
    response_model=ProfileRead,
    openapi_extra=patch_of(ProfileWrite),
)
def change_profile(
    profile_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: ProfileWriter,
    if_match: IfMatch,
    response: Response,
) -> ProfileRead | Response:
    """Change some fields by a JSON merge patch (RFC 7396); null sets a field back to its default."""
    done = profile_records.change(session, actor, profile_id, if_match, body)
    return answered(response, _shown(actor, done))


@router.delete("/{profile_id}", status_code=204, summary="Remove a profile", responses=CHANGING)
def delete_profile(
    profile_id: PathId, session: WriteSession, actor: ProfileWriter, if_match: IfMatch
) -> None:
    """Take a profile out of every list and ranking; its published versions stay on record."""
    profile_records.remove(session, actor, profile_id, if_match)


@router.post(
    "/{profile_id}/confirmation",
    summary="Confirm a profile",
    responses=CHANGING | WAITS,
    response_model=ProfileRead,
)
def confirm_profile(
    profile_id: PathId, session: WriteSession, actor: ProfileConfirmer, if_match: IfMatch, response: Response
) -> ProfileRead | Response:
    """The county takes over what a partner has entered for it; from then on everyone sees it."""
    done = profile_records.confirm(session, actor, profile_id, if_match)
    return answered(response, _shown(actor, done))


@router.get("/{profile_id}/versions", summary="List a profile's versions", responses=documented(400, 404))
def list_profile_versions(
    request: Request,
    profile_id: PathId,
    session: ReadSession,
    actor: ProfileReader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ProfileVersionRead]:
    """Every published state, newest first, each as the caller may see it."""
    statement = profile_records.versions(session, actor, profile_id)

    def read(row: profile_records.ProfileVersion) -> ProfileVersionRead:
        return profile_records.read_version(session, actor, row)

    return page(request, session, statement, read, limit, cursor)
