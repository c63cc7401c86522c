"""One need as arrays that the compiled kernel runs over a table of places."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.matching.columns import Bools, Floats
from service.matching.traits import TRAITS

Small = NDArray[np.int32]
Records = NDArray[Any]
GROUPS = tuple(TRAITS)
#: What ``kind`` of a plan says of a criterion.
BY_TRAIT, BY_WORST, BY_MEAN = 0, 1, 2
#: A part of which no place of the table states the figure: its row is none.
NOWHERE = -1
#: Distinct rows of which one peak is kept.
PEAK_WIDTH = 64

#: Rows of the table's numbers, how the bound fails, which rule it is of (ascending), and its value.
BOUND: Final = np.dtype(
    [("low", np.int32), ("high", np.int32), ("fails", np.int32), ("rule", np.int32), ("value", np.float64)],
    align=True,
)
#: Formula, rows of the table's numbers, what the formula reads, and what counts where the figure is unknown.
PART: Final = np.dtype(
    [
        ("kind", np.int32),
        ("low", np.int32),
        ("high", np.int32),
        ("a", np.float64),
        ("b", np.float64),
        ("neutral", np.float64),
    ],
    align=True,
)
#: Kind; by trait its group, where its distinct values and their peaks begin, and the largest of them;
#: else its parts from the first up to the last, which is no longer its own, and 1 as the largest.
CRITERION: Final = np.dtype(
    [
        ("kind", np.int32),
        ("group", np.int32),
        ("start", np.int64),
        ("peak_start", np.int64),
        ("part_start", np.int32),
        ("part_stop", np.int32),
        ("largest", np.float64),
    ],
    align=True,
)


class Plan(NamedTuple):
    """What a ranking reads of one reading of one need against one table. D distinct trait rows.

    Few arrays, since handing them to compiled code costs more than many a ranking.

    Attributes
    ----------
    trait_starts : ndarray of int32, shape (groups + 1,)
        Where each group's distinct rows begin in the arrays of shape (D,); a group in which no row fails
        has none there.
    failing : ndarray of int32, shape (D + 1,)
        How many distinct rows before this one fail a rule of their group.
    failures : ndarray of int32, shape (D,)
        How many rules of its group a distinct row fails.
    active : ndarray of int32
        The groups in which any row fails.
    bounds : ndarray of BOUND, shape (bounds,)
    criteria : ndarray of CRITERION, shape (K,)
    parts : ndarray of PART, shape (parts,)
    utility : ndarray of float64
        Of every distinct row, one criterion by trait after the other.
    peaks : ndarray of float64
        The largest of every ``PEAK_WIDTH`` of them.
    """

    trait_starts: Small
    failing: Small
    failures: Small
    active: Small
    bounds: Records
    criteria: Records
    parts: Records
    utility: Floats
    peaks: Floats


class Planned(NamedTuple):
    """A plan, and what is read of it beside the order.

    Attributes
    ----------
    plan : Plan
    unknown : tuple of K ndarray of bool
        Which distinct rows lack a figure; empty where it is no criterion by trait.
    unfixable : ndarray of int32, shape (D,)
        How many rules of its group a distinct row fails that no county can act on.
    fixable : ndarray of bool, shape (rules,)
    """

    plan: Plan
    unknown: tuple[Bools, ...]
    unfixable: Small
    fixable: Bools
