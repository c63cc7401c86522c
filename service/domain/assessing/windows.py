"""When an indicator counts: the window of a year, its periods, and the month ends of stocks."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from service.domain.indicators import PERIOD_MONTHS, Indicator, Period


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day on which what happens counts."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day lies in the window, both ends included."""
        return self.first <= day <= self.last

    def elapsed(self, today: date) -> Fraction:
        """The part of the window that has passed by the end of today: 序时进度, 0 to 1."""
        days = (self.last - self.first).days + 1
        return Fraction(min(max((today - self.first).days + 1, 0), days), days)


def window_of(indicator: Indicator, year: int, period: Period = "year") -> Window:
    """The window of a year, or of the part of it that a period accumulates.

    A window whose last day is earlier in the year than its first begins in the year before: 12-01 to 11-30
    of 2026 is 2025-12-01 to 2026-11-30.
    """
    begins = year if indicator.window_from <= indicator.window_until else year - 1
    first = date.fromisoformat(f"{begins:04}-{indicator.window_from}")
    last = date.fromisoformat(f"{year:04}-{indicator.window_until}")
    return Window(first, min(last, months_on(first, PERIOD_MONTHS[period]) - timedelta(days=1)))


def months_on(day: date, months: int) -> date:
    """The same day some months later (or, negative, earlier); the last of a month that is shorter."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def month_end_by(day: date) -> date:
    """The newest end of a month that is not after the day."""
    following = day + timedelta(days=1)
    return following.replace(day=1) - timedelta(days=1)


def oldest_month_end(by: date, carry_months: int) -> date:
    """The oldest month end whose figure still stands on a day, where it is carried so many months."""
    return months_on(month_end_by(by).replace(day=1), 1 - carry_months) - timedelta(days=1)


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 for 29 February."""
    return months_on(day, -12 * years)
