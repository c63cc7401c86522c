"""The order of a round of visits and its days, by great-circle distance; never a road distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from service.matching.geodesy import great_circle_km

#: More stops than a delegation visits, and the most for which the shortest order is worked out exactly.
MOST_STOPS: Final = 12


class Point(NamedTuple):
    """A position in degrees (WGS 84)."""

    lon: float
    lat: float


def distances_km(points: Sequence[Point]) -> list[list[float]]:
    """The great-circle distance between every two of the points."""
    lon, lat = np.array(points, dtype=np.float64).reshape(-1, 2).T
    found: list[list[float]] = great_circle_km(lon[:, None], lat[:, None], lon, lat).tolist()
    return found


def shortest_order(start: Point, stops: Sequence[Point]) -> list[int]:
    """The order of all stops with the shortest way from the start through them; no way back is counted.

    Exact: dynamic programming over sets of stops (Held and Karp 1962), O(n^2 2^n).

    Raises
    ------
    ValueError
        For more than ``MOST_STOPS`` stops.
    """
    count = len(stops)
    if count > MOST_STOPS:
        raise ValueError(f"at most {MOST_STOPS} stops can be put in order, not {count}")
    if count == 0:
        return []
    first, *rows = distances_km([start, *stops])
    between = [row[1:] for row in rows]
    best = {(1 << i, i): (way, -1) for i, way in enumerate(first[1:])}
    for visited in range(1, 1 << count):
        for last in range(count):
            if not visited >> last & 1 or visited == 1 << last:
                continue
            rest = visited & ~(1 << last)
            # Of equal ways the one over the lowest stop, so that the same places give the same order.
            best[visited, last] = min(
                (best[rest, before][0] + between[before][last], before)
                for before in range(count)
                if rest >> before & 1
            )
    every = (1 << count) - 1
    last = min(range(count), key=lambda i: (best[every, i][0], i))
    order: list[int] = []
    visited = every
    while last >= 0:
        order.append(last)
        visited, last = visited & ~(1 << last), best[visited, last][1]
    return order[::-1]


def parted(legs_km: Sequence[float], days: int) -> list[int]:
    """On which day (from 0) each stop falls, so that the longest day's way is as short as can be.

    Parameters
    ----------
    legs_km : sequence of float
        The way to each stop from the one before it.
    days : int, at least 1
        Days beyond the number of stops stay empty.

    Notes
    -----
    The linear partition problem. A day's way counts the leg that brings it to its first stop.
    """
    count = len(legs_km)
    days = min(days, count)
    if count == 0:
        return []
    # longest[d][i]: the least longest day of the first i stops on d days; cut[d][i]: where the last begins.
    infinite = math.inf
    longest = [[infinite] * (count + 1) for _ in range(days + 1)]
    cut = [[0] * (count + 1) for _ in range(days + 1)]
    longest[0][0] = 0.0
    for day in range(1, days + 1):
        for stop in range(day, count + 1):
            for first in range(day - 1, stop):
                way = max(longest[day - 1][first], sum(legs_km[first:stop]))
                if way < longest[day][stop]:
                    longest[day][stop], cut[day][stop] = way, first
    found = [0] * count
    end = count
    for day in range(days, 0, -1):
        first = cut[day][end]
        found[first:end] = [day - 1] * (end - first)
        end = first
    return found
