"""How far an import has come: written in the transaction that stores its rows, both or neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.access import audit
from service.access.policy import Actor
from service.bulk import insert_rows
from service.database import new_id, now, table_of
from service.domain import events
from service.domain.imports import (
    MOST_REFUSALS,
    Conversion,
    Format,
    Import,
    ImportRefusal,
    KindName,
    Mode,
    ReadColumn,
    Refusal,
)
from service.domain.shapes import created
from service.errors import Conflict


def begin(
    session: Session,
    actor: Actor,
    kind: KindName,
    form: Format,
    mode: Mode,
    content_hash: str,
    **more: Any,
) -> Import:
    """Put a new import on record. A second one that stores the same file at the same time is a conflict."""
    row = Import.model_validate(
        {
            **created(session),
            "id": new_id("imp"),
            "organisation_id": actor.organisation_id,
            "kind": kind,
            "format": form,
            "mode": mode,
            "content_hash": content_hash,
            **more,
        }
    )
    session.add(row)
    # Refusals refer to it, and a twin must fail here, before its rows are stored.
    session.flush()
    said = {"content_hash": content_hash, "kind": kind, "mode": mode}
    audit.record(session, actor, "import.begin", "import", row.id, said)
    return row


def asked_again(session: Session, row_id: str, mode: Mode, sent: dict[str, Any]) -> Import:
    """An import that was stopped is to go on, with the same content as ``sent`` anew."""
    row = _locked(session, row_id)
    row.mode, row.file_id, row.file_name = mode, sent["file_id"], sent["file_name"]
    return _changed(session, row)


def start(
    session: Session, row_id: str, lines: int, columns: Sequence[ReadColumn], *, anew: bool = False
) -> Import:
    """Note that the rows are being read; ``anew``: what an earlier run found is forgotten."""
    row = _locked(session, row_id)
    if anew:
        session.execute(delete(ImportRefusal).where(col(ImportRefusal.import_id) == row_id))
        row.rows_done = row.rows_accepted = row.rows_refused = row.rows_duplicate = row.refusals = 0
        row.conversions = []
    row.state, row.lines, row.columns = "running", lines, list(columns)
    return _changed(session, row)


def advance(
    session: Session,
    row_id: str,
    rows_before: int,
    accepted: int,
    refused: int,
    refusals: Sequence[Refusal],
    *,
    duplicates: int = 0,
    conversions: Sequence[Conversion] = (),
) -> None:
    """Note that the rows of a batch are done, in the transaction that stores them.

    Raises
    ------
    Conflict
        ``import_in_progress``: somebody else has gone on with this import since ``rows_before`` were done.
    """
    row = _locked(session, row_id)
    if row.rows_done != rows_before or row.state != "running":
        raise Conflict(
            "import_in_progress",
            "Another process imports this very file. Let it finish, or stop it and run this again.",
        )
    columns = ("import_id", "number", "line", "column_name", "pointer", "code", "detail")
    kept = refusals[: max(0, MOST_REFUSALS - row.refusals)]
    numbered = (
        (row.id, number, told.line, told.column, told.pointer, told.code, told.detail)
        for number, told in enumerate(kept, row.refusals + 1)
    )
    insert_rows(session, table_of(ImportRefusal), columns, numbered)
    row.rows_done += accepted + refused + duplicates
    row.rows_accepted += accepted
    row.rows_refused += refused
    row.rows_duplicate += duplicates
    row.refusals += len(refusals)
    row.conversions = merged(row.conversions, conversions)
    _changed(session, row)


def merged(before: Sequence[Conversion], more: Sequence[Conversion]) -> list[Conversion]:
    """Conversions of earlier and of later rows, each way of converting once."""
    found: dict[tuple[Any, ...], Conversion] = {}
    for said in (*before, *more):
        way = (said.column, said.field, said.kind, said.from_unit, said.to_unit)
        known = found.get(way)
        found[way] = known.model_copy(update={"cells": known.cells + said.cells}) if known else said
    return list(found.values())


def finish(session: Session, actor: Actor, row_id: str, *, refused: bool = False) -> None:
    """Note that no row is left; ``refused``: and that nothing of it was stored, for what some rows lack."""
    row = _locked(session, row_id)
    row.state = "refused" if refused else "done"
    _changed(session, row)
    counts = {
        "rows": row.rows_done,
        "accepted": row.rows_accepted,
        "refused": row.rows_refused,
        "duplicate": row.rows_duplicate,
    }
    audit.record(session, actor, "import.finish", "import", row.id, counts)
    events.emit(session, "import.finished", row.id, {"import_id": row.id, **counts}, [row.organisation_id])


def _locked(session: Session, row_id: str) -> Import:
    statement = select(Import).where(Import.id == row_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def _changed(session: Session, row: Import) -> Import:
    row.version += 1
    row.updated_at = now(session)
    session.add(row)
    # Read afresh and locked by whoever notes the next piece.
    session.flush()
    return row
