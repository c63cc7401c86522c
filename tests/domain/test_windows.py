"""The windows of an assessment: from which day to which, and which month ends stand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.assessing.windows import month_end_by, months_on, oldest_month_end, window_of
from service.domain.indicators import Period
from tests.domain.assessing import (
    YEAR,
    indicator,
)


@pytest.mark.parametrize(
    ("begins", "ends", "period", "first", "last"),
    [
        ("01-01", "12-31", "year", "2026-01-01", "2026-12-31"),
        ("01-01", "12-31", "first_quarter", "2026-01-01", "2026-03-31"),
        ("01-01", "12-31", "first_half", "2026-01-01", "2026-06-30"),
        ("01-01", "12-31", "first_three_quarters", "2026-01-01", "2026-09-30"),
        ("01-01", "11-30", "year", "2026-01-01", "2026-11-30"),
        ("12-01", "11-30", "year", "2025-12-01", "2026-11-30"),
        ("12-01", "11-30", "first_quarter", "2025-12-01", "2026-02-28"),
        ("11-30", "11-29", "first_quarter", "2025-11-30", "2026-02-27"),
        ("06-01", "08-31", "first_half", "2026-06-01", "2026-08-31"),
    ],
)
def test_a_window_begins_in_the_year_before_where_it_ends_earlier_in_the_year(
    begins: str, ends: str, period: Period, first: str, last: str
) -> None:
    line = indicator(window_from=begins, window_until=ends)
    found = window_of(line, 2026, period)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2026-11-29", "2026-10-31"),
        ("2026-11-30", "2026-11-30"),
        ("2026-03-01", "2026-02-28"),
        ("2028-02-29", "2028-02-29"),
        ("2028-02-28", "2028-01-31"),
        ("2026-01-01", "2025-12-31"),
    ],
)
def test_a_month_has_ended_on_its_last_day(day: str, end: str) -> None:
    assert month_end_by(date.fromisoformat(day)).isoformat() == end


@pytest.mark.parametrize(
    ("carry", "oldest"), [(0, "2026-02-28"), (1, "2026-01-31"), (2, "2025-12-31"), (12, "2025-02-28")]
)
def test_a_stock_stands_for_as_many_month_ends_as_it_is_carried(carry: int, oldest: str) -> None:
    assert oldest_month_end(date(2026, 3, 30), carry).isoformat() == oldest


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-30, 30))
def test_months_on_and_back_lose_no_more_than_the_end_of_a_month(day: date, months: int) -> None:
    back = months_on(months_on(day, months), -months)
    assert back == day or (back.replace(day=1) == day.replace(day=1) and back < day and day.day > 28)


@settings(deadline=None)
@given(st.integers(-400, 800))
def test_the_elapsed_part_of_a_window_lies_between_nothing_and_all(days: int) -> None:
    part = YEAR.elapsed(YEAR.first + timedelta(days=days))
    assert part == Fraction(min(max(days + 1, 0), 365), 365)
