"""Bands: the range that stands for a figure which the reader may not see exactly.

Steps of 1, 2 and 5 per power of ten, so that a band is about a factor of two wide and depends on
nothing but the figure itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from sqlmodel import SQLModel

_STEPS = (1.0, 2.0, 5.0, 10.0)


class BandRead(SQLModel):
    """A figure x is known to lie in low <= x < high."""

    low: float
    high: float


def band_of(value: float) -> BandRead:
    """The band of a non-negative figure; below a thousandth it is [0, 0.001)."""
    if value < 0.001:
        return BandRead(low=0.0, high=0.001)
    power = math.floor(math.log10(value))
    # log10 may round up to the next power right below it; the bounds decide, not the logarithm.
    edges = [
        float(f"{step:g}e{exponent}") for exponent in (power - 1, power, power + 1) for step in _STEPS[:3]
    ]
    edges.append(float(f"1e{power + 2}"))
    low = max(edge for edge in edges if edge <= value)
    return BandRead(low=low, high=min(edge for edge in edges if edge > value))


def bands_of(figures: Mapping[str, float | None], names: Iterable[str]) -> dict[str, BandRead]:
    """Bands of those named figures that have a value."""
    bands = {}
    for name in names:
        value = figures.get(name)
        if value is not None:
            bands[name] = band_of(value)
    return bands
