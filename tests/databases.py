"""The PostgreSQL server of the tests, and templates of databases to copy."""

from __future__ import annotations

import os
import shutil
import uuid
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text

from service.database import Database

DATABASES = ("sqlite", "postgresql")
#: Memory that looks like a disk, and what must be free of it: two workers use a tenth.
_MEMORY, _ENOUGH_BYTES = Path("/dev/shm"), 4 * 1024**3


def memory_for_files() -> Path | None:
    """Where files are kept in memory, if there is enough of it.

    What the tests kill are processes, and never the machine: nothing has to outlast that.
    """
    there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if there and shutil.disk_usage(_MEMORY).free >= _ENOUGH_BYTES else None


def trust_the_machine(server_url: str) -> None:
    """Wait for no disk: what the tests kill are processes, and what those had committed stays in memory."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def close_whole(database: Database) -> None:
    """Close an SQLite database that is then in one file, so that a copy of it is whole."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.engine.dispose()


def url_of(server_url: str, name: str) -> str:
    """The URL of a database of the server."""
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def run_on_server(server_url: str, statement: str, name: str = "") -> str:
    """Run a statement that names a database, by default a new one; gives its name."""
    name = name or f"shanhai_{uuid.uuid4().hex}"
    with _server(server_url).connect() as connection:
        connection.execute(text(statement.format(name=name)))
    return name


@cache
def _server(server_url: str) -> Engine:
    return create_engine(server_url, isolation_level="AUTOCOMMIT", pool_size=1)


def copied_on_server(server_url: str, template: str) -> str:
    """The name of a new database that is a copy of the template."""
    # By the write-ahead log, as is usual, it would take twice the time, and the end of it too.
    return run_on_server(server_url, f"CREATE DATABASE {{name}} TEMPLATE {template} STRATEGY FILE_COPY")
