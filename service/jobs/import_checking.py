"""Checks the rows of a file in pieces: in this process, or ahead of it in one beside it.

The other process reads the file by itself and sends what is ready; the pipe holds it back when whoever
stores is slower, so that no more than a few pieces are in memory.
"""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Final, cast

from service.access.policy import Actor
from service.domain.imports import Refusal
from service.domain.profile_batches import Ready, ready
from service.domain.profile_checks import Known
from service.errors import FieldError, Forbidden, Invalid, ShanhaiError
from service.jobs.import_files import Reader, Source, reader_of

ROWS_AT_ONCE: Final = 2_000
MOST_REFUSALS_OF_A_ROW: Final = 20
MOST_POINTER: Final = 1_000
# Below this a second process does not earn its start.
WORTH_A_PROCESS_BYTES: Final = 2_000_000
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that follow one another in the file: which may be stored, and what the others lack."""

    accepted: Sequence[Ready]
    refused: int
    refusals: Sequence[Refusal]
    last_line: int


def checked(source: Source, known: Known, actor: Actor, skip: int) -> Iterator[Piece]:
    """The rows of the file but for the first ``skip``, in pieces of ROWS_AT_ONCE.

    Raises
    ------
    Invalid
        Where the file is broken from some line on, after the pieces before it.
    """
    reader = reader_of(source)
    rows = islice(reader.rows(), skip, None)
    while True:
        accepted: list[Ready] = []
        refusals: list[Refusal] = []
        refused = line = 0
        broken: Invalid | None = None
        try:
            for line, raw in islice(rows, ROWS_AT_ONCE):
                try:
                    accepted.append(ready(known, actor, reader.body(raw)))
                except (Invalid, Forbidden) as error:
                    refused += 1
                    refusals += _told(reader, line, error)
        except Invalid as error:
            broken = error
        if line:
            yield Piece(accepted, refused, refusals, line)
        if broken is not None:
            raise broken
        if not line:
            return


def _told(reader: Reader, line: int, error: ShanhaiError) -> list[Refusal]:
    # A region that is not one's own is told of the whole body; its place is known all the same.
    entries = error.errors or (FieldError("/region_code", error.code, error.detail),)
    return [
        Refusal(line, reader.column_at(entry.pointer), _shown(entry.pointer), entry.code, entry.detail)
        for entry in entries[:MOST_REFUSALS_OF_A_ROW]
    ]


def _shown(pointer: str) -> str:
    # The name of an unknown member is the file's: no terminal obeys it, and PostgreSQL takes no NUL.
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", pointer)[:MOST_POINTER]


class Checker:
    """Gives the pieces of a file, from a process of its own where the file is large.

    The process is made at once, before this one opens a connection that both would hold.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._pipe: Connection | None = None
        self._process: Any = None
        beside = "fork" in multiprocessing.get_all_start_methods()
        if beside and source.size >= WORTH_A_PROCESS_BYTES:
            context = multiprocessing.get_context("fork")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(source, self._pipe, other), daemon=True)
            self._process.start()
            other.close()

    def pieces(self, known: Known, actor: Actor, skip: int) -> Iterator[Piece]:
        """``checked``, whichever process does it; to be called once."""
        if self._pipe is None:
            yield from checked(self._source, known, actor, skip)
            return
        self._pipe.send((known, actor, skip))
        while (said := self._pipe.recv()) is not None:
            if isinstance(said, ShanhaiError):
                raise said
            accepted, *others = said
            yield Piece([Ready(*entry) for entry in accepted], *others)

    def close(self) -> None:
        """End the other process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            cast(Connection, self._pipe).close()


def _serve(source: Source, theirs: Connection, pipe: Connection) -> None:
    # While a copy of the other end is open here, its closing there would go unseen, and this would never end.
    theirs.close()
    try:
        known, actor, skip = pipe.recv()
        try:
            for piece in checked(source, known, actor, skip):
                plain = [tuple(entry) for entry in piece.accepted]
                pipe.send((plain, piece.refused, piece.refusals, piece.last_line))
            pipe.send(None)
        except Invalid as error:
            pipe.send(error)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        # Whoever asked is gone, and with it the wish for an answer.
        return
