"""Imports 批量导入: how far the rows of a file have come into the database, and which of them were refused.

An import is known by what its file says and whose it is: the same file again is the same import, and no
row of it is entered twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import String
from sqlmodel import Field, Session, SQLModel, col, select

from service.access import audit
from service.access.policy import Actor
from service.bulk import insert_rows
from service.database import UtcDateTime, now, table_of
from service.domain import events
from service.domain.shapes import created
from service.errors import Conflict
from service.units import Instant

State = Literal["running", "done"]
_REFUSALS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with a row: its line in the file, the column of a table or else the pointer."""

    line: int
    column: str | None
    pointer: str
    code: str
    detail: str


class Import(SQLModel, table=True):
    """A file that is being imported row by row, or was imported. ``rows_done`` counts refused rows too."""

    __tablename__ = "imports"

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    content_hash: str = Field(max_length=64)
    state: State = Field(default="running", sa_type=String(8))
    rows_done: int = Field(default=0)
    rows_accepted: int = Field(default=0)
    rows_refused: int = Field(default=0)
    refusals: int = Field(default=0)
    created_at: Instant = Field(sa_type=UtcDateTime)
    updated_at: Instant = Field(sa_type=UtcDateTime)


class ImportRefusal(SQLModel, table=True):
    """A ``Refusal`` of an import that went row by row, numbered within it."""

    __tablename__ = "import_refusals"

    import_id: str = Field(primary_key=True, foreign_key="imports.id", max_length=40)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    line: int
    column_name: str | None = Field(default=None, max_length=100)
    pointer: str = Field(max_length=1000)
    code: str = Field(max_length=60)
    detail: str = Field(max_length=1000)


def import_id(organisation_id: str, content_hash: str) -> str:
    """The id of the import of such a file by this organisation."""
    return "imp_" + hashlib.sha256(f"{organisation_id}\n{content_hash}".encode()).hexdigest()[:32]


def find(session: Session, actor: Actor, content_hash: str) -> Import | None:
    """The import of such a file by the actor's organisation, where it was begun."""
    return session.get(Import, import_id(actor.organisation_id, content_hash))


def begin(session: Session, actor: Actor, content_hash: str) -> Import:
    """Put a new import on record. A second one of the same file at the same time fails as a conflict."""
    row = Import.model_validate(
        {
            **created(session),
            "id": import_id(actor.organisation_id, content_hash),
            "organisation_id": actor.organisation_id,
            "content_hash": content_hash,
        }
    )
    session.add(row)
    # Refusals refer to it, and a twin must fail here, before its rows are stored.
    session.flush()
    audit.record(session, actor, "import.begin", "import", row.id, {"content_hash": content_hash})
    return row


def advance(
    session: Session, row_id: str, rows_before: int, accepted: int, refused: int, refusals: Sequence[Refusal]
) -> None:
    """Note that the rows of a batch are done, in the transaction that stores them.

    Raises
    ------
    Conflict
        ``import_in_progress``: somebody else has gone on with this import since ``rows_before`` were done.
    """
    statement = select(Import).where(Import.id == row_id).with_for_update()
    row = session.exec(statement.execution_options(populate_existing=True)).one()
    if row.rows_done != rows_before or row.state != "running":
        raise Conflict(
            "import_in_progress",
            "Another process imports this very file. Let it finish, or stop it and run this again.",
        )
    columns = ("import_id", "number", "line", "column_name", "pointer", "code", "detail")
    numbered = (
        (row.id, number, told.line, told.column, told.pointer, told.code, told.detail)
        for number, told in enumerate(refusals, row.refusals + 1)
    )
    insert_rows(session, table_of(ImportRefusal), columns, numbered)
    row.rows_done += accepted + refused
    row.rows_accepted += accepted
    row.rows_refused += refused
    row.refusals += len(refusals)
    row.updated_at = now(session)
    session.add(row)


def finish(session: Session, actor: Actor, row_id: str) -> None:
    """Note that no row is left."""
    row = session.get_one(Import, row_id)
    row.state, row.updated_at = "done", now(session)
    session.add(row)
    counts = {"rows": row.rows_done, "accepted": row.rows_accepted, "refused": row.rows_refused}
    audit.record(session, actor, "import.finish", "import", row.id, counts)
    events.emit(session, "import.finished", row.id, {"import_id": row.id, **counts}, [row.organisation_id])


def refusals_of(session: Session, row_id: str) -> Iterator[Refusal]:
    """All refusals of an import in the order of its lines, a page at a time."""
    last = 0
    while True:
        statement = select(ImportRefusal).where(
            ImportRefusal.import_id == row_id, ImportRefusal.number > last
        )
        page = session.exec(statement.order_by(col(ImportRefusal.number)).limit(_REFUSALS_AT_ONCE)).all()
        for row in page:
            yield Refusal(row.line, row.column_name, row.pointer, row.code, row.detail)
        if len(page) < _REFUSALS_AT_ONCE:
            return
        last = page[-1].number
        session.expunge_all()
