"""Exact top k over dense vectors: what the kernel becomes should a dense representation rank better.

Today the served representation is sparse (``service.matching.text``) and nothing but benchmarks/ calls
this. It answers the same question over vectors of small integers: hard floors on figures, then a blend of
the vectors' product and of how far each figure reaches its aim::

    score = sum_c weight_c * min(figure_c / aim_c, 1) + text_weight * product

with the criteria added in their order and the text last. Products are integers, so that their bounds are
exact; every bound is the same sum over larger values, and rounding is monotone, so that no margin is
needed. Rows are kept in blocks of neighbours, the figures beside them as the numbers of 256 buckets.
"""

from __future__ import annotations

import math
from concurrent.futures import Executor
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.matching.compiled import compiled, inlined
from service.matching.compiled.top import _keep as keep
from service.matching.dense_table import BLOCK_ROWS, DenseNeed, DenseTable

#: With fewer blocks a second thread costs more than it saves.
_FEWEST_BLOCKS: Final = 32


class DenseTop(NamedTuple):
    """The best rows in the order (-score, row), and how many rows pass at all."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]
    eligible: int


def dense_top(table: DenseTable, need: DenseNeed, k: int, beside: Executor | None = None) -> DenseTop:
    """The k best rows that pass every floor.

    Parameters
    ----------
    beside : Executor, optional
        Does every second block in a thread of its own; the answer is the same.

    Raises
    ------
    ValueError
        If a weight is not from 0 to 1, an aim not positive, a floor not a number, or k below 1.
    """
    if beside is None or len(table.radius) < _FEWEST_BLOCKS:
        scores, rows, eligible = _alone(table, need, k)
        return DenseTop(rows, scores, eligible)
    shared = (table, need, _prepared(table, need, k), k, np.full(2, -np.inf))
    second = beside.submit(lambda: _scan(*shared, 1, 2))
    own = _scan(*shared, 0, 2)
    other = second.result()
    scores, rows = (np.concatenate(pair) for pair in zip(own[:2], other[:2], strict=True))
    best = np.lexsort((rows, -scores))[:k]
    return DenseTop(rows[best], scores[best], own[2] + other[2])


@inlined
def _product(vector: Any, text: Any) -> Any:
    """The product of two vectors, kept at 32 bits: for those there are wide instructions."""
    total = np.int32(0)
    for lane in range(len(text)):
        total = np.int32(total + np.int32(vector[lane]) * np.int32(text[lane]))
    return total


@compiled
def _prepared(table: Any, need: Any, k: int) -> Any:
    """What a need comes to per bucket and per block; blocks in the order of the most that they may hold."""
    sound = k >= 1 and 0 <= need.text_weight <= 1
    for criterion in range(len(need.weights)):
        sound &= 0 <= need.weights[criterion] <= 1 and need.aims[criterion] > 0
        sound &= not math.isnan(need.floors[criterion])
    if not sound:
        raise ValueError("weights must be from 0 to 1, aims positive, floors numbers, and k at least 1")
    criteria, blocks = len(need.weights), len(table.radius)
    text = need.vector.astype(np.int16)
    square = np.int64(0)
    for lane in range(len(text)):
        square += np.int64(text[lane]) * np.int64(text[lane])
    length = np.int64(math.sqrt(square))
    while length * length < square:
        length += 1
    tables = np.empty((criteria, 256), dtype=np.float64)
    first = np.full(criteria, -1, dtype=np.int64)
    for criterion in range(criteria):
        weight, aim, floor = need.weights[criterion], need.aims[criterion], need.floors[criterion]
        for bucket in range(256):
            tables[criterion, bucket] = weight * min(table.largest[criterion, bucket] / aim, 1.0)
        if floor > 0:
            first[criterion] = np.searchsorted(table.edges[criterion], floor, side="right")
    ceilings, bounds = np.empty(blocks, dtype=np.float64), np.empty(blocks, dtype=np.float64)
    for block in range(blocks):
        near = np.int64(_product(table.centres[block], text)) + length * table.radius[block]
        ceilings[block] = need.text_weight * min(near, length * table.norm[block])
        bound = 0.0
        for criterion in range(criteria):
            bound += tables[criterion, table.best_bucket[block, criterion]]
        bounds[block] = bound + ceilings[block]
    order = np.argsort(-bounds)
    return text, order, bounds, ceilings, tables, first


@compiled
def _admit(table: Any, first: Any, start: int, length: int, passes: Any, edge: Any) -> None:
    """Say which rows of a block pass every floor."""
    passes[:length] = 1
    edge[:length] = 0
    for criterion in range(len(first)):
        if first[criterion] < 0:
            continue
        # Slices and casts that keep every operand at eight bits: 64 rows a step instead of one.
        own, limit = table.buckets[criterion, start : start + length], np.uint8(first[criterion])
        for line in range(length):
            passes[line] = np.uint8(passes[line] & np.uint8(own[line] >= limit))
            edge[line] = np.uint8(edge[line] | np.uint8(own[line] == limit))
    # The bucket that holds a floor has rows on either side of it.
    for line in range(length):
        edge[line] = np.uint8(edge[line] & passes[line])


@compiled
def _settle(table: Any, need: Any, start: int, length: int, passes: Any, edge: Any, unsure: Any) -> int:
    """Look at the figures themselves where the bucket does not tell; how many rows pass then."""
    count = 0
    for chunk in range(0, length, 64):
        stop = min(chunk + 64, length)
        if _total(edge[chunk:stop]):
            for line in range(chunk, stop):
                unsure[count] = line
                count += edge[line]
    # All together: what one row waits for in memory, the next does not wait for again.
    for number in range(count):
        figures = table.figures[start + unsure[number]]
        fits = True
        for criterion in range(len(figures)):
            fits &= figures[criterion] >= need.floors[criterion]
        passes[unsure[number]] = fits
    return _total(passes[:length])


@compiled
def _total(flags: Any) -> int:
    count = 0
    for line in range(len(flags)):
        count += flags[line]
    return count


@compiled
def _collect(passes: Any, start: int, length: int, rows: Any) -> int:
    count = 0
    for line in range(length):
        rows[count] = start + line
        count += passes[line]
    return count


@compiled
def _scan(table: Any, need: Any, prepared: Any, k: int, kth: Any, own: int, threads: int) -> Any:
    """The best rows of every ``threads``-th block from ``own`` on, and how many pass there.

    ``kth`` holds each thread's k-th best score so far: what lies below any of them is out.
    """
    text, order, bounds, ceilings, tables, first = prepared
    criteria = len(first)
    best, ties = np.empty(k, dtype=np.float64), np.empty(k, dtype=np.int64)
    heap = (best, ties, np.empty(k, dtype=np.int64), np.empty(k, dtype=np.int64))
    passes, edge = np.empty(BLOCK_ROWS, dtype=np.uint8), np.empty(BLOCK_ROWS, dtype=np.uint8)
    rows, sums = np.empty(BLOCK_ROWS, dtype=np.int64), np.empty(BLOCK_ROWS, dtype=np.float64)
    found, eligible = 0, 0
    for position in range(own, len(order), threads):
        block = order[position]
        start = block * BLOCK_ROWS
        length = min(BLOCK_ROWS, len(table.rows) - start)
        _admit(table, first, start, length, passes, edge)
        eligible += _settle(table, need, start, length, passes, edge, rows)
        least = max(kth[0], kth[1])
        if bounds[block] < least:
            continue
        count = _collect(passes, start, length, rows)
        left = 0
        for line in range(count):
            most = 0.0
            for criterion in range(criteria):
                most += tables[criterion, table.buckets[criterion, rows[line]]]
            rows[left], sums[left] = rows[line], most
            left += most + ceilings[block] >= least
        for line in range(left):
            row = rows[line]
            similar = need.text_weight * _product(table.vectors[row], text)
            if sums[line] + similar < least:
                continue
            score = 0.0
            for criterion in range(criteria):
                reached = min(table.figures[row, criterion] / need.aims[criterion], 1.0)
                score += need.weights[criterion] * reached
            found = keep(heap, found, score + similar, table.rows[row], row, 0)
            if found == k:
                kth[own] = best[k - 1]
                least = max(kth[0], kth[1])
    return best[:found], ties[:found], eligible


@compiled
def _alone(table: Any, need: Any, k: int) -> Any:
    """In one thread, by one call: handing the arrays over twice takes as long as a small table."""
    return _scan(table, need, _prepared(table, need, k), k, np.full(2, -math.inf), 0, 1)
