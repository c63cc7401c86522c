"""Ranks of the truth, and what they come to: MRR, hit rates, nDCG, bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

RESAMPLES: Final = 1000
_SEED: Final = 20260101


def ranks_of(scores: Floats, truth: Ints, candidates: Bools | None = None) -> Floats:
    """The rank of each query's truth among its candidates; equal scores share their mean rank.

    Parameters
    ----------
    scores : ndarray of float64, shape (q, n)
    truth : ndarray of int64, shape (q,)
        Column of the right candidate.
    candidates : ndarray of bool, shape (q, n), optional
        Where given, only these columns compete.

    Returns
    -------
    ndarray of float64, shape (q,)
        From 1 on; halves where an even number of candidates tie.
    """
    own = scores[np.arange(len(truth)), truth][:, None]
    above, equal = scores > own, scores == own
    if candidates is not None:
        above &= candidates
        equal &= candidates
    return np.asarray(1.0 + above.sum(axis=1) + (equal.sum(axis=1) - 1) / 2.0)


def gains(ranks: Floats) -> dict[str, Floats]:
    """Per query, what each metric counts for it.

    MRR: E. Voorhees, TREC-8 (1999). nDCG with one relevant candidate: K. Järvelin and
    J. Kekäläinen, TOIS 20 (2002): 1 / log2(1 + rank) within the first ten.
    """
    found = {f"hit@{k}": (ranks <= k).astype(np.float64) for k in (1, 5, 10)}
    return {"mrr": 1.0 / ranks, **found, "ndcg@10": np.where(ranks <= 10, 1.0 / np.log2(1.0 + ranks), 0.0)}


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def bootstrap(values: Floats) -> Interval:
    """The mean over queries with its percentile interval over resamples of the queries (Efron 1979).

    Every method sees the same resamples, so that differences between methods are paired.
    """
    if not len(values):
        return Interval(float("nan"), float("nan"), float("nan"))
    means = _resampled_means(values)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def _resampled_means(values: Floats) -> Floats:
    rng = np.random.Generator(np.random.PCG64(_SEED))
    count = len(values)
    means = np.empty(RESAMPLES)
    for resample in range(RESAMPLES):
        # Counts instead of indices: a resample of 8,000 is one multinomial draw.
        weights = np.bincount(rng.integers(0, count, count), minlength=count)
        means[resample] = weights @ values / count
    return means
