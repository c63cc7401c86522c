"""Beside the requests: takes in changes, lays a grown index out anew, maps what others have laid out.

One thread of each worker. Of the workers of a machine one at a time lays out; it works from the arrays of
a snapshot, encodes nothing, and stores what comes of it, which the others then map.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

import structlog
from sqlmodel import Session

from service.database import Database, reading, revision_of
from service.errors import Unavailable
from service.index import stored
from service.index.base import Base, compacted
from service.index.live import MatchIndex, is_bulk, profiles_behind
from service.index.snapshot import Snapshot

SECONDS_BETWEEN: Final = 1.0
#: Rows that are young or dead: at a twentieth of the base, but not for a few and not only after very many.
FEWEST_STALE_ROWS: Final = 1_000
MOST_STALE_ROWS: Final = 20_000
#: So many looks at a bulk of changes that does not rest; then what has come so far is taken in.
MOST_LOOKS: Final = 60
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
        self._seen = self._looks = self._tried = 0
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
        newest = self._index.newest()
        if newest is None:
            return
        with reading(self._database) as session:
            if not lay_out and self._in_the_middle_of_a_bulk(session, newest):
                return
            snapshot = self._index.current(session)
            same = revision_of(session) == snapshot.revision
            worth_it = is_stale(snapshot) or self._is_to_store(snapshot)
            grown = worth_it or (lay_out and snapshot.stale_rows() > 0)
            origin = stored.Origin.of(session, snapshot.model_version) if same and grown else None
        if self._take_over(snapshot):
            return
        if origin is not None:
            self._lay_out(snapshot, origin)

    def _in_the_middle_of_a_bulk(self, session: Session, snapshot: Snapshot) -> bool:
        """Whether very many places are being written, as by an import.

        Taken in again and again they would cost the import and all who wait for it far more than once,
        when it rests. Who asks for a ranking meanwhile has it of now, as always.
        """
        revision = revision_of(session)
        moves, self._seen = revision not in (self._seen, snapshot.revision), revision
        self._looks = self._looks + 1 if moves else 0
        return moves and self._looks <= MOST_LOOKS and is_bulk(snapshot, profiles_behind(session, snapshot))

    def _is_to_store(self, snapshot: Snapshot) -> bool:
        """Whether the base is in memory alone and was never written: not every directory is writable."""
        in_memory = self._index.directory is not None and not snapshot.is_mapped
        return in_memory and self._tried != snapshot.base_revision

    def _take_over(self, snapshot: Snapshot) -> bool:
        """Go on from a newer base that somebody else has stored."""
        directory = self._index.directory
        # One of the same revision is as good, and shared.
        older = snapshot.base_revision - (not snapshot.is_mapped)
        if directory is None or not stored.newer(directory, older, snapshot.model_version):
            return False
        with reading(self._database) as session:
            found = stored.newest(directory, session, snapshot.model_version)
        if found is None or found[0].revision <= older:
            return False
        self._go_on_from(snapshot, found[0], Base.of(found[1], is_mapped=True))
        return True

    def _lay_out(self, snapshot: Snapshot, origin: stored.Origin) -> None:
        directory = self._index.directory
        if directory is None:
            self._go_on_from(snapshot, origin, Base.of(compacted(snapshot)))
            return
        with stored.building(directory, wait=False) as mine:
            if not mine:
                return
            arrays: stored.Arrays = compacted(snapshot)
            self._tried, base = origin.revision, Base.of(arrays)
            if stored.write(directory, origin, arrays):
                with reading(self._database) as session:
                    found = stored.newest(directory, session, snapshot.model_version)
                if found is not None and found[0] == origin:
                    base = Base.of(found[1], is_mapped=True)
        self._go_on_from(snapshot, origin, base)

    def _go_on_from(self, snapshot: Snapshot, origin: stored.Origin, base: Base) -> None:
        relaid = replace(snapshot, revision=origin.revision, base_revision=origin.revision, **base.fields())
        self._index.put(self._database, relaid)
        _log.info("index_laid_out", revision=origin.revision, places=len(base.table))
