"""Beside the requests: takes in changes, lays a grown index out anew, maps what others have laid out.

One thread of each worker. Of the workers of a machine one at a time lays out; it works from the arrays of
a snapshot, encodes nothing, and stores what comes of it, which the others then map.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

import structlog

from service.database import Database, reading, revision_of
from service.errors import Unavailable
from service.index import stored
from service.index.base import Base, compacted
from service.index.live import MatchIndex
from service.index.snapshot import Snapshot

SECONDS_BETWEEN: Final = 1.0
#: Rows that are young or dead: at a twentieth of the base, but not for a few and not only after very many.
FEWEST_STALE_ROWS: Final = 1_000
MOST_STALE_ROWS: Final = 20_000
_log = structlog.get_logger()


def is_stale(snapshot: Snapshot) -> bool:
    """Whether so much has changed since the base that it is worth laying out anew."""
    base = len(snapshot.places.store)
    return snapshot.stale_rows() > min(MOST_STALE_ROWS, max(FEWEST_STALE_ROWS, base // 20))


class Upkeep:
    """The thread; ``stop`` ends it before the database is closed.

    Parameters
    ----------
    index : MatchIndex
    database : Database
    """

    def __init__(self, index: MatchIndex, database: Database) -> None:
        self._index, self._database = index, database
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="index-upkeep", daemon=True)

    def start(self) -> None:
        """Begin, in a second."""
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being done."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SECONDS_BETWEEN):
            try:
                self.once()
            except Unavailable as error:
                _log.info("index_upkeep_waits", code=error.code)
            except Exception:
                # Without this thread the index would only ever grow; the next second may go better.
                _log.exception("index_upkeep_failed")

    def once(self, *, lay_out: bool = False) -> None:
        """Do what is to be done now, if anything; ``lay_out`` anew whatever has changed, be it little."""
        if self._index.newest() is None:
            return
        with reading(self._database) as session:
            snapshot = self._index.current(session)
            same = revision_of(session) == snapshot.revision
            grown = is_stale(snapshot) or (lay_out and snapshot.stale_rows() > 0)
            origin = stored.Origin.of(session, snapshot.model_version) if same and grown else None
        if self._take_over(snapshot):
            return
        if origin is not None:
            self._lay_out(snapshot, origin)

    def _take_over(self, snapshot: Snapshot) -> bool:
        """Go on from a newer base that somebody else has stored."""
        directory = self._index.directory
        if directory is None or not stored.newer(directory, snapshot.base_revision, snapshot.model_version):
            return False
        with reading(self._database) as session:
            found = stored.newest(directory, session, snapshot.model_version)
        if found is None or found[0].revision <= snapshot.base_revision:
            return False
        self._go_on_from(snapshot, *found)
        return True

    def _lay_out(self, snapshot: Snapshot, origin: stored.Origin) -> None:
        directory = self._index.directory
        if directory is None:
            self._go_on_from(snapshot, origin, compacted(snapshot))
            return
        with stored.building(directory, wait=False) as mine:
            if not mine:
                return
            arrays: stored.Arrays = compacted(snapshot)
            if stored.write(directory, origin, arrays):
                with reading(self._database) as session:
                    found = stored.newest(directory, session, snapshot.model_version)
                if found is not None and found[0] == origin:
                    arrays = found[1]
        self._go_on_from(snapshot, origin, arrays)

    def _go_on_from(self, snapshot: Snapshot, origin: stored.Origin, arrays: stored.Arrays) -> None:
        base = Base.of(arrays)
        relaid = replace(snapshot, revision=origin.revision, base_revision=origin.revision, **base.fields())
        self._index.put(self._database, relaid)
        _log.info("index_laid_out", revision=origin.revision, places=len(base.table))
