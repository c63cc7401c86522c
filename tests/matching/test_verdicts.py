import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_examples import amounts, bands

from service.matching.columns import FigureColumn
from service.matching.values import Band
from service.matching.verdicts import at_least, at_most, outcome, quotient

INF = float("inf")


def _word(compare, have, other, **options):
    return outcome(int(compare(FigureColumn.of([have]), FigureColumn.of([other]), **options)[0]))


@pytest.mark.parametrize(
    ("have", "required", "expected"),
    [
        (60.0, 60.0, "pass"),
        (59.999, 60.0, "fail"),
        (None, 60.0, "unknown"),
        (60.0, None, "unknown"),
        (Band(50, 100), 50.0, "pass"),
        (Band(50, 100), 50.1, "unknown"),
        (Band(50, 100), 99.9, "unknown"),
        (Band(50, 100), 100.0, "fail"),  # half open: 100 is never reached
        (Band(50, INF), 1e9, "unknown"),
        (100.0, Band(50, 100), "pass"),
        (99.9, Band(50, 100), "unknown"),
        (50.0, Band(50, 100), "unknown"),
        (49.9, Band(50, 100), "fail"),
        (Band(50, 100), Band(50, 100), "unknown"),
        (Band(50, 100), Band(100, 200), "fail"),
        (Band(100, 200), Band(50, 100), "pass"),
        (0.0, 0.0, "pass"),
    ],
)
def test_at_least_decides_only_what_every_figure_in_the_ranges_decides(have, required, expected):
    assert _word(at_least, have, required) == expected


@pytest.mark.parametrize(
    ("have", "limit", "expected"),
    [
        (10.0, 10.0, "pass"),
        (10.1, 10.0, "fail"),
        (None, 10.0, "unknown"),
        (Band(5, 10), 10.0, "pass"),
        (Band(5, 10), 9.9, "unknown"),
        (Band(5, 10), 5.0, "unknown"),
        (Band(5, 10), 4.9, "fail"),
        (10.0, Band(5, 10), "fail"),  # half open: the limit is below 10
        (9.9, Band(5, 10), "unknown"),
        (5.0, Band(5, 10), "pass"),
    ],
)
def test_at_most_decides_only_what_every_figure_in_the_ranges_decides(have, limit, expected):
    assert _word(at_most, have, limit) == expected


@pytest.mark.parametrize("compare", [at_least, at_most])
@given(band=bands(), other=amounts, share=st.floats(0, 1, exclude_max=True))
def test_a_decided_band_agrees_with_every_figure_inside_it(compare, band, other, share):
    inside = band.low + share * (min(band.high, band.low + 1e6) - band.low)
    if inside >= band.high:
        inside = band.low
    for verdict, exact in (
        (_word(compare, band, other), _word(compare, inside, other)),
        (_word(compare, other, band), _word(compare, other, inside)),
    ):
        assert verdict in ("unknown", exact)


@pytest.mark.parametrize(
    ("top", "bottom", "low", "high"),
    [
        (6000.0, 60.0, 100.0, 100.0),
        (Band(6000, 8000), 60.0, 100.0, 8000 / 60),
        (6000.0, Band(50, 100), 60.0, 120.0),
        (6000.0, Band(50, INF), 0.0, 120.0),
    ],
)
def test_a_quotient_of_ranges_covers_every_quotient_inside(top, bottom, low, high):
    ratio = quotient(FigureColumn.of([top]), FigureColumn.of([bottom]))
    assert (ratio.low[0], ratio.high[0]) == (low, high)


def test_a_quotient_over_nothing_or_what_may_be_zero_is_not_known():
    for bottom in (0.0, None, Band(0, 100)):
        ratio = quotient(FigureColumn.of([6000.0]), FigureColumn.of([bottom]))
        assert np.isnan(ratio.low[0])
        assert np.isnan(ratio.high[0])


def test_the_reached_upper_end_of_a_quotient_is_not_failed():
    assert _word(at_least, Band(60, 120), 120.0, derived=True) == "unknown"
    assert _word(at_least, Band(60, 120), 120.1, derived=True) == "fail"
