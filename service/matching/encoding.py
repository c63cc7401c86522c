"""From plain needs and offers to columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from service.matching.columns import FigureColumn, Floats, NeedColumns, OfferColumns
from service.matching.context import Context
from service.matching.documents import need_text, offer_text
from service.matching.ragged import Ragged
from service.matching.values import Figure, Need, Offer, Restriction

_LAND_USE = {None: 0, "M1": 1, "M2": 2, "M3": 3}
_YES_NO = {None: -1, False: 0, True: 1}


def encode_offers(rows: Sequence[Offer], context: Context) -> OfferColumns:
    """Encode offers. O(rows).

    Raises
    ------
    KeyError
        If an industry code, also of a restriction, is unknown.
    """
    tree, codes = context.tree, [offer.industry_codes for offer in rows]
    texts = [offer_text(offer, tree) for offer in rows]
    return OfferColumns(
        rows=tuple(rows),
        figures=_figures([offer.figures for offer in rows]),
        lon=_degrees(offer.lon for offer in rows),
        lat=_degrees(offer.lat for offer in rows),
        industry=tree.offer_matrix(codes),
        text=context.model.transform_offers(texts, [offer.region_code for offer in rows]),
        chain=context.chain.offers(rows),
        has_industry=np.array([bool(own) for own in codes], dtype=np.bool_),
        is_county=np.array([offer.site_kind == "county" for offer in rows], dtype=np.bool_),
        land_use=np.array([_LAND_USE[offer.land_use] for offer in rows], dtype=np.int64),
        chemical_park=np.array([_YES_NO[offer.is_chemical_park] for offer in rows], dtype=np.int64),
        environment=np.array(
            [_YES_NO[_is_priority(offer.environment_unit)] for offer in rows], dtype=np.int64
        ),
        regions=Ragged.of(dict.fromkeys(_region_codes(offer)) for offer in rows),
        prohibited=_restrictions(rows, "prohibited"),
        conditional=_restrictions(rows, "conditional"),
        restricted_closure=Ragged.of(_closure(offer.restricted_industries, context) for offer in rows),
        published=np.array([offer.status == "published" for offer in rows], dtype=np.bool_),
        as_of_day=np.array([offer.as_of.toordinal() for offer in rows], dtype=np.int64),
        valid_until_day=np.array(
            [(offer.valid_until or date.max).toordinal() for offer in rows], dtype=np.int64
        ),
    )


def encode_needs(rows: Sequence[Need], context: Context) -> NeedColumns:
    """Encode needs. O(rows).

    Raises
    ------
    KeyError
        If an industry code is unknown.
    """
    tree, model = context.tree, context.model
    texts = [need_text(need, tree) for need in rows]
    text = model.transform_needs(texts)
    industry, attainable = tree.need_matrix([need.industry_code for need in rows])
    either = np.array([need.site_mode == "either" for need in rows], dtype=np.bool_)
    return NeedColumns(
        rows=tuple(rows),
        figures=_figures([need.figures for need in rows]),
        lon=_degrees(need.lon for need in rows),
        lat=_degrees(need.lat for need in rows),
        industry=industry,
        industry_attainable=attainable,
        text=text,
        text_ceiling=model.ceiling(text),
        chain=context.chain.needs(rows),
        build=np.array([need.site_mode != "rent" for need in rows], dtype=np.bool_),
        rent=np.array([need.site_mode in {"rent", "both"} for need in rows], dtype=np.bool_),
        either=either,
        musts={
            f"must:{name}": np.array([name in need.must for need in rows], dtype=np.bool_)
            for name in dict.fromkeys(name for need in rows for name in need.must)
        },
        solvent=np.array([need.coating == "solvent" for need in rows], dtype=np.bool_),
        chemical=np.array([_chemical(need, context) for need in rows], dtype=np.int64),
        industry_path=Ragged.of(tree.path(need.industry_code) for need in rows),
        industry_code=Ragged.of([need.industry_code] for need in rows),
        partner_regions=Ragged.of([p.region_code for p in need.partners] for need in rows),
        programme_regions=Ragged.of(
            [p.region_code for p in need.partners if p.programme in need.programmes] for need in rows
        ),
        has_programmes=np.array([bool(need.programmes) for need in rows], dtype=np.bool_),
    )


def _figures(rows: Sequence[Mapping[str, Figure]]) -> dict[str, FigureColumn]:
    """A column for every name that some row fills in."""
    names = sorted({name for row in rows for name, figure in row.items() if figure is not None})
    return {name: FigureColumn.of([row.get(name) for row in rows]) for name in names}


def _degrees(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _is_priority(unit: str | None) -> bool | None:
    return None if unit is None else unit == "priority_protection"


def _region_codes(offer: Offer) -> list[str]:
    """Host, homes and everything above them; the bare codes stand in for missing paths."""
    return [
        offer.region_code,
        *offer.home_region_codes,
        *(code for path in offer.region_paths for code in path),
    ]


def _restrictions(rows: Sequence[Offer], level: str) -> Ragged:
    return Ragged.of([r.code for r in offer.restricted_industries if r.level == level] for offer in rows)


def _closure(restrictions: Iterable[Restriction], context: Context) -> set[str]:
    return {code for restriction in restrictions for code in context.tree.path(restriction.code)}


def _chemical(need: Need, context: Context) -> int:
    """1 yes, 0 no, -1 when the project does not say and its industry may be."""
    if need.is_chemical is not None:
        return int(need.is_chemical)
    path = context.tree.path(need.industry_code)
    return -1 if any(code in path for code in context.book.chemical_industry_codes) else 0
