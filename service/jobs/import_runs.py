"""One run over a file of rows: checks them, and stores them all, one by one, or not at all.

All or nothing is one transaction: what is killed leaves nothing. Row by row each batch is a transaction
that also notes how far the file is done; the same import again begins there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from sqlmodel import Session

from service.access.policy import Actor, require
from service.database import Database, reading, writing
from service.domain import import_progress, imports
from service.domain.import_kinds import KINDS
from service.domain.imports import Import, Mode, Refusal
from service.errors import Conflict, invalid
from service.jobs.import_checking import Checker, Order, Piece, key_number
from service.jobs.import_files import Source
from service.jobs.import_one_by_one import entered_one_by_one
from service.jobs.import_refusals import RefusalFile

Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What has become of the rows. ``skipped`` were done by an earlier run; ``stored`` is of both.

    ``refusals`` counts what was told: of a row several things may be, and of a duplicate it is one.
    """

    rows: int
    stored: int
    refused: int
    skipped: int
    refusals: int
    first: tuple[Refusal, ...]
    duplicates: int = 0


@dataclass
class _Counts:
    rows: int = 0
    accepted: int = 0
    refused: int = 0
    duplicates: int = 0

    def add(self, piece: Piece) -> None:
        self.rows += piece.rows
        self.accepted += len(piece.accepted)
        self.refused += piece.refused
        self.duplicates += piece.duplicates


class _Undone(Exception):
    """Rows were entered to see whether they can be."""


class _Refused(Exception):
    """A row of an import that is all or nothing cannot be stored."""


@dataclass(frozen=True)
class Asked:
    """On whose behalf rows are entered, and on which record.

    Attributes
    ----------
    actor : callable (session) -> Actor
        Asked in every transaction: who may no longer do it enters no further row.
    hold : callable (session) -> None
        The last thing in every transaction that writes.
    row_id : str or None
        The import that was put on record before; None where this run does that.
    """

    actor: Callable[[Session], Actor]
    hold: Callable[[Session], None] = lambda _session: None
    row_id: str | None = None


