"""``shanhai audit``: the record of changes verified, exported and pruned."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TextIO

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.access import audit_retention
from service.access.audit_chain import Mark, Report
from service.access.audit_chain import verify as follow
from service.database import Database, reading
from service.domain import audit_events
from service.domain.audit_events import AuditEventRead, AuditFilters
from service.workbooks import inert

Form = Literal["ndjson", "csv"]
HOLDS, DOES_NOT_HOLD = 0, 1
_COLUMNS = tuple(AuditEventRead.model_fields)


def verify(console: Console, database: Database, since: str, anchor: str) -> int:
    """Say whether the chain holds, and where it does not; the exit code.

    Raises
    ------
    Invalid, Conflict
        As ``Mark.parse`` and ``verify`` do: then nothing is said of the chain.
    """
    noted = [Mark.parse(text) if text else None for text in (since, anchor)]
    with _bar(console, "verify") as step:
        report = follow(database, since=noted[0], anchor=noted[1], step=step)
    _tell(console, report)
    return HOLDS if report.fault is None else DOES_NOT_HOLD


def prune(console: Console, database: Database) -> None:
    """Remove what is older than 36 months, and say how much that was.

    Raises
    ------
    Conflict
        As ``audit_retention.prune`` does.
    """
    with _bar(console, "prune") as step:
        done = audit_retention.prune(database, verifying=step, removing=step)
    if done.removed:
        console.print(f"Pruned {done.removed:,} events, up to {done.through}.", highlight=False)
    else:
        console.print(f"Nothing is older than {audit_retention.KEPT_MONTHS} months.", highlight=False)


def export(database: Database, form: Form, out: Path | None, filters: AuditFilters) -> None:
    """Write the events that pass the filters, oldest first, to a file or to the standard output."""
    with reading(database) as session:
        found = audit_events.rows(session, None, filters)
        if out is None:
            _write(sys.stdout, form, found)
            return
        # A spreadsheet program reads Chinese in CSV only after this mark.
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        # Who did what is nobody else's to read on this machine.
        out.touch(mode=0o600)
        with out.open("w", encoding=encoding, newline="") as stream:
            _write(stream, form, found)


def _write(stream: TextIO, form: Form, found: Iterable[AuditEventRead]) -> None:
    if form == "ndjson":
        for event in found:
            stream.write(orjson.dumps(event.model_dump(mode="json")).decode() + "\n")
        return
    writer = csv.writer(stream)
    writer.writerow(_COLUMNS)
    for event in found:
        shown = event.model_dump(mode="json")
        shown["detail"] = orjson.dumps(shown["detail"]).decode()
        writer.writerow(inert(cell) if isinstance(cell := shown[name], str) else cell for name in _COLUMNS)


def _tell(console: Console, report: Report) -> None:
    if report.fault is None:
        console.print(
            f"Holds: {report.events:,} events, {report.first} to {report.head.sequence}. Note its head down "
            "where nobody can change it who can change the database, and give it to the next `--anchor`:",
            highlight=False,
            soft_wrap=True,
        )
        console.print(str(report.head), highlight=False, soft_wrap=True)
        return
    fault = report.fault
    console.print(
        f"[red]Does not hold[/] at event {fault.sequence}: {fault.reason}. {fault.detail} "
        f"{report.events:,} events before it hold.",
        highlight=False,
        soft_wrap=True,
    )


@contextmanager
def _bar(console: Console, name: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
