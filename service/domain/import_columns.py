"""Columns of sheets: what each field of a kind is called, and how the head of a table is understood.

A column is named as the field is, by its Chinese or English name, or by a synonym; the unit may stand
behind it in brackets. A quantity of the registry is a column of its own.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from pydantic import BaseModel

from service.domain.import_units import Unit, convertible, unit_named
from service.reference import quantities
from service.reference.sheets import SheetColumn, passed_over_columns, sheet_columns, sheet_words

CellKind = Literal["text", "number", "boolean", "list", "date", "json"]
#: Columns that number the lines; what stands in them is passed over, but for the mark of an example.
NUMBERING: Final = frozenset({"序号", "no", "no.", "#", "编号", "number"})
_QUANTITY: Final = re.compile(r"quantities\.[a-z][a-z0-9_]{0,59}")
_OPENING: Final = re.compile(r"[(\[【〔]")
_CLOSING: Final = (")", "]", "】", "〕")
_UNIT_IS: Final = re.compile(r"^(?:单位[:：]?|unit:?)\s*", re.IGNORECASE)
_SEPARATORS: Final = (",", "/", ":", "_")
_BLANKS: Final = re.compile(r"[\s*]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table of a kind may have: the field, or the quantity, that its cells hold."""

    name: str
    field: str
    quantity: str | None
    kind: CellKind
    unit: str
    zh: str = ""
    en: str = ""
    note_zh: str = ""
    note_en: str = ""
    synonyms: tuple[str, ...] = ()
    is_required: bool = False
    is_whole: bool = False
    words: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False)

    @property
    def pointer(self) -> str:
        """Where the column's value stands in a body."""
        return f"/{self.field}/{self.quantity}" if self.quantity else f"/{self.field}"


@dataclass(frozen=True, slots=True)
class Titled:
    """A column as a table has it: under which title, in which unit."""

    title: str
    column: Column
    unit: Unit | None = None


class Columns:
    """The columns that tables of a kind may have, and what they are called."""

    def __init__(self, kind: str, body_type: type[BaseModel]) -> None:
        named = {row.field: row for row in sheet_columns() if row.kind == kind}
        schema = body_type.model_json_schema(mode="validation")
        self.kind = kind
        self.fields = {
            name: _of_field(name, said, schema.get("$defs", {}), body_type, named.get(name))
            for name, said in schema["properties"].items()
        }
        #: In the order of the templates; quantities of the registry behind the fields.
        ordered = [*named, *(name for name in self.fields if name not in named)]
        self.listed = [self.fields[name] for name in ordered if name in self.fields]
        if "quantities" in self.fields:
            self.listed += _of_registry()
        self._passed_over = {plain(title) for of, title in passed_over_columns() if of == kind}
        self._by_name: dict[str, Column] = {}
        for column in self.listed:
            for name in (column.name, column.zh, column.en, *column.synonyms):
                if name:
                    self._by_name.setdefault(plain(name), column)

    @property
    def required(self) -> list[Column]:
        """Those that every table has."""
        return [column for column in self.listed if column.is_required]

    def is_passed_over(self, title: str) -> bool:
        """Whether an export has a column of this title that is for its reader alone."""
        return plain(title) in self._passed_over

    def titled(self, title: str) -> Titled | str | None:
        """The column that a title means; a sentence where its unit is unknown; None where nothing is."""
        found = self._named(title)
        if found is not None:
            return Titled(title, found)
        text = unicodedata.normalize("NFKC", title).strip(" *\t\r\n")
        parts = [(text[: found.start()], _UNIT_IS.sub("", text[found.end() : -1])) for found in _opened(text)]
        parts += [(name, rest) for sign in _SEPARATORS for name, _, rest in [text.partition(sign)] if rest]
        for name, remark in parts:
            found = self._named(name)
            if found is None:
                continue
            if found.kind != "number":
                return Titled(title, found)
            unit = unit_named(remark, found.unit)
            if unit is not None or plain(remark) in _REMARKS:
                return Titled(title, found, unit)
            known = "、".join(convertible(found.unit)[:8]) or found.unit
            if not known:
                return f"Figures of this column have units of their own; leave “{shown(remark)}” out."
            return f"The unit “{shown(remark)}” is not known for this column; {known} are."
        return None

    def _named(self, name: str) -> Column | None:
        stripped = name.strip()
        if _QUANTITY.fullmatch(stripped) and "quantities" in self.fields:
            found = self._by_name.get(plain(stripped))
            return found or Column(stripped, "quantities", stripped.partition(".")[2], "number", "")
        return self._by_name.get(plain(name))


def _opened(text: str) -> list[re.Match[str]]:
    """Where a remark in brackets may begin that ends the title; a unit may hold brackets itself."""
    return list(_OPENING.finditer(text)) if text.endswith(_CLOSING) else []


_REMARKS: Final = frozenset({"必填", "选填", "required", "optional"})


def plain(name: str) -> str:
    """A name without what differs from sheet to sheet: width, case, blanks, asterisks."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", name)).casefold().replace("_", "")


def shown(text: str) -> str:
    """A text of the file as sentences may carry it."""
    return "".join(character if character.isprintable() else "�" for character in text[:60])


def _of_field(
    name: str,
    schema: dict[str, Any],
    definitions: dict[str, Any],
    body_type: type[BaseModel],
    row: SheetColumn | None,
) -> Column:
    said = schema.get("anyOf", [schema])[0]
    said = definitions[said["$ref"].rpartition("/")[2]] if "$ref" in said else said
    kind: CellKind = "text"
    if said.get("type") in ("number", "boolean"):
        kind = said["type"]
    elif said.get("type") == "integer":
        kind = "number"
    elif said.get("format") == "date":
        kind = "date"
    elif said.get("type") == "array" and "$ref" not in said["items"]:
        kind = "list"
    elif said.get("type") in ("array", "object"):
        kind = "json"
    words, is_whole = sheet_words().get(name, {}), said.get("type") == "integer"
    required, unit = body_type.model_fields[name].is_required(), said.get("unit", "")
    found = Column(name, name, None, kind, unit, is_required=required, is_whole=is_whole, words=words)
    if row is None:
        return found
    return dataclasses.replace(
        found, zh=row.zh, en=row.en, note_zh=row.note_zh, note_en=row.note_en, synonyms=row.synonyms
    )


@lru_cache(maxsize=1)
def _of_registry() -> list[Column]:
    return [
        Column(
            f"quantities.{row.name}",
            "quantities",
            row.name,
            "number",
            row.unit,
            zh=row.name_zh,
            en=row.name_en,
            synonyms=(row.name,),
        )
        for row in quantities()
        if not row.is_field
    ]
