"""How sure a rank is: its 90 % interval when the weights shift at random."""

from __future__ import annotations

from typing import Final

import numpy as np

from service.matching.assessment import Assessment
from service.matching.columns import Bools, Floats, Ints
from service.matching.weights import Weights

DRAWS: Final = 200
#: Standard deviation of the logarithm of a weight: two draws in three stay within a factor 1.35.
SPREAD: Final = 0.3
SEED: Final = 20_260_701
_LOW, _HIGH = 0.05, 0.95


def shifted_weights(weights: Weights) -> Floats:
    """Weights times exp(N(0, 0.3)), each independently, normalised again.

    Returns
    -------
    ndarray of float64, shape (DRAWS, number of criteria)
        The same for the same weights, from a fixed seed (PCG64). A weight of zero
        stays zero.
    """
    generator = np.random.Generator(np.random.PCG64(SEED))
    factors = np.exp(generator.normal(0.0, SPREAD, size=(DRAWS, len(weights.normalised))))
    shifted = np.array(weights.normalised) * factors
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def rank_interval(
    assessment: Assessment, tie_rank: Ints, *, visible: Bools, weights: Weights, positions: Ints
) -> tuple[Ints, Ints]:
    """Ranks between which a row stays in 90 % of the draws, among all visible eligible rows.

    Parameters
    ----------
    assessment : Assessment of n pairs
    tie_rank : ndarray of int64, shape (n,)
    visible : ndarray of bool, shape (n,)
    weights : Weights
    positions : ndarray of int64, shape (k,)

    Returns
    -------
    low, high : ndarray of int64, shape (k,)
        The 5 % and 95 % quantiles, rounded outwards. With "either" the better
        reading is chosen anew in every draw, as a ranking would.
    """
    rows = np.flatnonzero(visible & assessment.eligible)
    ties, ranks = tie_rank[rows], np.empty((DRAWS, len(positions)), dtype=np.int64)
    for draw, weight in enumerate(shifted_weights(weights)):
        scores = assessment.scores(weight.tolist())
        candidates = scores[rows]
        for column, position in enumerate(positions.tolist()):
            own = scores[position]
            before = (candidates > own) | ((candidates == own) & (ties < tie_rank[position]))
            ranks[draw, column] = 1 + np.count_nonzero(before)
    low = np.quantile(ranks, _LOW, axis=0, method="lower")
    high = np.quantile(ranks, _HIGH, axis=0, method="higher")
    return low.astype(np.int64), high.astype(np.int64)
