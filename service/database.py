"""Engine, sessions, clock and the revision counter. What differs between SQLite and PostgreSQL ends here.

How an SQLite file is opened is in ``sqlite``.

Revision: the last thing a writing session does before its commit is to lock one singleton row,
number its changes with the next revision and chain its audit events. The lock is held until the
commit, so revisions become visible in their order and no reader can skip one.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Engine, Index, Integer, Table, create_engine, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel, col, select

from service.bulk import insert_rows
from service.errors import Conflict, Unavailable
from service.sqlite import journal_mode, sqlite_engine, sqlite_module

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite takes 32,766 parameters a statement, PostgreSQL 65,535.
_ROWS_PER_STATEMENT = 500
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# Two digits of base 32 at a time.
_PAIRS = [high + low for high in _ALPHABET for low in _ALPHABET]
_SHIFTS = range(120, -1, -10)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC on both databases (SQLite stores it without a zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime must not reach the database")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


# SQLite numbers rows by itself only in a column typed exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class State(SQLModel, table=True):
    """The singleton row: newest revision and head of the audit chain."""

    id: int = Field(default=1, primary_key=True)
    revision: int = Field(default=0, sa_type=BigInteger)
    audit_sequence: int = Field(default=0, sa_type=BigInteger)
    audit_head: str = Field(default="", max_length=64)
    signing_key: str = Field(default="", max_length=64)


class Change(SQLModel, table=True):
    """One row per thing changed, so that an index can follow without reading everything."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_revision", "revision"),)

    sequence: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    revision: int = Field(sa_type=BigInteger)
    noun: str = Field(max_length=20)
    noun_id: str = Field(max_length=64)
    operation: str = Field(max_length=20)


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and what it is."""

    engine: Engine
    is_sqlite: bool
    description: str


def open_database(url: str, *, pool_size: int = 40, busy_timeout_seconds: float = 5.0) -> Database:
    """Open the engine; nothing is read or written yet."""
    if not url.startswith("sqlite"):
        milliseconds = int(busy_timeout_seconds * 1000)
        options = f"-c lock_timeout={milliseconds} -c timezone=UTC"
        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"options": options},
            json_deserializer=orjson.loads,
        )
        return Database(engine, False, "PostgreSQL")
    module = sqlite_module()
    description = f"SQLite {module.sqlite_version}, journal {journal_mode(module.sqlite_version_info)}"
    return Database(sqlite_engine(url, pool_size, busy_timeout_seconds), True, description)


def new_id(prefix: str) -> str:
    """An opaque id that sorts by time: 48 bits of milliseconds and 80 random bits, base 32."""
    return next(new_ids(prefix))


def new_ids(prefix: str) -> Iterator[str]:
    """As many such ids as are taken; within a millisecond too each sorts after the one before it."""
    number = 0
    while True:
        number += 1 + secrets.randbits(64)
        number = max(number, (int(time.time() * 1000) << 80) | secrets.randbits(80))
        yield f"{prefix}_{''.join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])}"


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """A session on one consistent snapshot that never writes."""
    options: dict[str, Any] = {}
    if not database.is_sqlite:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with translated(), Session(database.engine, expire_on_commit=False) as session:
        session.connection(execution_options=options)
        yield session


@contextmanager
def writing(database: Database) -> Iterator[Session]:
    """A session whose changes, audit events and revision are committed together, or not at all."""
    with translated(), Session(database.engine, expire_on_commit=False) as session:
        session.connection(execution_options={"writes": True})
        yield session
        seal(session)
        _commit(session)


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(
                "outcome_unknown",
                "The database went away during the commit: the change may be stored or not. Read before "
                "you send it again, or send it again with the same Idempotency-Key.",
            ) from error
        raise


def now(session: Session) -> datetime:
    """The one instant of this session by the database's clock."""
    instant: datetime | None = session.info.get("now")
    if instant is None:
        if session.get_bind().dialect.name == "sqlite":
            # SQLite runs in this process: its clock is this one, with more digits.
            instant = datetime.now(UTC)
        else:
            instant = session.execute(text("SELECT now()")).scalar_one().astimezone(UTC)
        session.info["now"] = instant
    return instant


