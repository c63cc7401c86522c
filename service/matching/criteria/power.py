"""Transformer capacity still free against what the project needs."""

from __future__ import annotations

from service.matching.bounds import Parts, covered
from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.coverage import NEUTRAL, coverage, coverage_reason
from service.matching.criteria.criterion import Criterion, Utility


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """Coverage of power_kva."""
    del context
    return coverage(needs.figure("power_kva"), offers.figure("power_kva"))


def parts(need: NeedColumns, context: Context) -> Parts:
    """The same for one need."""
    del context
    return covered(need, "power_kva", "power_kva", NEUTRAL)


def reason(case: Case, utility: float) -> Shown:
    """Needed, free, and short."""
    del utility
    return coverage_reason(case, "power_kva", case.offer.figures.get("power_kva"))


CRITERION = Criterion(
    name="power",
    name_zh="供电",
    name_en="Power",
    unit="kVA",
    default_weight=0.08,
    bounds_zh="1：不少于需求；0：没有；不足时按（可用÷需求）的平方计",
    bounds_en="1: at least the need; 0: none; a shortfall counts (free / needed) squared",
    neutral=NEUTRAL,
    direction="more",
    measure=measure,
    reason=reason,
    parts=parts,
)
