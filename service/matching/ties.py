"""Tie keys: what orders rows of equal scores, as ranks that compare fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def tie_order(keys: Sequence[tuple[str, ...]]) -> Ints:
    """Row positions in ascending order of tie key, compared by code point. Shape (n,)."""
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)


def tie_ranks(keys: Sequence[tuple[str, ...]], order: Ints) -> Ints:
    """Where each row stands in ``order``; equal keys share a rank. Shape (n,)."""
    steps = [keys[before] != keys[after] for before, after in pairwise(order.tolist())]
    rank = np.zeros(len(order), dtype=np.int64)
    rank[order[1:]] = np.cumsum(steps, dtype=np.int64)
    return rank


def place_of(key_of: Callable[[int], tuple[str, ...]], order: Ints, key: tuple[str, ...]) -> int:
    """How many rows of ``order`` are not beyond ``key``."""
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if key_of(int(order[middle])) <= key else (low, middle)
    return low


def ties_up_to(
    key_of: Callable[[int], tuple[str, ...]], order: Ints, rank: Ints, key: tuple[str, ...]
) -> int:
    """How many distinct tie keys are not beyond ``key``, which may be a row that is gone."""
    place = place_of(key_of, order, key)
    return int(rank[order[place - 1]]) + 1 if place else 0
