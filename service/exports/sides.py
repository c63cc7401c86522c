"""The two sides of a sheet: what a project needs and what a place offers, in words.

What is sealed from the actor says so, what is known as a band stands as one, and what was never stated
is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlmodel import Session

from service.domain.profiles import ProfileRead
from service.domain.projects import ProjectRead
from service.exports import wording
from service.exports.columns import cell, form_of, unit_of
from service.exports.reading import Reading

#: What is shown of either side where it is known, in this order.
_OF_PROJECT: Final = (
    "investor_name",
    "move_kind",
    "site_mode",
    "fixed_investment_10k_cny",
    "annual_output_10k_cny",
    "annual_tax_10k_cny",
    "annual_energy_tce",
    "land_mu",
    "floor_area_m2",
    "power_kva",
    "labour_persons",
    "max_land_price_10k_cny_per_mu",
    "max_rent_cny_per_m2_month",
    "max_tariff_cny_per_kwh",
    "max_wage_cny_per_month",
    "products",
    "inputs",
    "coating",
    "fire_class",
    "is_chemical",
    "wanted_by",
)
_OF_PLACE: Final = (
    "site_kind",
    "land_mu",
    "floor_area_m2",
    "power_kva",
    "labour_persons",
    "land_use",
    "land_ready_on",
    "power_ready_on",
    "land_price_10k_cny_per_mu",
    "rent_cny_per_m2_month",
    "tariff_cny_per_kwh",
    "wage_cny_per_month",
    "leading_industries",
    "min_investment_10k_cny_per_mu",
    "min_tax_10k_cny_per_mu",
    "min_tax_cny_per_m2",
    "max_energy_tce_per_10k_cny",
    "is_chemical_park",
    "environment_unit",
    "as_of",
    "valid_until",
)
_SEALED: Final = ("未公开", "sealed")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a block: what, and how much of it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Side:
    """The project or the place."""

    name: str
    place: str
    facts: Sequence[Fact]
    description: str = ""


def of_project(reading: Reading, session: Session, shown: ProjectRead) -> Side:
    """What a project needs, as far as the actor may know it."""
    industry = reading.industry(session, shown.industry_code)
    name = wording.title("industry_name", reading.language)
    facts = [
        Fact(name, f"{shown.industry_code} {industry or ''}".strip()),
        *_facts(shown, _OF_PROJECT, reading),
        *_quantities(shown, reading),
    ]
    origin = reading.region(session, shown.origin_region_code) or shown.origin_region_code
    return Side(shown.name, origin, facts, shown.description or "")


def of_place(reading: Reading, session: Session, shown: ProfileRead) -> Side:
    """What a place offers, as far as the actor may know it."""
    region = reading.region(session, shown.region_code) or shown.region_code
    homes = [reading.region(session, code) or code for code in shown.home_region_codes]
    facts = _facts(shown, _OF_PLACE, reading)
    if homes:
        name = wording.title("home_region_names", reading.language)
        facts.append(Fact(name, wording.listed(homes, reading.language)))
    facts += _quantities(shown, reading)
    return Side(shown.site_name or region, region, facts, shown.description or "")


def _facts(shown: ProjectRead | ProfileRead, names: Sequence[str], reading: Reading) -> list[Fact]:
    """What is known, what is known as a band, and what is sealed; nothing of what was never stated."""
    found = []
    sealed = getattr(shown, "withheld", [])
    for name in names:
        title = wording.title(name, reading.language)
        if name in sealed:
            found.append(Fact(title, reading.say(*_SEALED)))
            continue
        value = _text(shown, name, reading)
        if value:
            found.append(Fact(title, value))
    return found


def _text(shown: ProjectRead | ProfileRead, name: str, reading: Reading) -> str:
    unit = wording.unit(unit_of(type(shown), name), reading.language)
    if name in shown.bands:
        return f"{wording.band(shown.bands[name])} {unit}{reading.say('（区间）', ' (band)')}"
    value = getattr(shown, name)
    if isinstance(value, float | int) and form_of(type(shown), name) == "number":
        return f"{wording.figure(value)} {unit}".rstrip()
    if isinstance(value, date):
        return value.isoformat()
    said = cell(name, value, reading.language)
    return "" if said is None else str(said)


def _quantities(shown: ProjectRead | ProfileRead, reading: Reading) -> list[Fact]:
    found = []
    for name, zh, en, unit in wording.registry():
        if name in shown.quantities:
            value = wording.figure(shown.quantities[name])
        elif name in shown.bands:
            value = wording.band(shown.bands[name])
        else:
            continue
        found.append(Fact(reading.say(zh, en), f"{value} {wording.unit(unit, reading.language)}"))
    return found
