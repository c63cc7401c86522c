"""``shanhai import``: the progress, and what has become of the rows."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.database import Database
from service.domain.imports import Format, KindName, Mode
from service.errors import invalid
from service.jobs.import_runs import Report
from service.jobs.imports import import_file


def mode_of(*, validate_only: bool, row_by_row: bool) -> Mode:
    """The mode that the options ask for."""
    if validate_only:
        return "validate_only"
    return "row_by_row" if row_by_row else "all_or_nothing"


def run(
    console: Console,
    database: Database,
    organisation_id: str,
    path: Path,
    form: str,
    mode: Mode,
    errors: Path | None,
    kind: KindName = "profiles",
) -> Report:
    """Import the file and print the report."""
    if form not in ("", "ndjson", "csv", "xlsx"):
        raise invalid("", "unknown_format", "Say --format ndjson, csv or xlsx.")
    columns = (
        TextColumn("import"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("lines"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("import", total=None)
        report = import_file(
            database,
            organisation_id,
            path,
            cast(Format | None, form or None),
            kind=kind,
            mode=mode,
            errors=errors,
            step=lambda done, of: progress.update(task, completed=done, total=of),
        )
    _show(console, report, mode, errors, kind)
    return report


def _show(console: Console, report: Report, mode: Mode, errors: Path | None, kind: KindName) -> None:
    for told in report.first:
        place = f"line {told.line}, {told.column or told.pointer or 'the row'}"
        console.print(
            f"  {place}: {told.detail} ({told.code})", highlight=False, markup=False, soft_wrap=True
        )
    if report.refusals > len(report.first):
        rest = report.refusals - len(report.first)
        where = f"see {errors}" if errors else "--errors FILE writes all of them"
        console.print(f"  … and {rest} more: {where}.", highlight=False, markup=False, soft_wrap=True)
    console.print(_sentence(report, mode, kind.replace("-", " ")), highlight=False, soft_wrap=True)


def _sentence(report: Report, mode: Mode, kind: str) -> str:
    refused = f"{report.refused:,} of {report.rows:,} rows refused"
    if report.duplicates:
        refused += f", {report.duplicates:,} there already"
    if mode == "validate_only":
        return f"{refused}. Nothing was stored: this was a check."
    if report.refused and not report.stored and mode == "all_or_nothing":
        return f"{refused}. Nothing was stored; mend them, or store the others with --row-by-row."
    if report.skipped == report.rows:
        return f"Imported before: {report.stored:,} {kind} are stored, {refused}. No row was entered again."
    again = f" {report.skipped:,} rows had been done before." if report.skipped else ""
    return f"{report.stored:,} {kind} are stored, {refused}.{again}"
