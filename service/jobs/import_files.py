"""Reads files row by row: NDJSON, CSV and XLSX. What is too large is refused before it is parsed.

``examined`` looks at the whole file once, for its hash, its encoding and its limits; a reader then gives
one row after the other, so that no more of the file is in memory than a line.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, Protocol

from pydantic import ValidationError

from service.domain.import_kinds import KINDS, Kind
from service.domain.import_requests import WORKBOOK_LIMITS
from service.domain.imports import Conversion, Format, KindName, ReadColumn
from service.domain.shapes import validated
from service.errors import Conflict, invalid
from service.jobs.import_heads import head_among
from service.strict_json import parse_json, quickly_parsed
from service.workbooks import require_bounded, rows_of

MOST_LINE_BYTES: Final = 1_048_576
MOST_LINES: Final = 1_000_000
_DEPTH = 32
_SUFFIXES: Final[dict[str, Format]] = {
    ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv", ".xlsx": "xlsx",
}  # fmt: skip
# In this order: what is UTF-8 throughout is hardly anything else, while GB 18030 takes almost any bytes.
_ENCODINGS: Final[dict[str, tuple[str, ...]]] = {"ndjson": ("utf-8-sig",), "csv": ("utf-8-sig", "gb18030")}


@dataclass(frozen=True, slots=True)
class Source:
    """A file of rows of a kind that may be read: within the limits, and in an encoding that is known."""

    path: Path
    kind: KindName
    format: Format
    encoding: str
    content_hash: str
    lines: int
    size: int
    # Of the file's entry: whether it is still the same file when it is read.
    stamp: tuple[int, int, int]


class Row(NamedTuple):
    """A row as it stands in the file, and the line where it begins."""

    line: int
    raw: Any


class Reader(Protocol):
    """What every format offers."""

    def rows(self) -> Iterator[Row]:
        """One row after the other; empty lines and examples are none."""
        ...

    def body(self, row: Row) -> Any:
        """The body that a row says; raises ``Invalid``."""
        ...

    def column_at(self, pointer: str) -> str | None:
        """The title of the column that a pointer leads to, in a table."""
        ...

    def columns(self) -> list[ReadColumn]:
        """The columns of a table that are read."""
        ...

    def conversions(self) -> list[Conversion]:
        """What was read otherwise than it was written, in the rows since this was last asked."""
        ...


def format_of(path: Path) -> Format:
    """The format by the file's ending; raises ``Invalid`` where it tells nothing."""
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise invalid("", "unknown_format", "Say --format ndjson, csv or xlsx.")
    return found


def examined(path: Path, form: Format, kind: KindName = "profiles") -> Source:
    """Look at the whole file once.

    Raises
    ------
    Invalid
        ``line_too_long``, ``too_many_lines``, ``unknown_encoding``; ``not_a_workbook``,
        ``workbook_too_large``.
    """
    if form == "xlsx":
        with path.open("rb") as file:
            stamp, content_hash = _stamp(file), hashlib.file_digest(file, "sha256").hexdigest()
        lines = require_bounded(path, WORKBOOK_LIMITS)
        return Source(path, kind, form, "", content_hash, lines, stamp[1], stamp)
    digest, lines = hashlib.sha256(), 0
    decoders = {name: codecs.getincrementaldecoder(name)() for name in _ENCODINGS[form]}
    with path.open("rb") as file:
        stamp = _stamp(file)
        while line := file.readline(MOST_LINE_BYTES + 1):
            lines += 1
            if len(line) > MOST_LINE_BYTES:
                raise invalid(f"/line/{lines}", "line_too_long", f"A line may have {MOST_LINE_BYTES} bytes.")
            if lines > MOST_LINES + 1:
                raise invalid(f"/line/{lines}", "too_many_lines", f"A file may have {MOST_LINES} lines.")
            digest.update(line)
            for name in list(decoders):
                try:
                    decoders[name].decode(line)
                except UnicodeDecodeError:
                    del decoders[name]
                    if not decoders:
                        raise _not_decodable(form, lines) from None
    for name, decoder in list(decoders.items()):
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            del decoders[name]
    if not decoders:
        raise _not_decodable(form, lines)
    return Source(path, kind, form, next(iter(decoders)), digest.hexdigest(), lines, stamp[1], stamp)


