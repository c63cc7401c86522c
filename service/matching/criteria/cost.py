"""What the place costs: land or rent, power, wages, between fixed national bounds."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from service.matching.bounds import Part, PartKind, Parts
from service.matching.columns import Bools, Floats, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown, show
from service.matching.criteria.criterion import Criterion, Utility
from service.matching.sentences import amount, label, to_confirm_text

NEUTRAL: Final = 0.5


class PriceBounds(NamedTuple):
    """At ``low`` and below a price counts 1, at ``high`` and above 0."""

    low: float
    high: float


#: Fixed, so that no other place moves a score. They are working bounds of this service:
#: land from the lowest national minimum (grade 15, 60 CNY/m2, Guotuzifa [2006] No. 307) to about what
#: delta counties ask; rents of standard factories from inland villages to city edges; large-industry
#: tariffs and wages of production workers from the cheapest to the dearest provinces.
PRICE_BOUNDS: Final[dict[str, PriceBounds]] = {
    "land_price_10k_cny_per_mu": PriceBounds(4.0, 60.0),
    "rent_cny_per_m2_month": PriceBounds(4.0, 40.0),
    "tariff_cny_per_kwh": PriceBounds(0.35, 0.90),
    "wage_cny_per_month": PriceBounds(2500.0, 9000.0),
}


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """Mean over the prices that apply of 1 - clip((price - low) / (high - low), 0, 1).

    Of a banded price the dearer end counts. A missing price counts neutral and
    marks the pair unknown.
    """
    del context
    applies: dict[str, Bools] = {
        "land_price_10k_cny_per_mu": needs.build,
        "rent_cny_per_m2_month": needs.rent,
        "tariff_cny_per_kwh": np.ones(1, dtype=np.bool_),
        "wage_cny_per_month": np.ones(1, dtype=np.bool_),
    }
    total: Floats = np.zeros(1, dtype=np.float64)
    count: Floats = np.zeros(1, dtype=np.float64)
    unknown: Bools = np.zeros(1, dtype=np.bool_)
    for field, bounds in PRICE_BOUNDS.items():
        price = offers.figure(field)
        cheapness = 1.0 - np.clip((price.high - bounds.low) / (bounds.high - bounds.low), 0.0, 1.0)
        part = np.where(price.known, cheapness, NEUTRAL)
        total = total + np.where(applies[field], part, 0.0)
        count = count + applies[field]
        unknown = unknown | (applies[field] & ~price.known)
    return Utility(total / count, unknown)


def parts(need: NeedColumns, context: Context) -> Parts:
    """The same for one need."""
    del context
    applies = {"land_price_10k_cny_per_mu": need.build[0], "rent_cny_per_m2_month": need.rent[0]}
    found = [
        Part(PartKind.CHEAP, field, NEUTRAL, bounds.low, bounds.high)
        for field, bounds in PRICE_BOUNDS.items()
        if applies.get(field, True)
    ]
    return Parts(tuple(found), mean=True)


def reason(case: Case, utility: float) -> Shown:
    """Every price that counted, then what is missing."""
    del utility
    fields = [field for field in PRICE_BOUNDS if _applies(case, field)]
    missing = tuple(field for field in fields if case.offer.figures.get(field) is None)
    stated = []
    for field in fields:
        price = case.offer.figures.get(field)
        if price is not None:
            about = label(case.context.book, field)
            unit = about.unit_in(case.language)
            said = f"{about.name(case.language)} {amount(price, unit, case.language)}"
            stated.append(said + _ceiling_text(case, field))
    text = case.say("；".join(stated) + "。", "; ".join(stated) + ".") if stated else ""
    if missing:
        text += case.say("", " " if text else "") + to_confirm_text(case, missing)
        text += case.say("未填报项暂按 0.5 计。", " What is missing counts 0.5.")
    return show(text, None, None, missing)


def _ceiling_text(case: Case, field: str) -> str:
    """What the project can bear, in the unit of the price before it."""
    ceiling = case.need.figures.get(f"max_{field}")
    if ceiling is None:
        return ""
    limit = amount(ceiling, label(case.context.book, field).unit_in(case.language), case.language)
    price = case.offer.figures.get(field)
    zh, en = "项目上限", "ceiling"
    if isinstance(price, float | int) and isinstance(ceiling, float | int):
        zh, en = ("高于项目上限", "above the ceiling") if price > ceiling else ("未超项目上限", "within")
    return case.say(f"（{zh} {limit}）", f" ({en} {limit})")


def _applies(case: Case, field: str) -> bool:
    if field == "land_price_10k_cny_per_mu":
        return case.build
    return case.rent if field == "rent_cny_per_m2_month" else True


def _bounds_text(language: str) -> str:
    zh = {"land": "地价", "rent": "租金", "tariff": "电价", "wage": "工资"}
    names = [field.split("_")[0] for field in PRICE_BOUNDS]
    spans = [f"{bounds.low:g}-{bounds.high:g}" for bounds in PRICE_BOUNDS.values()]
    if language == "zh":
        return "1：不高于下限；0：不低于上限；" + "，".join(
            f"{zh[name]} {span}" for name, span in zip(names, spans, strict=True)
        )
    return "1 at the lower bound, 0 at the upper: " + ", ".join(
        f"{name} {span}" for name, span in zip(names, spans, strict=True)
    )


CRITERION = Criterion(
    name="cost",
    name_zh="成本",
    name_en="Cost",
    unit="",
    default_weight=0.08,
    bounds_zh=_bounds_text("zh"),
    bounds_en=_bounds_text("en"),
    neutral=NEUTRAL,
    direction="less",
    measure=measure,
    reason=reason,
    parts=parts,
)
