"""The best rows of one table."""

from __future__ import annotations

from typing import Any

import numpy as np

from service.matching.compiled import compiled
from service.matching.compiled.admission import admit
from service.matching.compiled.scores import block_bounds, scores_of


@compiled
def _before(score_a: float, tie_a: int, score_b: float, tie_b: int) -> bool:
    return score_a > score_b or (score_a == score_b and tie_a < tie_b)


@compiled
def _keep(heap: Any, found: int, value: float, tie: int, row: int, reading: int) -> int:
    """Put a row into its place among the best; how many there are then."""
    best, ties, rows, chosen = heap
    if found == len(best):
        if not _before(value, tie, best[found - 1], ties[found - 1]):
            return found
        found -= 1
    place = found
    while place > 0 and _before(value, tie, best[place - 1], ties[place - 1]):
        best[place], ties[place] = best[place - 1], ties[place - 1]
        rows[place], chosen[place] = rows[place - 1], chosen[place - 1]
        place -= 1
    best[place], ties[place], rows[place], chosen[place] = value, tie, row, reading
    return found + 1


@compiled
def _passing(passes: Any) -> int:
    """How many pass."""
    count = 0
    for line in range(len(passes)):
        count += passes[line]
    return count


@compiled
def _pick(passes: Any, start: int, rows: Any) -> None:
    """Collect the rows that pass."""
    count = 0
    for line in range(len(passes)):
        rows[count] = start + line
        count += passes[line]


@compiled
def top_rows(
    plans: Any,
    readings: int,
    weights: Any,
    numbers: Any,
    codes: Any,
    blocks: Any,
    visible: Any,
    tie_rank: Any,
    k: int,
    after_score: float,
    after_ties: int,
) -> Any:
    """The k best visible rows that pass, in the order (-score, tie rank), after the cursor.

    Parameters
    ----------
    plans : (Plan, Plan)
        Building and renting; where ``readings`` is 1 the second is not read.
    weights : ndarray of float64, shape (K,), normalised
    numbers, codes : of the OfferTable
    blocks : Blocks, of the OfferTable
    visible : ndarray of bool, shape (n,)
    after_score, after_ties : float, int
        Rows with a higher score, or that score and a smaller tie rank, come before the page; inf for none.

    Returns
    -------
    scores : ndarray of float64, rows, chosen reading : ndarray of int64, each of shape (<= k,)
    eligible, preceding : int
    """
    count, block_rows = len(visible), blocks.rows[0]
    bounds = np.zeros((count + block_rows - 1) // block_rows, dtype=np.float64)
    block_bounds(plans[0], weights, blocks, bounds)
    if readings == 2:
        block_bounds(plans[1], weights, blocks, bounds)
    best = np.empty(k, dtype=np.float64)
    heap = (best, np.empty(k, np.int64), np.empty(k, np.int64), np.empty(k, np.int64))
    one, two = np.empty(block_rows, dtype=np.bool_), np.zeros(block_rows, dtype=np.bool_)
    rows, scratch = np.empty(block_rows, dtype=np.int64), np.empty(block_rows, dtype=np.float64)
    built, rented = np.empty(block_rows, dtype=np.float64), np.empty(block_rows, dtype=np.float64)
    found, eligible, preceding = 0, 0, 0
    # The most promising blocks first: the sooner the k-th score is high, the more blocks are only counted.
    for block in np.argsort(-bounds):
        start = block * block_rows
        length = min(block_rows, count - start)
        one[:length] = visible[start : start + length]
        passing = one
        admit(plans[0], numbers, codes, blocks, block, start, start + length, one)
        if readings == 2:
            two[:length] = visible[start : start + length]
            admit(plans[1], numbers, codes, blocks, block, start, start + length, two)
            passing = one | two
        picked = _passing(passing[:length])
        eligible += picked
        if picked == 0 or (bounds[block] < after_score and found == k and bounds[block] < best[k - 1]):
            continue
        _pick(passing[:length], start, rows)
        scores_of(plans[0], weights, numbers, codes, rows, picked, scratch, built)
        if readings == 2:
            scores_of(plans[1], weights, numbers, codes, rows, picked, scratch, rented)
        for line in range(picked):
            row = rows[line]
            value, reading = built[line], 0
            # Building where both readings pass and are equal.
            if readings == 2 and two[row - start] and not (one[row - start] and value >= rented[line]):
                value, reading = rented[line], 1
            if _before(value, tie_rank[row], after_score, after_ties):
                preceding += 1
            else:
                found = _keep(heap, found, value, tie_rank[row], row, reading)
    return best[:found], heap[2][:found], heap[3][:found], eligible, preceding
