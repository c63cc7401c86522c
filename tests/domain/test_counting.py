"""What counts in an assessment: recognised and claimed, parts and wholes, streams and stocks."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.assessing.counting import (
    Entry,
    claimed,
    within_parts,
)
from tests.domain.assessing import (
    CAPPED,
    ENTRIES,
    JOBS,
    counted,
    entry,
    indicator,
    jobs,
)


@pytest.mark.parametrize(
    ("on", "counts"),
    [("2025-12-31", 0), ("2026-01-01", 5), ("2026-12-31", 5), ("2027-01-01", 0)],
)
def test_both_days_of_the_window_count(on: str, counts: int) -> None:
    assert counted(indicator(), entry(5, on)) == counts


def test_only_what_is_recognised_is_done_and_all_that_is_claimed_stands_beside_it() -> None:
    entries = (
        entry(100, share=0.7),
        entry(40, state="confirmed"),
        entry(20, state="claimed"),
        entry(-30, share=0.7),
        entry(9, measure="donations"),
    )
    line = indicator()
    assert (counted(line, *entries), counted(line, *entries, worth=claimed)) == (49, 130)


def test_money_does_not_drift() -> None:
    assert counted(indicator(), *[entry(0.1) for _ in range(1000)]) == 100
    assert counted(indicator(), *[entry(0.1, share=1 / 3) for _ in range(3)]) == 3 * Fraction(
        "0.1"
    ) * Fraction(str(1 / 3))


def test_a_term_counts_by_its_components_its_share_and_its_part_of_the_whole() -> None:
    line = indicator(
        terms=[
            {"measure": "funds_in_place", "components": ["fixed_asset"]},
            {"measure": "funds_in_place", "components": ["land"], "most_share": 0.3},
            {"measure": "funds_in_place", "components": ["working_capital"], "share": 0.5, "most_share": 0.2},
        ]
    )
    fixed, land, working = (
        entry(60, component="fixed_asset"),
        entry(100, component="land"),
        entry(100, component="working_capital"),
    )
    # 60 and half of 100: working capital is cut to a fifth of the whole, T = 60 + T/5.
    assert counted(line, fixed, working) == 75
    # Both are cut: T = 60 + 3T/10 + 2T/10.
    assert counted(line, fixed, land, working) == 120
    # Nothing but land counts for nothing: no whole of which it could be a third.
    assert counted(line, land) == 0
    assert counted(line, fixed) == 60


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([(60, None)], 60),
        ([(70, None), (30, 0.3)], 100),
        ([(69, None), (31, 0.3)], Fraction(690, 7)),
        ([(100, 0.5), (40, 0.5)], 80),
        ([(100, 0.5), (100, 0.5)], 200),
        ([(100, 1)], 100),
        ([(50, None), (10, 0)], 50),
        # T = -5 + T/2 has no solution above nothing, nor has T = -5 + min(10, T).
        ([(-5, None), (100, 0.5)], -5),
        ([(-5, None), (10, 1)], -5),
        ([(-60, None), (100, 0.5)], -60),
        ([(-10, None), (100, 0.9), (100, 0.9)], 190),
        ([(50, None), (-20, 0.3)], 30),
        ([], 0),
    ],
)
def test_no_part_makes_up_more_than_its_share_of_the_whole(parts: Any, whole: Any) -> None:
    exactly = [(Fraction(amount), None if most is None else Fraction(str(most))) for amount, most in parts]
    assert within_parts(exactly) == whole


_PARTS = st.lists(
    st.tuples(
        st.fractions(0, 1000, max_denominator=50),
        st.one_of(st.none(), st.fractions(0, 1, max_denominator=20)),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(_PARTS)
def test_the_whole_is_the_largest_that_its_parts_allow(parts: list[tuple[Fraction, Fraction | None]]) -> None:
    def allowed(whole: Fraction) -> Fraction:
        return sum(
            (amount if most is None else min(amount, most * whole) for amount, most in parts), Fraction(0)
        )

    whole = within_parts(parts)
    assert allowed(whole) == whole
    assert whole <= sum((amount for amount, _ in parts), Fraction(0))
    for larger in (whole + Fraction(1, 1000), whole * 2 + 1):
        assert allowed(larger) < larger


@settings(deadline=None)
@given(_PARTS, st.integers(0, 5), st.fractions(0, 100, max_denominator=10))
def test_more_of_a_part_is_never_less_of_the_whole(
    parts: list[tuple[Fraction, Fraction | None]], position: int, more: Fraction
) -> None:
    before = within_parts(parts)
    if position < len(parts):
        amount, most = parts[position]
        parts[position] = (amount + more, most)
    assert within_parts(parts) >= before


def test_a_joint_record_brings_no_more_than_its_most_and_what_belongs_to_none_has_no_limit() -> None:
    line = indicator(most_per_opportunity=100)
    entries = (entry(80), entry(70), entry(60, record="opp_2"), entry(500, record=None))
    assert counted(line, *entries) == 100 + 60 + 500


@pytest.mark.parametrize(
    ("amounts", "count"),
    [
        ([499], 0),
        ([500], 1),
        ([300, 200], 1),
        ([500, -1], 0),
        ([], 0),
    ],
)
def test_a_joint_record_counts_from_its_least_amount_on(amounts: list[float], count: int) -> None:
    line = indicator(counts="opportunities", at_least=500)
    entries = [entry(amount) for amount in amounts]
    assert counted(line, *entries, entry(9000, record=None)) == count


def test_without_a_least_amount_any_joint_record_that_brought_something_counts() -> None:
    line = indicator(counts="opportunities")
    assert counted(line, entry(1), entry(1), entry(0, record="opp_2"), entry(2, record="opp_3")) == 2


@settings(deadline=None)
@given(ENTRIES)
def test_the_order_of_entries_changes_nothing(entries: list[Entry]) -> None:
    for line in (indicator(terms=CAPPED), indicator(nature="stock")):
        assert counted(line, *entries) == counted(line, *reversed(entries))


# Stocks


def test_month_ends_are_not_added_up_and_streams_are() -> None:
    entries = (
        jobs(50, "2026-09-30"),
        jobs(80, "2026-10-31"),
        jobs(20, "2026-09-30", record="opp_2"),
        jobs(7, "2026-10-31", record="opp_2", pairing="par_2"),
    )
    assert counted(JOBS, *entries) == 80 + 20 + 7


@pytest.mark.parametrize(
    ("today", "stock"),
    [
        # October's figure stands until December's month end, September's no longer than November's.
        ("2026-10-30", 50),
        ("2026-10-31", 80),
        ("2026-11-30", 80),
        ("2026-12-30", 80),
        ("2026-12-31", 0),
        # The window ends on the last day of the year: later days change nothing.
        ("2027-05-01", 0),
    ],
)
def test_a_figure_that_nobody_renews_stands_as_long_as_it_is_carried(today: str, stock: int) -> None:
    entries = (jobs(50, "2026-09-30"), jobs(80, "2026-10-31"))
    assert counted(JOBS, *entries, today=date.fromisoformat(today)) == stock


@pytest.mark.parametrize(
    ("entries", "done", "hoped_for"),
    [
        # Taken back and recognised so: September stands again.
        ([jobs(50, "2026-09-30"), jobs(80, "2026-10-31", is_reversed=True), jobs(-80, "2026-10-31")], 50, 50),
        # Taken back, but nobody has recognised it yet.
        (
            [
                jobs(50, "2026-09-30"),
                jobs(80, "2026-10-31", is_reversed=True),
                jobs(-80, "2026-10-31", state="claimed"),
            ],
            80,
            50,
        ),
        # Corrected: what was taken back is claimed anew.
        (
            [
                jobs(80, "2026-10-31", is_reversed=True),
                jobs(-80, "2026-10-31"),
                jobs(75, "2026-10-31"),
            ],
            75,
            75,
        ),
        # A part taken back.
        ([jobs(80, "2026-10-31"), jobs(-5, "2026-10-31")], 75, 75),
        # Nobody works there any more: that is a figure.
        ([jobs(50, "2026-09-30"), jobs(0, "2026-10-31")], 0, 0),
        # October waits: September is done, October is claimed.
        ([jobs(50, "2026-09-30"), jobs(80, "2026-10-31", state="confirmed")], 50, 80),
    ],
)
def test_a_stock_is_corrected_on_its_own_month_end(entries: list[Entry], done: int, hoped_for: int) -> None:
    assert (counted(JOBS, *entries), counted(JOBS, *entries, worth=claimed)) == (done, hoped_for)
