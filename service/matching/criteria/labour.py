"""People who can be hired against what the project needs."""

from __future__ import annotations

from service.matching.bounds import Parts, covered
from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.coverage import NEUTRAL, coverage, coverage_reason
from service.matching.criteria.criterion import Criterion, Utility


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """Coverage of labour_persons."""
    del context
    return coverage(needs.figure("labour_persons"), offers.figure("labour_persons"))


def parts(need: NeedColumns, context: Context) -> Parts:
    """The same for one need."""
    del context
    return covered(need, "labour_persons", "labour_persons", NEUTRAL)


def reason(case: Case, utility: float) -> Shown:
    """Needed, free, and short."""
    del utility
    return coverage_reason(case, "labour_persons", case.offer.figures.get("labour_persons"))


CRITERION = Criterion(
    name="labour",
    name_zh="劳动力",
    name_en="Labour",
    unit="persons",
    default_weight=0.08,
    bounds_zh="1：不少于需求；0：没有；不足时按（可用÷需求）的平方计",
    bounds_en="1: at least the need; 0: none; a shortfall counts (free / needed) squared",
    neutral=NEUTRAL,
    direction="more",
    measure=measure,
    reason=reason,
    parts=parts,
)
