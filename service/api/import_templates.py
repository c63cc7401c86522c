"""Templates of imports over HTTP: sheets to be filled in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from service.api.deps import ImportReader, LanguageDep
from service.api.problems import documented
from service.domain.import_kinds import KINDS
from service.domain.import_templates import Language, template
from service.domain.imports import KindName
from service.workbooks import MEDIA_TYPE

router = APIRouter(prefix="/v1/import-templates", tags=["imports"])
_WORKBOOK: dict[str, Any] = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}


@router.get(
    "/{kind}",
    summary="Read a template",
    responses={**documented(), 200: {"description": "An XLSX workbook.", "content": _WORKBOOK}},
    response_class=Response,
)
def get_import_template(
    kind: KindName,
    _actor: ImportReader,
    preferred: LanguageDep,
    language: Annotated[Language | None, Query(description="Of titles and notes.")] = None,
) -> Response:
    """A sheet of this kind: titles with units, explanations, and an example that is not imported."""
    spoken = language or preferred
    headers = {"Content-Disposition": f'attachment; filename="{kind}-{spoken}.xlsx"'}
    return Response(template(KINDS[kind], spoken), media_type=MEDIA_TYPE, headers=headers)
