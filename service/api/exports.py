"""Exports over HTTP: ask for a file, which a job then makes as the caller may see things."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from service.access import audit
from service.access.policy import require
from service.api.deps import Cursor, ExportAsker, LanguageDep, Limit, ReferenceReader, WriteSession
from service.api.pages import Page, page_of
from service.api.preconditions import OnceDep, tagged
from service.api.problems import documented
from service.domain import jobs
from service.domain.jobs import JobRead
from service.domain.shapes import StrictBody, strict, validated
from service.errors import FieldError, Invalid, invalid
from service.exports.kind import Format, Kind
from service.exports.kinds import KINDS
from service.units import ShortText

router = APIRouter(prefix="/v1", tags=["exports"])
EXAMPLE: Final[dict[str, Any]] = {
    "kind": "profiles",
    "format": "xlsx",
    "parameters": {"region_code": "330000", "site_kind": "industrial_park"},
}


class ExportWrite(StrictBody):
    """What is wanted as a file."""

    model_config = strict(EXAMPLE)

    kind: ShortText = Field(
        description="See GET /v1/export-kinds.", json_schema_extra={"enum": list[Any](KINDS)}
    )
    format: Format
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Those of the kind, which GET /v1/export-kinds describes."
    )


class ExportKindRead(BaseModel):
    """A kind of export."""

    kind: str
    name: str = Field(description="In the caller's language.")
    formats: list[Format]
    permissions: list[str] = Field(description="What asking for it takes beside `exports:write`.")
    parameters: dict[str, Any] = Field(description="The JSON Schema of the parameters.")


@router.get("/export-kinds", summary="List what can be exported", responses=documented(400))
def list_export_kinds(
    request: Request,
    _actor: ReferenceReader,
    language: LanguageDep,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[ExportKindRead]:
    """The kinds with their formats and parameters; a list's are the ones of its own address."""
    kinds = [
        ExportKindRead(
            kind=kind.name,
            name=kind.zh if language == "zh" else kind.en,
            formats=list(kind.formats),
            permissions=[str(permission) for permission in kind.permissions],
            parameters=kind.parameters.model_json_schema(),
        )
        for kind in KINDS.values()
    ]
    return page_of(request, kinds, limit, cursor)


@router.post("/exports", status_code=202, summary="Ask for a file", responses=documented(404, 408, 409, 413))
def create_export(
    body: ExportWrite,
    session: WriteSession,
    actor: ExportAsker,
    language: LanguageDep,
    once: OnceDep,
    response: Response,
) -> JobRead:
    """Have a file made by a job: `result.file_id` of the job is read at GET /v1/files/{id}, with its link.

    The file shows what the caller may see over the API, and nothing beside it; it is in the caller's
    language, and kept for `SHANHAI_EXPORT_KEEP_HOURS`.
    """
    kind = _kind(body)
    for permission in kind.permissions:
        require(actor, permission)
    try:
        asked = validated(kind.parameters, body.parameters)
    except Invalid as error:
        raise Invalid(
            [FieldError(f"/parameters{one.pointer}", one.code, one.detail) for one in error.errors]
        ) from error
    kind.check(session, actor, asked)

    def act() -> JobRead:
        arguments = {
            "kind": kind.name,
            "format": body.format,
            "language": language,
            "parameters": asked.model_dump(mode="json"),
        }
        row = jobs.enqueue(session, actor, "export", arguments)
        audit.record(session, actor, "export.request", "job", row.id, arguments)
        return JobRead.model_validate(row)

    job = once(session, actor, body, JobRead, act)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return tagged(response, job)


def _kind(body: ExportWrite) -> Kind:
    kind = KINDS.get(body.kind)
    if kind is None:
        raise invalid("/kind", "unknown_kind", f"There are: {', '.join(KINDS)}. See GET /v1/export-kinds.")
    if body.format not in kind.formats:
        raise invalid("/format", "unknown_format", f"Of {kind.name} there are: {', '.join(kind.formats)}.")
    return kind
