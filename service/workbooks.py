"""XLSX workbooks in and out: bounded before they are parsed, inert when they are opened.

A workbook comes from another office's e-mail. It is unpacked within limits and every cell's address is
looked at before the reader lays out a grid: one cell at XFD1048576 would otherwise ask for 17 thousand
million cells.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Final

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from service import workbook_bounds
from service.workbook_bounds import Limits, refused

Cell = str | float | int | bool | date | datetime | time | timedelta | None
MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet program may take for a formula or a command when a file is opened.
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")


def read_rows(content: bytes, limits: Limits = Limits()) -> list[list[Cell]]:
    """The cells of the first sheet, row by row.

    Raises
    ------
    Invalid
        ``not_a_workbook`` or ``workbook_too_large``, before anything is laid out in memory.
    """
    with _readable():
        require_bounded(io.BytesIO(content), limits)
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [list(row) for row in sheets.get_sheet_by_index(0).to_python(skip_empty_area=False)]


def require_bounded(file: Path | IO[bytes], limits: Limits) -> int:
    """The number of the last row of a workbook within the limits; nothing is laid out in memory.

    Raises
    ------
    Invalid
        ``not_a_workbook`` or ``workbook_too_large``.
    """
    with _readable(), zipfile.ZipFile(file) as archive:
        return workbook_bounds.require_bounded(archive, limits)


def rows_of(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of the first sheet, each with its number, of a workbook that was found to be bounded.

    The sheet is in memory while they are taken: some 32 bytes a cell, and its texts.

    Raises
    ------
    Invalid
        ``not_a_workbook``.
    """
    with _readable():
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    # The reader begins with the first row of the sheet, but with the first column that holds something.
    left: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, [*left, *row]


@contextmanager
def _readable() -> Iterator[None]:
    """Turn what the readers raise into the service's own error."""
    try:
        yield
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
        raise refused(
            "not_a_workbook", "This is not an XLSX workbook that can be read. Save the sheet as .xlsx again."
        ) from error


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
