"""The arithmetic of an assessment: what counts, which points follow, what is to come."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.assessing.counting import (
    Cell,
    Entry,
    amounts_of,
    claimed,
    recognised,
    total,
    within_parts,
)
from service.domain.assessing.projecting import CASES, Prospective, project, risk_of
from service.domain.assessing.ranks import Told, standing
from service.domain.assessing.scoring import hundredths, ratio_of, score, share_by_rank, share_by_ratio
from service.domain.assessing.windows import Window, month_end_by, months_on, oldest_month_end, window_of
from service.domain.indicators import Indicator, Period
from tests.domain.assessing import OUTLOOK, always, entry, indicator, record

YEAR = Window(date(2026, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 11, 28)


def counted(line: Indicator, *entries: Entry, worth: Any = recognised, today: date = TODAY) -> Fraction:
    return total(line, amounts_of(line, entries, YEAR, worth, today))


# Windows


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


# Counting


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


# Stocks


def jobs(amount: float, on: str, **more: Any) -> Entry:
    return entry(amount, on, measure="jobs", **more)


JOBS = indicator(nature="stock", terms=[{"measure": "jobs"}], carry_months=1)


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


# Points

STEPS = [{"ratio": 0.6, "share": 0.5}, {"ratio": 0.8, "share": 0.8}, {"ratio": 1, "share": 1}]


@pytest.mark.parametrize(
    ("ratio", "stepped", "straight"),
    [
        ("0", "0", "0"),
        ("0.5999", "0", "0"),
        ("0.6", "0.5", "0.5"),
        ("0.7", "0.5", "0.65"),
        ("0.8", "0.8", "0.8"),
        ("0.9", "0.8", "0.9"),
        ("1", "1", "1"),
        ("3", "1", "1"),
    ],
)
def test_points_follow_from_the_ratio_by_steps_or_straight_lines(
    ratio: str, stepped: str, straight: str
) -> None:
    for is_stepped, share in ((True, stepped), (False, straight)):
        line = indicator(by_ratio=STEPS, is_stepped=is_stepped)
        assert share_by_ratio(line, Fraction(ratio)) == Fraction(share), is_stepped


@pytest.mark.parametrize(("rank", "share"), [(1, "1"), (3, "1"), (4, "0.5"), (10, "0.5"), (11, "0")])
def test_points_follow_from_the_rank(rank: int, share: str) -> None:
    by_rank = [{"rank_until": 3, "share": 1}, {"rank_until": 10, "share": 0.5}]
    line = indicator(rank_points=5, by_rank=by_rank)
    assert share_by_rank(line, rank) == Fraction(share)


@pytest.mark.parametrize(
    ("direction", "done", "target", "ratio"),
    [
        ("higher", 50, 100, "1/2"),
        ("higher", 150, 100, "3/2"),
        ("higher", -5, 100, "0"),
        ("higher", 5, None, None),
        ("lower", 50, 100, "2"),
        ("lower", 200, 100, "1/2"),
        ("lower", 0, 100, "1"),
        ("lower", 0, 0, "1"),
        ("lower", 5, 0, "0"),
        ("lower", 5, None, None),
    ],
)
def test_how_far_a_target_is_met(direction: str, done: int, target: int | None, ratio: str | None) -> None:
    line = indicator(direction=direction)
    found = ratio_of(line, Fraction(done), None if target is None else Fraction(target))
    assert found == (None if ratio is None else Fraction(ratio))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1/3", "0.33"),
        ("2/3", "0.67"),
        ("0.005", "0.01"),
        ("0.0049999999999", "0"),
        ("7", "7"),
        ("1.125", "1.13"),
    ],
)
def test_points_are_rounded_to_the_hundredth_halves_up(value: str, shown: str) -> None:
    assert hundredths(Fraction(value)) == Decimal(shown)


RANKED = indicator(
    points=10, rank_points=5, by_rank=[{"rank_until": 2, "share": 1}, {"rank_until": 4, "share": 0.5}]
)


@pytest.mark.parametrize(
    ("ratio", "rank", "points", "lost", "waits"),
    [
        ("0.5", None, "5", "5", "5"),
        ("0.5", 1, "10", "5", "0"),
        ("0.5", 3, "7.5", "7.5", "0"),
        ("0.5", 9, "5", "10", "0"),
        (None, None, "0", "0", "15"),
        (None, 1, "5", "0", "10"),
        ("1/3", None, "3.33", "6.67", "5"),
    ],
)
def test_a_rank_that_nobody_knows_leaves_points_open_and_not_lost(
    ratio: str | None, rank: int | None, points: str, lost: str, waits: str
) -> None:
    found = score(RANKED, None if ratio is None else Fraction(ratio), rank)
    assert (found.points, found.lost, found.open) == (Decimal(points), Decimal(lost), Decimal(waits))


@settings(deadline=None)
@given(
    st.one_of(st.none(), st.fractions(0, 3)),
    st.one_of(st.none(), st.integers(1, 50)),
    st.floats(0, 1000).map(lambda value: round(value, 3)),
)
def test_won_lost_and_open_points_make_the_whole(
    ratio: Fraction | None, rank: int | None, points: float
) -> None:
    found = score(RANKED.model_copy(update={"points": points}), ratio, rank)
    assert found.points + found.lost + found.open == found.full
    assert min(found.points, found.lost, found.open) >= 0


@settings(deadline=None)
@given(st.fractions(0, 2), st.fractions(0, 2), st.booleans())
def test_a_better_ratio_never_brings_fewer_points(one: Fraction, other: Fraction, is_stepped: bool) -> None:
    line = indicator(by_ratio=STEPS, is_stepped=is_stepped)
    low, high = sorted((one, other))
    assert share_by_ratio(line, low) <= share_by_ratio(line, high)


# Projections

FUNDS = indicator(prospect={"milestone": "funds_in_place", "brings": "fixed_investment"})


def projected(
    line: Indicator, entries: list[Entry], records: list[Prospective], today: date = TODAY
) -> tuple[Fraction, Fraction, Fraction]:
    done = amounts_of(line, entries, YEAR, recognised, today)
    found = project(line, OUTLOOK, entries, records, done, YEAR, today)
    return found.low, found.expected, found.high


@pytest.mark.parametrize(
    ("entries", "records", "cases"),
    [
        ([entry(100)], [], (100, 100, 100)),
        ([entry(100), entry(40, state="claimed")], [], (100, 120, 140)),
        ([entry(100), entry(40, state="confirmed")], [], (120, 132, 140)),
        # What would be taken back goes to the cautious.
        ([entry(100), entry(-40, state="claimed")], [], (60, 80, 100)),
        # Planned for today: it slips by 30 days as a rule, to 28 December, and by 90 to the cautious.
        ([], [record("signed", "2026-11-28")], (0, 600, 1000)),
        # Planned for 2 December: by 30 days to the first of January.
        ([], [record("signed", "2026-12-01")], (0, 600, 1000)),
        ([], [record("signed", "2026-12-02")], (0, 0, 1000)),
        ([], [record("signed", "2026-12-31")], (0, 0, 1000)),
        ([], [record("signed", "2027-01-01")], (0, 0, 0)),
        # Late: taken for today.
        ([], [record("signed", "2026-03-01")], (0, 600, 1000)),
        # In two parts, and what is claimed already is not planned any more.
        ([], [record("signed", "2026-12-01", "2027-06-30")], (0, 300, 500)),
        ([entry(400, record="opp_9")], [record("signed", "2026-12-01")], (400, 760, 1000)),
        ([entry(1200, record="opp_9")], [record("signed", "2026-12-01")], (1200, 1200, 1200)),
        # What came in another year is gone from the plan too.
        ([entry(400, "2025-06-30", record="opp_9")], [record("signed", "2026-12-01")], (0, 360, 600)),
        # No plan, no promise; nor a stage that promises nothing.
        ([], [record("signed", None)], (0, 0, 0)),
        ([], [record("signed")], (0, 0, 0)),
        ([], [record("negotiating", "2026-12-01")], (0, 0, 0)),
    ],
)
def test_what_is_to_come_by_the_end_of_the_window(
    entries: list[Entry], records: list[Prospective], cases: tuple[int, int, int]
) -> None:
    assert projected(FUNDS, entries, records) == cases


def test_early_in_the_year_the_cautious_count_what_is_signed_as_well() -> None:
    assert projected(FUNDS, [], [record("signed", "2026-06-30")], date(2026, 3, 1)) == (200, 600, 1000)


def test_joint_records_without_a_planned_day_are_named_where_there_is_a_contract() -> None:
    records = [record("signed", None, name="opp_a"), record("contacted", None, name="opp_b")]
    found = project(FUNDS, OUTLOOK, [], records, {}, YEAR, TODAY)
    assert found.unplanned == ("opp_a",)


def test_once_the_window_is_over_only_what_awaits_recognition_comes() -> None:
    entries = [entry(100), entry(40, state="confirmed")]
    cases = projected(FUNDS, entries, [record("signed", "2026-12-01")], date(2027, 1, 1))
    assert cases == (120, 132, 140)


def test_of_a_stock_what_waits_changes_the_figure_and_is_not_added_to_it() -> None:
    entries = [jobs(50, "2026-09-30"), jobs(80, "2026-10-31", state="claimed")]
    assert projected(JOBS, entries, []) == (50, 65, 80)
    fewer = [jobs(50, "2026-09-30"), jobs(20, "2026-10-31", state="confirmed")]
    assert projected(JOBS, fewer, []) == (20, 26, 35)


def test_a_place_that_starts_to_operate_brings_the_workers_that_it_does_not_have_yet() -> None:
    line = JOBS.model_copy(
        update={
            "prospect": indicator(prospect={"milestone": "start_of_operation", "brings": "labour"}).prospect
        }
    )
    plan = record("signed", "2026-12-01", kind="start_of_operation", workers=200)
    assert projected(line, [jobs(50, "2026-10-31", record="opp_9")], [plan]) == (50, 140, 200)


def test_a_firm_is_expected_by_its_chance_and_counted_once() -> None:
    line = indicator(
        counts="opportunities", at_least=500, prospect={"milestone": "start_of_operation", "brings": "firm"}
    )
    plan = record("signed", "2026-12-01", kind="start_of_operation")
    assert projected(line, [], [plan]) == (0, Fraction("0.6"), 1)
    assert projected(line, [entry(500, record="opp_9")], [plan]) == (1, 1, 1)
    waiting = [entry(300), entry(200, state="confirmed")]
    assert projected(line, waiting, []) == (Fraction("0.5"), Fraction("0.8"), 1)


def test_of_a_figure_that_is_known_as_a_band_each_case_has_its_own() -> None:
    plan = record("signed", "2026-09-01")
    band = {"low": Fraction(1000), "expected": Fraction(1500), "high": Fraction(2000)}
    banded = Prospective(plan.opportunity_id, plan.stage, {"fixed_investment": band}, plan.steps)
    assert projected(FUNDS, [], [banded], date(2026, 6, 1)) == (200, 900, 2000)


_ENTRIES = st.lists(
    st.builds(
        entry,
        st.integers(-500, 500),
        st.sampled_from(["2025-12-31", "2026-03-31", "2026-10-31"]),
        state=st.sampled_from(["claimed", "confirmed", "recognised"]),
        share=st.sampled_from([0.3, 1]),
        component=st.sampled_from(["fixed_asset", "land"]),
        record=st.sampled_from(["opp_1", "opp_9", None]),
    ),
    max_size=8,
)
_RECORDS = st.lists(
    st.builds(
        record,
        st.sampled_from(["signed", "contacted", "ended"]),
        st.sampled_from(["2026-11-01", "2026-12-15", None]),
        name=st.sampled_from(["opp_1", "opp_9"]),
        investment=st.integers(0, 2000),
    ),
    max_size=3,
)
_CAPPED = [
    {"measure": "funds_in_place", "components": ["fixed_asset"]},
    {"measure": "funds_in_place", "components": ["land"], "share": 0.5, "most_share": 0.4},
]


@settings(deadline=None)
@given(
    _ENTRIES,
    _RECORDS,
    st.sampled_from(
        [
            {},
            {"most_per_opportunity": 300},
            {"terms": _CAPPED},
            {
                "counts": "opportunities",
                "at_least": 200,
                "prospect": {"milestone": "funds_in_place", "brings": "firm"},
            },
        ]
    ),
)
def test_the_cautious_never_expect_more_than_the_bold(
    entries: list[Entry], records: list[Prospective], rule: dict[str, Any]
) -> None:
    line = indicator(**({"prospect": FUNDS.prospect.model_dump()} if FUNDS.prospect else {}) | rule)
    low, expected, high = projected(line, entries, records)
    assert low <= expected <= high


@settings(deadline=None)
@given(_ENTRIES)
def test_the_order_of_entries_changes_nothing(entries: list[Entry]) -> None:
    for line in (indicator(terms=_CAPPED), indicator(nature="stock")):
        assert counted(line, *entries) == counted(line, *reversed(entries))


@pytest.mark.parametrize(
    ("done", "cases", "risk"),
    [
        (100, (100, 100, 100), "met"),
        (90, (100, 110, 120), "safe"),
        (90, (99, 100, 120), "likely"),
        (90, (90, 99, 100), "at_risk"),
        (90, (90, 95, 99), "out_of_reach"),
    ],
)
def test_how_sure_a_target_of_100_is(done: int, cases: tuple[int, int, int], risk: str) -> None:
    found = project(FUNDS, OUTLOOK, [], [], {Cell(0, None): Fraction(1)}, YEAR, TODAY)
    low, expected, high = map(Fraction, cases)
    outlook = type(found)(low, expected, high, (), ())
    assert risk_of(FUNDS, Fraction(done), Fraction(100), outlook, is_over=False) == risk
    assert risk_of(FUNDS, Fraction(done), None, outlook, is_over=False) == "no_target"


@pytest.mark.parametrize(
    ("done", "cases", "is_over", "risk"),
    [
        (90, (90, 95, 100), False, "safe"),
        (90, (90, 100, 101), False, "likely"),
        (90, (100, 101, 110), False, "at_risk"),
        (101, (101, 101, 101), False, "out_of_reach"),
        (90, (90, 95, 101), True, "met"),
    ],
)
def test_where_less_is_better_nothing_is_met_before_the_end(
    done: int, cases: tuple[int, int, int], is_over: bool, risk: str
) -> None:
    found = project(FUNDS, OUTLOOK, [], [], {}, YEAR, TODAY)
    outlook = type(found)(*map(Fraction, cases), (), ())
    line = indicator(direction="lower")
    assert risk_of(line, Fraction(done), Fraction(100), outlook, is_over=is_over) == risk


# Ranks

PEERS = frozenset({"org_1", "org_2", "org_3"})


@pytest.mark.parametrize(
    ("told", "peers", "reported", "rank", "of", "source", "why"),
    [
        (None, PEERS, {"org_1": 1, "org_2": 2}, None, None, None, "peers_missing"),
        (None, PEERS, {"org_1": 1, "org_2": 2, "org_3": 3}, 3, 3, "submissions", None),
        (None, PEERS, {"org_1": 2, "org_2": 2, "org_3": 3}, 2, 3, "submissions", None),
        (None, PEERS, {"org_1": 3, "org_2": 3, "org_3": 3}, 1, 3, "submissions", None),
        (None, PEERS, {"org_1": 1, "org_2": None, "org_3": None}, 1, 3, "submissions", None),
        (None, PEERS, {"org_1": None, "org_2": 1, "org_3": 1}, None, None, None, "no_figure"),
        (None, frozenset({"org_1"}), {"org_1": 1}, None, None, None, "no_peers"),
        (None, frozenset({"org_2", "org_3"}), {"org_2": 1, "org_3": 1}, None, None, None, "no_peers"),
        (None, frozenset(), {}, None, None, None, "no_peers"),
        (Told(7, 26, "bul_1"), PEERS, {"org_1": 1, "org_2": 0, "org_3": 0}, 7, 26, "bulletin", None),
        (Told(7, None, "bul_1"), frozenset(), {}, 7, None, "bulletin", None),
    ],
)
def test_a_rank_comes_from_a_bulletin_or_when_all_peers_have_reported(
    told: Told | None,
    peers: frozenset[str],
    reported: dict[str, int | None],
    rank: Any,
    of: Any,
    source: Any,
    why: Any,
) -> None:
    figures = {name: None if value is None else Fraction(value) for name, value in reported.items()}
    found = standing("org_1", told, peers, figures)
    assert (found.rank, found.of, found.source, found.why) == (rank, of, source, why)


# What a pack may not say


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"terms": [{"measure": "jobs"}, {"measure": "jobs"}]}, "terms_overlap"),
        ({"terms": [{"measure": "a"}, {"measure": "a", "components": ["land"]}]}, "terms_overlap"),
        ({"by_ratio": [{"ratio": 1, "share": 1}, {"ratio": 1, "share": 1}]}, "ratios_not_ascending"),
        ({"by_ratio": [{"ratio": 0, "share": 1}, {"ratio": 1, "share": 0.5}]}, "shares_descend"),
        ({"rank_points": 5}, "ranks_missing"),
        ({"by_rank": [{"rank_until": 3, "share": 0.1}, {"rank_until": 9, "share": 1}]}, "shares_ascend"),
        ({"by_rank": [{"rank_until": 3, "share": 1}, {"rank_until": 3, "share": 1}]}, "ranks_not_ascending"),
        ({"at_least": 5}, "at_least_of_amounts"),
        ({"most_per_opportunity": 5, "terms": [{"measure": "a", "most_share": 0.2}]}, "two_caps"),
        (
            {"counts": "opportunities", "prospect": {"milestone": "other", "brings": "labour"}},
            "brings_no_firm",
        ),
        ({"window_from": "02-29"}, "not_a_month_day"),
        ({"window_until": "13-01"}, "not_a_month_day"),
        ({"points": 1001}, "less_than_equal"),
        ({"carry_months": 1.0}, "int_type"),
        ({"colour": 1}, "extra_forbidden"),
    ],
)
def test_an_indicator_that_contradicts_itself_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as told:
        indicator(**fields)
    assert code in {error["type"] for error in told.value.errors()}


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        ("claimed", {"low": 0.6, "expected": 0.5, "high": 1}, "chances_descend"),
        ("delay", {"low": 1, "expected": 30, "high": 0}, "delays_ascend"),
        ("stages", {"ended": {"low": 0, "expected": 0, "high": 0}}, "ended_brings_nothing"),
    ],
)
def test_an_outlook_that_contradicts_itself_is_refused(part: str, value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as told:
        type(OUTLOOK).model_validate(OUTLOOK.model_dump() | {part: value})
    assert code in {error["type"] for error in told.value.errors()}


def test_a_known_figure_is_the_same_in_every_case() -> None:
    assert set(always(3).values()) == {Fraction(3)}
    assert tuple(always(3)) == CASES
