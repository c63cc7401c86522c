"""Enters rows one after the other, where a row is checked against what the rows before it have left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from service.access.policy import Actor
from service.domain.import_kinds import Kind
from service.domain.imports import Refusal
from service.errors import ShanhaiError
from service.jobs.import_checking import Piece, told_of


def entered_one_by_one(session: Session, kind: Kind, actor: Actor, piece: Piece) -> Piece:
    """The piece after its rows were entered: what was refused then is told with what was before."""
    if kind.enter_one is None:
        raise ValueError(f"{kind.name} are entered many at a time")
    titles = {f"/{column.field}": column.title for column in piece.columns}

    def column_at(pointer: str) -> str | None:
        return titles.get("/" + pointer.strip("/").partition("/")[0])

    accepted: list[Any] = []
    lines: list[int] = []
    refused = duplicates = 0
    told: list[Refusal] = []
    for line, ready in zip(piece.lines, piece.accepted, strict=True):
        try:
            with _part_of(session):
                kind.enter_one(session, actor, ready)
        except ShanhaiError as error:
            if error.status >= 500:
                raise
            duplicates += error.code == "duplicate"
            refused += error.code != "duplicate"
            told += told_of(kind, column_at, line, error)
        else:
            accepted.append(ready)
            lines.append(line)
    return replace(
        piece,
        accepted=accepted,
        lines=lines,
        refused=piece.refused + refused,
        duplicates=piece.duplicates + duplicates,
        refusals=sorted((*piece.refusals, *told), key=lambda refusal: refusal.line),
    )


@contextmanager
def _part_of(session: Session) -> Iterator[None]:
    """A part of a transaction that can be given up alone, with what it has noted for the end of it."""
    before = {name: len(noted) for name, noted in session.info.items() if isinstance(noted, list)}
    try:
        with session.begin_nested():
            yield
    except ShanhaiError:
        for name, noted in session.info.items():
            if isinstance(noted, list):
                del noted[before.get(name, 0) :]
        raise