def _not_decodable(form: Format, line: int) -> Exception:
    names = " or ".join("UTF-8" if name == "utf-8-sig" else "GB 18030" for name in _ENCODINGS[form])
    return invalid(f"/line/{line}", "unknown_encoding", f"Save the file in {names}; this line is not.")


def _stamp(file: IO[Any]) -> tuple[int, int, int]:
    entry = os.fstat(file.fileno())
    return entry.st_ino, entry.st_size, entry.st_mtime_ns


def reader_of(source: Source) -> Reader:
    """The reader of the file's format; raises ``Invalid`` for the head of a table."""
    if source.format == "ndjson":
        return NdjsonReader(source)
    return TableReader(source, _csv_rows if source.format == "csv" else _workbook_rows)


def _require_same(source: Source, file: IO[Any]) -> None:
    if _stamp(file) != source.stamp:
        raise Conflict("file_changed", "The file was changed while it was read. Run the command again.")


class NdjsonReader:
    """A JSON object on each line."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._body_type = KINDS[source.kind].body_type

    def rows(self) -> Iterator[Row]:
        """One row after the other; empty lines are none."""
        with self._source.path.open("rb") as file:
            _require_same(self._source, file)
            for number, line in enumerate(file, 1):
                stripped = (line.removeprefix(codecs.BOM_UTF8) if number == 1 else line).strip()
                if stripped:
                    yield Row(number, stripped)

    def body(self, row: Row) -> Any:
        """The body that a line says; raises ``Invalid``."""
        quick = quickly_parsed(row.raw)
        if quick is not None:
            # Where it is not valid it is read once more: the quick parser's numbers may be told otherwise.
            with suppress(ValidationError):
                return self._body_type.model_validate(quick)
        return validated(self._body_type, parse_json(row.raw, _DEPTH))

    def column_at(self, pointer: str) -> str | None:
        """None: there are no columns."""
        return None

    def columns(self) -> list[ReadColumn]:
        """None: there are no columns."""
        return []

    def conversions(self) -> list[Conversion]:
        """None: JSON says what it says."""
        return []


class TableReader:
    """A table with a line of titles, above which there may be a few others.

    Parameters
    ----------
    rows_in : callable (source) -> iterator of Row
        All lines with their cells, from the first on.
    """

    def __init__(self, source: Source, rows_in: Callable[[Source], Iterator[Row]]) -> None:
        kind: Kind = KINDS[source.kind]
        self._lines = rows_in(source)
        self._first: list[Row] = []
        self._head = head_among(kind.columns, kind.body_type, self._looked_at())

    def _looked_at(self) -> Iterator[Row]:
        for row in self._lines:
            self._first.append(row)
            yield row

    def rows(self) -> Iterator[Row]:
        """One row after the other, to be taken once; what is empty, an example or above the head is none."""
        head = self._head
        return (
            row for row in chain(self._first, self._lines) if row.line > head.line and head.is_row(row.raw)
        )

    def body(self, row: Row) -> Any:
        """The body that a line says; raises ``Invalid``."""
        return self._head.body(row.raw, row.line)

    def column_at(self, pointer: str) -> str | None:
        """The title of the column that a pointer leads to."""
        return self._head.column_at(pointer)

    def columns(self) -> list[ReadColumn]:
        """The columns that are read, with the units of their titles."""
        return [
            ReadColumn(title=one.title[:100], field=one.column.name, unit=one.unit.name if one.unit else None)
            for one in self._head.columns
        ]

    def conversions(self) -> list[Conversion]:
        """What was converted since this was last asked."""
        return self._head.taken_notes()


def _workbook_rows(source: Source) -> Iterator[Row]:
    with source.path.open("rb") as file:
        _require_same(source, file)
    return (Row(line, cells) for line, cells in rows_of(source.path))


def _csv_rows(source: Source) -> Iterator[Row]:
    with source.path.open(encoding=source.encoding, newline="") as file:
        _require_same(source, file)
        records = csv.reader(file, strict=True)
        before = 0
        try:
            for cells in records:
                yield Row(before + 1, cells)
                before = records.line_num
        except csv.Error as error:
            raise invalid(
                f"/line/{before + 1}",
                "csv_invalid",
                f"From here on this is no CSV: {error}. Is a quotation mark missing?",
            ) from error
