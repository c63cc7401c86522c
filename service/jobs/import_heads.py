"""The head of a table: which columns there are, and the bodies that the lines below it say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from pydantic import BaseModel

from service.domain.import_columns import NUMBERING, Columns, Titled, plain, shown
from service.domain.imports import Conversion
from service.domain.shapes import validated
from service.errors import FieldError, Invalid, invalid
from service.jobs.import_cells import CellReader, Notes
from service.workbooks import Cell

MOST_COLUMNS: Final = 512
#: A title and remarks may stand above the head.
HEAD_WITHIN: Final = 10
#: What stands in the numbering column of a line that only shows or explains how it is done.
EXAMPLE_MARKS: Final = frozenset({"示例", "例", "example", "说明", "注", "note", "notes"})


class Header:
    """The columns of a table, from the titles of its head.

    Raises
    ------
    Invalid
        ``too_many_columns``, ``unknown_column``, ``unknown_unit``, ``duplicate_column``,
        ``missing_column``.
    """

    def __init__(self, columns: Columns, body_type: type[BaseModel], titles: Sequence[str], line: int = 1):
        if len(titles) > MOST_COLUMNS:
            said = f"A table may have {MOST_COLUMNS} columns."
            raise invalid(f"/line/{line}", "too_many_columns", said)
        self._body_type, self.notes, self.line = body_type, Notes(), line
        # Empty titles at the end are of columns that somebody has formatted.
        self.titles = list(titles)
        while len(self.titles) > 1 and not self.titles[-1].strip():
            self.titles.pop()
        self.numbering = next(
            (place for place, title in enumerate(self.titles) if plain(title) in NUMBERING), None
        )
        found = self._without_passed_over(
            columns, [self._found(columns, place) for place in range(len(self.titles))]
        )
        self._refuse(columns, found)
        self._readers = [CellReader(one, self.notes) if isinstance(one, Titled) else None for one in found]
        self._slots = [
            (one.column.field, one.column.quantity, one.column.kind == "json", one.read, one.read_cell)
            if one
            else None
            for one in self._readers
        ]
        self._by_pointer = {
            reader.column.pointer: reader.titled.title[:100] for reader in self._readers if reader
        }

    def _found(self, columns: Columns, place: int) -> Titled | str | None:
        title = self.titles[place].strip()
        found = columns.titled(title)
        if place == self.numbering and not isinstance(found, Titled):
            return ""
        return Titled(title, found.column, found.unit) if isinstance(found, Titled) else found

    def _without_passed_over(
        self, columns: Columns, found: Sequence[Titled | str | None]
    ) -> list[Titled | str | None]:
        """Without what an export adds for its reader; the name of a field only where its code stands too."""
        fields = [one.column.name for one in found if isinstance(one, Titled)]

        def is_added(one: Titled | str | None, title: str) -> bool:
            if not columns.is_passed_over(title):
                return False
            return not isinstance(one, Titled) or fields.count(one.column.name) > 1

        return ["" if is_added(*pair) else pair[0] for pair in zip(found, self.titles, strict=True)]

    def _refuse(self, columns: Columns, found: Sequence[Titled | str | None]) -> None:
        seen: dict[str, str] = {}
        errors = []
        for place, one in enumerate(found, 1):
            pointer, title = f"/line/{self.line}/column/{place}", shown(self.titles[place - 1])
            if one is None:
                said = f"No field of {columns.kind} is called “{title}”; see docs/imports.md."
                errors.append(FieldError(pointer, "unknown_column", said))
            elif isinstance(one, str):
                errors += [FieldError(pointer, "unknown_unit", one)] if one else []
            elif one.column.name in seen:
                said = f"“{title}” and “{seen[one.column.name]}” are one field; which is meant?"
                errors.append(FieldError(pointer, "duplicate_column", said))
            else:
                seen[one.column.name] = title
        errors += [
            FieldError(
                f"/line/{self.line}",
                "missing_column",
                f"The column {column.name} ({column.zh}) is missing; every row has one.",
            )
            for column in columns.required
            if column.name not in seen
        ]
        if errors:
            raise Invalid(errors[:20])

    @property
    def columns(self) -> list[Titled]:
        """The columns that are read."""
        return [reader.titled for reader in self._readers if reader]

    def is_row(self, cells: Sequence[Cell]) -> bool:
        """Whether a line says something: it is neither empty nor an example."""
        if self.numbering is not None and len(cells) > self.numbering:
            mark = cells[self.numbering]
            if isinstance(mark, str) and plain(mark) in EXAMPLE_MARKS:
                return False
            # A line of which the number alone was filled in beforehand.
            cells = [cell for place, cell in enumerate(cells) if place != self.numbering]
        return _says_something(cells)

    def body(self, cells: Sequence[Cell], line: int = 0) -> Any:
        """The body of a line; a cell that is wrong is told, and so is whatever else is wrong."""
        value: dict[str, Any] = {}
        errors: list[FieldError] = []
        self.notes.line = line
        for slot, cell in zip(self._slots, cells, strict=False):
            if (not cell and (cell is None or cell == "")) or slot is None:
                continue
            field, quantity, is_json, read_text, read_cell = slot
            try:
                if isinstance(cell, str):
                    text = cell.strip()
                    if not text:
                        continue
                    read = read_text(text)
                else:
                    read = read_cell(cell)
            except Invalid as error:
                errors += error.errors
                continue
            if quantity is not None:
                value.setdefault(field, {})[quantity] = read
            elif is_json and isinstance(read, dict) and field in value:
                value[field] |= read
            else:
                value[field] = read
        if len(cells) > len(self._readers) and _says_something(cells[len(self._readers) :]):
            errors.append(FieldError("", "too_many_cells", "The line has more cells than the header."))
        if not errors:
            return validated(self._body_type, value)
        told = {entry.pointer for entry in errors}
        try:
            validated(self._body_type, value)
        except Invalid as error:
            errors += [entry for entry in error.errors if entry.pointer not in told]
        raise Invalid(errors)

    def column_at(self, pointer: str) -> str | None:
        """The title of the column that a pointer leads to, or into."""
        while pointer:
            if pointer in self._by_pointer:
                return self._by_pointer[pointer]
            pointer = pointer.rpartition("/")[0]
        return None

    def taken_notes(self) -> list[Conversion]:
        """What was converted since this was last asked."""
        return self.notes.taken()


def head_among(
    columns: Columns, body_type: type[BaseModel], lines: Iterable[tuple[int, Sequence[Cell]]]
) -> Header:
    """The head among the first lines of a table: the first with every required column, else the likeliest.

    Raises
    ------
    Invalid
        As ``Header``.
    """
    likeliest: tuple[int, int, list[str]] = (-1, 1, [])
    for line, cells in islice(lines, HEAD_WITHIN):
        titles = ["" if cell is None else str(cell) for cell in cells]
        known = {
            found.column.name
            for title in titles[: MOST_COLUMNS + 1]
            if isinstance(found := columns.titled(title.strip()), Titled)
        }
        if len(known) > likeliest[0]:
            likeliest = (len(known), line, titles)
        if all(column.name in known for column in columns.required):
            break
    return Header(columns, body_type, likeliest[2], likeliest[1])


def _says_something(cells: Iterable[Cell]) -> bool:
    return any(cell is not None and (not isinstance(cell, str) or cell.strip() != "") for cell in cells)
