"""Titles, words and units of exported files, Chinese and English: data beside this module, a line each."""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib.resources import files
from typing import Final

from service.domain.bands import BandRead
from service.rankings.reader import Language
from service.reference import quantities

_ANY_FIELD: Final = "*"
#: Fields of which a rule or a criterion shows the code.
_FREE_CODES: Final = ("programme", "environment_unit", "land_use", "coating", "fire_class")
#: Fields whose words are those of another one.
_SAME_WORDS: Final = {
    "programmes": "programme",
    "from_stage": "stage",
    "to_stage": "stage",
    "recommended_by": "side",
    "unsealed_by": "side",
}


def title(field: str, language: Language) -> str:
    """What a column or line of this name is called."""
    return _titles()[field][language == "en"]


def word(field: str, code: str, language: Language) -> str:
    """What a code of a field is called; the code itself where nobody has put it into words."""
    found = _words().get((_SAME_WORDS.get(field, field), code))
    return found[language == "en"] if found else code


def any_word(code: str, language: Language) -> str:
    """What a code is called where it is not told of which field it is: the value of a rule, say."""
    words = _words()
    found = next((words[field, code] for field in _FREE_CODES if (field, code) in words), None)
    return found[language == "en"] if found else code


def flag(field: str, value: bool, language: Language) -> str:
    """Yes or no, or what the field says in its place."""
    words, code = _words(), str(value).lower()
    return (words.get((field, code)) or words[_ANY_FIELD, code])[language == "en"]


def labels(language: Language) -> dict[str, str]:
    """Headings and standing sentences of documents."""
    return {label: (zh, en)[language == "en"] for label, zh, en in _lines("labels.csv")}


def unit(code: str, language: Language) -> str:
    """A unit as people write it."""
    found = _units().get(code)
    return found[language == "en"] if found else code


def unit_codes() -> frozenset[str]:
    """The units that have been put into words."""
    return frozenset(_units())


def titled() -> frozenset[str]:
    """The fields that have a title."""
    return frozenset(_titles())


def figure_name(field: str, language: Language) -> str:
    """What a field or a registered quantity is called; its own name where nobody has put it into words."""
    found = _titles().get(field) or _quantities().get(field)
    return found[language == "en"] if found else field


def registry() -> list[tuple[str, str, str, str]]:
    """The registered quantities that are no fields: name, what it is called in either language, unit."""
    return [(row.name, row.name_zh, row.name_en, row.unit) for row in quantities() if not row.is_field]


def number(value: float) -> float | int:
    """A whole number without a fraction, as people write it."""
    return int(value) if math.isfinite(value) and value == int(value) else value


def figure(value: float) -> str:
    """A number in running text: at most four decimals, thousands apart."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def band(shown: BandRead) -> str:
    """A band as a text that no spreadsheet takes for a date or a difference: 50–100."""
    return f"{figure(shown.low)}–{figure(shown.high)}"


def listed(parts: list[str], language: Language) -> str:
    """Words in a row."""
    return ("、" if language == "zh" else ", ").join(parts)


def _lines(name: str) -> list[list[str]]:
    text = files("service.exports").joinpath(name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]


@cache
def _titles() -> dict[str, tuple[str, str]]:
    return {field: (zh, en) for field, zh, en in _lines("titles.csv")}


@cache
def _words() -> dict[tuple[str, str], tuple[str, str]]:
    return {(field, code): (zh, en) for field, code, zh, en in _lines("words.csv")}


@cache
def _quantities() -> dict[str, tuple[str, str]]:
    return {row.name: (row.name_zh, row.name_en) for row in quantities()}


@cache
def _units() -> dict[str, tuple[str, str]]:
    found = {code: (zh, en) for code, zh, en in _lines("units.csv")}
    return found | {row.unit: (row.unit_zh, row.unit) for row in quantities() if row.unit not in found}
