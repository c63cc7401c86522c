"""The learned blend: the prior where little is known, the planted truth where much is."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from service.matching.blend import BlendModel
from service.matching.criteria import CRITERIA
from service.matching.weights import DEFAULT_WEIGHTS

NAMES = [criterion.name for criterion in CRITERIA]
SIZE = len(CRITERIA)


def choices(weights: dict[str, float], count: int, scale: float = 12.0) -> np.ndarray:
    """Pairs of random places of which one is chosen with the odds that the weights give it."""
    rng = np.random.Generator(np.random.PCG64(7))
    differences = rng.random((count, SIZE)) - rng.random((count, SIZE))
    odds = scale * differences @ np.array([weights[name] for name in NAMES])
    chosen = rng.random(count) < 1 / (1 + np.exp(-odds))
    return np.where(chosen[:, None], differences, -differences)


def test_many_choices_bring_back_the_weights_that_made_them():
    planted = dict.fromkeys(NAMES, 0.02) | {"labour": 0.5, "land": 0.3}
    total = sum(planted.values())
    planted = {name: weight / total for name, weight in planted.items()}
    learned = BlendModel().fit(choices(planted, 20_000)).weights_
    assert max(abs(learned[name] - planted[name]) for name in NAMES) < 0.03


def test_no_choice_leaves_the_hand_set_weights_to_the_last_digit():
    assert BlendModel().fit(np.zeros((0, SIZE))).weights_ == pytest.approx(dict(DEFAULT_WEIGHTS), abs=1e-15)


def test_one_choice_moves_no_weight_by_more_than_a_hundredth():
    for sign in (1.0, -1.0):
        learned = BlendModel().fit(np.full((1, SIZE), sign)).weights_
        assert max(abs(learned[name] - DEFAULT_WEIGHTS[name]) for name in NAMES) < 0.01


def test_choices_that_contradict_each_other_move_no_weight_by_a_tenth():
    differences = choices(dict(DEFAULT_WEIGHTS), 50)
    learned = BlendModel().fit(np.concatenate([differences, -differences])).weights_
    assert max(abs(learned[name] - DEFAULT_WEIGHTS[name]) for name in NAMES) < 0.1


def test_what_is_always_avoided_gets_no_weight_instead_of_a_negative_one():
    avoided = np.zeros((5_000, SIZE))
    avoided[:, NAMES.index("industry")] = -1.0
    learned = BlendModel().fit(avoided).weights_
    assert learned["industry"] == 0.0
    assert all(weight > 0 for name, weight in learned.items() if name != "industry")


pairs = st.lists(st.lists(st.floats(-1, 1), min_size=SIZE, max_size=SIZE), max_size=12)


@settings(max_examples=25)
@given(pairs)
def test_weights_stand_in_declared_order_are_never_negative_and_add_up_to_one(differences):
    model = BlendModel().fit(np.array(differences).reshape(-1, SIZE))
    assert list(model.weights_) == NAMES
    assert all(weight >= 0 for weight in model.weights_.values())
    assert math.fsum(model.weights_.values()) == pytest.approx(1.0, abs=1e-12)


@settings(max_examples=25)
@given(pairs)
def test_the_same_choices_in_any_order_teach_the_same_weights(differences):
    rows = np.array(differences).reshape(-1, SIZE)
    assert BlendModel().fit(rows).weights_ == BlendModel().fit(rows[::-1]).weights_


def test_a_pair_that_counts_twice_is_a_pair_that_stands_twice():
    differences = choices(dict(DEFAULT_WEIGHTS), 40)
    doubled = BlendModel().fit(np.concatenate([differences, differences])).weights_
    assert BlendModel().fit(differences, sample_weight=np.full(40, 2.0)).weights_ == doubled


@pytest.mark.parametrize(
    ("differences", "counts"),
    [
        (np.full((1, SIZE), np.nan), None),
        (np.full((1, SIZE), np.inf), None),
        (np.zeros((1, SIZE)), np.array([-1.0])),
        (np.zeros((1, SIZE + 1)), None),
    ],
)
def test_what_is_no_difference_of_utilities_is_refused(differences, counts):
    with pytest.raises(ValueError, match=r"finite|reshape"):
        BlendModel().fit(differences, sample_weight=counts)


def test_it_is_an_estimator_with_its_parameters_as_given():
    model = BlendModel(prior_strength=10.0)
    assert clone(model).get_params() == model.get_params()
