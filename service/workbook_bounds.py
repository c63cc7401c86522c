"""Looks through an XLSX workbook before anything is laid out in memory, and refuses what is too large.

The reader lays out a grid from the first cell to the farthest and copies a shared text into every cell
that holds it. So addresses, numbers of cells and lengths of texts are looked at first, in every part: a
sheet may be kept under any name.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Final

from service.errors import FieldError, Invalid

_CHUNK_BYTES: Final = 256 * 1024
#: A text of a cell has 32,767 characters at most.
_MOST_BETWEEN_TAGS: Final = 1024 * 1024
#: Deflate comes to 1,032 : 1; sheets that were filled in come to 10 or 40.
_MOST_RATIO: Final = 200
_RATIO_FROM_BYTES: Final = 1024 * 1024
_TAG: Final = rb"<(?:\w{1,20}:)?"
_TAGS: Final = re.compile(_TAG + rb"(c|row)(?=[\s/>])([^>]*)>")
#: As spreadsheet programs write a cell, and where nothing else looks like one.
_PLAIN_CELL: Final = re.compile(rb'<c r="([A-Z]{1,9})([0-9]{1,12})"')
_ADDRESS: Final = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,9})([0-9]{1,12})["']""")
_ROW: Final = re.compile(rb"""\sr\s*=\s*["']([0-9]{1,12})["']""")
_DIMENSION: Final = re.compile(_TAG + rb"""dimension\b[^>]*?\bref\s*=\s*["']([^"']{1,60})["']""")
_CORNER: Final = re.compile(rb"([A-Z]{1,9})([0-9]{1,12})")
_SHARED: Final = re.compile(rb'\bt="s"[^>]*><v>([0-9]{1,9})</v>')
_ITEM: Final = re.compile(_TAG + rb"si(?=[\s/>])")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may hold; ``cells`` is the area from A1 to the farthest one."""

    parts: int = 200
    unpacked_bytes: int = 16 * 1024 * 1024
    rows: int = 2_000
    columns: int = 64
    cells: int = 128_000
    text_bytes: int = 64 * 1024 * 1024


def require_bounded(archive: zipfile.ZipFile, limits: Limits) -> int:
    """The number of the last row; an error where the workbook holds more than ``limits`` allow.

    Raises
    ------
    Invalid
        ``not_a_workbook`` or ``workbook_too_large``.
    """
    parts = archive.infolist()
    if len(parts) > limits.parts:
        raise _too_large(f"more than {limits.parts} parts")
    seen = _Seen(archive, limits)
    for part in parts:
        seen.look_at(part)
    seen.require_bounded_texts(parts)
    return seen.rows


class _Seen:
    """What was seen of a workbook so far."""

    def __init__(self, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        self._left = limits.unpacked_bytes
        self.rows = self._columns = 1
        self._row = self._in_row = 0
        self._text_cells = 0
        self._lengths: list[int] = []

    def look_at(self, part: zipfile.ZipInfo) -> None:
        """Take note of the rows, cells and texts of a part; raises ``Invalid`` beyond the limits."""
        self._row = self._in_row = 0
        lengths: list[int] = []
        for piece in self._whole_tags(part):
            self._look(piece)
            # A plain search first: it is ten times as quick as the expression.
            items = _ITEM.finditer(piece) if b"<si" in piece or b":si" in piece else ()
            starts = [found.start() for found in items]
            if lengths:
                lengths[-1] += starts[0] if starts else len(piece)
            lengths += [end - start for start, end in pairwise((*starts, len(piece)))]
        if sum(lengths) > self._limits.text_bytes:
            raise self._too_much_text()
        # Whichever part the reader takes them from.
        self._lengths = [max(pair) for pair in zip_longest(self._lengths, lengths, fillvalue=0)]

    def _whole_tags(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        """The part's text in pieces that end behind a tag."""
        # Nothing but UTF-8 is written by spreadsheet programs, and nothing else is looked through here.
        is_xml = part.filename.endswith((".xml", ".rels"))
        size, tail = 0, b""
        # What the directory says of sizes may be a lie: the bytes are counted as they come.
        with self._archive.open(part) as stream:
            while chunk := stream.read(min(_CHUNK_BYTES, self._left + 1)):
                self._left -= len(chunk)
                size += len(chunk)
                if self._left < 0:
                    raise _too_large(f"more than {self._limits.unpacked_bytes // 1024**2} MiB unpacked")
                if size > _RATIO_FROM_BYTES and size > _MOST_RATIO * part.compress_size:
                    raise _too_large(f"a part that is packed more than {_MOST_RATIO} times")
                text = tail + chunk
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text[:64] * is_xml:
                    raise refused("not_a_workbook", "The workbook holds what no spreadsheet program writes.")
                cut = text.rfind(b">") + 1
                text, tail = text[:cut], text[cut:]
                if len(tail) > _MOST_BETWEEN_TAGS:
                    if is_xml:
                        raise _too_large("a text that is too long for a cell")
                    tail = tail[-_CHUNK_BYTES:]
                yield text
        yield tail

    def _look(self, text: bytes) -> None:
        for reference in _DIMENSION.findall(text) if b"dimension" in text else ():
            for letters, digits in _CORNER.findall(reference):
                self._place(int(digits), _column(letters))
        cells = _PLAIN_CELL.findall(text)
        if cells and text.count(b"<c") == len(cells) and b":c" not in text:
            # The farthest of each: all others are nearer.
            letters, digits = (set(found) for found in zip(*cells, strict=True))
            self._place(max(map(int, digits)), max(map(_column, letters)))
        else:
            self._look_at_tags(text)
        if cells or self._in_row:
            self._text_cells += _shared_cells(text)

    def _look_at_tags(self, text: bytes) -> None:
        """Of cells without an address: they stand behind one another."""
        for name, attributes in _TAGS.findall(text):
            if attributes.count(b'"') % 2 or attributes.count(b"'") % 2:
                raise refused("not_a_workbook", "The workbook holds what no spreadsheet program writes.")
            if name == b"row":
                found = _ROW.search(attributes)
                self._row, self._in_row = int(found[1]) if found else self._row + 1, 0
                self._place(self._row, 1)
            elif address := _ADDRESS.search(attributes):
                self._in_row = _column(address[1])
                self._place(int(address[2]), self._in_row)
            else:
                self._in_row += 1
                self._place(max(self._row, 1), self._in_row)

    def _place(self, row: int, column: int) -> None:
        limits = self._limits
        if row > limits.rows or column > limits.columns:
            raise _too_large(f"more than {limits.rows} rows or {limits.columns} columns")
        self.rows, self._columns = max(self.rows, row), max(self._columns, column)
        if self.rows * self._columns > limits.cells:
            raise _too_large(f"more than {limits.cells:,} cells")

    def require_bounded_texts(self, parts: Sequence[zipfile.ZipInfo]) -> None:
        """Add up the texts that cells share, each as often as a cell holds it, where they could be many."""
        lengths, longest = self._lengths, max(self._lengths, default=0)
        if self._text_cells * longest <= self._limits.text_bytes:
            return
        total = 0
        for part in parts:
            self._left = self._limits.unpacked_bytes
            for text in self._whole_tags(part):
                numbers = [int(number) for number in _SHARED.findall(text)]
                total += sum(lengths[number] for number in numbers if number < len(lengths))
                # Of a cell that is not written as spreadsheet programs do it, the longest text is assumed.
                total += (_shared_cells(text) - len(numbers)) * longest
                if total > self._limits.text_bytes:
                    raise self._too_much_text()

    def _too_much_text(self) -> Invalid:
        return _too_large(f"more than {self._limits.text_bytes // 1024**2} MiB of text")


def _shared_cells(text: bytes) -> int:
    """How many cells hold a shared text, or more: however it is written, the type stands in quotes."""
    return text.count(b'"s"') + text.count(b"'s'")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def refused(code: str, detail: str) -> Invalid:
    """The refusal of a workbook as a whole."""
    return Invalid([FieldError("", code, detail)], code=code, detail=detail)


def _too_large(what: str) -> Invalid:
    return refused(
        "workbook_too_large", f"The workbook holds {what}. Send the sheet that you were given, filled in."
    )
