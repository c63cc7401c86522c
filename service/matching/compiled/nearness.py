"""How near places are, from unit vectors: nothing but operations that IEEE 754 rounds exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from service.matching.compiled import compiled, inlined

# The series of arcsin(h) / h in h**2. The first term left out adds less than 1e-18 of the whole up to
# h = 0.12, which is a distance of 1,530 km; beyond it a sum of positive terms only grows.
_C1, _C2, _C3, _C4 = 1 / 6, 3 / 40, 15 / 336, 105 / 3456
_C5, _C6, _C7, _C8 = 945 / 42240, 10395 / 599040, 135135 / 9676800, 2027025 / 175472640


@inlined
def _near(x: float, y: float, z: float, diameter_km: float, far_km: float, neutral: float) -> float:
    """Of the difference of two unit vectors."""
    s = (x * x + y * y + z * z) / 4.0
    series = _C8 * s + _C7
    series = series * s + _C6
    series = series * s + _C5
    series = series * s + _C4
    series = series * s + _C3
    series = series * s + _C2
    series = (series * s + _C1) * s
    distance = diameter_km * (math.sqrt(s) * (1.0 + series))
    near = 0.0 if distance > far_km else 1.0 - distance / far_km
    return neutral if math.isnan(distance) else near


@compiled
def _near_one(
    one: Any, many: Any, diameter_km: float, far_km: float, neutral: float, values: Any, unknown: Any
) -> None:
    """One point against many; a loop without a branch, so that it runs in wide steps."""
    ours_x, ours_y, ours_z = one[0, 0], one[1, 0], one[2, 0]
    xs, ys, zs = many[0], many[1], many[2]
    for row in range(len(values)):
        values[row] = _near(
            ours_x - xs[row], ours_y - ys[row], ours_z - zs[row], diameter_km, far_km, neutral
        )
    for row in range(len(values)):
        unknown[row] = math.isnan(ours_x + xs[row])


@compiled
def nearness(ours: Any, theirs: Any, radius_km: float, far_km: float, neutral: float) -> Any:
    """1 - min(distance, far) / far, and where it is unknown.

    Parameters
    ----------
    ours, theirs : ndarray of float64, shape (3, m) and (3, n), m == n or one of them 1
        Unit vectors; NaN where a position is not known, and ``neutral`` counts.
    radius_km : float
        Of the sphere. ``far_km`` is less than 0.24 times that.

    Returns
    -------
    values : ndarray of float64, unknown : ndarray of bool, shape (max(m, n),) or (0,)
    """
    one, other = ours.shape[1], theirs.shape[1]
    count = 0 if min(one, other) == 0 else max(one, other)
    values, unknown = np.empty(count, dtype=np.float64), np.empty(count, dtype=np.bool_)
    diameter_km = 2.0 * radius_km
    if count and one == 1:
        _near_one(ours, theirs, diameter_km, far_km, neutral, values, unknown)
    elif count and other == 1:
        _near_one(theirs, ours, diameter_km, far_km, neutral, values, unknown)
    else:
        for row in range(count):
            x, y = ours[0, row] - theirs[0, row], ours[1, row] - theirs[1, row]
            z = ours[2, row] - theirs[2, row]
            values[row] = _near(x, y, z, diameter_km, far_km, neutral)
            unknown[row] = math.isnan(x)
    return values, unknown
