"""What went where before: the part of the text model that learns from past placements, by region.

One matrix of integers, features x regions: no place holds a copy of its region's weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array, hstack, vstack
from sklearn.base import BaseEstimator

from service.matching.channels import DivisionsOf, cells_to_columns, hashed_grams
from service.matching.history import Placement
from service.matching.softmax import Floats32, fit_softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEIGHT_UNITS: Final = 1024
NEED_UNITS: Final = 4096
_LIFT_K: Final = 50.0
_DIVISION_LIFT_K: Final = 10.0
_SCOPE_ALPHA: Final = 0.02
_LIST_ALPHA: Final = 0.01
_SCALE_SAMPLE: Final = 1000
_FLAT: Final = 1e-4


class Experience(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Which region the past says a text belongs to.

    For a scope of business: multinomial logistic regression on characters, punctuation kept, with naive
    Bayes beside it. For a list of leading industries: how much more often than elsewhere its characters
    and divisions were placed in a region, with naive Bayes beside it.

    Parameters
    ----------
    half_life_years : float
        A placement counts half after so many years.
    scope_bayes, list_bayes, list_divisions : float
        Weight of the second and third opinion, each in units of its own spread.
    smallest : int
        Weights below, in WEIGHT_UNITS, are left out of the model.

    Attributes
    ----------
    region_codes_ : ndarray of str, shape (R,), ascending
    counts_ : ndarray of int64, shape (R,)
        Past placements of each.
    scope_cells_, list_cells_ : ndarray of int64
        Hashed features that two placements have, ascending.
    rarity_ : ndarray of float32, shape (scope cells,)
        Square root of ln(N / df).
    divisions_ : ndarray of str
    weights_ : csr_array of int32, shape (F, R)
        Rows: scope features, intercept, scope length, list features, list length, divisions.
    """

    def __init__(
        self,
        half_life_years: float = 8.0,
        scope_bayes: float = 0.3,
        list_bayes: float = 0.5,
        list_divisions: float = 0.25,
        smallest: int = 32,
    ) -> None:
        self.half_life_years = half_life_years
        self.scope_bayes = scope_bayes
        self.list_bayes = list_bayes
        self.list_divisions = list_divisions
        self.smallest = smallest

    def fit(self, history: Sequence[Placement], divisions: DivisionsOf) -> Self:
        """Learn from placements, at least one; their order does not matter."""
        placed = sorted(history, key=lambda past: (past.on, past.region_code, past.text))
        texts = [past.text for past in placed]
        self.region_codes_ = np.array(sorted({past.region_code for past in placed}), dtype=np.str_)
        y = np.searchsorted(self.region_codes_, np.array([past.region_code for past in placed]))
        count = len(self.region_codes_)
        self.counts_ = np.bincount(y, minlength=count).astype(np.int64)
        months = np.array([12 * past.on.year + past.on.month for past in placed], dtype=np.float64)
        age_years = (months.max() + 1 - months) / 12
        weight = 0.5 ** (age_years / self.half_life_years)
        gather = csr_array((np.ones(len(y), dtype=np.float32), (y, np.arange(len(y)))), shape=(count, len(y)))
        # The scope part is let go before the list part is made: together they would need twice the memory.
        blocks = self._scope_blocks(texts, y, gather, (weight / weight.mean()).astype(np.float32))
        blocks += self._list_blocks(texts, gather, divisions)
        self.weights_ = csr_array(vstack(blocks, format="csr"))
        return self

    def _scope_blocks(
        self, texts: list[str], y: Ints, gather: csr_array, weight: Floats32
    ) -> list[csr_array]:
        present, self.scope_cells_ = _shared_features(hashed_grams(texts, punctuation=True))
        frequency = np.maximum(np.bincount(present.indices, minlength=present.shape[1]), 1)
        self.rarity_ = np.sqrt(np.log(len(texts) / frequency)).astype(np.float32)
        features = self._unit_rows(present)
        sample = _sample(features)
        prior = np.log(self.counts_ + 1.0)
        dense, intercept = fit_softmax(features, y, weight, len(self.counts_))
        unit = _spread(np.asarray(sample @ dense) + intercept)
        dense *= np.float32(WEIGHT_UNITS / unit)
        np.rint(dense, out=dense)
        bayes, base = _naive_bayes(gather @ present, _SCOPE_ALPHA)
        # A vector of length one holds fewer units than the text has features: the prior shrinks with it.
        lengths = np.asarray(sample.sum(axis=1)).ravel()
        wide = np.asarray(_sample(present).sum(axis=1)).ravel()
        shrink = float(np.median(wide / np.maximum(lengths, 1e-9)))
        centred = (prior - prior.mean()) / max(shrink, 1e-9)
        found = (sample @ bayes.T).toarray() + lengths[:, None] * base + centred
        scale = self.scope_bayes / _spread(found)
        # Added in place: a second matrix of this size would double what the fit needs.
        rows = np.repeat(np.arange(bayes.shape[0]), np.diff(bayes.indptr))
        dense[bayes.indices, rows] += np.rint(WEIGHT_UNITS * scale * bayes.data).astype(np.float32)
        dense[np.abs(dense) < self.smallest] = 0
        steady = WEIGHT_UNITS * (intercept / unit + scale * centred)
        return [
            _integers(csr_array(dense)),
            _integers(steady[None]),
            _integers(WEIGHT_UNITS * scale * base[None]),
        ]

    def _list_blocks(self, texts: list[str], gather: csr_array, divisions: DivisionsOf) -> list[csr_array]:
        present, self.list_cells_ = _shared_features(hashed_grams(texts, punctuation=False))
        sample, total = _sample(present), len(texts)
        sums = csr_array(gather @ present)
        lifted = _lift(sums, self.counts_, total, _LIFT_K)
        lifted.data /= _spread((sample @ lifted.T).toarray())
        bayes, base = _naive_bayes(sums, _LIST_ALPHA)
        lengths = np.asarray(sample.sum(axis=1)).ravel()
        scale = self.list_bayes / _spread((sample @ bayes.T).toarray() + lengths[:, None] * base)
        grams = WEIGHT_UNITS * (lifted + scale * bayes).T
        found = [sorted(set(divisions(text))) for text in texts]
        self.divisions_ = np.array(sorted({name for names in found for name in names}), dtype=np.str_)
        said = _membership(found, self.divisions_)
        industry = _lift(csr_array(gather @ said), self.counts_, total, _DIVISION_LIFT_K)
        industry.data *= self.list_divisions / _spread((_sample(said) @ industry.T).toarray())
        return [
            _integers(grams, self.smallest),
            _integers(WEIGHT_UNITS * scale * base[None]),
            _integers(WEIGHT_UNITS * industry.T),
        ]

    def _unit_rows(self, present: csr_array) -> csr_array:
        """Features weighted by rarity, rows of length one, float32."""
        weighted = csr_array(present @ diags_array(self.rarity_), dtype=np.float32)
        rows = np.repeat(np.arange(weighted.shape[0]), np.diff(weighted.indptr))
        squares = np.bincount(
            rows, weights=weighted.data.astype(np.float64) ** 2, minlength=weighted.shape[0]
        )
        weighted.data = (weighted.data / np.maximum(np.sqrt(squares), 1e-9)[rows]).astype(np.float32)
        return weighted

    def scores(self, texts: Sequence[str], listed: Floats, divisions: DivisionsOf) -> Ints:
        """How strongly the past says each region, comparable within a row. Shape (len(texts), R).

        Parameters
        ----------
        listed : ndarray of float64, shape (len(texts),)
            How far each text is a list of leading industries.
        """
        scope = self._unit_rows(_known_features(hashed_grams(texts, punctuation=True), self.scope_cells_))
        brief = _known_features(hashed_grams(texts, punctuation=False), self.list_cells_)
        said = _membership([divisions(text) for text in texts], self.divisions_)
        parts = [
            *((scope, 1 - listed), (np.ones((len(texts), 1)), 1 - listed), (_row_sums(scope), 1 - listed)),
            *((brief, listed), (_row_sums(brief), listed), (said, listed)),
        ]
        rows = [csr_array(diags_array(NEED_UNITS * share) @ csr_array(part)) for part, share in parts]
        needs = _integers(csr_array(hstack(rows, format="csr")))
        return np.asarray((needs.astype(np.int64) @ self.weights_).toarray(), dtype=np.int64)