def record_change(session: Session, noun: str, noun_id: str, operation: str) -> None:
    """Note that a thing was created, updated or deleted; numbered when the session is sealed."""
    session.info.setdefault("changes", []).append((noun, noun_id, operation))


def record_changes(session: Session, noun: str, noun_ids: Sequence[str], operation: str) -> None:
    """``record_change`` for many things that no other change of this session is about."""

    def finish(session: Session, state: State) -> None:
        # The number that ``seal`` is about to take; nobody else can take it from under this lock.
        rows = ((state.revision + 1, noun, noun_id, operation) for noun_id in noun_ids)
        insert_rows(session, table_of(Change), ("revision", "noun", "noun_id", "operation"), rows)

    session.info["many_changes"] = True
    when_alone(session, finish)


def before_seal(session: Session, finish: Callable[[Session, State], None]) -> None:
    """Have ``finish`` called with the locked state row just before the commit."""
    session.info.setdefault("finishers", []).append(finish)


def when_alone(session: Session, finish: Callable[[Session, State], None]) -> None:
    """``before_seal`` for what takes long, and at once where nobody waits for it.

    On SQLite whoever writes is alone from the first statement on. Elsewhere others write until this session
    locks the state row, which it therefore does last.
    """
    if session.get_bind().dialect.name == "sqlite":
        state = lock_state(session)
        finish(session, state)
        session.add(state)
        # Before somebody reads the row afresh.
        session.flush()
    else:
        before_seal(session, finish)


def seal(session: Session) -> None:
    """Lock the state row, number the changes, let the audit chain its events."""
    changes = session.info.pop("changes", [])
    many = session.info.pop("many_changes", False)
    finishers = session.info.pop("finishers", [])
    if not changes and not many and not finishers:
        return
    # What the handler left pending must reach the database before the lock, to hold it briefly.
    session.flush()
    state = lock_state(session)
    for finish in finishers:
        finish(session, state)
    if changes or many:
        state.revision += 1
        session.add_all(
            Change(revision=state.revision, noun=noun, noun_id=noun_id, operation=operation)
            for noun, noun_id, operation in dict.fromkeys(changes)
        )
    session.add(state)
    session.flush()


def lock_state(session: Session) -> State:
    """The singleton row, locked until the end of the transaction and read afresh."""
    statement = select(State).where(col(State.id) == 1).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def upsert(session: Session, model: type[SQLModel], rows: Sequence[SQLModel]) -> None:
    """Insert the rows, or write them over those with the same primary key, many at a time."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    table = table_of(model)
    keys = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns]
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        values = [
            {name: getattr(row, name) for name in names} for row in rows[start : start + _ROWS_PER_STATEMENT]
        ]
        statement = dialect.insert(table).values(values)
        excluded = {name: statement.excluded[name] for name in names if name not in keys}
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_=excluded))


def insert_missing(session: Session, row: SQLModel) -> None:
    """Insert the row unless one with its primary key is there already, whoever is faster."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    table = table_of(type(row))
    values = {column.name: getattr(row, column.name) for column in table.columns}
    session.execute(dialect.insert(table).values(values).on_conflict_do_nothing())


def table_of(model: type[SQLModel]) -> Table:
    """The table that a model is stored in."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def revision_of(session: Session) -> int:
    """The newest revision that this session can see."""
    return session.exec(select(State.revision)).one()


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a database says into the service's own errors."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(
            "conflict", "This contradicts what is stored. Read the resource again and retry."
        ) from error
    except DBAPIError as error:
        raise _reading_of(error) from error


def _reading_of(error: DBAPIError) -> Exception:
    said = str(error.orig).lower()
    if "disk is full" in said or "no space left" in said or "could not extend file" in said:
        return Unavailable("storage_full", "The storage is full; nothing was stored. Tell the operator.", 60)
    if "readonly database" in said or "attempt to write" in said:
        return Unavailable("storage_read_only", "The storage cannot be written. Tell the operator.", 60)
    state = getattr(error.orig, "sqlstate", None)
    busy = "locked" in said or "busy" in said or state in {"40001", "40P01", "55P03"}
    if busy or isinstance(error, OperationalError):
        return Unavailable("busy", "The database is busy; nothing was stored. Try again in a second.")
    return error
