"""Columns of a list from the model that the API answers with: titles by name, units by its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from service.domain.bands import BandRead
from service.exports import wording
from service.rankings.reader import Language
from service.workbooks import Cell, Column, Form

R = TypeVar("R")
#: Texts that name something, and so are longer than a code.
_NAMES: Final = frozenset(
    (
        "name",
        "site_name",
        "region_name",
        "project_name",
        "investor_name",
        "organisation_name",
        "project_organisation_name",
        "profile_organisation_name",
        "industry_name",
        "origin_region_name",
        "home_region_names",
        "supporting_region_name",
        "partner_region_name",
        "measure_name",
        "claimant_name",
        "entered_by_name",
        "confirmed_by_name",
        "recognised_by_name",
        "set_by_name",
        "indicator_name",
        "rule",
        "decided_by",
        "products",
        "inputs",
        "leading_industries",
    )
)
#: Texts that may be a sentence or longer.
_LONG: Final = frozenset(
    (
        "description",
        "summary",
        "reason",
        "rejection_reason",
        "note",
        "text",
        "evidence",
        "must",
        "withheld",
        "materials",
        "failures",
        "commitments",
        "stop_result",
        "pairing_evidence",
        "source",
        "cheapest_fix",
        "to_confirm",
        "purpose",
        "members",
        "restricted_industries",
    )
)


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """One column of a list of ``R``: its title is that of ``name``."""

    name: str
    of: Callable[[R], Any]
    unit: str = ""
    form: Form = "text"
    heading: tuple[str, str] | None = None

    def column(self, language: Language) -> Column:
        """How a sheet shows it."""
        name = self.heading[language == "en"] if self.heading else wording.title(self.name, language)
        form = _text_form(self.name) if self.form == "text" else self.form
        return Column(name, wording.unit(self.unit, language) if self.unit else "", form)


def of_model(model: type[BaseModel], *names: str) -> list[Shown[Any]]:
    """Columns for these fields of a model that the API answers with.

    A figure that the reader may only know as a band stands as the text of the band.
    """
    return [_shown(model, name) for name in names]


def _shown(model: type[BaseModel], name: str) -> Shown[Any]:
    unit, form = _schema(model)[name]

    def value(row: Any) -> Any:
        found = getattr(row, name)
        bands: Mapping[str, BandRead] = getattr(row, "bands", {})
        return wording.band(bands[name]) if found is None and name in bands else found

    return Shown(name, value, unit, form)


def unit_of(model: type[BaseModel], name: str) -> str:
    """The unit of a field."""
    return _schema(model)[name][0]


def form_of(model: type[BaseModel], name: str) -> Form:
    """Whether a field is a number, a date or a text."""
    return _schema(model)[name][1]


@cache
def _schema(model: type[BaseModel]) -> dict[str, tuple[str, Form]]:
    """Unit and form of every field."""
    properties = model.model_json_schema(mode="serialization")["properties"]
    return {name: _read(name, schema) for name, schema in properties.items()}


def _read(name: str, schema: Mapping[str, Any]) -> tuple[str, Form]:
    kinds = [schema, *schema.get("anyOf", ())]
    unit = next((kind["unit"] for kind in kinds if "unit" in kind), "")
    formats = {kind.get("format") for kind in kinds}
    if "date" in formats:
        return unit, "date"
    if "date-time" in formats:
        return unit, "instant"
    if any(kind.get("type") in ("number", "integer") for kind in kinds):
        return ("" if unit == "1" else unit), "number"
    return unit, _text_form(name)


def _text_form(name: str) -> Form:
    return "long" if name in _LONG else "name" if name in _NAMES else "text"


def cell(name: str, value: Any, language: Language) -> Cell:
    """A value as a sheet holds it: numbers and dates as such, codes in words, lists in a row."""
    if value is None or isinstance(value, date | datetime):
        return value
    if isinstance(value, bool):
        return wording.flag(name, value, language)
    if isinstance(value, int | float):
        return wording.number(value)
    if isinstance(value, str):
        return wording.word(name, value, language) or None
    return wording.listed([str(cell(name, part, language)) for part in value], language) or None


def columns(shown: Sequence[Shown[R]], language: Language) -> list[Column]:
    """The columns of a sheet."""
    return [one.column(language) for one in shown]


def rows(found: Iterable[R], shown: Sequence[Shown[R]], language: Language) -> Iterator[list[Cell]]:
    """The lines of a sheet, one by one."""
    for row in found:
        yield [cell(one.name, one.of(row), language) for one in shown]