def _row_sums(matrix: csr_array) -> Floats:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    sums = np.bincount(rows, weights=matrix.data.astype(np.float64), minlength=matrix.shape[0])
    return np.asarray(sums[:, None], dtype=np.float64)


def _shared_features(present: csr_array) -> tuple[csr_array, Ints]:
    """The features that two rows have, as columns of their own, and their cells."""
    cells, frequency = np.unique(present.indices, return_counts=True)
    kept = cells[frequency > 1].astype(np.int64)
    return _known_features(present, kept), kept


def _known_features(present: csr_array, cells: Ints) -> csr_array:
    columns = cells_to_columns(present.indices, cells)
    rows = np.repeat(np.arange(present.shape[0], dtype=np.int32), np.diff(present.indptr))
    known = columns >= 0
    data = np.ones(int(known.sum()), dtype=np.float32)
    return csr_array(
        (data, (rows[known], columns[known].astype(np.int32))), shape=(present.shape[0], len(cells))
    )


def _membership(names: Sequence[Sequence[str]], known: NDArray[np.str_]) -> csr_array:
    column = {name: position for position, name in enumerate(known.tolist())}
    cells = [(row, column[name]) for row, own in enumerate(names) for name in set(own) if name in column]
    table = np.array(cells, dtype=np.int64).reshape(-1, 2)
    return csr_array(
        (np.ones(len(table), dtype=np.float32), (table[:, 0], table[:, 1])), shape=(len(names), len(known))
    )


