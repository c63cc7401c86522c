"""The order of one side for one row of the other, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from service.matching.assessment import Assessment, merit
from service.matching.columns import Bools, Floats, Ints, NeedColumns, OfferColumns
from service.matching.kernel import top_k
from service.matching.weights import Weights

ShownMode = Literal["build", "rent", "both"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page; the next one goes on after it even when it is gone."""

    score: float
    tie_key: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """One page of a ranking.

    Attributes
    ----------
    positions : ndarray of int64, shape (k,)
        Rows of the ranked columns, best first.
    scores : ndarray of float64, shape (k,)
    site_modes : tuple of {"build", "rent", "both"}, length k
    utilities : ndarray of float64, shape (k, number of criteria)
        What the scores were added up from.
    unknown : ndarray of bool, the same shape
    preceding : int
        How many eligible rows stand before this page.
    eligible_count, excluded_count : int
        Of the visible rows.
    next_cursor : Cursor or None
    """

    positions: Ints
    scores: Floats
    site_modes: tuple[ShownMode, ...]
    utilities: Floats
    unknown: Bools
    preceding: int
    eligible_count: int
    excluded_count: int
    next_cursor: Cursor | None


def rank(
    assessment: Assessment,
    ranked: OfferColumns | NeedColumns,
    *,
    visible: Bools,
    k: int,
    weights: Weights,
    after: Cursor | None,
) -> Ranking:
    """The k best visible and eligible rows after the cursor.

    Raises
    ------
    ValueError
        If ``visible`` does not have one entry per row, or k is below 1.
    """
    if visible.shape != (len(ranked),):
        raise ValueError(f"visible has shape {visible.shape}, there are {len(ranked)} rows")
    if k < 1:
        raise ValueError("k is below 1")
    chosen, utilities = merit(assessment, weights)
    eligible = visible & assessment.eligible
    page = top_k(
        [utility.values for utility in utilities],
        weights.normalised,
        eligible,
        ranked.tie_rank,
        k,
        None if after is None else (after.score, ranked.ties_up_to(after.tie_key)),
    )
    eligible_count = int(np.count_nonzero(eligible))
    more = page.preceding + len(page.positions) < eligible_count
    return Ranking(
        positions=page.positions,
        scores=page.scores,
        site_modes=tuple(
            site_mode(assessment.variants[chosen[row]].needs, row) for row in page.positions.tolist()
        ),
        utilities=page_rows([utility.values for utility in utilities], page.positions, len(ranked)),
        unknown=page_rows([utility.unknown for utility in utilities], page.positions, len(ranked)),
        preceding=page.preceding,
        eligible_count=eligible_count,
        excluded_count=int(np.count_nonzero(visible)) - eligible_count,
        next_cursor=_cursor(ranked, page.positions, page.scores) if more and len(page.positions) else None,
    )


def page_rows(columns: Sequence[NDArray[Any]], positions: Ints, count: int) -> NDArray[Any]:
    """The entries at ``positions``, one column per criterion. Shape (k, number of criteria)."""
    return np.stack([np.broadcast_to(column, (count,))[positions] for column in columns], axis=1)


def _cursor(ranked: OfferColumns | NeedColumns, positions: Ints, scores: Floats) -> Cursor:
    return Cursor(float(scores[-1]), ranked.tie_key(int(positions[-1])))


def site_mode(needs: NeedColumns, row: int) -> ShownMode:
    """How a need was read, as an item says it."""
    own = row if len(needs) > 1 else 0
    if needs.build[own] and needs.rent[own]:
        return "both"
    return "build" if needs.build[own] else "rent"
