"""The rows and needs of task R1: synthetic, from the shipped texts or from nothing at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD

from benchmarks.demo import demo_snapshot

WIDTH = 64
CRITERIA = 8
_LEAST_PASSING, _MOST_PASSING = 0.10, 0.25
_LARGEST = 127


@dataclass(frozen=True)
class Wanted:
    """A need: a vector, hard floors, aims, and weights that sum to 1 (``text_weight`` per product unit)."""

    vector: NDArray[np.int8]
    text_weight: float
    floors: NDArray[np.float64]
    aims: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(frozen=True)
class Rows:
    """What is ranked, and the vectors that needs are drawn from.

    Attributes
    ----------
    vectors : ndarray of int8, shape (n, WIDTH)
    figures : ndarray of float64, shape (n, CRITERIA)
        Column by column, as whoever filters in NumPy would keep them.
    asked : ndarray of int8, shape (m, WIDTH)
    """

    vectors: NDArray[np.int8]
    figures: NDArray[np.float64]
    asked: NDArray[np.int8]


@dataclass(frozen=True)
class ShippedTexts:
    """The served text representation in ``WIDTH`` dimensions: places, and every industry's name as a need."""

    places: NDArray[np.float64]
    needs: NDArray[np.float64]

    @classmethod
    def of_demo(cls, kept: Path | None, seed: int) -> ShippedTexts:
        """Truncated singular value decomposition of what the demo serves. Products of rows are kept best."""
        snapshot = demo_snapshot(kept)
        matcher = snapshot.matcher
        texts = matcher.offers([offer for _, offer in snapshot.living()]).text
        asked = matcher.model.transform_needs([matcher.tree.name(code) for code in matcher.tree.codes])
        used = np.unique(texts.indices)
        decomposition = TruncatedSVD(WIDTH, random_state=seed)
        places = decomposition.fit_transform(_columns(texts, used))
        needs = decomposition.transform(_columns(asked, used))
        return cls(_of_length_one(places), _of_length_one(needs[np.abs(needs).sum(axis=1) > 0]))

    def rows(self, count: int, generator: np.random.Generator) -> Rows:
        """The places tiled; beyond the first tile every row is another place's text with noise."""
        tiled = self.places[np.arange(count) % len(self.places)]
        tiled[len(self.places) :] += generator.normal(0, 0.03, (max(count - len(self.places), 0), WIDTH))
        return Rows(_quantised(_of_length_one(tiled)), _figures(count, generator), _quantised(self.needs))


def gaussian_rows(count: int, generator: np.random.Generator) -> Rows:
    """Vectors without any structure: nothing that a bound could use."""
    drawn = generator.normal(size=(count + 2000, WIDTH))
    whole = _quantised(_of_length_one(drawn))
    return Rows(whole[:count], _figures(count, generator), whole[count:])


def draw_need(rows: Rows, generator: np.random.Generator) -> Wanted:
    """A need that nobody had before, which 10 to 25 % of the rows pass (of a sample)."""
    sample = rows.figures[:: max(len(rows.figures) // 4000, 1)]
    while True:
        shares = generator.uniform(0.05, 0.4, CRITERIA)
        floors = np.array(
            [np.quantile(column, share) for column, share in zip(sample.T, shares, strict=True)]
        )
        if _LEAST_PASSING < (sample >= floors).all(axis=1).mean() < _MOST_PASSING:
            break
    first, second = rows.asked[generator.integers(0, len(rows.asked), 2)].astype(np.float64)
    mixed = _of_length_one((first + generator.uniform(0, 1) * second)[None, :])
    text = generator.uniform(0.1, 0.7)
    weights = generator.dirichlet(np.ones(CRITERIA)) * (1 - text)
    unit = float(np.square(rows.vectors[0].astype(np.float64)).sum())
    return Wanted(
        vector=_quantised(mixed)[0],
        text_weight=float(text / unit),
        floors=floors,
        aims=floors * generator.uniform(1.5, 4, CRITERIA) + 1,
        weights=weights,
    )


def _figures(count: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Made-up figures: skewed, with one decimal as people write them, partly going together."""
    size = generator.normal(0, 0.5, (count, 1))
    return np.asfortranarray(np.round(np.exp(4 + size + generator.normal(0, 1, (count, CRITERIA))), 1))


def _quantised(vectors: NDArray[np.float64]) -> NDArray[np.int8]:
    """Integers of one byte, so that every product is exact, also in 32-bit floats."""
    return np.rint(np.clip(vectors * 256, -_LARGEST, _LARGEST)).astype(np.int8)


def _of_length_one(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def _columns(matrix: csr_array, used: NDArray[np.int32]) -> csr_array:
    return matrix.tocsc()[:, used].tocsr().astype(np.float64)
