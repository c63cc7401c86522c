"""Asks the database for its newest revision by the cheapest statement there is, without a session.

Rankings read memory; what they must know of the database before each answer is whether anything was
committed since. This costs a few microseconds on SQLite (its own count of commits, read from shared
memory) and one prepared statement on PostgreSQL, which all requests that wait at that moment share.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
from psycopg import pq
from sqlalchemy.engine import make_url

from service.database import Database
from service.errors import Unavailable
from service.sqlite import sqlite_module

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATEMENT = b"SELECT revision, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM state"
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest revision, and the instant by the database's clock at which it was so."""

    revision: int
    instant: datetime


class Revisions(Protocol):
    """What both databases offer; for one event loop."""

    async def newest(self) -> Newest:
        """The newest committed revision, not older than this call.

        Raises
        ------
        Unavailable
            While the database cannot say.
        """
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


def revisions_of(database: Database) -> Revisions:
    """The reader for a database; nothing is opened yet."""
    if database.is_sqlite:
        return SqliteRevisions(str(database.engine.url.database))
    return PostgresRevisions(
        make_url(database.engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    )


class SqliteRevisions:
    """One connection that never waits: a lock that is held is answered at once.

    ``PRAGMA data_version`` moves with every commit of any other connection, in this process or another;
    the row is read only then.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: Any = None
        self._seen: tuple[int, int] = (-1, 0)
        self._waiting: list[asyncio.Future[Newest]] = []

    async def newest(self) -> Newest:
        """The newest committed revision. All that ask in one turn of the loop share what is read after it.

        Reading takes locks on the file, which costs more than the rest of a request that is answered from
        memory. Before the turn ends nothing is read: a commit that a caller has seen is never missed.
        """
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._answer)
        waiter: asyncio.Future[Newest] = loop.create_future()
        self._waiting.append(waiter)
        return await waiter

    def _answer(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            found = self._read()
        except Unavailable as error:
            for waiter in waiting:
                if not waiter.done():
                    waiter.set_exception(error)
            return
        for waiter in waiting:
            # One whose caller hung up is cancelled.
            if not waiter.done():
                waiter.set_result(found)

    def _read(self) -> Newest:
        module = sqlite_module()
        try:
            if self._connection is None:
                self._connection = _opened_apart(self._path)
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
            if version != self._seen[0]:
                revision = self._connection.execute("SELECT revision FROM state").fetchone()[0]
                self._seen = (version, revision)
        except module.DatabaseError as error:
            raise _unavailable() from error
        # SQLite runs in this process: its clock is this one.
        return Newest(self._seen[1], datetime.now(UTC))

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Commits:
    """Whether anything was committed to an SQLite database since it was last asked; for one thread.

    It reads no table, and takes no lock that a writer would wait for.
    """

    def __init__(self, database: Database) -> None:
        self._path = str(database.engine.url.database)
        self._connection: Any = None
        self._seen = -1

    def moved(self) -> bool:
        """Whether there was a commit, as far as can be told: a locked file counts as one."""
        module = sqlite_module()
        try:
            if self._connection is None:
                self._connection = _opened_apart(self._path)
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except module.DatabaseError:
            return True
        seen, self._seen = self._seen, version
        return bool(version != seen)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _opened_apart(path: str) -> Any:
    """A connection of its own that never waits and never creates the file."""
    return sqlite_module().connect(f"file:{quote(path)}?mode=rw", uri=True, isolation_level=None, timeout=0)


class PostgresRevisions:
    """One connection of its own, driven by the event loop.

    Whoever asks while a question is out gets the answer to the next one: what was asked before may be
    older than what the caller has seen committed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None
        self._asked: asyncio.Task[Newest] | None = None
        self._next: asyncio.Task[Newest] | None = None

    async def newest(self) -> Newest:
        """The newest committed revision."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._after(self._asked))
        # Shielded: a caller that hangs up must not take the answer from the others.
        return await asyncio.shield(self._next)

    async def _after(self, asked: asyncio.Task[Newest] | None) -> Newest:
        if asked is not None:
            await asyncio.wait([asked])
        self._asked, self._next = self._next, None
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._answer()
        except (psycopg.Error, TimeoutError, OSError) as error:
            self.close()
            raise _unavailable() from error
        except asyncio.CancelledError:
            # Half an answer may be on the wire.
            self.close()
            raise

    async def _answer(self) -> Newest:
        if self._connection is None or self._connection.closed:
            self._connection = await asyncio.to_thread(_opened, self._url)
        connection = self._connection.pgconn
        connection.send_query_prepared(b"newest", [])
        await _until_answered(connection)
        result = connection.get_result()
        while connection.get_result() is not None:
            continue
        if result is None or result.status != pq.ExecStatus.TUPLES_OK:
            raise psycopg.OperationalError(connection.get_error_message())
        revision, microseconds = int(result.get_value(0, 0) or 0), int(result.get_value(0, 1) or 0)
        return Newest(revision, _EPOCH + timedelta(microseconds=microseconds))

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _opened(url: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(url, autocommit=True, connect_timeout=int(_PATIENCE_SECONDS))
    prepared = connection.pgconn.prepare(b"newest", _STATEMENT)
    if prepared.status != pq.ExecStatus.COMMAND_OK:
        connection.close()
        raise psycopg.OperationalError(prepared.error_message.decode("utf-8", "replace"))
    connection.pgconn.nonblocking = 1
    return connection


async def _until_answered(connection: pq.abc.PGconn) -> None:
    """Send what waits, then read until the whole answer is here."""
    loop = asyncio.get_running_loop()
    while connection.flush():
        await asyncio.sleep(0)
    while connection.is_busy():
        readable: asyncio.Future[None] = loop.create_future()
        loop.add_reader(connection.socket, _wake, readable)
        try:
            await readable
        finally:
            loop.remove_reader(connection.socket)
        connection.consume_input()


def _wake(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)


def _unavailable() -> Unavailable:
    return Unavailable("busy", "The database is busy; nothing was stored. Try again in a second.")
