"""Many rows into a table at once, by the quickest way that each database has.

Values are given as both drivers send them unchanged: numbers, booleans, None and text; dates and JSON as
text. ``instant_text`` writes an instant as the database stores it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import Table, column, insert
from sqlalchemy import table as light_table
from sqlmodel import Session

_ROWS_AT_ONCE = 5_000
# So few are inserted in one way to the database and back; a COPY takes two.
_FEW = 16


def insert_rows(
    session: Session, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert the rows, in the session's transaction: COPY of many on PostgreSQL, else a plain statement.

    ``rows`` may be worked out as they are taken, but must ask nothing of this session meanwhile.
    """
    connection = session.connection()
    # Without the columns' types: the values come as they are stored.
    plain = insert(light_table(table.name, *(column(name) for name in columns)))
    ahead = iter(rows)
    if connection.dialect.name == "sqlite":
        statement = str(plain.compile(dialect=connection.dialect))
        while batch := list(islice(ahead, _ROWS_AT_ONCE)):
            connection.exec_driver_sql(statement, batch)
        return
    first = list(islice(ahead, _FEW))
    if len(first) < _FEW:
        for row in first:
            connection.execute(plain, dict(zip(columns, row, strict=True)))
        return
    quoted = connection.dialect.identifier_preparer
    names = ", ".join(quoted.quote(name) for name in columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quoted.quote(table.name)} ({names}) FROM STDIN") as copy,
    ):
        for row in chain(first, ahead):
            copy.write_row(row)


def instant_text(session: Session, instant: datetime) -> str:
    """The instant as this database stores it. SQLite keeps UTC without a zone."""
    text = instant.isoformat(sep=" ", timespec="microseconds")
    return text.removesuffix("+00:00") if session.get_bind().dialect.name == "sqlite" else text
