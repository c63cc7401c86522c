"""Audit events as they lie in the database: each value as its very text, nothing parsed, nothing trusted.

On SQLite any value may be of any type, text may be no UTF-8, and an index may say what the table does not:
numbers are read from the index and from the table, texts as bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

_TEXTS: Final = (
    "organisation_id", "key_id", "action", "noun", "noun_id", "detail", "previous_hash", "hash",
)  # fmt: skip
_LEAST: Final = -(2**63)


class Stored(NamedTuple):
    """An event: the number in the index, the one in the table, and what its hash is taken over.

    ``content`` is None where a value is none that the service could have written.
    """

    indexed: Any
    sequence: Any
    content: str | None
    action: str
    detail: str
    previous_hash: str
    hash: str


def events_from(session: Session, sequence: int | None, limit: int) -> list[Stored]:
    """The events from this number on, or from the least there is, in their order."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = _SQLITE if is_sqlite else _POSTGRESQL
    start = _LEAST if sequence is None else sequence
    return [_stored(row) for row in session.connection().exec_driver_sql(statement, (start, limit))]


def state_of(session: Session) -> tuple[Any, Any]:
    """The number and the hash that the state row holds."""
    return _pair(session, "audit_sequence", "audit_head", "FROM state") or (0, "")


def anchor_of(session: Session) -> tuple[Any, Any] | None:
    """The number and the hash of the newest anchor, where something was pruned."""
    return _pair(session, "sequence", "hash", "FROM audit_anchors ORDER BY sequence DESC LIMIT 1")


def follower_of(session: Session, hash_before: str, but: int) -> int | None:
    """The number of an event that follows on this hash, other than the one of the given number."""
    place = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
    where = f"WHERE previous_hash = {place} AND sequence <> {place}"
    statement = f"SELECT min(sequence) FROM audit_events {where}"  # noqa: S608 - nothing from outside  # nosec B608
    found: int | None = session.connection().exec_driver_sql(statement, (hash_before, but)).scalar()
    return found


def damage(session: Session) -> str:
    """What SQLite says of the table's pages and indexes; empty where all is well. PostgreSQL says nothing."""
    if session.get_bind().dialect.name != "sqlite":
        return ""
    try:
        said = session.connection().exec_driver_sql("PRAGMA integrity_check(audit_events)").scalars().all()
    except DatabaseError as error:
        return str(error.orig)
    return "" if said == ["ok"] else "; ".join(said[:3])


def _stored(row: Sequence[Any]) -> Stored:
    indexed, sequence, at, organisation_id, key_id, *rest = row
    try:
        instant = _text(at)
        if instant[10] != " ":
            raise ValueError
        who = ",".join(
            "null" if one is None else encode_basestring(_text(one)) for one in (organisation_id, key_id)
        )
        action, noun, noun_id, detail, previous_hash, own_hash = map(_text, rest)
    except (ValueError, TypeError, IndexError):
        return Stored(indexed, sequence, None, "", "", "", "")
    when = encode_basestring(f"{instant[:10]}T{instant[11:]}+00:00")
    what = ",".join(map(encode_basestring, (action, noun, noun_id)))
    content = f"[{sequence},{when},{who},{what},{detail}]"
    return Stored(indexed, sequence, content, action, detail, previous_hash, own_hash)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return value
    raise TypeError


def _pair(session: Session, number: str, text: str, rest: str) -> tuple[Any, Any] | None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = f"SELECT {number}, {_bytes_of(text) if is_sqlite else text} {rest}"
    row = session.connection().exec_driver_sql(statement).first()
    if row is None:
        return None
    try:
        return row[0], _text(row[1])
    except (ValueError, TypeError):
        return row[0], None


def _bytes_of(name: str) -> str:
    # A text as its bytes; a 0 for what is neither text nor null.
    return f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) WHEN 'null' THEN NULL ELSE 0 END"


_SQLITE: Final = f"""
SELECT i.sequence, e.sequence, {", ".join(_bytes_of(f"e.{name}") for name in ("at", *_TEXTS))}
FROM (SELECT rowid AS place, sequence FROM audit_events WHERE sequence >= ? ORDER BY sequence LIMIT ?) AS i
LEFT JOIN audit_events AS e ON e.rowid = i.place
ORDER BY i.sequence
"""  # noqa: S608 - nothing from outside  # nosec B608
# Beyond what to_char writes: years before Christ; without end it writes nothing.
_POSTGRESQL: Final = f"""
SELECT sequence, sequence, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')
  || CASE WHEN at < '0001-01-01 00:00:00+00' THEN ' BC' ELSE '' END,
  {", ".join(f"{name}::text" for name in _TEXTS)}
FROM audit_events WHERE sequence >= %s ORDER BY sequence LIMIT %s
"""  # noqa: S608 - nothing from outside  # nosec B608
