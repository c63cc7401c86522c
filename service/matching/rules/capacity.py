"""Enough land, floor area, power, labour, and every registered quantity that the project says ``must``."""

from __future__ import annotations

from typing import Final

import numpy as np

from service.matching.bounds import Bound, too_large, too_small
from service.matching.columns import Bools, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown, show
from service.matching.criteria.coverage import coverage_text
from service.matching.rules.rule import AdmissionRule, Change, declare, target
from service.matching.sentences import to_confirm_text
from service.matching.values import Band, Figure, Quantity
from service.matching.verdicts import ALL_PASS, FAIL, PASS, Verdicts, at_least, at_most, where

_STATED: Final = (
    "项目需求；当地填报的要素数量（扣除有效预留）",
    "the project's need; the place's figure net of holds",
)


def _asked(needs: NeedColumns, field: str) -> Bools:
    """Where the project has this need and says it is hard. Shape (m,)."""
    asked = needs.hard(field)
    if field == "land_mu":
        return asked & needs.build
    return asked & needs.rent if field == "floor_area_m2" else asked


def _show(case: Case, field: str, *, at_most_need: bool = False) -> Shown:
    need, offer = case.need.figures.get(field), case.offer.figures.get(field)
    if offer is None:
        return show(to_confirm_text(case, (field,)), need, None, (field,))
    missing = (field,) if isinstance(offer, Band) and not _certain(need, offer) else ()
    return show(coverage_text(case, field, need, offer, at_most=at_most_need), need, offer, missing)


def _certain(need: Figure, offer: Band) -> bool:
    """Whether a banded figure lies wholly on one side of the need."""
    low, high = (need.low, need.high) if isinstance(need, Band) else (need or 0.0, need or 0.0)
    return offer.low >= high or offer.high <= low


def _coverage_rule(field: str, unit: str, chinese: str, english: str, decided_by: str) -> AdmissionRule:
    def test(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
        del context
        asked = _asked(needs, field)
        if not asked.any():
            return ALL_PASS
        return where(asked, at_least(offers.figure(field), needs.figure(field)))

    def bounds(need: NeedColumns) -> tuple[Bound, ...]:
        return (too_small(field, need, field),) if _asked(need, field)[0] else ()

    def changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
        fails = test(needs, offers, context) == FAIL
        return (Change(field, offers.figure(field).low, target(needs.figure(field)), fails),)

    return AdmissionRule(
        name=f"enough_{english}",
        text=declare(chinese, f"Enough {english.replace('_', ' ')}", _STATED, decided_by, fixable=True),
        reads_need=(field,),
        reads_offer=(field,),
        unit=unit,
        test=test,
        show=lambda case: _show(case, field),
        changes=changes,
        bounds=bounds,
        asks=field,
    )


def _land_verdicts(needs: NeedColumns, offers: OfferColumns) -> tuple[Verdicts, Verdicts]:
    """Of the sum, and of the largest parcel: a pass where no parcel is stated."""
    need, parcel = needs.figure("land_mu"), offers.figure("largest_parcel_mu")
    return at_least(offers.figure("land_mu"), need), np.where(parcel.known, at_least(parcel, need), PASS)


def _enough_land(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    """The largest parcel has to hold the project, and the sum what holds have left of it."""
    del context
    asked = _asked(needs, "land_mu")
    if not asked.any():
        return ALL_PASS
    return where(asked, np.minimum(*_land_verdicts(needs, offers)))


def _land_bounds(need: NeedColumns) -> tuple[Bound, ...]:
    if not _asked(need, "land_mu")[0]:
        return ()
    return tuple(too_small(field, need, "land_mu") for field in ("land_mu", "largest_parcel_mu"))


def _land_changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
    del context
    asked, to = _asked(needs, "land_mu"), target(needs.figure("land_mu"))
    verdicts = zip(("land_mu", "largest_parcel_mu"), _land_verdicts(needs, offers), strict=True)
    return tuple(
        Change(field, offers.figure(field).low, to, asked & (verdict == FAIL)) for field, verdict in verdicts
    )


def _show_land(case: Case) -> Shown:
    need, parcel = case.need.figures.get("land_mu"), case.offer.figures.get("largest_parcel_mu")
    whole = _show(case, "land_mu")
    if parcel is None:
        return whole
    part = show(coverage_text(case, "largest_parcel_mu", need, parcel), need, parcel)
    unsure = isinstance(parcel, Band) and not _certain(need, parcel)
    text = whole.text + case.say("", " ") + part.text
    # The figure shown is the one that decides: the smaller of the two.
    shown = part if _end(parcel) < _end(case.offer.figures.get("land_mu")) else whole
    return Shown(
        text=text,
        need=shown.need,
        offer=shown.offer,
        need_band=shown.need_band,
        offer_band=shown.offer_band,
        missing=whole.missing + (("largest_parcel_mu",) if unsure else ()),
    )


def _end(figure: Figure) -> float:
    if figure is None:
        return np.inf
    return figure.low if isinstance(figure, Band) else figure


ENOUGH_LAND = AdmissionRule(
    name="enough_land",
    text=declare("土地足够", "Enough land", _STATED, "county", fixable=True),
    reads_need=("land_mu",),
    reads_offer=("land_mu", "largest_parcel_mu"),
    unit="mu",
    test=_enough_land,
    show=_show_land,
    changes=_land_changes,
    bounds=_land_bounds,
    asks="land_mu",
)

CAPACITY_RULES: Final = (
    ENOUGH_LAND,
    _coverage_rule("floor_area_m2", "m2", "厂房面积足够", "floor_area", "county"),
    _coverage_rule("power_kva", "kVA", "受电容量足够", "power", "county_grid_company"),
    _coverage_rule("labour_persons", "persons", "劳动力足够", "labour", "county"),
)


def quantity_rule(quantity: Quantity) -> AdmissionRule:
    """The rule of one registered quantity; its own line says whether a county can act on it."""
    field, limited = quantity.name, quantity.test == "offer_at_most_need"

    def test(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
        del context
        asked = _asked(needs, field)
        if not asked.any():
            return ALL_PASS
        compare = at_most if limited else at_least
        return where(asked, compare(offers.figure(field), needs.figure(field)))

    def bounds(need: NeedColumns) -> tuple[Bound, ...]:
        compare = too_large if limited else too_small
        return (compare(field, need, field),) if _asked(need, field)[0] else ()

    def changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
        need, offer = needs.figure(field), offers.figure(field)
        fails = test(needs, offers, context) == FAIL
        start, to = (offer.high, need.low) if limited else (offer.low, target(need))
        return (Change(field, start, to, fails),)

    return AdmissionRule(
        name=f"quantity:{field}",
        text=declare(
            f"{quantity.name_zh}满足",
            f"{quantity.name_en} met",
            _STATED,
            quantity.decided_by,
            fixable=quantity.actionable,
        ),
        reads_need=(field,),
        reads_offer=(field,),
        unit=quantity.unit,
        test=test,
        show=lambda case: _show(case, field, at_most_need=limited),
        changes=changes,
        bounds=bounds,
        asks=field,
    )
