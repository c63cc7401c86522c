"""Made-up profile figures for the zones of the catalogue: deterministic, documented in synthetic.md.

No public source tells what a zone has free. So that a demo can rank all zones,
every figure here is computed from the zone's approved area, level, province and
reading of industries, spread by SHA-256 of the zone's key: no random numbers, the
same figures on every machine. Nothing here says anything about the real place;
``is_synthetic`` is always true and has to be shown wherever a figure is.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, TypedDict

from service.reference.rows import ZoneRow

MU_PER_HECTARE = 15.0
LAND_PRICE_FLOOR_10K_CNY_PER_MU = 4.0

RegionClass = Literal["east", "centre", "west"]

# (lowest, highest) of the threshold that a zone of the class might set for itself
_MIN_INVESTMENT_10K_CNY_PER_MU = {"east": (180, 320), "centre": (100, 220), "west": (60, 160)}
_MIN_TAX_10K_CNY_PER_MU = {"east": (8, 20), "centre": (4, 12), "west": (2, 8)}
_LABOUR_FACTOR = {"east": 0.8, "centre": 1.2, "west": 1.0}
_WATER_BASED_COATING = "须采用水性、紫外光固化或粉末涂料"


class SyntheticRestriction(TypedDict):
    """A made-up line of a place's negative list."""

    code: str
    level: Literal["prohibited", "conditional"]
    condition: str | None


class SyntheticFigures(TypedDict):
    """Fields of a profile, named as in the HTTP contract; None = not known."""

    land_mu: float | None
    floor_area_m2: float | None
    power_kva: float | None
    labour_persons: float | None
    quantities: dict[str, float]
    land_use: Literal["M1", "M2", "M3"] | None
    land_price_10k_cny_per_mu: float | None
    rent_cny_per_m2_month: float | None
    tariff_cny_per_kwh: float | None
    wage_cny_per_month: float | None
    min_investment_10k_cny_per_mu: float | None
    min_tax_10k_cny_per_mu: float | None
    min_tax_cny_per_m2: float | None
    max_energy_tce_per_10k_cny: float | None
    restricted_industries: list[SyntheticRestriction]
    is_chemical_park: bool | None
    environment_unit: Literal["key_control", "general_control"] | None
    is_synthetic: Literal[True]


@dataclass(frozen=True, slots=True)
class ProvinceLevel:
    """Made-up round price levels of a province, keyed by its six-digit code."""

    region_class: RegionClass
    tariff_cny_per_kwh: float
    wage_cny_per_month: float
    land_price_10k_cny_per_mu: float
    rent_cny_per_m2_month: float


@lru_cache(maxsize=1)
def province_levels() -> dict[str, ProvinceLevel]:
    """The table synthetic_levels.csv, by province code."""
    text = (resources.files("service.reference") / "synthetic_levels.csv").read_text(encoding="utf-8")
    classes: dict[str, RegionClass] = {"east": "east", "centre": "centre", "west": "west"}
    return {
        line["province_code"]: ProvinceLevel(
            region_class=classes[line["class"]],
            tariff_cny_per_kwh=float(line["tariff_cny_per_kwh"]),
            wage_cny_per_month=float(line["wage_cny_per_month"]),
            land_price_10k_cny_per_mu=float(line["land_price_10k_cny_per_mu"]),
            rent_cny_per_m2_month=float(line["rent_cny_per_m2_month"]),
        )
        for line in csv.DictReader(io.StringIO(text))
    }


