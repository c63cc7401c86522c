"""Many projects at once, each with its best places: the order alone, nothing explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from service.matching.chain_columns import ChainNeeds
from service.matching.columns import Bools, FigureColumn, Floats, Ints, NeedColumns
from service.matching.context import Context
from service.matching.place_ranking import best_places
from service.matching.places import Places
from service.matching.ragged import Ragged
from service.matching.ranking import ShownMode, site_mode
from service.matching.rules import AdmissionRule
from service.matching.weights import Weights


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """The best places of one project.

    Attributes
    ----------
    positions : ndarray of int64, shape (<= k,)
    scores : ndarray of float64, the same shape
    site_modes : tuple of {"build", "rent", "both"}, of that length
    eligible_count : int
    """

    positions: Ints
    scores: Floats
    site_modes: tuple[ShownMode, ...]
    eligible_count: int


def top_of_each(
    rules: Sequence[AdmissionRule],
    needs: NeedColumns,
    places: Places,
    context: Context,
    *,
    visible: Sequence[Bools],
    k: int,
    weights: Weights,
) -> Iterator[Top]:
    """For each need what ``rank_places`` puts first. ``visible`` has a mask of shape (n,) for each.

    Raises
    ------
    ValueError
        As ``rank_places`` does, or if there is not one mask per need.
    """
    weighing = np.array(weights.normalised, dtype=np.float64)
    # Between segments ties are decided by rank: the keys themselves need not be at hand.
    ranks = places.tie_rank if len(places.segments) > 1 else np.zeros(0, dtype=np.int64)
    for need, mask in zip(single_rows(needs), visible, strict=True):
        best = best_places(
            rules, need, places, context, visible=mask, k=k, weighing=weighing, tie=ranks.__getitem__
        )
        modes = [site_mode(mode, 0) for mode in need.modes()]
        yield Top(
            positions=best.positions,
            scores=best.scores,
            site_modes=tuple(modes[reading] for reading in best.readings.tolist()),
            eligible_count=best.eligible,
        )


def single_rows(needs: NeedColumns) -> Iterator[NeedColumns]:
    """Every row as columns of its own: ``take([row])`` on views, at a quarter of its cost."""
    names = [field.name for field in fields(needs)]
    for row in range(len(needs)):
        yield type(needs)(**{name: _row(getattr(needs, name), row) for name in names})


def _row(column: Any, row: int) -> Any:
    stop = row + 1
    match column:
        case np.ndarray() | tuple():
            return column[row:stop]
        case Mapping():
            return {name: _row(inner, row) for name, inner in column.items()}
        case FigureColumn():
            low = column.low[row:stop]
            return FigureColumn(low, low if column.high is column.low else column.high[row:stop])
        case Ragged():
            first, last = column.indptr[row], column.indptr[stop]
            return Ragged(column.values[first:last], column.indptr[row : stop + 1] - first)
        case csr_array():
            return _rows_of(column, row, stop)
        case ChainNeeds():
            return _chain_row(column, row)
    raise TypeError(f"no row can be taken of {type(column).__name__}")


def _rows_of(matrix: csr_array, start: int, stop: int) -> csr_array:
    first, last = matrix.indptr[start], matrix.indptr[stop]
    parts = (matrix.data[first:last], matrix.indices[first:last], matrix.indptr[start : stop + 1] - first)
    return csr_array(parts, shape=(stop - start, matrix.shape[1]))


def _chain_row(chain: ChainNeeds, row: int) -> ChainNeeds:
    """Materials are rows of their own, as many as the need names."""
    own = slice(int(chain.material_starts[row]), int(chain.material_starts[row + 1]))
    return ChainNeeds(
        materials=_rows_of(chain.materials, own.start, own.stop),
        material_starts=np.array([0, own.stop - own.start], dtype=np.int64),
        max_haul_km=chain.max_haul_km[own],
        **{
            name: _row(getattr(chain, name), row)
            for name in (field.name for field in fields(chain))
            if name not in {"materials", "material_starts", "max_haul_km"}
        },
    )