def _naive_bayes(sums: csr_array, alpha: float) -> tuple[csr_array, Floats]:
    """Smoothed log likelihood: log(1 + count / alpha) where a region has a feature, and what all share.

    Written so that only what a region has is stored; a constant per feature ranks nothing and is left out.
    """
    seen = csr_array(sums, dtype=np.float64)
    totals = np.asarray(seen.sum(axis=1)).ravel() + alpha * max(seen.shape[1], 1)
    seen.data = np.log1p(seen.data / alpha)
    return seen, -np.log(totals)


def _lift(sums: csr_array, counts: Ints, total: int, k: float) -> csr_array:
    """max(0, log of how much more often than everywhere a region has a feature), shrunk by k placements."""
    lifted = csr_array(sums, dtype=np.float64)
    everywhere = np.bincount(lifted.indices, weights=lifted.data, minlength=lifted.shape[1]) / total
    rows = np.repeat(np.arange(lifted.shape[0]), np.diff(lifted.indptr))
    share = everywhere[lifted.indices]
    lifted.data = np.maximum(np.log((lifted.data + k * share) / (counts[rows] + k) / share), 0.0)
    lifted.eliminate_zeros()
    return lifted


def _sample(matrix: csr_array) -> csr_array:
    return matrix[:: max(1, matrix.shape[0] // _SCALE_SAMPLE)]


def _spread(scores: Floats) -> float:
    """Mean over rows of the standard deviation over regions; 1 where there is none."""
    spread = float(np.asarray(scores, dtype=np.float64).std(axis=1).mean())
    # What rounding leaves of equal scores is no spread: scaled up by it, weights would overflow.
    return spread if spread > _FLAT else 1.0


def _integers(matrix: csr_array | Floats, smallest: int = 1) -> csr_array:
    found = csr_array(matrix)
    whole = np.rint(found.data)
    whole[np.abs(whole) < smallest] = 0
    result = csr_array((whole.astype(np.int32), found.indices, found.indptr), shape=found.shape)
    result.eliminate_zeros()
    return result
