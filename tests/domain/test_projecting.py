"""What is to come by the end of the window, for the cautious and the bold, and how sure a target is."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.assessing.counting import (
    Cell,
    Entry,
    amounts_of,
    recognised,
)
from service.domain.assessing.projecting import CASES, Prospective, project, risk_of
from service.domain.indicators import Indicator
from tests.domain.assessing import (
    CAPPED,
    ENTRIES,
    JOBS,
    OUTLOOK,
    TODAY,
    YEAR,
    always,
    entry,
    indicator,
    jobs,
    record,
)

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


@settings(deadline=None)
@given(
    ENTRIES,
    _RECORDS,
    st.sampled_from(
        [
            {},
            {"most_per_opportunity": 300},
            {"terms": CAPPED},
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


def test_a_known_figure_is_the_same_in_every_case() -> None:
    assert set(always(3).values()) == {Fraction(3)}
    assert tuple(always(3)) == CASES
