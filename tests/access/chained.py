"""What the tests of the audit chain share: events, and a hand that may do what the service never does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import Session

from service.access import audit
from service.access.audit import chain
from service.access.audit_chain import Fault, Report, verify
from service.access.policy import Actor
from service.database import Database, writing

CLERK = Actor("org_1", "county", "331126", "key_1", frozenset(), person_id="usr_1")
DETAILS: list[dict[str, Any]] = [
    {},
    {"reason": 'Größe“ 亩\n\\"', "b": [1, 2.5, None, True], "a": {"z": 0, "y": 1e-7}},
    {"fields": ["land_mu", "power_kva"], "é": "\x7f"},
]


def note(session: Session, number: int, detail: dict[str, Any] | None = None) -> None:
    """One event, of the operator or of a person."""
    said = DETAILS[number % len(DETAILS)] if detail is None else detail
    audit.record(session, CLERK if number % 2 else None, "hold.grant", "hold", f"hld_{number}", said)


def write(database: Database, count: int, at: datetime | None = None) -> None:
    """So many events, each in a transaction of its own; at this instant, as if it were now."""
    for number in range(count):
        with writing(database) as session:
            if at is not None:
                session.info["now"] = at
            note(session, number)


def fault(database: Database, **noted: Any) -> Fault | None:
    """What the verifier finds first."""
    return verify(database, **noted).fault


def holds(database: Database, **noted: Any) -> Report:
    """The report of a chain that is whole."""
    report = verify(database, **noted)
    assert report.fault is None, report.fault
    return report


def begun(database: Database, count: int) -> Database:
    """The database with a record of so many events and no others."""
    with tampering(database) as connection:
        connection.execute(text("DELETE FROM audit_events"))
        connection.execute(text("UPDATE state SET audit_sequence = 0, audit_head = ''"))
    write(database, count)
    return database


@contextmanager
def undone(database: Database) -> Iterator[None]:
    """Put the record back as it was, whatever is done to it inside."""
    kept: dict[str, list[Any]] = {}
    with tampering(database) as connection:
        for name in TABLES:
            kept[name] = [dict(row) for row in connection.execute(text(_READ[name])).mappings()]
    yield
    with tampering(database) as connection:
        for name, rows in kept.items():
            connection.execute(text(f"DELETE FROM {name}"))
            for row in rows:
                marks = ", ".join(
                    "CAST(:detail AS json)" if column == "detail" and not database.is_sqlite else f":{column}"
                    for column in row
                )
                connection.execute(text(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})"), row)


TABLES = ("audit_events", "audit_anchors", "state")
_READ = {
    "audit_events": "SELECT sequence, at, organisation_id, key_id, action, noun, noun_id, "
    "CAST(detail AS TEXT) AS detail, previous_hash, hash FROM audit_events ORDER BY sequence",
    "audit_anchors": "SELECT * FROM audit_anchors",
    "state": "SELECT * FROM state",
}


@contextmanager
def tampering(database: Database) -> Iterator[Connection]:
    """A connection that the guards do not stop, as somebody has who owns the database."""
    with database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        guards = unguard(connection)
        yield connection
        for statement in guards:
            connection.execute(text(statement))
        connection.commit()


def unguard(connection: Connection) -> list[str]:
    """Take the guards of both tables away; the statements that put them back."""
    if connection.dialect.name == "postgresql":
        for table in TABLES:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
    found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for row in found:
        connection.execute(text(f"DROP TRIGGER {row.name}"))
    return [row.sql for row in found]


def rewrite(connection: Connection, first: int) -> None:
    """Chain all events from a number on anew, and put the new head into the state row."""
    is_sqlite = connection.dialect.name == "sqlite"
    columns = "sequence, at, organisation_id, key_id, action, noun, noun_id, CAST(detail AS TEXT) AS detail"
    rows = connection.execute(text(f"SELECT {columns} FROM audit_events ORDER BY sequence")).all()
    head = ""
    for row in rows:
        if row.sequence < first:
            head = connection.execute(
                text("SELECT hash FROM audit_events WHERE sequence = :n"), {"n": row.sequence}
            ).scalar_one()
            continue
        at = f"{row.at[:10]}T{row.at[11:]}+00:00" if is_sqlite else row.at.isoformat(timespec="microseconds")
        parts = [row.sequence, at, *row[2:7]]
        content = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))[:-1] + f",{row.detail}]"
        previous, head = head, chain(head, content)
        connection.execute(
            text("UPDATE audit_events SET previous_hash = :p, hash = :h WHERE sequence = :n"),
            {"p": previous, "h": head, "n": row.sequence},
        )
    connection.execute(
        text("UPDATE state SET audit_sequence = :n, audit_head = :h"), {"n": rows[-1].sequence, "h": head}
    )
