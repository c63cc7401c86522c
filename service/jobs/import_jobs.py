"""Does an import that was asked for over HTTP: the job that is killed goes on where the record says."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlmodel import Session

from service.access.policy import Actor
from service.database import reading
from service.domain import files, import_requests
from service.domain.import_kinds import KINDS
from service.domain.imports import Import
from service.errors import Conflict
from service.jobs.import_checking import Checker
from service.jobs.import_files import examined
from service.jobs.import_refusals import RefusalFile
from service.jobs.import_runs import Asked, Run
from service.jobs.work import Context, Retry

#: What was changed while a file was checked: it is checked again, against what holds now.
_SOON: Final = timedelta(seconds=2)


def run(context: Context) -> dict[str, Any]:
    """Import the file; what came of it is on the import's record, and in short in the job's result."""
    row, file_id = _found(context)
    kind = KINDS[row.kind]

    def actor(session: Session) -> Actor:
        return context.actor(session, kind.permission)

    with TemporaryDirectory(prefix="shanhai-import-") as directory:
        path = Path(directory) / "rows"
        _fetch(context, file_id, path)
        source = examined(path, row.format, row.kind)
        with closing(Checker(source, "fresh")) as checker, closing(RefusalFile(None)) as refusals:
            asked = Asked(actor, context.hold, row.id)
            try:
                work = Run(context.database, asked, source, checker, refusals, context.progress)
                report = work.go(row.mode)
            except Conflict as error:
                if error.code == "changed_meanwhile":
                    raise Retry(_SOON, error.code, error.detail) from error
                raise
    return {
        "import_id": row.id,
        "rows": report.rows,
        "stored": report.stored,
        "refused": report.refused,
        "duplicates": report.duplicates,
    }


def _found(context: Context) -> tuple[Import, str]:
    import_id = str(context.job.arguments["import_id"])
    with reading(context.database) as session:
        row = session.get_one(Import, import_id)
        return row, import_requests.file_of(session, row).id


def _fetch(context: Context, file_id: str, path: Path) -> None:
    """The file out of the database, a piece at a time."""
    with path.open("wb") as file, reading(context.database) as session:
        for piece in files.content(session, file_id):
            file.write(piece)
            context.progress(0, None)
