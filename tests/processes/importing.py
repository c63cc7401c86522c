"""A real process that imports a file in small pieces, with another one beside it that checks ahead."""

from __future__ import annotations

import multiprocessing
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.processes.forked import forked

BATCH = 40


def _import(url: str, organisation_id: str, path: Path, mode: str, checker: Path) -> None:
    from service.database import open_database
    from service.jobs import import_checking
    from service.jobs.imports import import_file

    import_checking.ROWS_AT_ONCE = BATCH  # type: ignore[misc]
    import_checking.WORTH_A_PROCESS_BYTES = 0  # type: ignore[misc]

    def step(_done: int, _of: int) -> None:
        (beside,) = multiprocessing.active_children()
        checker.write_text(str(beside.pid))

    database = open_database(url, pool_size=5, busy_timeout_seconds=60)
    import_file(database, organisation_id, path, mode=mode, step=step)  # type: ignore[arg-type]


def _work(url: str, directory: Path, notes: Path, rest_at: int | None) -> None:
    from service.database import open_database
    from service.domain import import_progress
    from service.index import MatchIndex
    from service.jobs import import_checking
    from service.jobs.runner import drain
    from service.settings import Settings

    import_checking.ROWS_AT_ONCE = BATCH  # type: ignore[misc]
    advance, pieces = import_progress.advance, 0

    def noted(*arguments: Any, **options: Any) -> None:
        nonlocal pieces
        advance(*arguments, **options)
        pieces += 1
        notes.write_text(str(pieces))
        if pieces == rest_at:
            signal.pause()

    import_progress.advance = noted
    database = open_database(url, pool_size=5, busy_timeout_seconds=60)
    drain(database, Settings(data_dir=directory, pool_size=5), MatchIndex())


def working(url: str, directory: Path, notes: Path, rest_at: int | None = None) -> BaseProcess:
    """A process, started, that does the jobs that are due, as `shanhai work` does.

    ``notes`` gets the number of an import's pieces that this process has written, committed or not. After
    ``rest_at`` of them it rests, in the middle of its transaction, until it is killed.
    """
    process = forked.Process(target=_work, args=(url, directory, notes, rest_at))
    process.start()
    return process


def importing(url: str, organisation_id: str, path: Path, mode: str, checker: Path) -> BaseProcess:
    """The process, started; ``checker`` gets the id of the one beside it when the first piece is stored."""
    process = forked.Process(target=_import, args=(url, organisation_id, path, mode, checker))
    process.start()
    return process
