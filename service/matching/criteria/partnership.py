"""Whether the place, as host or as home region, is paired with the project's side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Terms, Utility, known_everywhere
from service.matching.postings import Postings
from service.matching.ragged import intersects
from service.matching.shares import Curve, Share, Shares

PROGRAMME_NAMES: Final[dict[str, tuple[str, str]]] = {
    "east_west": ("东西部协作", "east-west cooperation"),
    "mountain_sea": ("山海协作", "mountain-sea cooperation"),
    "other": ("其他协作", "other cooperation"),
}


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """1 where a partner is the host, a home region, or above one of them; else 0."""
    del context
    paired = intersects(needs.partner_regions, offers.regions)
    return Utility(paired.astype("float64"), known_everywhere())


def shares(
    need: NeedColumns, rows: OfferColumns, postings: Mapping[str, Postings], context: Context
) -> Shares:
    """The same for one need."""
    del rows, postings, context
    partners = need.partner_regions.values
    return Shares((Share(partners, np.ones(len(partners), dtype=np.int64), Curve.ANY),))


def reason(case: Case, utility: float) -> Shown:
    """Names the pairing, the programme, and whether host or home counted."""
    del utility
    found = case.partner
    if found is None:
        return Shown(case.say("与项目方无结对关系。", "Not paired with the project's region."))
    partner, region = found
    chinese, english = PROGRAMME_NAMES[partner.programme]
    is_host = bool(case.offer.region_paths) and region == case.offer.region_paths[0][0]
    # The pairing's name may say the programme already.
    under_zh = "" if chinese in partner.name else f"（{chinese}）"
    site_zh = ("飞入地" if is_host else "飞出地") if case.offer.home_region_codes else "所在地"
    zh = f"属结对地区：{partner.name}{under_zh}，按{site_zh}认定。"
    en = f"The pairing “{partner.name}” ({english}) counts, by the {'host' if is_host else 'home'} region."
    return Shown(case.say(zh, en), need=partner.programme, offer=region)


CRITERION = Criterion(
    name="partnership",
    name_zh="结对关系",
    name_en="Partnership",
    unit="",
    default_weight=0.07,
    bounds_zh="1：飞入地或任一飞出地与项目方结对；0：无",
    bounds_en="1: host or any home region is paired with the project's side; 0: not",
    neutral=0.0,
    direction="match",
    measure=measure,
    reason=reason,
    trait="region",
    terms=Terms("regions", shares, lambda rows: np.zeros(len(rows), dtype=np.bool_)),
)
