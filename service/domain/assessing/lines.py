"""One line of an assessment, from plain values: done, points, rank, what is to come, and other years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from service.domain.assessing.counting import (
    Entry,
    amounts_of,
    claimed,
    hoped,
    newest,
    recognised,
    term_of,
    total,
)
from service.domain.assessing.counting import standing as standing_days
from service.domain.assessing.projecting import Projection, Prospective, Risk, project, risk_of
from service.domain.assessing.ranks import Standing
from service.domain.assessing.scoring import Score, ratio_of, score
from service.domain.assessing.windows import Window, window_of, years_before
from service.domain.indicators import Indicator, Outlook, Period


@dataclass(frozen=True, slots=True)
class OtherYear:
    """An earlier year by this year's rule: the whole of it, and up to the same day."""

    year: int
    target: Fraction | None
    done: Fraction
    done_by_same_day: Fraction


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of one indicator.

    Attributes
    ----------
    waiting : Fraction
        By how much the figure would change if everything that waits were recognised in full.
    due : Fraction or None
        What would be done by now if the target were met evenly over the window; None of a stock.
    stock_on : date or None
        The newest month end that counts; None of a flow, and of a stock that nobody has told yet.
    likely : Score
        The points if the expected case comes, with the rank as it is now.
    shortfall : Fraction or None
        By how much the expected case misses the target; 0 where it does not.
    """

    indicator: Indicator
    window: Window
    target: Fraction | None
    done: Fraction
    claimed: Fraction
    waiting: Fraction
    ratio: Fraction | None
    due: Fraction | None
    stock_on: date | None
    score: Score
    likely: Score
    standing: Standing
    projection: Projection
    risk: Risk
    shortfall: Fraction | None
    other_years: tuple[OtherYear, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of which year, and as of when."""

    year: int
    period: Period
    today: date


def line_of(
    indicator: Indicator,
    outlook: Outlook,
    scope: Scope,
    entries: Sequence[Entry],
    records: Sequence[Prospective],
    targets: Mapping[int, Fraction],
    standing: Standing,
    years_back: int = 0,
) -> Line:
    """The line of an indicator.

    Parameters
    ----------
    targets : mapping
        By year.
    years_back : int
        How many earlier years stand beside it; those of which nothing is known are left out.
    """
    entries = [entry for entry in entries if term_of(indicator, entry) is not None]
    window = window_of(indicator, scope.year, scope.period)
    target, today = targets.get(scope.year), scope.today
    amounts = amounts_of(indicator, entries, window, recognised, today)
    done = total(indicator, amounts)
    ratio = ratio_of(indicator, done, target)
    to_come = project(indicator, outlook, entries, records, amounts, window, today)
    return Line(
        indicator=indicator,
        window=window,
        target=target,
        done=done,
        claimed=total(indicator, amounts_of(indicator, entries, window, claimed, today)),
        waiting=total(indicator, amounts_of(indicator, entries, window, hoped, today)) - done,
        ratio=ratio,
        due=target * window.elapsed(today) if target is not None and indicator.nature == "flow" else None,
        stock_on=_stock_on(indicator, entries, window, today),
        score=score(indicator, ratio, standing.rank),
        likely=score(indicator, ratio_of(indicator, to_come.expected, target), standing.rank),
        standing=standing,
        projection=to_come,
        risk=risk_of(indicator, done, target, to_come, is_over=today > window.last),
        shortfall=_shortfall(indicator, to_come.expected, target),
        other_years=tuple(
            found
            for back in range(1, years_back + 1)
            if (found := _other_year(indicator, scope, entries, targets, back)) is not None
        ),
    )


def _shortfall(indicator: Indicator, expected: Fraction, target: Fraction | None) -> Fraction | None:
    if target is None:
        return None
    missing = target - expected if indicator.direction == "higher" else expected - target
    return max(missing, Fraction(0))


def _stock_on(indicator: Indicator, entries: Sequence[Entry], window: Window, today: date) -> date | None:
    if indicator.nature == "flow":
        return None
    figures = newest(indicator, entries, standing_days(indicator, window, today), recognised).values()
    return max((figure.on for figure in figures), default=None)


def _other_year(
    indicator: Indicator, scope: Scope, entries: Sequence[Entry], targets: Mapping[int, Fraction], back: int
) -> OtherYear | None:
    year = scope.year - back
    window, same_day = window_of(indicator, year, scope.period), years_before(scope.today, back)
    until_same_day = Window(window.first, min(window.last, same_day))
    whole, part = (
        total(indicator, amounts_of(indicator, entries, days, recognised, days.last))
        if days.first <= days.last
        else Fraction(0)
        for days in (window, until_same_day)
    )
    target = targets.get(year)
    return None if target is None and whole == 0 and part == 0 else OtherYear(year, target, whole, part)
