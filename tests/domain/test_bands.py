"""Bands depend on nothing but the figure, and hold it."""

from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st

from service.domain.bands import band_of, bands_of

figures = st.floats(min_value=0, max_value=1e12, allow_nan=False)


def test_bands_of_common_figures() -> None:
    for value, low, high in (
        (0, 0, 0.001),
        (0.000999, 0, 0.001),
        (0.001, 0.001, 0.002),
        (0.62, 0.5, 1),
        (1, 1, 2),
        (1.9999999999999998, 1, 2),
        (2, 2, 5),
        (4.999, 2, 5),
        (5, 5, 10),
        (9.999999999999998, 5, 10),
        (10, 10, 20),
        (60, 50, 100),
        (99.99999999999999, 50, 100),
        (100, 100, 200),
        (1250, 1000, 2000),
        (18000, 10000, 20000),
        (1e12, 1e12, 2e12),
    ):
        assert (band_of(value).low, band_of(value).high) == (low, high), value


@given(figures)
@example(1000.0)
@example(math.nextafter(1000.0, 0))
@example(5e-324)
def test_a_band_holds_its_figure(value: float) -> None:
    band = band_of(value)
    assert band.low <= value < band.high


@given(figures, st.floats(min_value=0, max_value=1, exclude_max=True))
def test_every_figure_inside_a_band_has_that_band(value: float, place: float) -> None:
    band = band_of(value)
    other = min(band.low + place * (band.high - band.low), math.nextafter(band.high, 0))
    assert band_of(other) == band


@given(figures)
def test_a_band_is_wide_enough_to_hide_and_narrow_enough_to_use(value: float) -> None:
    band = band_of(value)
    if band.low > 0:
        assert 2 <= round(band.high / band.low, 9) <= 2.5


@given(figures, figures)
def test_bands_keep_the_order_of_figures_and_do_not_overlap(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert band_of(low) == band_of(high) or band_of(low).high <= band_of(high).low


def test_a_figure_that_is_not_known_has_no_band() -> None:
    figures = {"land_mu": 60.0, "power_kva": None}
    assert bands_of(figures, ["land_mu", "power_kva", "missing"]).keys() == {"land_mu"}
