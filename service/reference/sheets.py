"""What sheets of officials call things: columns, units and words, with what each of them means.

A new synonym, unit or word is a line of data. Read by imports and by the templates that can be downloaded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """What a field is called in sheets of a kind; ``note_zh`` and ``note_en`` explain it."""

    kind: str
    field: str
    zh: str
    en: str
    synonyms: tuple[str, ...]
    note_zh: str
    note_en: str


def _lines(name: str) -> list[dict[str, str]]:
    text = (resources.files("service.reference") / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), strict=True))


@lru_cache(maxsize=1)
def sheet_columns() -> tuple[SheetColumn, ...]:
    """All columns, in the order of the templates."""
    return tuple(
        SheetColumn(
            kind=line["kind"],
            field=line["field"],
            zh=line["zh"],
            en=line["en"],
            synonyms=tuple(word for word in line["synonyms"].split(";") if word),
            note_zh=line["note_zh"],
            note_en=line["note_en"],
        )
        for line in _lines("import_columns.csv")
    )


@lru_cache(maxsize=1)
def passed_over_columns() -> tuple[tuple[str, str], ...]:
    """Kind and title of the columns that an export has for its reader alone."""
    lines = _lines("import_passed_over.csv")
    return tuple((line["kind"], line[language]) for line in lines for language in ("zh", "en"))


@lru_cache(maxsize=1)
def sheet_units() -> Mapping[str, Mapping[str, Fraction]]:
    """For each unit of the service: what a figure in another unit is multiplied by, by its name."""
    found: dict[str, dict[str, Fraction]] = {}
    for line in _lines("import_units.csv"):
        above, _, below = line["factor"].partition("/")
        found.setdefault(line["unit"], {})[line["name"]] = Fraction(above) / Fraction(below or "1")
    return found


@lru_cache(maxsize=1)
def sheet_words() -> Mapping[str, Mapping[str, str]]:
    """For fields that hold one of some values: which of them a word means."""
    found: dict[str, dict[str, str]] = {}
    for line in _lines("import_words.csv"):
        found.setdefault(line["field"], {})[line["word"]] = line["value"]
    return found
