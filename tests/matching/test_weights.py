import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.criteria import CRITERIA
from service.matching.weights import DEFAULT_WEIGHTS, Weights, WeightsError


def test_the_default_weights_are_the_declared_ones_and_add_up_to_one():
    assert list(DEFAULT_WEIGHTS) == [criterion.name for criterion in CRITERIA]
    assert math.fsum(DEFAULT_WEIGHTS.values()) == pytest.approx(1.0, abs=1e-12)


def test_a_weight_left_out_keeps_its_default():
    weights = Weights({"land": 2})
    assert dict(zip(DEFAULT_WEIGHTS, weights.values, strict=True)) == {**DEFAULT_WEIGHTS, "land": 2.0}


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"price": 1}, "unknown criterion"),
        ({"land": -0.1}, "negative"),
        ({"land": math.nan}, "finite"),
        ({"land": math.inf}, "finite"),
        ({"land": 10**400}, "finite"),
        ({"land": True}, "finite"),
        ({"land": "1"}, "finite"),
        (dict.fromkeys(DEFAULT_WEIGHTS, 0), "all weights are zero"),
    ],
)
def test_a_weight_that_makes_no_sense_is_refused(chosen, message):
    with pytest.raises(WeightsError, match=message):
        Weights(chosen)


@given(st.dictionaries(st.sampled_from(sorted(DEFAULT_WEIGHTS)), st.floats(0, allow_infinity=False)))
def test_normalised_weights_add_up_to_one_however_large_or_small(chosen):
    values = [chosen.get(name, default) for name, default in DEFAULT_WEIGHTS.items()]
    if not any(values):
        return
    assert math.fsum(Weights(chosen).normalised) == pytest.approx(1.0, abs=1e-9)
