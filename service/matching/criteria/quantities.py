"""All other registered quantities that the project names: the mean of their coverages."""

from __future__ import annotations

import numpy as np

from service.matching.bounds import Parts, covered
from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown, show
from service.matching.criteria.coverage import NEUTRAL, coverage, coverage_reason
from service.matching.criteria.criterion import Criterion, Utility


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """Mean coverage over the quantities that the need names; 1 when it names none."""
    total = np.zeros(1, dtype=np.float64)
    count = np.zeros(1, dtype=np.float64)
    unknown = np.zeros(1, dtype=np.bool_)
    for quantity in context.book.quantities:
        need = needs.figure(quantity.name)
        if not need.known.any():
            continue
        at_most = quantity.test == "offer_at_most_need"
        part = coverage(need, offers.figure(quantity.name), at_most=at_most)
        # Adding a zero where it is not asked for leaves every digit as it was.
        total = total + np.where(need.known, part.values, 0.0)
        count = count + need.known
        unknown = unknown | part.unknown
    return Utility(np.where(count > 0, total / np.maximum(count, 1.0), 1.0), unknown)


def parts(need: NeedColumns, context: Context) -> Parts:
    """The same for one need."""
    found = [
        part
        for quantity in context.book.quantities
        if quantity.name in need.figures
        for part in covered(
            need, quantity.name, quantity.name, NEUTRAL, at_most=quantity.test == "offer_at_most_need"
        ).parts
    ]
    return Parts(tuple(found), mean=True)


def reason(case: Case, utility: float) -> Shown:
    """One sentence per named quantity."""
    del utility
    parts = [
        coverage_reason(
            case,
            quantity.name,
            case.offer.figures.get(quantity.name),
            at_most=quantity.test == "offer_at_most_need",
        )
        for quantity in case.context.book.quantities
        if case.need.figures.get(quantity.name) is not None
    ]
    if not parts:
        return show(case.say("项目对其他要素无要求。", "The project names no other quantities."), None, None)
    text = case.say("", " ").join(part.text for part in parts)
    return show(text, None, None, tuple(name for part in parts for name in part.missing))


CRITERION = Criterion(
    name="quantities",
    name_zh="其他要素",
    name_en="Other quantities",
    unit="",
    default_weight=0.05,
    bounds_zh="项目所列各项要素满足程度的平均；未列则为 1",
    bounds_en="mean coverage of the quantities that the project names; 1 if none",
    neutral=NEUTRAL,
    direction="more",
    measure=measure,
    reason=reason,
    parts=parts,
)
