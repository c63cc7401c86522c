"""The exact top k. Plain NumPy: the reference that any faster kernel has to equal.

Nothing but arrays comes in or goes out, so that this file can be replaced alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Page(NamedTuple):
    """The best rows in order, and how many eligible rows go before the first of them."""

    positions: NDArray[np.int64]
    scores: NDArray[np.float64]
    preceding: int


def blend(
    utilities: Sequence[NDArray[np.float64]], weights: Sequence[float], count: int
) -> NDArray[np.float64]:
    """sum(weight_i * utility_i), added up in the order given.

    A loop and not a matrix product: BLAS adds in an order of its own, and the
    contributions shown must add up to the very score.

    Parameters
    ----------
    utilities : sequence of ndarray, each of shape (count,) or (1,)
    weights : sequence of float, normalised
    count : int

    Returns
    -------
    scores : ndarray of float64, shape (count,)
    """
    scores = np.zeros(count, dtype=np.float64)
    for weight, utility in zip(weights, utilities, strict=True):
        scores += weight * utility
    return scores


def top_k(
    utilities: Sequence[NDArray[np.float64]],
    weights: Sequence[float],
    eligible: NDArray[np.bool_],
    tie_rank: NDArray[np.int64],
    k: int,
    after: tuple[float, int] | None = None,
) -> Page:
    """The k best eligible rows in the order (-score, tie_rank).

    Parameters
    ----------
    utilities : sequence of ndarray, each of shape (n,) or (1,)
    weights : sequence of float, normalised
    eligible : ndarray of bool, shape (n,)
    tie_rank : ndarray of int64, shape (n,)
    k : int
    after : (score, ties), optional
        Leave out what stands before or at that place in the order: rows with a
        higher score, or with that score and a tie rank below ``ties``.
    """
    scores = blend(utilities, weights, len(eligible))
    left = eligible
    if after is not None:
        score, ties = after
        left = eligible & ((scores < score) | ((scores == score) & (tie_rank >= ties)))
    rows = np.flatnonzero(left)
    preceding = int(np.count_nonzero(eligible)) - len(rows)
    if 0 < k < len(rows):
        # Everything that ties with the k-th stays in until the tie keys decide.
        kth = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        rows = rows[scores[rows] >= kth]
    best = rows[np.lexsort((tie_rank[rows], -scores[rows]))][: max(k, 0)]
    return Page(best, scores[best], preceding)
