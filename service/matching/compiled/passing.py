"""Which rows of a table pass every rule, and the best of those that do under weights of the moment."""

from __future__ import annotations

from typing import Any

import numpy as np

from service.matching.compiled import compiled
from service.matching.compiled.admission import admit


@compiled
def passing_rows(plan: Any, numbers: Any, codes: Any, blocks: Any, visible: Any) -> Any:
    """Which of the visible rows fail no rule. Shape (n,)."""
    count, block_rows = len(visible), blocks.rows[0]
    passes = visible.copy()
    for block in range((count + block_rows - 1) // block_rows):
        start = block * block_rows
        stop = min(start + block_rows, count)
        admit(plan, numbers, codes, blocks, block, start, stop, passes[start:stop])
    return passes


@compiled
def best_of(weights: Any, utilities: Any, passes: Any, k: int) -> Any:
    """The k best rows, which stand in the order of their tie keys.

    Parameters
    ----------
    weights : ndarray of float64, shape (K,), normalised
    utilities : ndarray of float64, shape (readings, K, m)
    passes : ndarray of bool, shape (readings, m)
        At least one reading of every row.

    Returns
    -------
    scores : ndarray of float64, rows, chosen reading : ndarray of int64, each of shape (min(k, m),)
    """
    readings, criteria, count = utilities.shape
    scores = np.zeros((readings, count), dtype=np.float64)
    for reading in range(readings):
        own = scores[reading]
        for criterion in range(criteria):
            weight, values = weights[criterion], utilities[reading, criterion]
            for row in range(count):
                own[row] += weight * values[row]
    size = min(k, count)
    best, rows = np.empty(size, dtype=np.float64), np.empty(size, dtype=np.int64)
    chosen = np.empty(size, dtype=np.int64)
    found = 0
    for row in range(count):
        value, reading = scores[0, row], 0
        # Building where both readings pass and are equal.
        if readings == 2 and passes[1, row] and not (passes[0, row] and value >= scores[1, row]):
            value, reading = scores[1, row], 1
        if found == size:
            if value <= best[size - 1]:
                continue
            found -= 1
        place = found
        # Of equal scores the earlier row stays first: its tie key is the smaller.
        while place > 0 and value > best[place - 1]:
            best[place], rows[place], chosen[place] = best[place - 1], rows[place - 1], chosen[place - 1]
            place -= 1
        best[place], rows[place], chosen[place] = value, row, reading
        found += 1
    return best, rows, chosen
