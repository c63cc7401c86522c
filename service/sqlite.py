"""How an SQLite file is opened: which SQLite, with which journal, and how its transactions begin and end."""

from __future__ import annotations

import sqlite3
import time
from types import ModuleType
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event

# SQLite before this can corrupt a database when a write-ahead log is reset under load.
SAFE_WAL = (3, 51, 3)
_JOURNAL_PAUSE_SECONDS = 0.01


def sqlite_module() -> ModuleType:
    """The newest SQLite there is: the wheel's where it is installed, else the interpreter's."""
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    return pysqlite3 if pysqlite3.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


def journal_mode(version: tuple[int, ...]) -> str:
    """Write-ahead log only where SQLite is new enough for it to be safe, else a rollback journal."""
    return "WAL" if version >= SAFE_WAL else "DELETE"


def sqlite_engine(url: str, pool_size: int, busy_timeout_seconds: float) -> Engine:
    """An engine on a file; nothing is read or written yet.

    A connection that is to write has the execution option ``writes``.
    """
    module = sqlite_module()
    mode = journal_mode(module.sqlite_version_info)
    engine = create_engine(
        url, module=module, pool_size=pool_size, max_overflow=0, json_deserializer=orjson.loads
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        milliseconds = int(busy_timeout_seconds * 1000)
        for pragma in (f"busy_timeout={milliseconds}", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        _set_journal(connection, mode, busy_timeout_seconds)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A reader that turned writer halfway could only fail; writers say so at once.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "checkin")
    def _roll_back(connection: Any, _record: Any) -> None:
        # A COMMIT that SQLite refuses leaves the transaction open, and SQLAlchemy takes it for ended:
        # back in the pool, it would keep every other writer locked out.
        if connection is not None and connection.in_transaction:
            connection.rollback()

    return engine


def _set_journal(connection: Any, mode: str, busy_timeout_seconds: float) -> None:
    """Set the journal, and wait for a writer as every statement does.

    For this one SQLite does not: while a writer is in a new file, that is not in the mode yet, it says at
    once that the file is locked. Two processes that open a new file meet there.
    """
    end = time.monotonic() + busy_timeout_seconds
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode={mode}")
            return
        except sqlite_module().OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
        time.sleep(_JOURNAL_PAUSE_SECONDS)
