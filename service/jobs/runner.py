"""The threads that run jobs, some for each lane: in `shanhai work`, and on embedded SQLite inside `serve`.

Idle, a thread looks a few times a second whether anything was committed (SQLite: its own count of commits,
read from shared memory), or once a second what is due (PostgreSQL); it reads no table for nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Final

import structlog

from service.database import Database
from service.domain import job_leases
from service.errors import Unavailable
from service.index import MatchIndex
from service.jobs import saved_searches, shortfalls, sweeping
from service.jobs.handlers import HANDLERS, LANES
from service.jobs.work import Handler, run_next
from service.revisions import Commits
from service.settings import Settings

#: How often an idle thread wakes, by database: the one asks memory, the other a server.
SQLITE_SECONDS: Final = 0.25
POSTGRESQL_SECONDS: Final = 1.0
SECONDS_BETWEEN_UPKEEP: Final = 600.0
#: A handler that does not stop by itself is left alone after this; its lease lapses after the process.
PATIENCE_SECONDS: Final = 10.0
_log = structlog.get_logger()


class Runner:
    """Threads that run whatever is due until ``stop``: so many for each lane, and none takes from another."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        index: MatchIndex,
        *,
        threads: int = 1,
        lanes: Mapping[str, Mapping[str, Handler]] = LANES,
    ) -> None:
        self._database, self._settings, self._index = database, settings, index
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(handlers,), name=f"jobs-{lane}-{number}", daemon=True)
            for lane, handlers in lanes.items()
            for number in range(1, threads + 1)
        ]

    def start(self) -> None:
        """Begin at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take nothing more on; what runs is told to stop, goes back, and is waited for a while."""
        self._stopping.set()
        end = time.monotonic() + PATIENCE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        left = [thread.name for thread in self._threads if thread.is_alive()]
        if left:
            _log.warning("jobs_left_running", threads=left)

    def _run(self, handlers: Mapping[str, Handler]) -> None:
        commits = Commits(self._database) if self._database.is_sqlite else None
        looked_after = -SECONDS_BETWEEN_UPKEEP
        while not self._stopping.is_set():
            try:
                if time.monotonic() - looked_after >= SECONDS_BETWEEN_UPKEEP:
                    self._look_after(handlers)
                    looked_after = time.monotonic()
                self._turn(handlers, commits)
            except Unavailable as error:
                _log.info("jobs_wait", code=error.code)
                self._stopping.wait(POSTGRESQL_SECONDS)
            except Exception:
                # Without this thread nothing would be done any more; the next second may go better.
                _log.exception("jobs_failed")
                self._stopping.wait(POSTGRESQL_SECONDS)
        if commits is not None:
            commits.close()

    def _look_after(self, handlers: Mapping[str, Handler]) -> None:
        for kind, every in ((sweeping.KIND, sweeping.EVERY), (shortfalls.KIND, shortfalls.EVERY)):
            if kind in handlers:
                sweeping.schedule(self._database, kind, every)

    def _turn(self, handlers: Mapping[str, Handler], commits: Commits | None) -> None:
        """Run what is due; where nothing is, wait until something may be."""
        if commits is not None:
            # Counted before it is looked for: what is committed in between wakes the thread.
            commits.moved()
        due = job_leases.next_due(self._database, handlers)
        seconds = None if due is None else due.total_seconds()
        if seconds is not None and seconds <= 0:
            ran = run_next(self._database, self._settings, self._index, handlers, self._stopping)
            if not ran:
                # Somebody holds its row at this moment: asked again at once, that would be a busy wait.
                self._stopping.wait(SQLITE_SECONDS)
            return
        if saved_searches.KIND in handlers and saved_searches.schedule(self._database):
            return
        if commits is None:
            self._stopping.wait(POSTGRESQL_SECONDS if seconds is None else min(seconds, POSTGRESQL_SECONDS))
            return
        end = time.monotonic() + min(SECONDS_BETWEEN_UPKEEP, seconds or SECONDS_BETWEEN_UPKEEP)
        while (left := end - time.monotonic()) > 0:
            if self._stopping.wait(min(left, SQLITE_SECONDS)) or commits.moved():
                return


def drain(
    database: Database,
    settings: Settings,
    index: MatchIndex | None = None,
    handlers: Mapping[str, Handler] = HANDLERS,
) -> int:
    """Run what is due now, one after the other, until nothing is; how many attempts that took."""
    index = index or MatchIndex(settings.index_path)
    attempts = 0
    while run_next(database, settings, index, handlers):
        attempts += 1
    return attempts
