"""Imports a file of profiles: all of it or nothing, or row by row, going on where it was stopped.

All or nothing is one transaction: what is killed leaves nothing. Row by row each batch is a transaction
that also notes how far the file is done; the same command again begins there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from sqlmodel import Session

from service.access.policy import Actor, Permission, granted_to, require
from service.database import Database, reading, writing
from service.domain import imports, profile_batches
from service.domain.imports import Refusal
from service.domain.organisations import Organisation
from service.domain.profile_batches import Ready
from service.domain.profile_checks import everything
from service.errors import Conflict, NotFound, invalid
from service.jobs.import_checking import Checker, Piece
from service.jobs.import_files import Format, Source, examined, format_of
from service.jobs.import_refusals import RefusalFile

Mode = Literal["all_or_nothing", "row_by_row", "validate_only"]
Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What has become of the rows. ``skipped`` were done by an earlier run; ``stored`` is of both."""

    rows: int
    stored: int
    refused: int
    skipped: int
    refusals: int
    first: tuple[Refusal, ...]


@dataclass
class _Counts:
    rows: int = 0
    accepted: int = 0
    refused: int = 0

    def add(self, piece: Piece) -> None:
        self.rows += len(piece.accepted) + piece.refused
        self.accepted += len(piece.accepted)
        self.refused += piece.refused


class _Refused(Exception):
    """A row of an import that is all or nothing cannot be stored."""


def import_profiles(
    database: Database,
    organisation_id: str,
    path: Path,
    form: Format | None = None,
    *,
    mode: Mode = "all_or_nothing",
    errors: Path | None = None,
    step: Step = lambda _done, _of: None,
) -> Report:
    """Enter the rows of a file as profiles of an organisation, or of its partners.

    Parameters
    ----------
    database : Database
        Migrated.
    organisation_id : str
        On whose behalf: what it may not enter over HTTP it may not enter here.
    path : Path
        The file.
    form : {"ndjson", "csv"} or None
        None: by the file's ending.
    mode : {"all_or_nothing", "row_by_row", "validate_only"}
        Whether good rows are stored beside bad ones, and whether anything is.
    errors : Path or None
        Where all refusals are written.
    step : callable (lines done, lines) -> None
        Is told of progress.

    Returns
    -------
    Report

    Raises
    ------
    Conflict
        ``import_in_progress``, ``imported_in_part``, ``changed_meanwhile``, ``file_changed``.
    Forbidden
        ``missing_permission``.
    Invalid
        Where the file as a whole cannot be read.
    NotFound
        There is no such organisation.
    """
    source = examined(path, form or format_of(path))
    with closing(Checker(source)) as checker, closing(RefusalFile(errors)) as refusals:
        return _Run(database, organisation_id, source, checker, refusals, step).go(mode)


class _Run:
    """One run over a file."""

    def __init__(
        self,
        database: Database,
        organisation_id: str,
        source: Source,
        checker: Checker,
        refusals: RefusalFile,
        step: Step,
    ) -> None:
        self._database = database
        self._source = source
        self._checker = checker
        self._refusals = refusals
        self._step = step
        with reading(database) as session:
            self._actor = actor_of(session, organisation_id)
            require(self._actor, Permission.PROFILES_WRITE)
            self._known = everything(session, self._actor)
            self._begun = imports.find(session, self._actor, source.content_hash)

    def go(self, mode: Mode) -> Report:
        """Do it as the mode says."""
        if mode == "validate_only":
            return self._validate()
        if self._begun is not None and self._begun.state == "done":
            return self._on_record(self._begun.rows_done)
        if mode == "row_by_row":
            return self._row_by_row()
        if self._begun is not None:
            raise Conflict(
                "imported_in_part",
                "Some rows of this file were imported row by row. Go on with --row-by-row.",
            )
        return self._all_or_nothing()

    def _pieces(self, counts: _Counts, skip: int = 0) -> Iterator[Piece]:
        for piece in self._checker.pieces(self._known, self._actor, skip):
            counts.add(piece)
            yield piece
            self._step(piece.last_line, self._source.lines)
        if counts.rows + skip == 0:
            raise invalid("", "no_rows", "There is no row in the file.")

    def _validate(self) -> Report:
        counts = _Counts()
        for piece in self._pieces(counts):
            self._refusals.write(piece.refusals)
        return self._report(counts.rows, 0, counts.refused)

    def _all_or_nothing(self) -> Report:
        counts = _Counts()
        pieces = self._pieces(counts)
        # Checked before the transaction begins; the others are while it lasts, so that none is kept.
        first = next(pieces)

        def good() -> Iterator[Sequence[Ready]]:
            for piece in chain((first,), pieces):
                self._refusals.write(piece.refusals)
                if piece.refused:
                    raise _Refused
                yield piece.accepted

        try:
            with writing(self._database) as session:
                self._require_unchanged(session)
                row = imports.begin(session, self._actor, self._source.content_hash)
                accepted = profile_batches.enter(session, self._actor, good())
                imports.advance(session, row.id, 0, accepted, 0, ())
                imports.finish(session, self._actor, row.id)
        except _Refused:
            # Nothing is stored; the rest is read all the same, so that every bad row is told at once.
            for piece in pieces:
                self._refusals.write(piece.refusals)
            accepted = 0
        return self._report(counts.rows, accepted, counts.refused)

    def _row_by_row(self) -> Report:
        skip = self._begun.rows_done if self._begun else 0
        try:
            self._store_from(skip)
        finally:
            report = self._on_record(skip)
        return report

    def _store_from(self, done: int) -> None:
        pieces = self._pieces(_Counts(), done)
        if self._begun is None:
            with writing(self._database) as session:
                self._begun = imports.begin(session, self._actor, self._source.content_hash)
        for piece in pieces:
            with writing(self._database) as session:
                self._require_unchanged(session)
                accepted = profile_batches.enter(session, self._actor, [piece.accepted])
                imports.advance(session, self._begun.id, done, accepted, piece.refused, piece.refusals)
            done += accepted + piece.refused
        with writing(self._database) as session:
            imports.finish(session, self._actor, self._begun.id)

    def _on_record(self, skipped: int) -> Report:
        """What the database says of the import, of this run and of those before it."""
        with reading(self._database) as session:
            row = imports.find(session, self._actor, self._source.content_hash)
            if row is None:
                return self._report(0, 0, 0)
            counts = (row.rows_done, row.rows_accepted, row.rows_refused)
            self._refusals.write(imports.refusals_of(session, row.id))
        return self._report(*counts, skipped=skipped)

    def _report(self, rows: int, stored: int, refused: int, skipped: int = 0) -> Report:
        told = self._refusals
        return Report(rows, stored, refused, skipped, told.count, tuple(told.first))

    def _require_unchanged(self, session: Session) -> None:
        """What rows were checked against still holds in the transaction that stores them."""
        actor = actor_of(session, self._actor.organisation_id)
        if (actor, everything(session, actor)) != (self._actor, self._known):
            raise Conflict(
                "changed_meanwhile",
                "Pairings, organisations or reference data were changed while the file was checked. "
                "Run the command again.",
            )


def actor_of(session: Session, organisation_id: str) -> Actor:
    """The organisation with all that its kind may do; raises ``NotFound``."""
    row = session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound(detail=f"There is no organisation {organisation_id}.")
    return Actor(row.id, row.kind, row.region_code, "import", granted_to(row.kind))
