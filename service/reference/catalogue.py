"""Readers of the reference files: plain frozen rows, each file read once per process.

Nothing here imports the service or needs a database: ``migrate`` loads these
rows into tables, skips when ``content_hash`` is unchanged, and the tests check
the files' consistency.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, TypeVar, cast

RegionLevel = Literal["province", "prefecture", "county"]
ApprovalLevel = Literal["national", "provincial"]
LocationMatch = Literal["name", "manual", "prefecture", "none", "ambiguous"]
Programme = Literal["east_west", "mountain_sea", "other"]
QuantityTest = Literal["offer_at_least_need", "offer_at_most_need"]
QuantityKind = Literal["capacity", "property", "distance"]
MeasureNature = Literal["flow", "stock"]

Row = TypeVar("Row")


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


def _text(name: str) -> str:
    return (resources.files("service.reference") / name).read_text(encoding="utf-8")


def _rows(name: str, build: Callable[[dict[str, str]], Row]) -> tuple[Row, ...]:
    return tuple(build(line) for line in csv.DictReader(io.StringIO(_text(name))))


def _number(text: str) -> float | None:
    return float(text) if text else None


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text]


@lru_cache(maxsize=1)
def regions() -> tuple[RegionRow, ...]:
    """Provinces, then prefectures, then counties, so that a parent always precedes its children."""
    return _rows(
        "regions.csv",
        lambda line: RegionRow(
            code=line["code"],
            name=line["name"],
            level=cast(RegionLevel, line["level"]),
            parent_code=line["parent_code"] or None,
            lon=_number(line["lon"]),
            lat=_number(line["lat"]),
            area_km2=_number(line["area_km2"]),
            full_name=line["full_name"],
        ),
    )


@lru_cache(maxsize=1)
def industries() -> tuple[IndustryRow, ...]:
    """GB/T 4754-2017; a parent always precedes its children."""
    return _rows(
        "industries.csv",
        lambda line: IndustryRow(line["code"], line["name"], line["parent"] or None, int(line["level"])),
    )


@lru_cache(maxsize=1)
def zones() -> tuple[ZoneRow, ...]:
    """All zones of the catalogue in its order."""
    return _rows(
        "zones.csv",
        lambda line: ZoneRow(
            key=line["key"],
            code=line["code"],
            name=line["name"],
            region_code=line["region_code"],
            approval_level=cast(ApprovalLevel, line["approval_level"]),
            zone_type=line["zone_type"],
            approved=line["approved"],
            approved_area_ha=float(line["approved_area_ha"]),
            leading_industries=tuple(word for word in line["leading_industries"].split("、") if word),
            location_match=cast(LocationMatch, line["location_match"]),
            industry_codes=tuple(line["industry_codes"].split()),
        ),
    )


@lru_cache(maxsize=1)
def leading_industry_codes() -> tuple[IndustryReading, ...]:
    """Every distinct leading-industry word of the catalogue with the codes it is read as."""
    return _rows(
        "leading_industry_codes.csv",
        lambda line: IndustryReading(line["word"], int(line["zones"]), tuple(line["industry_codes"].split())),
    )


@lru_cache(maxsize=1)
def industry_links() -> tuple[IndustryLink, ...]:
    """Which industry usually supplies which: a curated reading, not an official input-output table."""
    return _rows("industry_links.csv", lambda line: IndustryLink(**line))


@lru_cache(maxsize=1)
def pairings() -> tuple[PairingRow, ...]:
    """The county pairs found, with their evidence."""
    return _rows(
        "pairings.csv",
        lambda line: PairingRow(
            supporting_region_code=line["supporting_region_code"],
            partner_region_code=line["partner_region_code"],
            programme=cast(Programme, line["programme"]),
            evidence=line["evidence"],
            since=line["since"] or None,
            seen=line["seen"],
            source=line["source"],
        ),
    )


@lru_cache(maxsize=1)
def cooperation_facts() -> tuple[CooperationFact, ...]:
    """The cited figures about enclave parks."""
    return _rows("cooperation_facts.csv", lambda line: CooperationFact(**line))


@lru_cache(maxsize=1)
def quantities() -> tuple[QuantityRow, ...]:
    """The registry of quantities, the four fields first."""
    return _rows(
        "quantities.csv",
        lambda line: QuantityRow(
            name=line["name"],
            name_zh=line["name_zh"],
            name_en=line["name_en"],
            unit=line["unit"],
            unit_zh=line["unit_zh"],
            test=cast(QuantityTest, line["test"]),
            kind=cast(QuantityKind, line["kind"]),
            maximum=float(line["maximum"]),
            actionable=_flag(line["actionable"]),
            decided_by=line["decided_by"],
            is_field=_flag(line["is_field"]),
        ),
    )


@lru_cache(maxsize=1)
def measures() -> tuple[MeasureRow, ...]:
    """The registry of measures."""
    return _rows(
        "measures.csv",
        lambda line: MeasureRow(
            name=line["name"],
            name_zh=line["name_zh"],
            name_en=line["name_en"],
            unit=line["unit"],
            unit_zh=line["unit_zh"],
            nature=cast(MeasureNature, line["nature"]),
            with_component=_flag(line["with_component"]),
            decimals=int(line["decimals"]),
            maximum=float(line["maximum"]),
            at_most=line["at_most"] or None,
        ),
    )


def rules() -> dict[str, Any]:
    """The rule pack as parsed TOML: version, deciders, thresholds, thresholds_about, rules.

    Parsed anew by every call: a dictionary that is shared could be changed by one caller for all.
    """
    return tomllib.loads(_text("rules.toml"))


def rulebook_data() -> dict[str, Any]:
    """The rule pack together with the registry of quantities, as plain data for a rule book."""
    return {**rules(), "quantities": [asdict(row) for row in quantities()]}


def indicator_packs() -> dict[str, dict[str, Any]]:
    """The example packs of indicators as parsed TOML, by the name of their file."""
    return {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text(encoding="utf-8"))
        for entry in _packs()
    }


def _packs() -> list[Traversable]:
    folder = resources.files("service.reference") / "indicator_packs"
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=_name)


def _name(entry: Traversable) -> str:
    return entry.name


def data_files() -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every data file (CSV, TOML), in the order of their names; the packs come last."""
    folder = resources.files("service.reference")
    for entry in sorted(folder.iterdir(), key=_name):
        if entry.name.endswith((".csv", ".toml")):
            yield entry.name, entry.read_bytes()
    for entry in _packs():
        yield f"indicator_packs/{entry.name}", entry.read_bytes()


def hash_of(files: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 (64 hex digits) over names and contents, each content preceded by its length.

    Without the length, bytes could move from one file to the next unnoticed.
    """
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def content_hash() -> str:
    """The hash of all data files: unchanged means that there is nothing to load again."""
    return hash_of(data_files())
