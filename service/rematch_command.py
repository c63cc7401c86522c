"""``shanhai rematch``: all pairs, with what is seen of it on a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from service.database import Database
from service.jobs.rematch import Report, rematch
from service.jobs.rematch_files import Run, unfinished_runs
from service.jobs.rematch_pools import Cluster, Here

#: What a shell says of a program that Ctrl-C ended.
STOPPED_BY_HAND = 130


def run(
    console: Console,
    database: Database,
    base: Path,
    out: Path | None,
    *,
    limit: int,
    chunk: int,
    jobs: int | None,
    scheduler: str,
) -> int:
    """Write the best places of every open project; the exit code.

    Parameters
    ----------
    base : where runs lie, each in a directory of its own
    out : the directory of this run, instead

    Raises
    ------
    Conflict
        As ``rematch`` and the pools do.
    """
    pool = Cluster(scheduler) if scheduler else Here(jobs)
    columns = (TextColumn("rematch"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("rematch", total=None)

        def directory_of(found: Run) -> Path:
            path = out or base / found.name
            for other, revision in unfinished_runs(base).items():
                if out is None and other != path and revision != found.index_revision:
                    progress.console.print(
                        f"{other} holds an unfinished run of revision {revision}. The index is at "
                        f"{found.index_revision} now: this run starts anew.",
                        soft_wrap=True,
                    )
            return path

        try:
            report = rematch(
                database,
                directory_of,
                pool,
                limit=limit,
                chunk=chunk,
                step=lambda done, total: progress.update(task, completed=done, total=total),
            )
        except KeyboardInterrupt:
            progress.stop()
            console.print("[yellow]Stopped.[/] What is done stays: the same command goes on from there.")
            return STOPPED_BY_HAND
    _tell(console, report)
    return 0


def _tell(console: Console, report: Report) -> None:
    run = report.run
    kept = f", {report.kept} of them from before" if report.kept else ""
    died = f" Workers died {report.deaths} times; their chunks were ranked again." if report.deaths else ""
    console.print(
        f"{run.projects:,} open projects, the best {run.limit} places each, at revision {run.index_revision} "
        f"with {run.model_version}: {report.chunks} files{kept} in {report.directory}.{died}",
        highlight=False,
        soft_wrap=True,
    )
