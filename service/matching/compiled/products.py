"""Utilities over distinct rows from the postings of the need's terms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from service.matching.compiled import compiled

# Of service.matching.shares.Curve; numba reads plain numbers.
_PART, _ANY, _HILL = 0, 1, 2


@compiled
def add_products(postings: Any, terms: Any, points: Any, sums: Any) -> None:
    """Add each row's product with the terms to ``sums``; only rows that have one are touched."""
    columns, starts, rows, values = postings
    for term in range(len(terms)):
        at = np.searchsorted(columns, terms[term])
        if at < len(columns) and columns[at] == terms[term]:
            point = points[term]
            for line in range(starts[at], starts[at + 1]):
                sums[rows[line]] += point * values[line]


@compiled
def add_share(sums: Any, curve: int, unit: int, weight: float, offset: float, utility: Any) -> None:
    """Add a share to ``utility``; one loop per curve, so that each runs in wide steps."""
    least_unit = max(unit, 1)
    if curve == _PART:
        for row in range(len(sums)):
            utility[row] += weight * (sums[row] / least_unit)
    elif curve == _ANY:
        for row in range(len(sums)):
            utility[row] += weight * (1.0 if sums[row] > 0 else 0.0)
    elif curve == _HILL:
        for row in range(len(sums)):
            ratio = sums[row] / least_unit
            squared = ratio * ratio
            utility[row] += weight * (squared / (1.0 + squared))
    elif unit > 0:
        for row in range(len(sums)):
            t = sums[row] / least_unit - offset
            utility[row] += weight * (0.5 * (1.0 + t / math.sqrt(1.0 + t * t)))


@compiled
def peaks_of(utility: Any, width: int, peaks: Any) -> float:
    """Fill in the largest of every ``width`` utilities, of which none lies below 0; the largest of all."""
    largest = 0.0
    for peak in range(len(peaks)):
        best = 0.0
        for row in range(peak * width, min((peak + 1) * width, len(utility))):
            value = utility[row]
            best = value if value > best else best
        peaks[peak] = best
        largest = max(largest, best)
    return largest


@compiled
def mean_of_shares(
    postings: Any,
    terms: Any,
    points: Any,
    term_starts: Any,
    lines: Any,
    given: Any,
    total: float,
    unknown: Any,
    neutral: float,
    width: int,
    utility: Any,
    peaks: Any,
) -> float:
    """Fill in the utility of every distinct row, the sum of its shares over ``total``, and its `peaks_of`.

    Parameters
    ----------
    postings : Postings
    terms, points : ndarray of int64, of all shares
    term_starts : ndarray of int64, shape (S + 1,)
        Where the terms of each share begin.
    lines : ndarray of float64, shape (S, 4)
        Curve, unit, weight, offset. Units stay below 2**53.
    given : ndarray of int64, shape (0 or 1, D)
        The products of the share that has no terms.
    unknown : ndarray of bool, shape (D,)
        Where ``neutral`` counts.
    utility, peaks : ndarray of float64, filled in

    Returns
    -------
    float, the largest utility
    """
    count = len(unknown)
    utility[:] = 0.0
    sums = np.zeros(count, dtype=np.int64)
    for share in range(len(lines)):
        first, last = term_starts[share], term_starts[share + 1]
        if first == last and len(given):
            sums[:] = given[0]
        else:
            if share > 0:
                sums[:] = 0
            add_products(postings, terms[first:last], points[first:last], sums)
        add_share(sums, int(lines[share, 0]), int(lines[share, 1]), lines[share, 2], lines[share, 3], utility)
    for row in range(count):
        utility[row] = neutral if unknown[row] else utility[row] / total
    return peaks_of(utility, width, peaks)
