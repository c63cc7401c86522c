"""Land and floor area: enough of what the site mode asks for.

Building looks at land (the largest parcel where it is smaller than the sum),
renting at floor area. A project that needs both is as well off as the worse of
the two: spare floor area does not make up for missing land.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from service.matching.bounds import Parts, covered
from service.matching.columns import FigureColumn, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown, show
from service.matching.criteria.coverage import NEUTRAL, coverage, coverage_reason, masked, worse
from service.matching.criteria.criterion import Criterion, Utility
from service.matching.values import Band, Figure, Offer

#: A figure that no place states: worked out from land and the largest parcel when places are encoded.
USABLE_LAND: Final = "usable_land_mu"


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """The worse of the parts that the mode asks for."""
    del context
    build = coverage(
        needs.figure("land_mu"), usable_land(offers.figure("land_mu"), offers.figure("largest_parcel_mu"))
    )
    rent = coverage(needs.figure("floor_area_m2"), offers.figure("floor_area_m2"))
    return worse(masked(needs.build, build), masked(needs.rent, rent))


def parts(need: NeedColumns, context: Context) -> Parts:
    """The same for one need."""
    del context
    build = covered(need, "land_mu", USABLE_LAND, NEUTRAL).parts if need.build[0] else ()
    rent = covered(need, "floor_area_m2", "floor_area_m2", NEUTRAL).parts if need.rent[0] else ()
    return Parts(build + rent)


def usable_land(land: FigureColumn, parcel: FigureColumn) -> FigureColumn:
    """Free land, or the largest parcel where that is known to be smaller. Shape (n,)."""
    smaller = land.known & parcel.known
    low = np.where(smaller, np.minimum(land.low, parcel.low), land.low)
    if land.high is land.low and parcel.high is parcel.low:
        return FigureColumn(low, low)
    return FigureColumn(low, np.where(smaller, np.minimum(land.high, parcel.high), land.high))


def deciding_land(offer: Offer) -> tuple[str, Figure]:
    """The field and figure of one place that `usable_land` reads."""
    land, parcel = offer.figures.get("land_mu"), offer.figures.get("largest_parcel_mu")
    if land is None or parcel is None:
        return "land_mu", land
    lows = [figure.low if isinstance(figure, Band) else figure for figure in (land, parcel)]
    return ("largest_parcel_mu", parcel) if lows[1] < lows[0] else ("land_mu", land)


def reason(case: Case, utility: float) -> Shown:
    """Land, floor area, or both, each with its own sentence."""
    del utility
    parts = []
    if case.build:
        parts.append(_land_reason(case))
    if case.rent:
        parts.append(coverage_reason(case, "floor_area_m2", case.offer.figures.get("floor_area_m2")))
    if len(parts) == 1:
        return parts[0] if case.build else replace(parts[0], unit="m2")
    joint = " ".join(part.text for part in parts) if case.language == "en" else "".join(p.text for p in parts)
    missing = tuple(name for part in parts for name in part.missing)
    return replace(show(joint, None, None, missing), unit="")


def _land_reason(case: Case) -> Shown:
    field, figure = deciding_land(case.offer)
    shown = coverage_reason(case, "land_mu", figure)
    if field == "land_mu" or case.need.figures.get("land_mu") is None:
        return shown
    note = case.say("（按最大连片地块计）。", " (the largest parcel counts).")
    return replace(shown, text=shown.text.rstrip("。.") + note)


CRITERION = Criterion(
    name="land",
    name_zh="土地或厂房",
    name_en="Land or floor area",
    unit="mu",
    default_weight=0.12,
    bounds_zh="1：不少于需求；0：没有；不足时按（可用÷需求）的平方计",
    bounds_en="1: at least the need; 0: none; a shortfall counts (free / needed) squared",
    neutral=NEUTRAL,
    direction="more",
    measure=measure,
    reason=reason,
    parts=parts,
)
