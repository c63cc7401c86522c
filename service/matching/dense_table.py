"""Dense vectors with figures beside them, in blocks that bound what they hold: what compiled.dense reads."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Rows of a block: a block's buckets stay in the nearest cache while it is worked on.
BLOCK_ROWS: Final = 512
#: Vectors are filled up to a multiple of this many integers, so that no step of the loop is a short one.
LANES: Final = 64


class DenseTable(NamedTuple):
    """n rows in blocks. Made by ``dense_table``.

    Attributes
    ----------
    vectors : ndarray of int8, shape (n, width), width a multiple of ``LANES``
    figures : ndarray of float64, shape (n, C)
    buckets : ndarray of uint8, shape (C, n)
        Which bucket each figure lies in.
    edges : ndarray of float64, shape (C, 255)
        Bucket b holds edges[b - 1] <= figure < edges[b].
    largest : ndarray of float64, shape (C, 256)
        No figure of a bucket is larger.
    rows : ndarray of int64, shape (n,)
        Where each row stood when the table was made; decides between equal scores.
    best_bucket : ndarray of uint8, shape (blocks, C)
    centres : ndarray of int8, shape (blocks, width)
    radius, norm : ndarray of int64, shape (blocks,)
        The largest distance from the centre, and from 0, rounded up.
    """

    vectors: NDArray[np.int8]
    figures: NDArray[np.float64]
    buckets: NDArray[np.uint8]
    edges: NDArray[np.float64]
    largest: NDArray[np.float64]
    rows: NDArray[np.int64]
    best_bucket: NDArray[np.uint8]
    centres: NDArray[np.int8]
    radius: NDArray[np.int64]
    norm: NDArray[np.int64]


class DenseNeed(NamedTuple):
    """What is asked for.

    Attributes
    ----------
    vector : ndarray of int8, shape (width of the table,)
    text_weight : float, from 0 to 1
        Of one unit of the product.
    floors : ndarray of float64, shape (C,)
        Figures below do not pass; -inf for none.
    aims : ndarray of float64, shape (C,), > 0
    weights : ndarray of float64, shape (C,), from 0 to 1
    """

    vector: NDArray[np.int8]
    text_weight: float
    floors: NDArray[np.float64]
    aims: NDArray[np.float64]
    weights: NDArray[np.float64]


def dense_table(vectors: NDArray[np.int8], figures: NDArray[np.float64]) -> DenseTable:
    """Put rows into blocks of neighbours and work out what bounds each.

    Parameters
    ----------
    vectors : ndarray of int8, shape (n, D)
    figures : ndarray of float64, shape (n, C), finite and not negative

    Raises
    ------
    ValueError
        If the shapes do not fit or a figure is out of range.
    """
    if vectors.ndim != 2 or figures.shape[:1] != vectors.shape[:1] or vectors.dtype != np.int8:
        raise ValueError("vectors of int8 and figures with a row each are needed")
    if not (np.isfinite(figures) & (figures >= 0)).all():
        raise ValueError("a figure is negative or not finite")
    width = max(-(-vectors.shape[1] // LANES), 1) * LANES
    rows = _neighbours(vectors)
    filled = np.zeros((len(rows), width), dtype=np.int8)
    filled[:, : vectors.shape[1]] = vectors[rows]
    own = np.ascontiguousarray(figures[rows])
    edges = (
        np.quantile(own, np.arange(1, 256) / 256, axis=0).T if len(rows) else np.zeros((own.shape[1], 255))
    )
    buckets = np.empty((own.shape[1], len(rows)), dtype=np.uint8)
    largest = np.zeros((own.shape[1], 256))
    for number, column in enumerate(own.T):
        buckets[number] = np.searchsorted(edges[number], column, side="right")
        np.maximum.at(largest[number], buckets[number], column)
        np.maximum.accumulate(largest[number], out=largest[number])
    starts = range(0, len(rows), BLOCK_ROWS)
    bounds = [_bounds(filled[start : start + BLOCK_ROWS]) for start in starts]
    return DenseTable(
        vectors=filled,
        figures=own,
        buckets=buckets,
        edges=np.ascontiguousarray(edges),
        largest=largest,
        rows=rows,
        best_bucket=np.array(
            [buckets[:, start : start + BLOCK_ROWS].max(axis=1) for start in starts], dtype=np.uint8
        ).reshape(len(starts), own.shape[1]),
        centres=np.array([centre for centre, _, _ in bounds], dtype=np.int8).reshape(len(starts), width),
        radius=np.array([radius for _, radius, _ in bounds], dtype=np.int64),
        norm=np.array([norm for _, _, norm in bounds], dtype=np.int64),
    )


def dense_need(
    table: DenseTable,
    vector: NDArray[np.int8],
    *,
    text_weight: float,
    floors: NDArray[np.float64],
    aims: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> DenseNeed:
    """A need, its vector filled up to the table's width.

    Raises
    ------
    ValueError
        If the vector is wider than the table's.
    """
    if len(vector) > table.vectors.shape[1]:
        raise ValueError("the vector is wider than the table's")
    filled = np.zeros(table.vectors.shape[1], dtype=np.int8)
    filled[: len(vector)] = vector
    return DenseNeed(filled, text_weight, floors, aims, weights)


def _neighbours(vectors: NDArray[np.int8]) -> NDArray[np.int64]:
    """An order in which blocks hold rows that are alike: halved where they differ most, down to blocks."""
    order = np.arange(len(vectors), dtype=np.int64)
    parts = [(0, len(order))]
    while parts:
        start, stop = parts.pop()
        blocks = -(-(stop - start) // BLOCK_ROWS)
        if blocks < 2:
            continue
        middle = blocks // 2 * BLOCK_ROWS
        own = vectors[order[start:stop]]
        away = own[:: max(len(own) // 4096, 1)].astype(np.float32)
        away -= away.mean(axis=0)
        widest = away[:, np.argmax(np.square(away).sum(axis=0))]
        # From the mean of one half to that of the other: where there are two heaps, between them.
        across = (away * np.sign(widest)[:, None]).mean(axis=0)
        halves = np.argpartition(own @ across, middle)
        order[start:stop] = order[start:stop][halves]
        parts += [(start, start + middle), (start + middle, stop)]
    for start in range(0, len(order), BLOCK_ROWS):
        order[start : start + BLOCK_ROWS].sort()
    return order


def _bounds(vectors: NDArray[np.int8]) -> tuple[NDArray[np.int8], int, int]:
    """The centre of a block and the largest distances from it and from 0."""
    whole = vectors.astype(np.int64)
    centre = np.rint(whole.mean(axis=0)).astype(np.int8)
    apart = int(np.square(whole - centre).sum(axis=1).max())
    return centre, _root(apart), _root(int(np.square(whole).sum(axis=1).max()))


def _root(square: int) -> int:
    return math.isqrt(square - 1) + 1 if square else 0
