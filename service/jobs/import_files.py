"""Reads files of profiles row by row: NDJSON and CSV. What is too large is refused before it is parsed.

``examined`` looks at the whole file once, for its hash, its encoding and its limits; a reader then gives
one row after the other, so that no more of the file is in memory than a line.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal, NamedTuple, Protocol

from pydantic import ValidationError

from service.domain.profiles import ProfileWrite
from service.domain.shapes import validated
from service.errors import Conflict, invalid
from service.jobs.import_cells import Header
from service.strict_json import parse_json, quickly_parsed

Format = Literal["ndjson", "csv"]
MOST_LINE_BYTES: Final = 1_048_576
MOST_LINES: Final = 1_000_000
_DEPTH = 32
_SUFFIXES: Final[dict[str, Format]] = {".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv"}
# In this order: what is UTF-8 throughout is hardly anything else, while GB 18030 takes almost any bytes.
_ENCODINGS: Final[dict[Format, tuple[str, ...]]] = {"ndjson": ("utf-8-sig",), "csv": ("utf-8-sig", "gb18030")}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be read: within the limits, and in an encoding that is known."""

    path: Path
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
        """One row after the other; empty lines are none."""
        ...

    def body(self, raw: Any) -> ProfileWrite:
        """The profile that a row says; raises ``Invalid``."""
        ...

    def column_at(self, pointer: str) -> str | None:
        """The column that a pointer leads to, in a table."""
        ...


def format_of(path: Path) -> Format:
    """The format by the file's ending; raises ``Invalid`` where it tells nothing."""
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise invalid("", "unknown_format", "Say --format ndjson or --format csv.")
    return found


def examined(path: Path, form: Format) -> Source:
    """Look at the whole file once.

    Raises
    ------
    Invalid
        ``line_too_long``, ``too_many_lines``, ``unknown_encoding``.
    """
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
    return Source(path, form, next(iter(decoders)), digest.hexdigest(), lines, stamp[1], stamp)


def _not_decodable(form: Format, line: int) -> Exception:
    names = " or ".join("UTF-8" if name == "utf-8-sig" else "GB 18030" for name in _ENCODINGS[form])
    return invalid(f"/line/{line}", "unknown_encoding", f"Save the file in {names}; this line is not.")


def _stamp(file: IO[Any]) -> tuple[int, int, int]:
    entry = os.fstat(file.fileno())
    return entry.st_ino, entry.st_size, entry.st_mtime_ns


def reader_of(source: Source) -> Reader:
    """The reader of the file's format; raises ``Invalid`` for the head of a table."""
    return CsvReader(source) if source.format == "csv" else NdjsonReader(source)


def _require_same(source: Source, file: IO[Any]) -> None:
    if _stamp(file) != source.stamp:
        raise Conflict("file_changed", "The file was changed while it was read. Run the command again.")


class NdjsonReader:
    """A JSON object on each line."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def rows(self) -> Iterator[Row]:
        """One row after the other; empty lines are none."""
        with self._source.path.open("rb") as file:
            _require_same(self._source, file)
            for number, line in enumerate(file, 1):
                stripped = (line.removeprefix(codecs.BOM_UTF8) if number == 1 else line).strip()
                if stripped:
                    yield Row(number, stripped)

    def body(self, raw: bytes) -> ProfileWrite:
        """The profile that a line says; raises ``Invalid``."""
        quick = quickly_parsed(raw)
        if quick is not None:
            # Where it is not valid it is read once more: the quick parser's numbers may be told otherwise.
            with suppress(ValidationError):
                return ProfileWrite.model_validate(quick)
        return validated(ProfileWrite, parse_json(raw, _DEPTH))

    def column_at(self, pointer: str) -> str | None:
        """None: there are no columns."""
        return None


class CsvReader:
    """A table with a line of field names."""

    def __init__(self, source: Source) -> None:
        self._source = source
        first = next(self._records(), None)
        self._header = Header(first.raw if first else [])

    def rows(self) -> Iterator[Row]:
        """One row after the other; empty lines are none."""
        records = self._records()
        next(records, None)
        return (row for row in records if any(cell.strip() for cell in row.raw))

    def body(self, raw: list[str]) -> ProfileWrite:
        """The profile that a line says; raises ``Invalid``."""
        return self._header.body(raw)

    def column_at(self, pointer: str) -> str | None:
        """The column that a pointer leads to."""
        return self._header.column_at(pointer)

    def _records(self) -> Iterator[Row]:
        with self._source.path.open(encoding=self._source.encoding, newline="") as file:
            _require_same(self._source, file)
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
