"""Checks the rows of a file in pieces: in this process, or ahead of it in one beside it.

The other process reads the file by itself and sends what is ready; the pipe holds it back when whoever
stores is slower, so that no more than a few pieces are in memory.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import re
import socket
import subprocess  # nosec B404
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Final, Literal, cast

from service.access.policy import Actor
from service.domain.import_kinds import KINDS, Kind
from service.domain.imports import Conversion, ReadColumn, Refusal
from service.errors import FieldError, Forbidden, Invalid, NotFound, ShanhaiError, Unavailable
from service.jobs.import_files import Source, reader_of

#: ``fork`` before any connection is open; ``fresh`` from a process of threads, where a fork could hang.
Beside = Literal["fork", "fresh"]
ROWS_AT_ONCE: Final = 2_000
MOST_REFUSALS_OF_A_ROW: Final = 20
MOST_POINTER: Final = 1_000
# Below this a second process does not earn its start; a workbook is packed six times and more.
WORTH_A_PROCESS_BYTES: Final = 2_000_000
_PACKED: Final = 6
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that follow one another in the file: which may be stored, and what the others lack."""

    accepted: Sequence[Any]
    refused: int
    duplicates: int
    refusals: Sequence[Refusal]
    conversions: Sequence[Conversion]
    columns: Sequence[ReadColumn]
    #: Where the accepted rows stand.
    lines: Sequence[int]
    last_line: int

    @property
    def rows(self) -> int:
        """How many they are."""
        return len(self.accepted) + self.refused + self.duplicates


@dataclass(frozen=True, slots=True)
class Order:
    """What rows are checked against. ``taken``: the keys of what is there; None where none is looked for."""

    known: Any
    actor: Actor
    skip: int = 0
    taken: frozenset[int] | None = None


def key_number(key: str) -> int:
    """A key as 64 bits: of a million keys, two are the same number once in forty million files."""
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def checked(source: Source, order: Order) -> Iterator[Piece]:
    """The rows of the file but for the first ``skip``, in pieces of ROWS_AT_ONCE.

    Raises
    ------
    Invalid
        Where the file is broken from some line on, after the pieces before it.
    """
    kind, reader = KINDS[source.kind], reader_of(source)
    rows, columns = islice(reader.rows(), order.skip, None), reader.columns()
    taken = None if order.taken is None else set(order.taken)
    while True:
        accepted: list[Any] = []
        lines: list[int] = []
        refusals: list[Refusal] = []
        refused = duplicates = line = 0
        broken: Invalid | None = None
        try:
            for row in islice(rows, ROWS_AT_ONCE):
                line = row.line
                try:
                    body = reader.body(row)
                    key = None if taken is None else kind.key(body)
                    number = None if key is None else key_number(key)
                    if taken is not None and number in taken:
                        duplicates += 1
                        refusals.append(Refusal(line, None, "", "duplicate", kind.duplicate))
                        continue
                    accepted.append(kind.ready(order.known, order.actor, body))
                    lines.append(line)
                except (Invalid, Forbidden) as error:
                    refused += 1
                    refusals += told_of(kind, reader.column_at, line, error)
                    continue
                if taken is not None and number is not None:
                    taken.add(number)
        except Invalid as error:
            broken = error
        if line:
            found = reader.conversions()
            yield Piece(accepted, refused, duplicates, refusals, found, columns, lines, line)
        if broken is not None:
            raise broken
        if not line:
            return


def told_of(
    kind: Kind, column_at: Callable[[str], str | None], line: int, error: ShanhaiError
) -> list[Refusal]:
    """What an error says of a row; ``column_at`` gives the title of the column that a pointer leads to."""
    # Some are told of the whole body; what they are about is known all the same.
    detail = "There is none that you may act on." if isinstance(error, NotFound) else error.detail
    entries = error.errors or (FieldError(kind.about, error.code, detail),)
    return [
        Refusal(line, column_at(entry.pointer), _shown(entry.pointer), entry.code, entry.detail)
        for entry in entries[:MOST_REFUSALS_OF_A_ROW]
    ]


def _shown(pointer: str) -> str:
    # The name of an unknown member is the file's: no terminal obeys it, and PostgreSQL takes no NUL.
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", pointer)[:MOST_POINTER]


class Checker:
    """Gives the pieces of a file, from a process of its own where the file is large.

    The process is made at once; a fork, before this one opens a connection that both would hold.
    """

    def __init__(self, source: Source, beside: Beside = "fork") -> None:
        self._source = source
        self._pipe: Connection | None = None
        self._process: Any = None
        size = source.size * (_PACKED if source.format == "xlsx" else 1)
        if size < WORTH_A_PROCESS_BYTES:
            return
        if beside == "fresh":
            ours, theirs = socket.socketpair()
            with theirs:
                # The interpreter and a module of this service, with nothing that came from outside.
                command = [sys.executable, "-m", "service.jobs.import_beside", str(theirs.fileno())]
                self._process = subprocess.Popen(command, pass_fds=(theirs.fileno(),))  # noqa: S603  # nosec B603
            self._pipe = Connection(ours.detach())
            self._pipe.send(source)
        elif "fork" in multiprocessing.get_all_start_methods():
            context = multiprocessing.get_context("fork")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=_forked, args=(source, self._pipe, other), daemon=True)
            self._process.start()
            other.close()

    def pieces(self, order: Order) -> Iterator[Piece]:
        """``checked``, whichever process does it; to be called once.

        Raises
        ------
        Unavailable
            ``checker_ended``: the other process was ended from outside.
        """
        if self._pipe is None:
            yield from checked(self._source, order)
            return
        make = KINDS[self._source.kind].ready_type
        try:
            self._pipe.send(order)
            while (said := self._pipe.recv()) is not None:
                if isinstance(said, ShanhaiError):
                    raise said
                accepted, *others = said
                yield Piece([make(*entry) for entry in accepted], *others)
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            detail = "The process that checks the rows was ended, for want of memory perhaps. Try again."
            raise Unavailable("checker_ended", detail) from error

    def close(self) -> None:
        """End the other process, whatever it does."""
        if self._process is not None:
            cast(Connection, self._pipe).close()
            self._process.kill()
            self._process.wait() if isinstance(self._process, subprocess.Popen) else self._process.join()


def _forked(source: Source, theirs: Connection, pipe: Connection) -> None:
    # While a copy of the other end is open here, its closing there would go unseen, and this would never end.
    theirs.close()
    serve(source, pipe)


def serve(source: Source, pipe: Connection) -> None:
    """Check what the other end of the pipe orders, and send it the pieces."""
    try:
        order = pipe.recv()
        try:
            for piece in checked(source, order):
                plain = [tuple(entry) for entry in piece.accepted]
                told = (piece.refused, piece.duplicates, piece.refusals, piece.conversions)
                pipe.send((plain, *told, piece.columns, piece.lines, piece.last_line))
            pipe.send(None)
        except ShanhaiError as error:
            pipe.send(error)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        # Whoever asked is gone, and with it the wish for an answer.
        return