def fraction(zone_key: str, topic: str) -> float:
    """A fixed number in [0, 1) for a zone and a topic.

    The first 52 bits of SHA-256("<zone_key>/<topic>") over 2**52: 52 bits are
    exact in a float64, with more the largest would round up to 1.
    """
    digest = hashlib.sha256(f"{zone_key}/{topic}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 12) / 2**52


def round_figure(value: float) -> float:
    """To two significant digits (three from 1,000 on), as people state such figures."""
    digits = 3 if value >= 1000 else 2
    return float(f"{value:.{digits}g}")


@dataclass(frozen=True, slots=True)
class _Spread:
    """The zone's own fractions, by topic."""

    key: str

    def between(self, topic: str, low: float, high: float) -> float:
        return low + (high - low) * fraction(self.key, topic)

    def known(self, topic: str, unknown_share: float) -> bool:
        """False for the given share of zones: their figure is not known."""
        return fraction(self.key, f"{topic}/known") >= unknown_share

    def figure(self, topic: str, unknown_share: float, low: float, high: float) -> float | None:
        """A rounded figure between the bounds, or None for the given share of zones."""
        return round_figure(self.between(topic, low, high)) if self.known(topic, unknown_share) else None


def _leads(zone: ZoneRow, *codes: str) -> bool:
    """Whether a leading industry of the zone is one of the codes, within one or above one."""
    return any(own.startswith(code) or code.startswith(own) for own in zone.industry_codes for code in codes)


def _free_land_mu(zone: ZoneRow) -> float:
    share = 0.012 + 0.1 * fraction(zone.key, "land")
    return round_figure(min(3_000.0, zone.approved_area_ha * MU_PER_HECTARE * share))


def _floor_area_m2(zone: ZoneRow, spread: _Spread) -> float | None:
    if not spread.known("floor_area", 0.20):
        return None
    if fraction(zone.key, "floor_area/none") < 0.08:
        return 0.0
    return round_figure(min(300_000.0, zone.approved_area_ha * spread.between("floor_area", 20, 200)))


def _power_kva(zone: ZoneRow, spread: _Spread) -> float | None:
    if not spread.known("power", 0.12):
        return None
    level_factor = 1.3 if zone.approval_level == "national" else 1.0
    kva = zone.approved_area_ha * spread.between("power", 4, 40) * level_factor
    return 50.0 * round(min(80_000.0, max(400.0, kva)) / 50.0)


def _land_price_10k_cny_per_mu(zone: ZoneRow, spread: _Spread, level: ProvinceLevel) -> float | None:
    if not spread.known("land_price", 0.10):
        return None
    level_factor = 1.2 if zone.approval_level == "national" else 1.0
    price = level.land_price_10k_cny_per_mu * spread.between("land_price", 0.6, 1.5) * level_factor
    # the national minimum price for industrial land holds in a made-up world as well
    return max(LAND_PRICE_FLOOR_10K_CNY_PER_MU, round(price * 2) / 2)


def _is_chemical_park(zone: ZoneRow) -> bool | None:
    if "化工" in zone.name or "化学" in zone.name or "石化" in zone.name:
        return True
    if not _leads(zone, "C25", "C26"):
        return False
    draw = fraction(zone.key, "chemical_park")
    if draw < 0.35:
        return True
    return None if draw < 0.50 else False


def _land_use(zone: ZoneRow, is_chemical_park: bool | None) -> Literal["M1", "M2", "M3"] | None:
    if is_chemical_park:
        return "M3"
    draw = fraction(zone.key, "land_use")
    if draw < 0.12:
        return None
    return "M1" if draw < 0.30 else "M2"


def _environment_unit(zone: ZoneRow) -> Literal["key_control", "general_control"] | None:
    draw = fraction(zone.key, "environment_unit")
    if draw < 0.08:
        return None
    return "general_control" if draw < 0.30 else "key_control"


def _restricted_industries(zone: ZoneRow) -> list[SyntheticRestriction]:
    """At most one line; a place never prohibits an industry that it leads with."""
    draw = fraction(zone.key, "restricted")
    if draw < 0.10 and not _leads(zone, "C26"):
        return [{"code": "C26", "level": "prohibited", "condition": None}]
    if 0.10 <= draw < 0.18:
        return [{"code": "C21", "level": "conditional", "condition": _WATER_BASED_COATING}]
    if 0.18 <= draw < 0.22 and not _leads(zone, "C21"):
        return [{"code": "C21", "level": "prohibited", "condition": None}]
    if 0.22 <= draw < 0.28 and not _leads(zone, "C222"):
        return [{"code": "C222", "level": "prohibited", "condition": None}]
    if 0.28 <= draw < 0.33 and not _leads(zone, "C1713"):
        return [{"code": "C1713", "level": "prohibited", "condition": None}]
    return []


def _voc_t_per_year(zone: ZoneRow, spread: _Spread) -> float | None:
    if not spread.known("voc", 0.30):
        return None
    return 0.0 if fraction(zone.key, "voc/none") < 0.35 else round_figure(spread.between("voc", 1, 40))


def _voltage_kv(power_kva: float | None) -> float | None:
    """10, 35 or 110 kV by how much is free: a small zone rarely has its own 110 kV substation."""
    if power_kva is None:
        return None
    return 10.0 if power_kva < 8_000 else 35.0 if power_kva < 25_000 else 110.0


def _largest_parcel_mu(spread: _Spread, land_mu: float | None) -> float | None:
    """Known only where the free land is: a part can never be larger than the whole."""
    return None if land_mu is None else spread.figure("largest_parcel", 0.35, 0.5 * land_mu, 0.95 * land_mu)


def _quantities(
    zone: ZoneRow, spread: _Spread, land_mu: float | None, power_kva: float | None, labour: float
) -> dict[str, float]:
    area_ha = zone.approved_area_ha
    stated: dict[str, float | None] = {
        "largest_parcel_mu": _largest_parcel_mu(spread, land_mu),
        "power_voltage_kv": _voltage_kv(power_kva),
        "steam_t_per_h": spread.figure("steam", 0.55, 5, 120),
        "gas_m3_per_h": spread.figure("gas", 0.40, 200, 6_000),
        "water_t_per_day": spread.figure("water", 0.25, 2 * area_ha, 15 * area_ha),
        "sewage_t_per_day": spread.figure("sewage", 0.30, 1 * area_ha, 9 * area_ha),
        "voc_t_per_year": _voc_t_per_year(zone, spread),
        "energy_quota_tce": spread.figure("energy_quota", 0.50, 500, 30_000),
        "dormitory_beds": spread.figure("dormitory", 0.40, 40, 1_200),
        "skilled_labour_persons": spread.figure("skilled_labour", 0.35, 0.05 * labour, 0.30 * labour),
        "clear_height_m": spread.figure("clear_height", 0.30, 4.5, 12),
        "floor_load_kn_per_m2": spread.figure("floor_load", 0.45, 5, 20),
        "distance_to_expressway_km": spread.figure("expressway", 0.10, 1, 45),
        "distance_to_railway_freight_km": spread.figure("railway", 0.25, 2, 120),
    }
    return {name: value for name, value in stated.items() if value is not None}


def figures(zone: ZoneRow, region_province_code: str) -> SyntheticFigures:
    """Made-up profile figures of a zone.

    Parameters
    ----------
    zone : ZoneRow
        The zone; key, approved area (ha), level, name and industry codes are read.
    region_province_code : str
        Six-digit code of the province that the zone lies in, e.g. "330000".

    Returns
    -------
    SyntheticFigures
        Profile fields by their names in the HTTP contract, units in the names,
        None where the figure is left unknown, ``is_synthetic`` true.

    Raises
    ------
    KeyError
        If the code is no province of synthetic_levels.csv.
    """
    level = province_levels()[region_province_code]
    spread = _Spread(zone.key)
    cls = level.region_class
    land_mu = _free_land_mu(zone) if spread.known("land", 0.04) else None
    power_kva = _power_kva(zone, spread)
    labour = spread.between("labour", 150, 900) * _LABOUR_FACTOR[cls]
    is_chemical_park = _is_chemical_park(zone)
    wage = level.wage_cny_per_month * spread.between("wage", 0.92, 1.08)
    return {
        "land_mu": land_mu,
        "floor_area_m2": _floor_area_m2(zone, spread),
        "power_kva": power_kva,
        "labour_persons": float(round(labour, -1)) if spread.known("labour", 0.10) else None,
        "quantities": _quantities(zone, spread, land_mu, power_kva, labour),
        "land_use": _land_use(zone, is_chemical_park),
        "land_price_10k_cny_per_mu": _land_price_10k_cny_per_mu(zone, spread, level),
        "rent_cny_per_m2_month": spread.figure(
            "rent", 0.20, 0.7 * level.rent_cny_per_m2_month, 1.3 * level.rent_cny_per_m2_month
        ),
        "tariff_cny_per_kwh": level.tariff_cny_per_kwh if spread.known("tariff", 0.08) else None,
        "wage_cny_per_month": float(round(wage, -2)) if spread.known("wage", 0.12) else None,
        "min_investment_10k_cny_per_mu": spread.figure(
            "investment", 0.25, *_MIN_INVESTMENT_10K_CNY_PER_MU[cls]
        ),
        "min_tax_10k_cny_per_mu": spread.figure("tax", 0.30, *_MIN_TAX_10K_CNY_PER_MU[cls]),
        "min_tax_cny_per_m2": spread.figure("tax_m2", 0.50, 30, 180),
        "max_energy_tce_per_10k_cny": spread.figure("energy", 0.45, 0.25, 0.90),
        "restricted_industries": _restricted_industries(zone),
        "is_chemical_park": is_chemical_park,
        "environment_unit": _environment_unit(zone),
        "is_synthetic": True,
    }
