"""How recently the place stated its figures."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Utility
from service.matching.sentences import plain

NEUTRAL: Final = 0.5


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """1 - age in days / freshness limit, clipped to [0, 1]."""
    del needs
    age = (context.today.toordinal() - offers.as_of_day).astype(np.float64)
    unknown = offers.as_of_day == date.min.toordinal()
    fresh = 1.0 - np.clip(age / context.book.freshness_limit_days, 0.0, 1.0)
    return Utility(np.where(unknown, NEUTRAL, fresh), unknown)


def reason(case: Case, utility: float) -> Shown:
    """The date and the age."""
    del utility
    if case.offer.as_of == date.min:
        text = case.say(
            f"填报日期未知，暂按 {plain(NEUTRAL)} 计，需与当地确认。",
            f"Date stated unknown: counted as {plain(NEUTRAL)}, to confirm with the place.",
        )
        return Shown(text, missing=("as_of",))
    age = (case.context.today - case.offer.as_of).days
    if age <= 0:
        day = case.offer.as_of.isoformat()
        return Shown(case.say(f"{day} 填报，为最新数据。", f"Stated on {day}: up to date."), offer=float(age))
    limit = case.context.book.freshness_limit_days
    text = case.say(
        f"填报于 {case.offer.as_of.isoformat()}，距今 {age} 天（时效 {limit} 天）。",
        f"Stated on {case.offer.as_of.isoformat()}, {age} days ago (good for {limit} days).",
    )
    return Shown(text, offer=float(age))


CRITERION = Criterion(
    name="freshness",
    name_zh="数据新鲜度",
    name_en="Freshness",
    unit="day",
    default_weight=0.02,
    bounds_zh="1：当日填报；0：达到时效上限（365 天）",
    bounds_en="1: stated today; 0: as old as the freshness limit (365 days)",
    neutral=NEUTRAL,
    direction="less",
    measure=measure,
    reason=reason,
    trait="days",
    key=lambda need: (),
)
