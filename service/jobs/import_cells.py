"""Reads the cells of a table: what a column holds follows from the field's type and from its title's unit.

An empty cell is a figure that is not known. Lists are parted by ``;``, ``、`` or a line break; what is
nested is JSON. What was written otherwise than the service keeps it (another unit, full-width digits,
thousands separators, a percentage, a Chinese date, a word for a code) is converted, and each way of
converting is told with an example.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from service.domain.import_columns import Titled
from service.domain.import_units import Convention, Unit, convertible, unit_named
from service.domain.imports import Conversion, ConversionKind
from service.errors import Invalid, invalid
from service.strict_json import parse_json, quickly_parsed
from service.workbooks import Cell

_DEPTH: Final = 32
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,60}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(?:[,  ' ][0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
_WITH_UNIT: Final = re.compile(r"([+-]?[0-9][0-9,.  ']*?)\s*([^0-9\s,.+-].*)", re.DOTALL | re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATED: Final = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:\s+[0:.]+)?", re.ASCII
)
_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)
_GROUPS: Final = re.compile("[,  ' ]")
_SEPARATORS: Final = re.compile("[;；、\n]")
_BOOLEANS: Final = {
    "true": True, "false": False, "yes": True, "no": False, "是": True, "否": False, "有": True, "无": False,
    # As an export of profiles tells the nature of the data.
    "合成数据（演示用）": True, "填报数据": False, "synthetic (for demonstration)": True, "as stated": False,
}  # fmt: skip
_MOST_SHOWN: Final = 60

Read = Callable[[str], Any]


class Noted(NamedTuple):
    """A way of converting: of which column, from what to what."""

    title: str
    field: str
    kind: ConversionKind
    unit: str | None
    to: str | None
    factor: float | None
    convention: Convention | None


class Notes:
    """Counts what was converted in the rows since it was last asked, with the first cell of each way."""

    def __init__(self) -> None:
        self.line = 0
        self._found: dict[Noted, list[Any]] = {}

    def add(self, noted: Noted, written: object, read: object) -> None:
        """One more cell that was converted so."""
        said = self._found.get(noted)
        if said is None:
            self._found[noted] = [1, self.line, str(written)[:_MOST_SHOWN], str(read)[:_MOST_SHOWN]]
        else:
            said[0] += 1

    def taken(self) -> list[Conversion]:
        """What was noted; it is forgotten here."""
        found = [
            Conversion(
                column=noted.title,
                field=noted.field,
                kind=noted.kind,
                from_unit=noted.unit,
                to_unit=noted.to,
                factor=noted.factor,
                convention=noted.convention,
                cells=said[0],
                first_line=said[1],
                first_from=said[2],
                first_to=said[3],
            )
            for noted, said in self._found.items()
        ]
        self._found = {}
        return found


class CellReader:
    """Reads the cells of one column."""

    def __init__(self, titled: Titled, notes: Notes) -> None:
        column = titled.column
        self.titled, self.column, self._notes = titled, column, notes
        #: The unit of the title where figures have to be converted from it.
        self._unit = titled.unit if titled.unit is not None and not titled.unit.is_own else None
        self._is_plain = self._unit is None and not column.is_whole
        self._codes = frozenset(column.words.values())
        self._words = {word.casefold(): value for word, value in column.words.items()}
        readers: Mapping[str, Read] = {
            "number": self._number,
            "boolean": self._boolean,
            "list": self._list,
            "date": self._day,
            "json": self._json,
        }
        self.read: Read = readers.get(column.kind, self._text if self._words else str)
        if column.kind == "number" and self._is_plain:
            self.read = _plain_reader(self._written_otherwise)

    def read_cell(self, cell: Cell) -> Any:
        """What a typed cell of a workbook says, or its text."""
        if isinstance(cell, str):
            return self.read(cell.strip())
        if isinstance(cell, bool):
            return cell if self.column.kind == "boolean" else self.read("是" if cell else "否")
        if isinstance(cell, int | float):
            if self.column.kind == "number":
                return self._in_unit(float(cell), self._unit, cell)
            return self.read(f"{cell:.15g}")
        if isinstance(cell, datetime):
            return self.read(cell.date().isoformat())
        if isinstance(cell, date | time):
            return self.read(cell.isoformat())
        return self.read(str(cell)) if isinstance(cell, timedelta) else None

    def _note(self, kind: ConversionKind, written: object, read: object, unit: Unit | None = None) -> None:
        titled = self.titled
        noted = Noted(titled.title[:100], self.column.name, kind, None, None, None, None)
        if unit is not None:
            noted = noted._replace(
                unit=unit.name, to=unit.to, factor=float(unit.factor), convention=unit.convention
            )
        self._notes.add(noted, written, read)

    def _in_unit(self, value: float, unit: Unit | None, written: object) -> float:
        if unit is None:
            # JSON knows whole numbers; a sheet has none.
            return int(value) if self.column.is_whole and value.is_integer() else value
        read = unit.applied(value)
        self._note("percent" if unit.to == "1" else "unit", written, read, unit)
        return read

    def _number(self, text: str) -> float:
        if _NUMBER.fullmatch(text):
            return self._in_unit(float(text), self._unit, text)
        return self._written_otherwise(text)

    def _written_otherwise(self, text: str) -> float:
        """A number that is not written as the service writes it."""
        plain = unicodedata.normalize("NFKC", text).strip()
        if not plain.isascii() and "，" in plain:
            plain = plain.replace("，", ",")
        unit, number = self._unit, plain
        with_unit = None if _GROUPED.fullmatch(plain) else _WITH_UNIT.fullmatch(plain)
        if with_unit and not _NUMBER.fullmatch(plain):
            number, name = with_unit[1].strip(), with_unit[2]
            said = unit_named(name, self.column.unit)
            if said is None:
                raise invalid(self.column.pointer, "unit_in_number", self._unknown_unit())
            unit = None if said.is_own else said
        if _GROUPED.fullmatch(number):
            number = _GROUPS.sub("", number)
            self._note("thousands_separator", text, number)
        if not _NUMBER.fullmatch(number):
            raise invalid(
                self.column.pointer, "not_a_number", "Write a number, as 1200.5, or leave the cell empty."
            )
        if plain != text and not text.isascii() and any("０" <= sign <= "９" for sign in text):
            self._note("full_width", text, number)
        return self._in_unit(float(number), unit, text)

    def _unknown_unit(self) -> str:
        known = "、".join(convertible(self.column.unit)[:8])
        of_column = f"; the unit of this column is {self.column.unit}" if self.column.unit else ""
        return f"Write the number alone{of_column}" + (f", and {known} are converted." if known else ".")

    def _boolean(self, text: str) -> Any:
        # What is neither is refused by the model, as it would be in JSON.
        return _BOOLEANS.get(text.lower(), text)

    def _text(self, text: str) -> str:
        return text if text in self._codes else self._word(text)

    def _word(self, text: str) -> str:
        value = self._words.get(text.casefold(), text)
        if value != text:
            self._note("word", text, value)
        return value

    def _list(self, text: str) -> list[str]:
        parts = [part.strip() for part in _SEPARATORS.split(text)]
        if self._words:
            return [self._word(part) for part in parts if part]
        return [part for part in parts if part]

    def _day(self, text: str) -> str:
        if _DAY.fullmatch(text):
            return text
        plain = unicodedata.normalize("NFKC", text).strip()
        found = _DATED.fullmatch(plain) or _DIGITS.fullmatch(plain)
        if found is None:
            # Refused by the model, with its sentence.
            return text
        read = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
        if read != text:
            self._note("date", text, read)
        return read

    def _json(self, text: str) -> Any:
        # As the one member of an object: of that the quick parser can be sure.
        quick = quickly_parsed(b'{"cell":' + text.encode() + b"}")
        if quick is not None and len(quick) == 1:
            return quick["cell"]
        try:
            return parse_json(text.encode(), _DEPTH)
        except Invalid as error:
            fault = error.errors[0]
            raise invalid(self.column.pointer, fault.code, f"The cell holds JSON. {fault.detail}") from error


def _plain_reader(otherwise: Read, is_number: Callable[[str], object] = _NUMBER.fullmatch) -> Read:
    """Reads figures of a column without a unit to convert from: a call for each of a million cells less."""

    def read(text: str) -> Any:
        # As most figures of most files are written: told in half the time that the pattern takes.
        whole, point, part = text.partition(".")
        if whole.isdigit() and (part.isdigit() or not point) and text.isascii() and len(text) <= 60:
            return float(text)
        return float(text) if is_number(text) else otherwise(text)

    return read
