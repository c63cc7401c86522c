"""The rows of the reference files, plain and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RegionLevel = Literal["province", "prefecture", "county"]
ApprovalLevel = Literal["national", "provincial"]
LocationMatch = Literal["name", "manual", "prefecture", "none", "ambiguous"]
Programme = Literal["east_west", "mountain_sea", "other"]
QuantityTest = Literal["offer_at_least_need", "offer_at_most_need"]
QuantityKind = Literal["capacity", "property", "distance"]
MeasureNature = Literal["flow", "stock"]


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A province, prefecture or county. ``lon``/``lat`` WGS84 degrees, a point, never a border.

    ``parent_code`` is None for a province. ``full_name`` runs from the province
    down ("浙江省嘉兴市嘉善县").
    """

    code: str
    name: str
    level: RegionLevel
    parent_code: str | None
    lon: float | None
    lat: float | None
    area_km2: float | None
    full_name: str


@dataclass(frozen=True, slots=True)
class IndustryRow:
    """A line of GB/T 4754-2017. ``level`` 1 section to 4 class; ``parent_code`` None for a section."""

    code: str
    name: str
    parent_code: str | None
    level: int


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone of the 2018 catalogue. ``key`` is unique, ``code`` is not (S377018 stands twice).

    ``region_code`` is the county's where it is known, else the prefecture's, else
    the province's. ``approved`` is "YYYY-MM". ``approved_area_ha`` is the approved
    area, not land that is free. ``industry_codes`` are derived readings of
    ``leading_industries``, not part of the catalogue.
    """

    key: str
    code: str
    name: str
    region_code: str
    approval_level: ApprovalLevel
    zone_type: str
    approved: str
    approved_area_ha: float
    leading_industries: tuple[str, ...]
    location_match: LocationMatch
    industry_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndustryReading:
    """What a leading-industry word is read as; no code where the word is too general to say.

    ``zones`` counts the zones of the catalogue that use the word.
    """

    word: str
    zones: int
    industry_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndustryLink:
    """An industry that usually supplies another, with the reason in words."""

    supplier_code: str
    buyer_code: str
    note: str


@dataclass(frozen=True, slots=True)
class PairingRow:
    """A county pair found in a page. ``seen`` is when the page shows it, not since when it exists."""

    supporting_region_code: str
    partner_region_code: str
    programme: Programme
    evidence: str
    since: str | None
    seen: str
    source: str


@dataclass(frozen=True, slots=True)
class CooperationFact:
    """A cited figure about a real enclave park or relocation; ``value`` as the page has it."""

    subject: str
    county_code: str
    fact: str
    value: str
    date: str
    source: str
    evidence: str


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """A line of the registry of quantities.

    ``kind``: capacity is used up by a hold, property is not, distance is not and
    counts the other way round. ``maximum`` is the largest figure accepted, in
    ``unit``. ``is_field``: a field of its own on projects and profiles; all
    others travel in the map ``quantities``.
    """

    name: str
    name_zh: str
    name_en: str
    unit: str
    unit_zh: str
    test: QuantityTest
    kind: QuantityKind
    maximum: float
    actionable: bool
    decided_by: str
    is_field: bool


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A line of the registry of measures.

    ``nature``: a flow is dated by its day, a stock by the end of a month. ``decimals``: digits after
    the point of an amount. ``at_most``: the measure that this one is a part of, None for a whole.
    """

    name: str
    name_zh: str
    name_en: str
    unit: str
    unit_zh: str
    nature: MeasureNature
    with_component: bool
    decimals: int
    maximum: float
    at_most: str | None
