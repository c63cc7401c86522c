"""What a partner can be asked about a profile: its figures, the registered quantities, and short facts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from sqlmodel import Session, col, select

from service.domain.profiles import FIGURES, Profile
from service.domain.quantities import Quantity
from service.domain.shapes import Answer
from service.units import LARGEST_NUMBER

#: Facts that an office knows without a drawing.
FACTS = ("land_use", "land_ready_on", "power_ready_on", "valid_until", "description")


def _plain(value: Any) -> Any:
    # What kind of value a field takes is the profile's to say; a bool would pass for a number.
    if isinstance(value, bool) or not isinstance(value, int | float | str | None):
        raise PydanticCustomError("not_a_value", "Send a number, a text, or null.")
    if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise PydanticCustomError("number_out_of_range", "The number is too large.")
    return value


Value = Annotated[float | str | None, BeforeValidator(_plain)]

#: Names of what the registry of quantities does not hold.
LABELS: dict[str, tuple[str, str]] = {
    "land_price_10k_cny_per_mu": ("土地价格", "Land price"),
    "rent_cny_per_m2_month": ("厂房租金", "Rent"),
    "tariff_cny_per_kwh": ("电价", "Tariff"),
    "wage_cny_per_month": ("工资水平", "Wage"),
    "min_investment_10k_cny_per_mu": ("最低亩均投资", "Least investment per mu"),
    "min_tax_10k_cny_per_mu": ("最低亩均税收", "Least tax per mu"),
    "min_tax_cny_per_m2": ("最低单位面积税收", "Least tax per m2"),
    "max_energy_tce_per_10k_cny": ("最高单位增加值能耗", "Most energy per value added"),
    "land_use": ("用地性质（M1/M2/M3）", "Land use (M1/M2/M3)"),
    "land_ready_on": ("供地日期", "Land ready on"),
    "power_ready_on": ("供电日期", "Power ready on"),
    "valid_until": ("有效期至", "Valid until"),
    "description": ("说明", "Description"),
}
UNITS: dict[str, tuple[str, str]] = {
    "land_price_10k_cny_per_mu": ("10k CNY/mu", "万元/亩"),
    "rent_cny_per_m2_month": ("CNY/(m2·month)", "元/平方米·月"),
    "tariff_cny_per_kwh": ("CNY/kWh", "元/千瓦时"),
    "wage_cny_per_month": ("CNY/month", "元/月"),
    "min_investment_10k_cny_per_mu": ("10k CNY/mu", "万元/亩"),
    "min_tax_10k_cny_per_mu": ("10k CNY/mu", "万元/亩"),
    "min_tax_cny_per_m2": ("CNY/m2", "元/平方米"),
    "max_energy_tce_per_10k_cny": ("tce/10k CNY", "吨标准煤/万元"),
}


class AskedField(Answer):
    """A figure or fact that is to be confirmed."""

    field: str
    name_zh: str
    name_en: str
    unit: str
    unit_zh: str
    value: Value


def askable(session: Session) -> dict[str, AskedField]:
    """Everything that may be asked, by name, with its names and unit; no values yet."""
    registry = {row.name: row for row in session.exec(select(Quantity).order_by(col(Quantity.name)))}
    found = {}
    for name in (*FIGURES, *FACTS, *(name for name in registry if name not in FIGURES)):
        row = registry.get(name)
        zh, en = (row.name_zh, row.name_en) if row else LABELS[name]
        unit, unit_zh = (row.unit, row.unit_zh) if row else UNITS.get(name, ("", ""))
        found[name] = AskedField(field=name, name_zh=zh, name_en=en, unit=unit, unit_zh=unit_zh, value=None)
    return found


def stated(profile: Profile) -> dict[str, Value]:
    """What a profile says of everything that may be asked."""
    facts = {name: getattr(profile, name) for name in FACTS}
    return profile.figures() | {
        name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()
    }


def patch_of(values: dict[str, Value]) -> dict[str, Any]:
    """The merge patch that writes these values into a profile."""
    own = {name: value for name, value in values.items() if name in FIGURES or name in FACTS}
    others = {name: value for name, value in values.items() if name not in own}
    return own | ({"quantities": others} if others else {})
