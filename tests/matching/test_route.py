"""Rounds of visits: the shortest order, and days as even as they can be."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.route import MOST_STOPS, Point, distances_km, parted, shortest_order

JIASHAN, QINGYUAN, JIUZHAIGOU = Point(120.92, 30.84), Point(119.06, 27.62), Point(104.24, 33.26)
points = st.builds(Point, st.floats(73, 135), st.floats(18, 53))


def distance_km(a: Point, b: Point) -> float:
    return distances_km([a, b])[0][1]


def length(start: Point, stops: list[Point]) -> float:
    return sum(distance_km(a, b) for a, b in pairwise([start, *stops]))


def test_the_distance_is_the_great_circle() -> None:
    # Beijing to Shanghai by the haversine on the mean sphere, as published calculators give it.
    assert distance_km(Point(116.4074, 39.9042), Point(121.4737, 31.2304)) == pytest.approx(1067.3, abs=0.5)
    assert distance_km(JIASHAN, JIASHAN) == 0.0


@given(points, st.lists(points, max_size=6))
def test_no_order_is_shorter(start: Point, stops: list[Point]) -> None:
    order = shortest_order(start, stops)
    assert sorted(order) == list(range(len(stops)))
    found = length(start, [stops[i] for i in order])
    best = min(length(start, list(way)) for way in permutations(stops))
    assert found == pytest.approx(best, rel=1e-12, abs=1e-9)


def test_the_most_stops_are_put_in_order_and_more_are_refused() -> None:
    line = [Point(100 + i, 30) for i in range(MOST_STOPS)]
    assert shortest_order(Point(99, 30), line[::-1]) == list(range(MOST_STOPS))[::-1]
    with pytest.raises(ValueError, match="at most 12"):
        shortest_order(Point(99, 30), [*line, Point(120, 31)])


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=7), st.integers(1, 9))
def test_no_parting_has_a_shorter_longest_day(legs: list[float], days: int) -> None:
    found = parted(legs, days)
    used = min(days, len(legs))
    assert found[0] == 0
    assert sorted(set(found)) == list(range(used))
    assert all(b - a in (0, 1) for a, b in pairwise(found))

    def longest(cuts: tuple[int, ...]) -> float:
        return max(sum(legs[a:b]) for a, b in pairwise((0, *cuts, len(legs))))

    best = min(longest(cuts) for cuts in combinations(range(1, len(legs)), used - 1))
    own = max(sum(leg for leg, day in zip(legs, found, strict=True) if day == d) for d in range(used))
    assert own == pytest.approx(best)


def test_no_stops_need_no_day() -> None:
    assert parted([], 3) == []
