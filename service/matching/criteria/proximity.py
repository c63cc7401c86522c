"""Great-circle distance between the project's origin and the place. Not a road distance."""

from __future__ import annotations

from typing import Final

from service.matching.columns import NeedColumns, OfferColumns
from service.matching.compiled.nearness import nearness
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Utility
from service.matching.geodesy import EARTH_RADIUS_KM
from service.matching.sentences import distance_text, plain

NEUTRAL: Final = 0.5
#: From here on a place is simply far: Jiaxing to Jiuzhaigou is about 1,600 km.
FAR_KM: Final = 1500.0


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """1 - min(distance, 1500 km) / 1500 km."""
    del context
    return Utility(*nearness(needs.directions, offers.directions, EARTH_RADIUS_KM, FAR_KM, NEUTRAL))


def reason(case: Case, utility: float) -> Shown:
    """The distance, labelled as a straight line; missing coordinates are to confirm."""
    del utility
    distance = case.distance_km
    if distance is not None:
        said = distance_text(distance, case.language)
        return Shown(f"{said[0].upper()}{said[1:]}{case.say('。', '.')}", offer=distance)
    theirs = case.offer.lon is None or case.offer.lat is None
    text = case.say(
        f"{'当地' if theirs else '项目所在地'}坐标未知，暂按 {plain(NEUTRAL)} 计，需确认。",
        f"No coordinates of the {'place' if theirs else 'project'}: counted as {plain(NEUTRAL)}, to confirm.",
    )
    return Shown(text, missing=("lon", "lat") if theirs else ("origin_region_code",))


CRITERION = Criterion(
    name="proximity",
    name_zh="直线距离",
    name_en="Proximity (great circle)",
    unit="km",
    default_weight=0.03,
    bounds_zh="1：0 公里；0：1500 公里及以上（球面直线距离）",
    bounds_en="1: 0 km; 0: 1,500 km and more (great-circle distance)",
    neutral=NEUTRAL,
    direction="less",
    measure=measure,
    reason=reason,
    trait="region",
)
