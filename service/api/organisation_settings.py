"""An organisation's settings over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.api.deps import PathId, ReadSession, SettingsReader, SettingsWriter, WriteSession
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, tagged
from service.api.problems import documented
from service.domain import organisation_settings
from service.domain.organisation_settings import SettingsRead, SettingsWrite

router = APIRouter(prefix="/v1/organisations/{organisation_id}/settings", tags=["organisations"])


@router.get("", summary="Read an organisation's settings", responses=documented(404))
def get_organisation_settings(
    organisation_id: PathId, session: ReadSession, actor: SettingsReader, response: Response
) -> SettingsRead:
    """What needs a second person, and whose sign-in is trusted; of the caller's own organisation."""
    return tagged(response, organisation_settings.read(session, actor, organisation_id))


@router.patch(
    "",
    summary="Change an organisation's settings",
    responses=documented(404, 408, 409, 412, 413, 428),
    openapi_extra=patch_of(SettingsWrite),
)
def change_organisation_settings(
    organisation_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: SettingsWriter,
    if_match: IfMatch,
    response: Response,
) -> SettingsRead:
    """Change some settings by a JSON merge patch (RFC 7396)."""
    row = organisation_settings.change(session, actor, organisation_id, if_match, body)
    return tagged(response, row)
