"""Pass, fail or unknown, over columns in which a figure may only be a range.

Verdicts are int8 so that the worst of several is their minimum.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.matching.columns import Bools, FigureColumn
from service.matching.values import Outcome

Verdicts = NDArray[np.int8]

PASS: Final = np.int8(1)
UNKNOWN: Final = np.int8(0)
FAIL: Final = np.int8(-1)

#: What every pair gets from a rule that no need calls for, whatever the places: this very array.
ALL_PASS: Final[Verdicts] = np.array([PASS])


def outcome(verdict: int) -> Outcome:
    """The verdict as a word."""
    if verdict == PASS:
        return "pass"
    return "fail" if verdict == FAIL else "unknown"


def decide(passes: Bools, fails: Bools) -> Verdicts:
    """Unknown where neither holds. Shapes broadcast."""
    return np.where(fails, FAIL, np.where(passes, PASS, UNKNOWN))


def where(applies: Bools, verdicts: Verdicts) -> Verdicts:
    """The verdict where the rule applies, a pass elsewhere. Shapes broadcast."""
    return np.where(applies, verdicts, PASS)


def at_least(have: FigureColumn, required: FigureColumn, *, derived: bool = False) -> Verdicts:
    """Whether every / no figure in the range of ``have`` reaches that of ``required``.

    Parameters
    ----------
    have, required : FigureColumn, shapes broadcast
        Bands are half open, low <= x < high: a band that ends where the
        requirement begins lies below all of it.
    derived : bool
        For quotients of bands, whose upper end may be reached: then only a
        strictly smaller end fails.

    Returns
    -------
    ndarray of int8
        Unknown also where either side is NaN.
    """
    below = have.high < required.low
    if not derived and have.high is not have.low:
        below = below | ((have.high == required.low) & (have.low < have.high))
    return decide(have.low >= required.high, below)


def at_most(have: FigureColumn, limit: FigureColumn, *, derived: bool = False) -> Verdicts:
    """Whether every / no figure in the range of ``have`` stays within ``limit``.

    The mirror of `at_least`: a banded limit is never reached at its upper end.
    """
    above = have.low > limit.high
    if not derived and limit.high is not limit.low:
        above = above | ((have.low == limit.high) & (limit.low < limit.high))
    return decide(have.high <= limit.low, above)


def quotient(numerator: FigureColumn, denominator: FigureColumn) -> FigureColumn:
    """The range of numerator / denominator; NaN where the denominator is, or may be, zero.

    Both are taken as not negative. A range that begins at zero holds a figure for
    which there is no quotient, so nothing can be decided from it.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        positive = denominator.low > 0
        low = np.where(positive, numerator.low / denominator.high, np.nan)
        if numerator.high is numerator.low and denominator.high is denominator.low:
            return FigureColumn(low, low)
        return FigureColumn(low, np.where(positive, numerator.high / denominator.low, np.nan))
