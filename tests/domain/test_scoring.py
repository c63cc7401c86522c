"""The points of an assessment, which follow from ratio and rank."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.assessing.scoring import hundredths, ratio_of, score, share_by_rank, share_by_ratio
from tests.domain.assessing import (
    indicator,
)

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
