"""Which points follow from done against target, and from the rank; and what is thereby lost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from service.domain.assessing.counting import exact
from service.domain.indicators import Indicator


@dataclass(frozen=True, slots=True)
class Score:
    """Points of one indicator; what depends on a rank that nobody knows is open, neither won nor lost.

    ``full`` is ``points + lost + open``, to the hundredth.
    """

    full: Decimal
    points: Decimal
    lost: Decimal
    open: Decimal


def ratio_of(indicator: Indicator, done: Fraction, target: Fraction | None) -> Fraction | None:
    """How far the target is met: done/target, or target/done where less is better; None without a target.

    Where less is better and nothing was done the target is met in full, however small it is: 1.
    """
    if target is None or (indicator.direction == "higher" and target <= 0):
        return None
    if indicator.direction == "higher":
        return max(done, Fraction(0)) / target
    return Fraction(1) if done <= 0 else target / done


def share_by_ratio(indicator: Indicator, ratio: Fraction) -> Fraction:
    """The share of the points at this ratio: the last step reached, or the straight line between two."""
    before: tuple[Fraction, Fraction] | None = None
    for step in indicator.by_ratio:
        at, share = exact(step.ratio), exact(step.share)
        if ratio < at:
            if before is None:
                return Fraction(0)
            if indicator.is_stepped:
                return before[1]
            return before[1] + (share - before[1]) * (ratio - before[0]) / (at - before[0])
        before = (at, share)
    return before[1] if before else Fraction(0)


def share_by_rank(indicator: Indicator, rank: int) -> Fraction:
    """The share of the points for the rank; none behind the last that the table names."""
    for step in indicator.by_rank:
        if rank <= step.rank_until:
            return exact(step.share)
    return Fraction(0)


def score(indicator: Indicator, ratio: Fraction | None, rank: int | None) -> Score:
    """The points of an indicator; without a target those for done against target are open too."""
    for_ratio, for_rank = hundredths(exact(indicator.points)), hundredths(exact(indicator.rank_points))
    won = waiting = Decimal(0)
    if ratio is None:
        waiting += for_ratio
    else:
        won += hundredths(exact(indicator.points) * share_by_ratio(indicator, ratio))
    if rank is None:
        waiting += for_rank
    else:
        won += hundredths(exact(indicator.rank_points) * share_by_rank(indicator, rank))
    full = for_ratio + for_rank
    return Score(full, won, full - won - waiting, waiting)


def hundredths(value: Fraction) -> Decimal:
    """The number rounded to the hundredth, halves up, as points are written."""
    return Decimal(floor(value * 100 + Fraction(1, 2))) / 100
