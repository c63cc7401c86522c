"""Imports of files over HTTP: ask for one, follow it, read what was refused."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from service.api.deps import (
    Cursor,
    ImportReader,
    ImportWriter,
    LanguageDep,
    Limit,
    PathId,
    ReadSession,
    WriteSession,
)
from service.api.pages import Page, page
from service.api.preconditions import OnceDep, tagged
from service.api.problems import documented
from service.domain import import_requests, imports
from service.domain.import_requests import ImportRead
from service.domain.imports import Import, ImportErrorRead, ImportWrite, KindName
from service.workbooks import MEDIA_TYPE, inert, write_sheet

router = APIRouter(prefix="/v1/imports", tags=["imports"])
_HEADS: Final = {
    "zh": ("行", "列", "位置", "代码", "说明"),
    "en": ("line", "column", "pointer", "code", "detail"),
}
_CSV: Final = "text/csv"
#: A sheet that a person looks through; all of them are in the CSV.
_MOST_IN_A_WORKBOOK: Final = 20_000


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string"} if media_type == _CSV else {"type": "string", "format": "binary"}
    return {
        **documented(404),
        200: {"description": "What was refused.", "content": {media_type: {"schema": schema}}},
    }


@router.get("", summary="List imports", responses=documented(400))
def list_imports(
    request: Request,
    session: ReadSession,
    actor: ImportReader,
    kind: Annotated[KindName | None, Query(description="Of this kind.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ImportRead]:
    """The imports of the caller's organisation, newest first."""
    show = partial(import_requests.read, session)
    return page(request, session, imports.listed(actor, kind), show, limit, cursor)


@router.post("", status_code=202, summary="Import a file", responses=documented(404, 408, 409, 413))
def create_import(
    body: ImportWrite, session: WriteSession, actor: ImportWriter, once: OnceDep, response: Response
) -> ImportRead:
    """Have the rows of a file checked, or entered, by a job; follow it at the address in `Location`.

    Send the file at `POST /v1/files` before. `validate_only` stores nothing; `all_or_nothing` stores all
    rows or none; `row_by_row` stores the good ones beside the bad ones, and goes on where it was stopped.
    The same file is not entered twice, nor is a row of what is entered already.
    """

    def act() -> ImportRead:
        return import_requests.read(session, import_requests.request(session, actor, body))

    answer = once(session, actor, body, ImportRead, act)
    response.headers["Location"] = f"/v1/imports/{answer.id}"
    return answer


@router.get("/{import_id}", summary="Read an import", responses=documented(404))
def get_import(
    import_id: PathId, session: ReadSession, actor: ImportReader, response: Response
) -> ImportRead:
    """How far it is, what it has found, and what was converted on the way."""
    return tagged(response, import_requests.read(session, imports.get(session, actor, import_id)))


@router.get("/{import_id}/errors", summary="List errors of an import", responses=documented(400, 404))
def list_import_errors(
    request: Request,
    import_id: PathId,
    session: ReadSession,
    actor: ImportReader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ImportErrorRead]:
    """What is wrong with which row, by line and column; the first 100,000 are kept."""
    row = imports.get(session, actor, import_id)
    return page(request, session, imports.errors_of(row.id), imports.read_error, limit, cursor)


@router.get(
    "/{import_id}/errors.csv",
    summary="Read errors of an import as CSV",
    responses=_file(_CSV),
    response_class=Response,
)
def get_import_errors_csv(
    import_id: PathId, session: ReadSession, actor: ImportReader, language: LanguageDep
) -> Response:
    """All that are kept, as a table that spreadsheet programs read as UTF-8."""
    row = imports.get(session, actor, import_id)
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(_HEADS[language])
    writer.writerows([inert(str(cell)) for cell in line] for line in _lines(session, row))
    return _download(table.getvalue().encode("utf-8-sig"), f"{_CSV}; charset=utf-8", f"{row.id}-errors.csv")


@router.get(
    "/{import_id}/errors.xlsx",
    summary="Read errors of an import as a sheet",
    responses=_file(MEDIA_TYPE),
    response_class=Response,
)
def get_import_errors_xlsx(
    import_id: PathId, session: ReadSession, actor: ImportReader, language: LanguageDep
) -> Response:
    """The first 20,000 as an XLSX sheet."""
    row = imports.get(session, actor, import_id)
    lines = _lines(session, row, _MOST_IN_A_WORKBOOK)
    content = write_sheet("errors", _HEADS[language], lines, widths=(8, 24, 28, 24, 90))
    return _download(content, MEDIA_TYPE, f"{row.id}-errors.xlsx")


def _lines(session: ReadSession, row: Import, most: int = imports.MOST_REFUSALS) -> list[list[str | float]]:
    found: list[list[str | float]] = []
    for told in imports.refusals_of(session, row.id):
        if len(found) == most:
            break
        found.append([told.line, told.column or "", told.pointer, told.code, told.detail])
    return found


def _download(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # The media type as it is: a charset that was set is not set again.
    return Response(content, headers=headers | {"Content-Type": media_type})
