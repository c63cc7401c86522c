"""Price ceilings that the project says ``must``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from service.matching.bounds import Bound, too_large
from service.matching.columns import Bools, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown, show
from service.matching.rules.rule import (
    AdmissionRule,
    Change,
    always_allowed,
    declare,
    nothing_to_change,
)
from service.matching.sentences import amount, label, source_of, to_confirm_text
from service.matching.values import Band
from service.matching.verdicts import ALL_PASS, FAIL, Verdicts, at_most, where

_CEILING: Final = ("项目可承受上限", "the project's ceiling")


def _ceiling_rule(
    name: str,
    field: str,
    unit: str,
    names: tuple[str, str],
    decided_by: str,
    *,
    fixable: bool,
    may_fix: Callable[[NeedColumns, OfferColumns, Context], Bools] = always_allowed,
) -> AdmissionRule:
    ceiling = f"max_{field}"

    def asked(needs: NeedColumns) -> Bools:
        hard = needs.hard(ceiling)
        if field == "land_price_10k_cny_per_mu":
            return hard & needs.build
        return hard & needs.rent if field == "rent_cny_per_m2_month" else hard

    def test(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
        del context
        hard = asked(needs)
        if not hard.any():
            return ALL_PASS
        return where(hard, at_most(offers.figure(field), needs.figure(ceiling)))

    def bounds(need: NeedColumns) -> tuple[Bound, ...]:
        return (too_large(field, need, ceiling),) if asked(need)[0] else ()

    def changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
        fails = test(needs, offers, context) == FAIL
        return (Change(field, offers.figure(field).high, needs.figure(ceiling).low, fails),)

    return AdmissionRule(
        name=name,
        text=declare(*names, _CEILING, decided_by, fixable=fixable),
        reads_need=(ceiling,),
        reads_offer=(field,),
        unit=unit,
        test=test,
        show=lambda case: _show(case, field),
        changes=changes if fixable else nothing_to_change,
        may_fix=may_fix,
        bounds=bounds,
        asks=ceiling,
    )


def _show(case: Case, field: str) -> Shown:
    need, price = case.need.figures.get(f"max_{field}"), case.offer.figures.get(field)
    if price is None:
        return show(to_confirm_text(case, (field,)), need, None, (field,))
    about = label(case.context.book, field)
    name, unit = about.name(case.language), about.unit_in(case.language)
    asked, limit = amount(price, unit, case.language), amount(need, unit, case.language)
    banded = isinstance(price, Band) or isinstance(need, Band)
    zh, en = "，以区间数据比较", ", compared as ranges"
    if not isinstance(price, Band) and not isinstance(need, Band) and need is not None:
        above = amount(price - need, unit, case.language)
        zh = f"，高出 {above}" if price > need else "，满足"
        en = f", {above} above" if price > need else ", within it"
    text = case.say(
        f"{name} {asked}，上限 {limit}{zh}{source_of(case, field)}。",
        f"{name}: {asked}, ceiling {limit}{en}{source_of(case, field)}.",
    )
    return show(text, need, price, (field,) if banded else ())


def _above_floor(needs: NeedColumns, offers: OfferColumns, context: Context) -> Bools:
    """A land price is never proposed below the national minimum."""
    del offers
    floor = context.book.land_price_floor_10k_cny_per_mu
    return np.asarray(needs.figure("max_land_price_10k_cny_per_mu").low >= floor)


PRICE_RULES: Final = (
    _ceiling_rule(
        "land_price_ceiling",
        "land_price_10k_cny_per_mu",
        "10k CNY/mu",
        ("地价不超上限", "Land price within the ceiling"),
        "county",
        fixable=True,
        may_fix=_above_floor,
    ),
    _ceiling_rule(
        "rent_ceiling",
        "rent_cny_per_m2_month",
        "CNY/m2 per month",
        ("厂房租金不超上限", "Rent within the ceiling"),
        "county",
        fixable=True,
    ),
    _ceiling_rule(
        "tariff_ceiling",
        "tariff_cny_per_kwh",
        "CNY/kWh",
        ("电价不超上限", "Tariff within the ceiling"),
        "provincial_price_authority",
        fixable=False,
    ),
    _ceiling_rule(
        "wage_ceiling",
        "wage_cny_per_month",
        "CNY per month",
        ("工资不超上限", "Wage within the ceiling"),
        "market",
        fixable=False,
    ),
)
