"""What the kernel reads of rules and criteria: for one need, plain comparisons and formulas over figures.

A rule's bounds say where it fails, a criterion's parts say what it is worth. Both say the same as the
rule's ``test`` and the criterion's ``measure``, to the last digit; a conformance test holds them to it.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

from service.matching.columns import NeedColumns


class Fails(IntEnum):
    """How a bound fails a place; a comparison with an unknown figure never does."""

    #: high < value, or a band that ends where the requirement begins.
    BELOW = 0
    #: high < value.
    STRICTLY_BELOW = 1
    #: high <= value.
    UP_TO = 2
    #: low > value.
    ABOVE = 3
    #: low >= value.
    FROM = 4


class Bound(NamedTuple):
    """A rule fails where the place's ``field`` compares so with ``value``."""

    field: str
    fails: Fails
    value: float


class PartKind(IntEnum):
    """Which formula a part of a utility follows; ``low`` and ``high`` are the ends of the place's figure."""

    #: min(1, low / a) ** 2
    AT_LEAST = 0
    #: min(1, a / high) ** 2
    AT_MOST = 1
    #: 1 - clip((high - a) / (b - a), 0, 1)
    CHEAP = 2


class Part(NamedTuple):
    """One figure's part of a utility; ``neutral`` where the place does not state it."""

    kind: PartKind
    field: str
    neutral: float
    a: float
    b: float = 0.0


class Parts(NamedTuple):
    """A utility made of parts: their mean, or the worst of them; 1 without any."""

    parts: tuple[Part, ...]
    mean: bool = False


def ends(need: NeedColumns, name: str) -> tuple[float, float]:
    """Low and high end of a single need's figure; NaN where it has none."""
    column = need.figures.get(name)
    return (math.nan, math.nan) if column is None else (float(column.low[0]), float(column.high[0]))


def too_small(field: str, need: NeedColumns, name: str) -> Bound:
    """Fails as ``verdicts.at_least`` does, for the offer's ``field`` against the need's ``name``."""
    return Bound(field, Fails.BELOW, ends(need, name)[0])


def too_large(field: str, need: NeedColumns, name: str) -> Bound:
    """Fails as ``verdicts.at_most`` does: a banded limit is never reached at its upper end."""
    low, high = ends(need, name)
    return Bound(field, Fails.FROM if low < high else Fails.ABOVE, high)


def covered(need: NeedColumns, name: str, field: str, neutral: float, *, at_most: bool = False) -> Parts:
    """The parts of ``coverage`` of one figure; none where the need has no such figure."""
    low, high = ends(need, name)
    if math.isnan(low):
        return Parts(())
    if at_most:
        return Parts((Part(PartKind.AT_MOST, field, neutral, low),))
    return Parts((Part(PartKind.AT_LEAST, field, neutral, high),))
