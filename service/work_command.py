"""``shanhai work``: runs jobs until it is told to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import structlog

from service.database import Database, reading
from service.errors import Unavailable
from service.index import MatchIndex, Upkeep
from service.jobs.runner import Runner, drain
from service.schema import is_current
from service.settings import Settings

_log = structlog.get_logger()


def run(database: Database, settings: Settings, threads: int) -> None:
    """Run jobs until SIGTERM or SIGINT; what runs then goes back to the queue.

    Raises
    ------
    Unavailable
        ``not_migrated``.
    """
    _require_migrated(database)
    told = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    index = MatchIndex(settings.index_path)
    upkeep, runner = Upkeep(index, database), Runner(database, settings, index, threads=threads)
    upkeep.start()
    runner.start()
    _log.info("working", database=database.description, threads=threads)
    told.wait()
    _log.info("stopping")
    runner.stop()
    upkeep.stop()
    database.engine.dispose()


def run_due(database: Database, settings: Settings) -> int:
    """Run what is due now, and end; how many attempts that took."""
    _require_migrated(database)
    return drain(database, settings)


def _require_migrated(database: Database) -> None:
    with reading(database) as session:
        if not is_current(session):
            raise Unavailable("not_migrated", "Run `shanhai migrate` first.")
