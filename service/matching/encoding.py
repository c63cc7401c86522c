"""From plain needs and offers to columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from service.matching.columns import FigureColumn, Floats, NeedColumns, OfferColumns
from service.matching.context import Context
from service.matching.documents import need_text
from service.matching.ragged import Ragged
from service.matching.traits import encode_traits
from service.matching.values import Figure, Need, Offer


def encode_offers(rows: Sequence[Offer], context: Context) -> OfferColumns:
    """Encode offers. O(rows).

    Raises
    ------
    KeyError
        If an industry code, also of a restriction, is unknown.
    """
    return OfferColumns(
        rows=tuple(rows),
        figures=figures_of([offer.figures for offer in rows]),
        **encode_traits(rows, context),
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
        figures=figures_of([need.figures for need in rows]),
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


def figures_of(rows: Sequence[Mapping[str, Figure]]) -> dict[str, FigureColumn]:
    """A column for every name that some row fills in."""
    names = sorted({name for row in rows for name, figure in row.items() if figure is not None})
    return {name: FigureColumn.of([row.get(name) for row in rows]) for name in names}


def _degrees(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _chemical(need: Need, context: Context) -> int:
    """1 yes, 0 no, -1 when the project does not say and its industry may be."""
    if need.is_chemical is not None:
        return int(need.is_chemical)
    path = context.tree.path(need.industry_code)
    return -1 if any(code in path for code in context.book.chemical_industry_codes) else 0
