"""XLSX workbooks in and out: bounded before they are parsed, inert when they are opened.

A workbook comes from another office's e-mail. It is unpacked within limits and every cell's address is
looked at before the reader lays out a grid: one cell at XFD1048576 would otherwise ask for 17 thousand
million cells.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any, Final, Literal

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from service import workbook_bounds
from service.units import SHANGHAI
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


#: How a column's values are shown; a text may stand in any column, such as a band among numbers.
Form = Literal["text", "name", "long", "number", "share", "date", "instant"]
_NUMBER_FORMATS: Final[dict[Form, str]] = {
    "text": "General",
    "name": "General",
    "long": "General",
    "number": "#,##0.####",
    "share": "0.0%",
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm",
}
_WIDTHS: Final[dict[Form, int]] = {
    "text": 16,
    "name": 30,
    "long": 44,
    "number": 13,
    "share": 10,
    "date": 12,
    "instant": 17,
}
_WIDEST_TITLE: Final = 26
# With the other format a whole number would end in a point.
_WHOLE: Final = "#,##0"
#: So many columns are still read on one page.
_COLUMNS_OF_A_PAGE: Final = 18
_A4: Final = 9
#: What a cell holds at most; a spreadsheet program drops the rest, and xlsxwriter the whole.
_LONGEST_TEXT: Final = 32_767
_LONGEST_NAME: Final = 31
_HEAD: Final = {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E8EEF4", "bottom": 1}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet; the unit stands in brackets behind the title."""

    title: str
    unit: str = ""
    form: Form = "text"
    width: int | None = None

    @property
    def head(self) -> str:
        """The title with its unit."""
        if not self.unit:
            return self.title
        return f"{self.title} ({self.unit})" if self.title.isascii() else f"{self.title}（{self.unit}）"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: lines of notes, a head that stays in view, and rows; rows may come one by one."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = ()


def write(sheets: Iterable[Sheet], path: Path) -> None:
    """Write a workbook row by row, so that its length costs no memory.

    Text is inert; an instant is shown as Shanghai's clock has it, for a spreadsheet knows no zones.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options | {"tmpdir": str(path.parent)}) as book:
        forms = {
            form: book.add_format(
                {"num_format": shown, "valign": "top", "text_wrap": form in ("long", "name")},
            )
            for form, shown in _NUMBER_FORMATS.items()
        }
        whole = book.add_format({"num_format": _WHOLE, "valign": "top"})
        head, note = book.add_format(_HEAD), book.add_format({"font_color": "#595959"})
        for sheet in sheets:
            page = book.add_worksheet(sheet_name(sheet.name))
            for position, column in enumerate(sheet.columns):
                page.set_column(position, position, column.width or _width(column))
            for line, text in enumerate(sheet.notes):
                page.write_string(line, 0, inert(text), note)
            top = len(sheet.notes)
            for position, column in enumerate(sheet.columns):
                page.write_string(top, position, inert(column.head), head)
            page.freeze_panes(top + 1, 1)
            page.set_landscape()
            page.set_paper(_A4)
            page.repeat_rows(top)
            if len(sheet.columns) <= _COLUMNS_OF_A_PAGE:
                page.fit_to_pages(1, 0)
            line = top
            for line, row in enumerate(sheet.rows, top + 1):
                for position, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                    is_whole = column.form == "number" and isinstance(value, int | float) and value % 1 == 0
                    _put(page, line, position, value, whole if is_whole else forms[column.form])
            if line > top:
                page.autofilter(top, 0, line, len(sheet.columns) - 1)


def _put(page: Any, line: int, position: int, value: Cell, form: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(line, position, inert(value)[:_LONGEST_TEXT], form)
    elif isinstance(value, bool):
        page.write_boolean(line, position, value, form)
    elif isinstance(value, int | float):
        page.write_number(line, position, value, form)
    elif isinstance(value, datetime) and value.tzinfo is not None:
        page.write_datetime(line, position, value.astimezone(SHANGHAI).replace(tzinfo=None), form)
    else:
        page.write_datetime(line, position, value, form)


def _width(column: Column) -> int:
    return max(_WIDTHS[column.form], min(_WIDEST_TITLE, width_of(column.head) + 3))


def width_of(text: str) -> int:
    """How many columns of a terminal, or of a spreadsheet's narrow digits, a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def sheet_name(name: str) -> str:
    """The name as a sheet may have it."""
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:_LONGEST_NAME].strip() or "Sheet"