class Run:
    """One run over a file."""

    def __init__(
        self,
        database: Database,
        asked: Asked,
        source: Source,
        checker: Checker,
        refusals: RefusalFile,
        step: Step,
    ) -> None:
        self._database = database
        self._asked = asked
        self._source = source
        self._kind = KINDS[source.kind]
        self._checker = checker
        self._refusals = refusals
        self._step = step
        with reading(database) as session:
            self._actor = asked.actor(session)
            require(self._actor, self._kind.permission)
            self._known = self._kind.everything(session, self._actor)
            self._taken = frozenset(map(key_number, self._kind.keys_taken(session, self._actor)))
            self._begun = self._on_file(session)

    def _on_file(self, session: Session) -> Import | None:
        if self._asked.row_id is not None:
            return imports.get(session, self._actor, self._asked.row_id)
        return imports.storing(session, self._actor, self._source.kind, self._source.content_hash)

    def go(self, mode: Mode) -> Report:
        """Do it as the mode says."""
        if mode == "validate_only":
            return self._validate()
        if self._begun is not None and self._begun.state == "done":
            return self._on_record(self._begun.rows_done)
        if mode == "row_by_row":
            return self._row_by_row()
        if self._begun is not None and self._begun.mode == "row_by_row" and self._begun.rows_done:
            raise Conflict(
                "imported_in_part",
                "Some rows of this file were imported row by row. Go on row by row.",
            )
        return self._all_or_nothing()

    def _pieces(self, counts: _Counts, skip: int = 0) -> Iterator[Piece]:
        order = Order(self._known, self._actor, skip, self._taken)
        for piece in self._checker.pieces(order):
            counts.add(piece)
            yield piece
            self._step(piece.last_line, self._source.lines)
        if counts.rows + skip == 0:
            raise invalid("", "no_rows", "There is no row in the file.")

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with writing(self._database) as session:
            yield session
            self._asked.hold(session)

    def _validate(self) -> Report:
        counts = _Counts()
        pieces = self._pieces(counts)
        if self._kind.enter is None:
            pieces, counts = self._tried(pieces)
        self._note_all(pieces, kept=self._begun is not None)
        return self._report(counts, stored=0)

    def _tried(self, pieces: Iterator[Piece]) -> tuple[Iterator[Piece], _Counts]:
        """What would become of the rows that have to be entered to be checked; none of them stays."""
        counts, told = _Counts(), []
        try:
            with writing(self._database) as session:
                for piece in pieces:
                    entered = entered_one_by_one(session, self._kind, self._actor, piece)
                    counts.add(entered)
                    told.append(replace(entered, accepted=range(len(entered.accepted))))
                raise _Undone
        except _Undone:
            return iter(told), counts

    def _note_all(self, pieces: Iterator[Piece], *, kept: bool, refused: bool = False) -> None:
        """Tell what is wrong with the rows of these pieces, and store none of them.

        ``kept``: on the record of the import, a piece at a time.
        """
        done, row_id = 0, self._begun.id if self._begun and kept else None
        for piece in pieces:
            self._refusals.write(piece.refusals)
            if row_id is not None:
                with self._writing() as session:
                    if done == 0:
                        import_progress.start(session, row_id, self._source.lines, piece.columns, anew=True)
                    self._advance(session, row_id, done, piece)
            done += piece.rows
        if row_id is not None:
            with self._writing() as session:
                import_progress.finish(session, self._actor, row_id, refused=refused)

    def _all_or_nothing(self) -> Report:
        enter = self._kind.enter
        if enter is None:
            return self._all_or_nothing_one_by_one()
        counts = _Counts()
        pieces = self._pieces(counts)
        # Checked before the transaction begins; the others are while it lasts, so that none is kept.
        first = next(pieces)
        # Without their rows: what is told of them outlasts a transaction that is given up.
        told: list[Piece] = []

        def good(session: Session, row_id: str) -> Iterator[Sequence[Any]]:
            done = 0
            for piece in chain((first,), pieces):
                told.append(replace(piece, accepted=range(len(piece.accepted))))
                if piece.refused:
                    raise _Refused
                self._advance(session, row_id, done, piece)
                done += piece.rows
                yield piece.accepted

        try:
            with self._writing() as session:
                self._require_unchanged(session)
                row_id = self._started(session, "all_or_nothing", first)
                enter(session, self._actor, good(session, row_id))
                import_progress.finish(session, self._actor, row_id)
        except _Refused:
            # Nothing is stored; the rest is read all the same, so that every bad row is told at once.
            self._note_all(chain(told, pieces), kept=self._asked.row_id is not None, refused=True)
            return self._report(counts, stored=0)
        for piece in told:
            self._refusals.write(piece.refusals)
        return self._report(counts, stored=counts.accepted)

    def _all_or_nothing_one_by_one(self) -> Report:
        counts, told, done = _Counts(), [], 0
        try:
            with self._writing() as session:
                row_id = ""
                for piece in self._pieces(_Counts()):
                    row_id = row_id or self._started(session, "all_or_nothing", piece)
                    entered = entered_one_by_one(session, self._kind, self._actor, piece)
                    counts.add(entered)
                    told.append(replace(entered, accepted=range(len(entered.accepted))))
                    self._advance(session, row_id, done, entered)
                    done += piece.rows
                if counts.refused:
                    raise _Refused
                import_progress.finish(session, self._actor, row_id)
        except _Refused:
            self._note_all(iter(told), kept=self._asked.row_id is not None, refused=True)
            return self._report(counts, stored=0)
        for piece in told:
            self._refusals.write(piece.refusals)
        return self._report(counts, stored=counts.accepted)

    def _row_by_row(self) -> Report:
        skip = self._begun.rows_done if self._begun else 0
        try:
            self._store_from(skip)
        finally:
            report = self._on_record(skip)
        return report

    def _store_from(self, done: int) -> None:
        pieces, row_id = self._pieces(_Counts(), done), ""
        for piece in pieces:
            with self._writing() as session:
                self._require_unchanged(session)
                row_id = row_id or self._started(session, "row_by_row", piece)
                self._advance(session, row_id, done, self._stored(session, piece))
            done += piece.rows
        with self._writing() as session:
            import_progress.finish(session, self._actor, row_id or self._begun_id())

    def _stored(self, session: Session, piece: Piece) -> Piece:
        if self._kind.enter is None:
            return entered_one_by_one(session, self._kind, self._actor, piece)
        self._kind.enter(session, self._actor, [piece.accepted])
        return piece

    def _begun_id(self) -> str:
        if self._begun is None:
            raise invalid("", "no_rows", "There is no row in the file.")
        return self._begun.id

    def _started(self, session: Session, mode: Mode, first: Piece) -> str:
        """The id of the import, on record and running."""
        source = self._source
        if self._begun is None:
            row = import_progress.begin(
                session, self._actor, source.kind, source.format, mode, source.content_hash
            )
            self._begun = row
        anew = mode == "all_or_nothing"
        import_progress.start(session, self._begun.id, source.lines, first.columns, anew=anew)
        return self._begun.id

    def _advance(self, session: Session, row_id: str, done: int, piece: Piece) -> None:
        import_progress.advance(
            session,
            row_id,
            done,
            len(piece.accepted),
            piece.refused,
            piece.refusals,
            duplicates=piece.duplicates,
            conversions=piece.conversions,
        )

    def _on_record(self, skipped: int) -> Report:
        """What the database says of the import, of this run and of those before it."""
        with reading(self._database) as session:
            row = self._on_file(session)
            if row is None:
                return self._report(_Counts(), stored=0)
            counts = _Counts(row.rows_done, row.rows_accepted, row.rows_refused, row.rows_duplicate)
            self._refusals.write(imports.refusals_of(session, row.id))
        return self._report(counts, stored=counts.accepted, skipped=skipped)

    def _report(self, counts: _Counts, *, stored: int, skipped: int = 0) -> Report:
        told = self._refusals
        return Report(
            counts.rows, stored, counts.refused, skipped, told.count, tuple(told.first), counts.duplicates
        )

    def _require_unchanged(self, session: Session) -> None:
        """What rows were checked against still holds in the transaction that stores them."""
        actor = self._asked.actor(session)
        if (actor, self._kind.everything(session, actor)) != (self._actor, self._known):
            raise Conflict(
                "changed_meanwhile",
                "Pairings, organisations or reference data were changed while the file was checked. "
                "Run the import again.",
            )
