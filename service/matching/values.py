"""What goes into the matcher: plain values, no rows, no HTTP.

A ``Need`` is an investment project, an ``Offer`` a resource profile. A quantity
has the same name on both sides: ``land_mu`` on a need is what it needs, on an
offer what is free. ``None`` on a need's quantity means "needs none"; on an offer
it means "not known". A ``Band`` stands where the reader may only know a range:
whoever may not see the exact figure is ranked on the range, so that neither a
score nor an order can be used to work it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

SiteMode = Literal["build", "rent"]
Outcome = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Band:
    """A figure of which only the range low <= x < high may be known."""

    low: float
    high: float


Figure = float | Band | None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A line of the registry of quantities.

    ``test`` says which side must be the larger; ``actionable`` whether a county
    can change the figure, so that it may appear in a cheapest fix.
    """

    name: str
    name_zh: str
    name_en: str
    unit: str
    unit_zh: str
    test: Literal["offer_at_least_need", "offer_at_most_need"]
    kind: str
    actionable: bool
    decided_by: str


@dataclass(frozen=True, slots=True)
class Material:
    """A raw material; quantity in ``unit`` per year, haul in kilometres."""

    name: str
    quantity_per_year: float | None = None
    unit: str | None = None
    max_haul_km: float | None = None


@dataclass(frozen=True, slots=True)
class Restriction:
    """An industry (with everything below it) that a place refuses or conditions."""

    code: str
    level: Literal["prohibited", "conditional"]
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Partner:
    """A region paired with the need's side. ``name`` is the pairing as people write it."""

    region_code: str
    programme: Literal["east_west", "mountain_sea", "other"]
    name: str


@dataclass(frozen=True, slots=True)
class Need:
    """One investment project as the matcher reads it.

    ``figures`` holds every number by its field name (units in the names):
    land_mu, floor_area_m2, power_kva, labour_persons, every registered quantity,
    the ceilings max_land_price_10k_cny_per_mu, max_rent_cny_per_m2_month,
    max_tariff_cny_per_kwh, max_wage_cny_per_month, and fixed_investment_10k_cny,
    annual_output_10k_cny, annual_value_added_10k_cny, annual_tax_10k_cny,
    annual_energy_tce, annual_electricity_kwh. Absent = None.
    ``partners`` are the regions paired with the project's side, valid today.
    """

    key: str
    industry_code: str
    name: str = ""
    description: str = ""
    products: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    origin_region_code: str = ""
    lon: float | None = None
    lat: float | None = None
    site_mode: Literal["build", "rent", "either", "both"] = "build"
    figures: Mapping[str, Figure] = field(default_factory=dict)
    must: tuple[str, ...] = ("land_mu", "floor_area_m2", "power_kva")
    coating: str | None = None
    fire_class: str | None = None
    is_chemical: bool | None = None
    programmes: tuple[str, ...] = ()
    partners: tuple[Partner, ...] = ()
    tie_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """One resource profile as the matcher reads it, net of live holds.

    ``figures``: land_mu, floor_area_m2, power_kva, labour_persons, every
    registered quantity, land_price_10k_cny_per_mu, rent_cny_per_m2_month,
    tariff_cny_per_kwh, wage_cny_per_month, min_investment_10k_cny_per_mu,
    min_tax_10k_cny_per_mu, min_tax_cny_per_m2, max_energy_tce_per_10k_cny.
    ``region_paths``: for the host and each home region, that code and all its
    ancestors ("330421", "330400", "330000"); the first path is the host's.
    ``sources``: per field, the document that the figure comes from, for sentences.
    """

    key: str
    tie_key: tuple[str, str, str, str, str]
    region_code: str
    region_name: str = ""
    region_paths: tuple[tuple[str, ...], ...] = ()
    home_region_codes: tuple[str, ...] = ()
    site_name: str = ""
    site_kind: str = "county"
    lon: float | None = None
    lat: float | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    land_use: Literal["M1", "M2", "M3"] | None = None
    leading_industries: tuple[str, ...] = ()
    industry_codes: tuple[str, ...] = ()
    materials: tuple[Material, ...] = ()
    description: str = ""
    restricted_industries: tuple[Restriction, ...] = ()
    is_chemical_park: bool | None = None
    environment_unit: Literal["priority_protection", "key_control", "general_control"] | None = None
    as_of: date = date.min
    valid_until: date | None = None
    status: Literal["draft", "published", "withdrawn", "submitted", "returned"] = "published"
    unconfirmed: bool = False
