"""Imports a file of rows by command: all of it or nothing, or row by row, going on where it was stopped."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlmodel import Session

from service.access.policy import Actor, granted_to
from service.database import Database
from service.domain.imports import Format, KindName, Mode
from service.domain.organisations import Organisation
from service.errors import NotFound
from service.jobs.import_checking import Checker
from service.jobs.import_files import examined, format_of
from service.jobs.import_refusals import RefusalFile
from service.jobs.import_runs import Asked, Report, Run, Step


def import_file(
    database: Database,
    organisation_id: str,
    path: Path,
    form: Format | None = None,
    *,
    kind: KindName = "profiles",
    mode: Mode = "all_or_nothing",
    errors: Path | None = None,
    step: Step = lambda _done, _of: None,
) -> Report:
    """Enter the rows of a file on behalf of an organisation.

    Parameters
    ----------
    database : Database
        Migrated.
    organisation_id : str
        On whose behalf: what it may not enter over HTTP it may not enter here.
    path : Path
        The file.
    form : {"ndjson", "csv", "xlsx"} or None
        None: by the file's ending.
    mode : {"all_or_nothing", "row_by_row", "validate_only"}
        Whether good rows are stored beside bad ones, and whether anything is.
    errors : Path or None
        Where all refusals are written.
    step : callable (lines done, lines) -> None
        Is told of progress.

    Returns
    -------
    Report

    Raises
    ------
    Conflict
        ``import_in_progress``, ``imported_in_part``, ``changed_meanwhile``, ``file_changed``.
    Forbidden
        ``missing_permission``.
    Invalid
        Where the file as a whole cannot be read.
    NotFound
        There is no such organisation.
    """
    source = examined(path, form or format_of(path), kind)
    asked = Asked(lambda session: actor_of(session, organisation_id))
    with closing(Checker(source)) as checker, closing(RefusalFile(errors)) as refusals:
        return Run(database, asked, source, checker, refusals, step).go(mode)


def actor_of(session: Session, organisation_id: str) -> Actor:
    """The organisation with all that its kind may do; raises ``NotFound``."""
    row = session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound(detail=f"There is no organisation {organisation_id}.")
    return Actor(row.id, row.kind, row.region_code, "import", granted_to(row.kind))
