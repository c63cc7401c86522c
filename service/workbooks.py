"""XLSX workbooks in and out: bounded before they are parsed, inert when they are opened.

A workbook comes from another office's e-mail. It is unpacked within limits and every cell's address is
looked at before the reader lays out a grid: one cell at XFD1048576 would otherwise ask for 17 thousand
million cells.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from service.errors import FieldError, Invalid

Cell = str | float | int | bool | date | datetime | time | timedelta | None
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet program may take for a formula or a command when a file is opened.
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")
_ADDRESS: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,9})([0-9]{1,12})"')
_DIMENSION: Final = re.compile(rb'<(?:\w+:)?dimension\b[^>]*?\bref="([^"]{1,60})"')
_CHUNK_BYTES: Final = 64 * 1024
_OVERLAP_BYTES: Final = 512


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may hold."""

    parts: int = 200
    unpacked_bytes: int = 16 * 1024 * 1024
    rows: int = 2_000
    columns: int = 64


def read_rows(content: bytes, limits: Limits = Limits()) -> list[list[Cell]]:
    """The cells of the first sheet, row by row.

    Raises
    ------
    Invalid
        ``not_a_workbook`` or ``workbook_too_large``, before anything is laid out in memory.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _bounded(archive, limits)
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [list(row) for row in sheets.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    except (
        zipfile.BadZipFile,
        zlib.error,
        CalamineError,
        NotImplementedError,
        EOFError,
        OSError,
        IndexError,
        # zipfile raises it for an encrypted part.
        RuntimeError,
    ) as error:
        raise _refused(
            "not_a_workbook", "This is not an XLSX workbook that can be read. Save the sheet as .xlsx again."
        ) from error


def _bounded(archive: zipfile.ZipFile, limits: Limits) -> None:
    parts = archive.infolist()
    if len(parts) > limits.parts:
        raise _too_large(f"more than {limits.parts} parts")
    left = limits.unpacked_bytes
    for part in parts:
        # Nothing but UTF-8 is written by spreadsheet programs, and nothing else is looked through here.
        is_xml = part.filename.endswith((".xml", ".rels"))
        # What the directory says of sizes may be a lie: the bytes are counted as they come.
        with archive.open(part) as stream:
            tail = b""
            while chunk := stream.read(min(_CHUNK_BYTES, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise _too_large(f"more than {limits.unpacked_bytes // 1024**2} MiB unpacked")
                text = tail + chunk
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text[:64] * is_xml:
                    raise _refused("not_a_workbook", "The workbook holds what no spreadsheet program writes.")
                if part.filename.startswith("xl/worksheets/"):
                    _near(text, limits)
                tail = chunk[-_OVERLAP_BYTES:]


def _near(text: bytes, limits: Limits) -> None:
    for letters, digits in _ADDRESS.findall(text):
        if int(digits) > limits.rows or _column(letters) > limits.columns:
            raise _too_large(f"more than {limits.rows} rows or {limits.columns} columns")
    for reference in _DIMENSION.findall(text):
        for letters, digits in re.findall(rb"([A-Z]+)([0-9]+)", reference):
            if int(digits) > limits.rows or _column(letters) > limits.columns:
                raise _too_large(f"more than {limits.rows} rows or {limits.columns} columns")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refused(code: str, detail: str) -> Invalid:
    return Invalid([FieldError("", code, detail)], code=code, detail=detail)


def _too_large(what: str) -> Invalid:
    return _refused(
        "workbook_too_large", f"The workbook holds {what}. Send the sheet that you were given, filled in."
    )


def inert(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text


def write_sheet(
    name: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str | float | None]],
    *,
    widths: Sequence[int] = (),
    open_columns: Sequence[int] = (),
    notes: Sequence[str] = (),
) -> bytes:
    """A workbook of one sheet with a bold head; only ``open_columns`` can be written into.

    Parameters
    ----------
    notes : sequence of str
        Lines above the head, such as what to do with the sheet.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        unlocked = book.add_format({"locked": False, "bg_color": "#FFF9E5", "border": 1})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for line, text in enumerate(notes):
            sheet.write_string(line, 0, inert(text))
        top = len(notes)
        for column, title in enumerate(head):
            sheet.write_string(top, column, inert(title), bold)
        for line, row in enumerate(rows, top + 1):
            for column, value in enumerate(row):
                form = unlocked if column in open_columns else None
                if value is None:
                    sheet.write_blank(line, column, None, form)
                elif isinstance(value, str):
                    sheet.write_string(line, column, inert(value), form)
                else:
                    sheet.write_number(line, column, value, form)
        if open_columns:
            sheet.protect()
    return target.getvalue()
