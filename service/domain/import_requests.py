"""Imports that are asked for over HTTP: put on record with the job that does them, and followed."""

from __future__ import annotations

import io
from typing import Any, Final

from sqlmodel import Field, Session

from service.access.policy import Actor, require
from service.database import now
from service.domain import files, imports, jobs
from service.domain.files import File
from service.domain.import_kinds import KINDS
from service.domain.import_progress import asked_again, begin
from service.domain.imports import (
    Conversion,
    Format,
    Import,
    ImportWrite,
    KindName,
    Mode,
    ReadColumn,
    State,
)
from service.domain.jobs import Job, JobProblem
from service.domain.shapes import Answer
from service.errors import Conflict, NotFound, invalid
from service.units import Id, Instant
from service.workbook_bounds import Limits
from service.workbooks import require_bounded

JOB: Final = "import"
#: 100,000 rows of 64 columns, with some to spare; the reader takes some 32 bytes a cell.
WORKBOOK_LIMITS: Final = Limits(
    unpacked_bytes=512 * 1024 * 1024,
    rows=200_000,
    columns=512,
    cells=8_000_000,
    text_bytes=128 * 1024 * 1024,
)
#: A workbook up to this size is looked through before the answer; a larger one when its job begins.
LOOKED_AT_ONCE_BYTES: Final = 512 * 1024


class ImportRead(Answer):
    """An import as its organisation follows it."""

    id: Id
    organisation_id: Id
    kind: KindName
    format: Format
    mode: Mode
    state: State = Field(
        description="`refused`: of all or nothing, some rows could not be stored, and none was; "
        "`failed` and `cancelled` are what became of its job: send the file again to go on."
    )
    file_id: Id | None
    file_name: str | None
    job_id: Id | None = Field(description="Cancel it there.")
    progress_done: int = Field(description="Lines of the file that are done, of `progress_of`.")
    progress_of: int | None
    rows_done: int = Field(description="Rows that were read: accepted, refused and duplicate.")
    rows_accepted: int = Field(description="Rows with which nothing is wrong.")
    rows_refused: int
    rows_duplicate: int = Field(description="Rows of what is entered already; passed over, and told.")
    rows_stored: int
    errors: int = Field(description="Entries at /errors; of each row there may be several.")
    columns: list[ReadColumn] = Field(description="Which column of the table was read as which field.")
    conversions: list[Conversion] = Field(description="What was read otherwise than it was written.")
    problem: JobProblem | None = Field(description="Why it failed, or is tried again.")
    version: int
    created_at: Instant
    updated_at: Instant


def request(session: Session, actor: Actor, body: ImportWrite) -> Import:
    """Put an import on record, with the job that does it; one that was stopped goes on.

    Raises
    ------
    Conflict
        ``imported_before``, ``import_in_progress``, ``imported_in_part``.
    Forbidden
        The actor may not enter rows of this kind.
    Invalid
        ``unknown_file``, ``unknown_kind``; a workbook that cannot be read or is too large.
    """
    kind = KINDS.get(body.kind)
    if kind is None:
        raise invalid("/kind", "unknown_kind", f"Send one of {', '.join(KINDS)}.")
    require(actor, kind.permission)
    try:
        file = files.get(session, actor, body.file_id)
    except NotFound as error:
        detail = "There is no such file, or it has lapsed. Send it at POST /v1/files first."
        raise invalid("/file_id", "unknown_file", detail) from error
    if body.format == "xlsx" and file.size_bytes <= LOOKED_AT_ONCE_BYTES:
        require_bounded(io.BytesIO(b"".join(files.content(session, file.id))), WORKBOOK_LIMITS)
    found = None
    if body.mode != "validate_only":
        found = imports.storing(session, actor, body.kind, file.sha256)
    sent = {"file_id": file.id, "file_name": file.name}
    if found is None:
        row = begin(session, actor, body.kind, body.format, body.mode, file.sha256, **sent)
    else:
        row = _going_on(session, found, body, sent)
    job = jobs.enqueue(session, actor, JOB, {"import_id": row.id}, most_attempts=20, unique_key=row.id)
    row.job_id = job.id
    session.add(row)
    # Read back by whoever answers.
    session.flush()
    return row


def _going_on(session: Session, row: Import, body: ImportWrite, sent: dict[str, Any]) -> Import:
    if row.state == "done":
        raise Conflict(
            "imported_before",
            f"This very file was imported before, as {row.id}; no row of it is entered again. Send the rows "
            "that were refused in a file of their own.",
        )
    job = session.get(Job, row.job_id) if row.job_id else None
    if job is not None and job.state in jobs.OPEN:
        raise Conflict("import_in_progress", f"This very file is being imported, as {row.id}.")
    if row.rows_done and row.mode == "row_by_row" and body.mode != "row_by_row":
        raise Conflict(
            "imported_in_part",
            f"Some rows of this file were imported row by row, as {row.id}. Go on with `row_by_row`.",
        )
    return asked_again(session, row.id, body.mode, sent)


def read(session: Session, row: Import) -> ImportRead:
    """The import, and what its job says of it."""
    job = session.get(Job, row.job_id) if row.job_id else None
    state: State = row.state
    if row.state in jobs.OPEN:
        state = job.state if job is not None and job.state != "done" else row.state
    done = row.state in ("done", "refused")
    return ImportRead(
        **row.model_dump(exclude={"state", "content_hash", "refusals", "lines"}),
        state=state,
        progress_done=row.lines if done else (job.progress_done if job else 0),
        progress_of=row.lines if done else (job.progress_of if job else None),
        rows_stored=row.rows_stored,
        errors=row.refusals,
        problem=JobProblem.model_validate(job.problem) if job is not None and job.problem else None,
    )


def file_of(session: Session, row: Import) -> File:
    """The file of an import; raises ``Invalid`` (``file_lapsed``) where it is kept no longer."""
    file = session.get(File, row.file_id) if row.file_id else None
    if file is None or file.expires_at <= now(session):
        raise invalid("/file_id", "file_lapsed", "The file is kept no longer. Send it again; it goes on.")
    return file
