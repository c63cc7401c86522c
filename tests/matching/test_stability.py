import numpy as np
from hypothesis import given, settings
from matching_examples import MATCHER, TODAY, everyone, need, needs, offer, offer_lists

from service.matching.matcher import DEFAULT_WEIGHTS, Weights
from service.matching.stability import shifted_weights

ONE_CRITERION = Weights({**dict.fromkeys(DEFAULT_WEIGHTS, 0), "land": 1})


def interval(wanted, places, weights, visible=None):
    columns = MATCHER.offers(places)
    visible = everyone(len(places)) if visible is None else visible
    one = MATCHER.needs([wanted])
    ranking = MATCHER.rank_offers(one, columns, visible=visible, k=50, today=TODAY, weights=weights)
    low, high = MATCHER.stability(
        one, columns, visible=visible, today=TODAY, weights=weights, positions=ranking.positions
    )
    return low.tolist(), high.tolist()


@settings(max_examples=15)
@given(wanted=needs(), places=offer_lists())
def test_an_interval_lies_within_the_ranks_there_are_and_repeats(wanted, places):
    low, high = interval(wanted, places, Weights())
    assert all(1 <= a <= b <= len(low) for a, b in zip(low, high, strict=True))
    assert interval(wanted, places, Weights()) == (low, high)


def test_a_place_that_leads_in_everything_keeps_its_rank():
    best = offer(key="best", tie_key=("1", "", "", "", ""))
    worse = offer(
        key="worse", figures={"labour_persons": 1.0, "tariff_cny_per_kwh": 0.9}, industry_codes=("C39",)
    )
    assert interval(need(), [worse, best], Weights()) == ([1, 2], [1, 2])


def test_places_that_trade_one_criterion_for_another_may_swap():
    cheap = offer(key="cheap", figures={"labour_persons": 155.0, "wage_cny_per_month": 2500.0})
    staffed = offer(key="staffed", figures={"wage_cny_per_month": 6190.0})
    low, high = interval(need(), [cheap, staffed], Weights({"cost": 1, "labour": 0.41}))
    assert (low, high) == ([1, 1], [2, 2])


def test_with_a_single_weight_nothing_can_shift():
    places = [offer(key=str(i), figures={"land_mu": 60.0 + i}) for i in range(4)]
    ranks = [1, 2, 3, 4]
    assert interval(need(figures={"land_mu": 100.0}, must=()), places, ONE_CRITERION) == (ranks, ranks)


def test_hidden_places_take_no_rank():
    places = [offer(key="a"), offer(key="b", figures={"labour_persons": 1.0})]
    hidden = np.array([False, True])
    assert interval(need(), places, Weights(), hidden) == ([1], [1])


def test_shifted_weights_add_up_to_one_and_keep_a_zero():
    shifted = shifted_weights(Weights({"land": 0}))
    np.testing.assert_allclose(shifted.sum(axis=1), 1.0, atol=1e-12)
    assert (shifted[:, 3] == 0).all()
    assert (shifted[:, 0] > 0).all()
