"""Readers of the reference files: each gives its ``rows``, and is read once per process.

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
from dataclasses import asdict
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, cast

from service.reference.rows import (
    ApprovalLevel,
    CooperationFact,
    IndustryLink,
    IndustryReading,
    IndustryRow,
    LocationMatch,
    MeasureNature,
    MeasureRow,
    PairingRow,
    Programme,
    QuantityKind,
    QuantityRow,
    QuantityTest,
    RegionLevel,
    RegionRow,
    ZoneRow,
)

Row = TypeVar("Row")


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
