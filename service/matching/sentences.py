"""Names, units and figures as they stand in sentences, Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from service.matching.context import Case
from service.matching.rulebook import Language, RuleBook
from service.matching.values import Band, Figure


class Label(NamedTuple):
    """A field's name and unit in both languages."""

    zh: str
    en: str
    unit_zh: str
    unit: str

    def name(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    def unit_in(self, language: Language) -> str:
        return self.unit_zh if language == "zh" else self.unit


FIELD_LABELS: dict[str, Label] = {
    "land_mu": Label("可用土地", "Land", "亩", "mu"),
    "largest_parcel_mu": Label("最大连片地块", "Largest parcel", "亩", "mu"),
    "floor_area_m2": Label("可用厂房面积", "Floor area", "平方米", "m2"),
    "power_kva": Label("可用受电容量", "Power", "千伏安", "kVA"),
    "labour_persons": Label("可招劳动力", "Labour", "人", "persons"),
    "land_price_10k_cny_per_mu": Label("土地价格", "Land price", "万元/亩", "10k CNY/mu"),
    "rent_cny_per_m2_month": Label("厂房租金", "Rent", "元/平方米·月", "CNY/m2 per month"),
    "tariff_cny_per_kwh": Label("电价", "Tariff", "元/千瓦时", "CNY/kWh"),
    "wage_cny_per_month": Label("工资", "Wage", "元/月", "CNY per month"),
    "min_investment_10k_cny_per_mu": Label(
        "亩均投资门槛", "Minimum investment per mu", "万元/亩", "10k CNY/mu"
    ),
    "min_tax_10k_cny_per_mu": Label("亩均税收门槛", "Minimum tax per mu", "万元/亩", "10k CNY/mu"),
    "min_tax_cny_per_m2": Label("单位面积税收门槛", "Minimum tax per m2", "元/平方米", "CNY/m2"),
    "max_energy_tce_per_10k_cny": Label(
        "单位增加值能耗门槛", "Maximum energy per value added", "吨标准煤/万元", "tce/10k CNY"
    ),
    "fixed_investment_10k_cny": Label("固定资产投资", "Fixed investment", "万元", "10k CNY"),
    "annual_tax_10k_cny": Label("年税收", "Annual tax", "万元", "10k CNY"),
    "annual_energy_tce": Label("年综合能耗", "Annual energy", "吨标准煤", "tce"),
    "annual_value_added_10k_cny": Label("年增加值", "Annual value added", "万元", "10k CNY"),
    "is_chemical": Label("是否化工项目", "Whether it is a chemical project", "", ""),
    "is_chemical_park": Label("是否认定的化工园区", "Whether it is a recognised chemical park", "", ""),
    "environment_unit": Label("生态环境管控单元", "Environment control unit", "", ""),
    "land_use": Label("工业用地类别", "Land use class", "", ""),
    "restricted_industries": Label("限制行业清单", "List of restricted industries", "", ""),
    "industry_codes": Label("产业代码", "Industry codes", "", ""),
    "leading_industries": Label("主导产业", "Leading industries", "", ""),
    "lon": Label("坐标", "Coordinates", "", ""),
    "as_of": Label("填报日期", "Date stated", "", ""),
    "valid_until": Label("有效期", "Valid until", "", ""),
    "status": Label("档案状态", "Profile status", "", ""),
}


def label(book: RuleBook, field: str) -> Label:
    """The label of a field or registered quantity; its own name when nobody declared it."""
    if field in FIELD_LABELS:
        return FIELD_LABELS[field]
    quantity = book.quantity(field)
    if quantity is None:
        return Label(field, field, "", "")
    return Label(quantity.name_zh, quantity.name_en, quantity.unit_zh, quantity.unit)


@lru_cache(maxsize=16_384)
def plain(value: float) -> str:
    """A number as people write it: at most four decimals, small ones to four digits.

    >>> plain(1250.0), plain(0.123456), plain(0.0000123456)
    ('1,250', '0.1235', '1.235e-05')
    """
    if value and abs(value) < 1e-3:
        return f"{value:.4g}"
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@lru_cache(maxsize=16_384)
def amount(figure: Figure, unit: str, language: Language) -> str:
    """A figure or a range with its unit; in English sentences 10k CNY is written out in CNY."""
    if language == "en" and unit.startswith("10k ") and figure is not None:
        return amount(_ten_thousand(figure), unit.removeprefix("10k "), language)
    if figure is None:
        return "未填报" if language == "zh" else "not stated"
    if not isinstance(figure, Band):
        text = plain(figure)
    elif math.isinf(figure.high):
        text = f"{plain(figure.low)} 以上" if language == "zh" else f"{plain(figure.low)} or more"
    else:
        text = f"{plain(figure.low)}{' 至 ' if language == 'zh' else ' to '}{plain(figure.high)}"
    return f"{text} {unit}" if unit else text


def _ten_thousand(figure: float | Band) -> float | Band:
    if isinstance(figure, Band):
        return Band(figure.low * 10_000, figure.high * 10_000)
    return figure * 10_000


def distance_text(distance_km: float, language: Language) -> str:
    """A great-circle distance, labelled as one."""
    if distance_km < 1:
        return "直线距离不足 1 公里" if language == "zh" else "less than 1 km away (great circle)"
    if language == "zh":
        return f"直线距离约 {distance_km:,.0f} 公里"
    return f"about {distance_km:,.0f} km away (great circle)"


def source_of(case: Case, field: str) -> str:
    """The document behind a figure in brackets, or nothing."""
    document = case.offer.sources.get(field)
    if not document:
        return ""
    return case.say(f"（依据：{document}）", f" (source: {document})")


def to_confirm_text(case: Case, fields: Iterable[str]) -> str:
    """Which figures are missing and have to be confirmed."""
    names = [label(case.context.book, field).name(case.language) for field in fields]
    return case.say(
        f"{'、'.join(names)}未填报，需确认。",
        f"{', '.join(names)}: not stated, to confirm.",
    )


def unknown_text(case: Case, field: str, neutral: float) -> str:
    """A criterion whose figure is missing, and what it counts meanwhile."""
    name = label(case.context.book, field).name(case.language)
    return case.say(
        f"{name}未填报，暂按 {plain(neutral)} 计，需与当地确认。",
        f"{name}: not stated, counted as {plain(neutral)}, to confirm with the place.",
    )
