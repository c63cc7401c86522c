"""Reads the cells of a table as fields of a profile: what a column holds follows from the field's type.

A column is named as the field is; a quantity of its own column is ``quantities.<name>``. An empty cell is
a figure that is not known. Lists are parted by ``;`` or ``、``; what is nested is JSON.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from service.domain.profiles import ProfileWrite
from service.domain.shapes import validated
from service.errors import FieldError, Invalid, invalid
from service.strict_json import parse_json

MOST_COLUMNS: Final = 512
_DEPTH = 32
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([,，  ' ][0-9]{3})+(\.[0-9]+)?")
_WITH_UNIT = re.compile(r"[+-]?[0-9][0-9,，.]*\s*[^0-9\s,，.].*", re.DOTALL)
_QUANTITY = re.compile(r"quantities\.[a-z][a-z0-9_]{0,59}")
_SEPARATORS = re.compile("[;；、]")
_BOOLEANS = {"true": True, "false": False, "是": True, "否": False}

Kind = Literal["text", "number", "boolean", "list", "json"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the field, or the quantity, that its cells hold."""

    name: str
    field: str
    quantity: str | None
    kind: Kind
    unit: str

    @property
    def pointer(self) -> str:
        """Where the column's value stands in a body."""
        return f"/{self.field}/{self.quantity}" if self.quantity else f"/{self.field}"


def _columns_there_are() -> dict[str, Column]:
    found = {}
    for name, schema in ProfileWrite.model_json_schema()["properties"].items():
        said = schema.get("anyOf", [schema])[0]
        kind: Kind = "text"
        if said["type"] in ("number", "boolean"):
            kind = said["type"]
        elif said["type"] == "array" and "$ref" not in said["items"]:
            kind = "list"
        elif said["type"] in ("array", "object"):
            kind = "json"
        found[name] = Column(name, name, None, kind, said.get("unit", ""))
    return found


COLUMNS: Final = _columns_there_are()
_REQUIRED: Final = tuple(name for name, field in ProfileWrite.model_fields.items() if field.is_required())


class Header:
    """The columns of a table, from its first line.

    Raises
    ------
    Invalid
        ``too_many_columns``, ``unknown_column``, ``duplicate_column``, ``missing_column``.
    """

    def __init__(self, names: Sequence[str]) -> None:
        if len(names) > MOST_COLUMNS:
            raise invalid("/line/1", "too_many_columns", f"A table may have {MOST_COLUMNS} columns.")
        stripped = [name.strip() for name in names]
        errors = [
            FieldError(f"/line/1/column/{place}", code, detail)
            for place, name in enumerate(stripped, 1)
            for code, detail in _faults(name, stripped[: place - 1])
        ]
        errors += [
            FieldError("/line/1", "missing_column", f"The column {name} is missing; every profile has one.")
            for name in _REQUIRED
            if name not in stripped
        ]
        if errors:
            raise Invalid(errors[:20])
        self.columns = [_column(name) for name in stripped]
        self._by_pointer = {column.pointer: column.name for column in self.columns}

    def body(self, cells: Sequence[str]) -> ProfileWrite:
        """The profile of a line; a cell that is wrong is told, and so is whatever else is wrong."""
        value: dict[str, Any] = {}
        errors: list[FieldError] = []
        if any(cell.strip() for cell in cells[len(self.columns) :]):
            errors.append(FieldError("", "too_many_cells", "The line has more cells than the header."))
        for column, cell in zip(self.columns, cells, strict=False):
            text = cell.strip()
            if text:
                try:
                    self._put(value, column, text)
                except Invalid as error:
                    errors += error.errors
        if not errors:
            return validated(ProfileWrite, value)
        told = {entry.pointer for entry in errors}
        try:
            validated(ProfileWrite, value)
        except Invalid as error:
            errors += [entry for entry in error.errors if entry.pointer not in told]
        raise Invalid(errors)

    def _put(self, value: dict[str, Any], column: Column, text: str) -> None:
        read = _read(column, text)
        if column.quantity is None:
            value.setdefault(column.field, read)
            if isinstance(value[column.field], dict) and isinstance(read, dict):
                value[column.field] |= read
        else:
            value.setdefault(column.field, {})[column.quantity] = read

    def column_at(self, pointer: str) -> str | None:
        """The name of the column that a pointer leads to, or into."""
        while pointer:
            if pointer in self._by_pointer:
                return self._by_pointer[pointer]
            pointer = pointer.rpartition("/")[0]
        return None


def _faults(name: str, before: Sequence[str]) -> list[tuple[str, str]]:
    if name in before:
        return [("duplicate_column", f"The column {name[:60]} stands twice.")]
    if name in COLUMNS or _QUANTITY.fullmatch(name):
        return []
    shown = "".join(character if character.isprintable() else "�" for character in name[:60])
    return [("unknown_column", f"No field of a profile is called “{shown}”; see docs/operations.md.")]


def _column(name: str) -> Column:
    if name in COLUMNS:
        return COLUMNS[name]
    return Column(name, "quantities", name.partition(".")[2], "number", "")


def _read(column: Column, text: str) -> Any:
    if column.kind == "number":
        return _number(column, text)
    if column.kind == "boolean":
        # What is neither is refused by the model, as it would be in JSON.
        return _BOOLEANS.get(text.lower(), text)
    if column.kind == "list":
        return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    if column.kind == "json":
        try:
            return parse_json(text.encode(), _DEPTH)
        except Invalid as error:
            fault = error.errors[0]
            raise invalid(column.pointer, fault.code, f"The cell holds JSON. {fault.detail}") from error
    return text


def _number(column: Column, text: str) -> int | float:
    if _NUMBER.fullmatch(text) and len(text) <= 100:
        return float(text) if set(text) & set(".eE") else int(text)
    if _GROUPED.fullmatch(text):
        raise invalid(
            column.pointer, "thousands_separator", "Write the number without thousands separators, as 1200.5."
        )
    if _WITH_UNIT.fullmatch(text):
        unit = f"; the unit of this column is {column.unit}" if column.unit else ""
        raise invalid(column.pointer, "unit_in_number", f"Write the number alone{unit}.")
    raise invalid(column.pointer, "not_a_number", "Write a number, as 1200.5, or leave the cell empty.")
