from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_examples import (
    MATCHER,
    TODAY,
    WEIGHTS,
    everyone,
    need,
    needs,
    offer,
    offer_lists,
    offers,
    rank_all,
)

from service.matching.matcher import DEFAULT_WEIGHTS, Weights

some_weights = st.dictionaries(
    st.sampled_from(sorted(DEFAULT_WEIGHTS)), st.sampled_from([0.01, 0.3, 2.0])
).map(Weights)


def varied_places(count):
    """Places that differ in distance, land and industry."""
    codes = (("C21",), ("C20",), ("C39",), ())
    return [
        offer(
            key=f"prf_{i}",
            lon=80.0 + (i * 7.3) % 45,
            lat=20.0 + (i * 3.1) % 25,
            industry_codes=codes[i % 4],
            figures={"land_mu": 40.0 + i, "tariff_cny_per_kwh": 0.4 + (i % 9) / 20},
        )
        for i in range(count)
    ]


def rank(wanted, places, **options):
    options = {"visible": everyone(len(places)), "k": 100, "today": TODAY, "weights": WEIGHTS, **options}
    return MATCHER.rank_offers(MATCHER.needs([wanted]), MATCHER.offers(places), **options)


@given(wanted=needs(with_bands=True), places=offer_lists(with_bands=True), weights=some_weights)
def test_the_contributions_add_up_to_the_score(wanted, places, weights):
    need_columns, offer_columns = MATCHER.needs([wanted]), MATCHER.offers(places)
    ranking = rank(wanted, places, weights=weights)
    for item in MATCHER.explain(need_columns, offer_columns, ranking, today=TODAY, weights=weights):
        total = 0.0
        for line in item.contributions:
            assert line.contribution == line.weight * line.utility
            total += line.contribution
        assert total == item.score
        assert 0 <= item.score <= 1 + 1e-12


@given(wanted=st.lists(needs(), min_size=1, max_size=4), places=offer_lists(), weights=some_weights)
def test_a_pair_has_the_same_score_and_mode_in_both_directions_and_alone(wanted, places, weights):
    need_columns, offer_columns = MATCHER.needs(wanted), MATCHER.offers(places)
    forth, back = {}, {}
    for i in range(len(wanted)):
        options = {"k": 10, "today": TODAY, "weights": weights}
        page = MATCHER.rank_offers(
            need_columns.take([i]), offer_columns, visible=everyone(len(places)), **options
        )
        forth |= {
            (i, j): found
            for j, *found in zip(page.positions.tolist(), page.scores.tolist(), page.site_modes, strict=True)
        }
    for j in range(len(places)):
        page = MATCHER.rank_needs(
            offer_columns.take([j]), need_columns, visible=everyone(len(wanted)), **options
        )
        back |= {
            (i, j): found
            for i, *found in zip(page.positions.tolist(), page.scores.tolist(), page.site_modes, strict=True)
        }
    assert forth == back
    for (i, j), found in forth.items():
        pair = MATCHER.pair(need_columns.take([i]), offer_columns.take([j]), today=TODAY, weights=weights)
        assert pair.eligible
        assert [pair.score, pair.site_mode] == found


def test_both_directions_agree_over_more_rows_than_a_vector_register_holds():
    places = varied_places(67)
    forth = dict(rank_all(need(), places))
    one = MATCHER.needs([need()])
    for place in places:
        page = MATCHER.rank_needs(
            MATCHER.offers([place]), one, visible=everyone(1), k=1, today=TODAY, weights=WEIGHTS
        )
        assert page.scores.tolist() == ([forth[place.key]] if place.key in forth else [])


@given(wanted=needs(), places=offer_lists(least=2), newcomer=offers(key="prf_new"))
def test_adding_a_county_never_reorders_two_others(wanted, places, newcomer):
    before = rank_all(wanted, places)
    after = [line for line in rank_all(wanted, [*places, newcomer]) if line[0] != "prf_new"]
    assert before == after


@given(wanted=needs(), places=offer_lists(least=2), data=st.data())
def test_the_order_of_the_rows_does_not_matter(wanted, places, data):
    assert rank_all(wanted, data.draw(st.permutations(places))) == rank_all(wanted, places)


@given(wanted=needs(), places=offer_lists(least=2), data=st.data())
def test_what_may_not_be_seen_neither_ranks_nor_counts(wanted, places, data):
    visible = np.array(data.draw(st.lists(st.booleans(), min_size=len(places), max_size=len(places))))
    seen = [place for place, shown in zip(places, visible, strict=True) if shown]
    masked = rank(wanted, places, visible=visible)
    keys = [places[position].key for position in masked.positions]
    assert list(zip(keys, masked.scores.tolist(), strict=True)) == rank_all(wanted, seen)
    assert masked.eligible_count + masked.excluded_count == len(seen)


@given(wanted=needs(), places=offer_lists(most=7), k=st.integers(1, 3))
def test_pages_one_after_another_give_the_whole_ranking(wanted, places, k):
    whole, seen, after = rank_all(wanted, places), [], None
    while True:
        page = rank(wanted, places, k=k, after=after)
        assert page.preceding == len(seen)
        seen += [places[position].key for position in page.positions]
        after = page.next_cursor
        if after is None:
            break
    assert seen == [key for key, _ in whole]


def test_a_page_goes_on_after_a_place_that_is_gone():
    places = varied_places(30)
    first = rank(need(), places, k=5)
    gone = places[first.positions[-1]].key
    rest = rank(need(), [place for place in places if place.key != gone], k=100, after=first.next_cursor)
    whole = [key for key, _ in rank_all(need(), places)]
    left = [place for place in places if place.key != gone]
    assert [left[position].key for position in rest.positions] == whole[5:]


def test_equal_scores_go_by_the_tie_key():
    names = ("乙", "甲", "A", "一")
    places = [offer(key=n, tie_key=("331126", "", n, "industrial_park", n)) for n in names]
    assert [key for key, _ in rank_all(need(), places)] == sorted(names)


@given(
    wanted=needs(),
    place=offers(key="a"),
    other=offers(key="b"),
    name=st.sampled_from(["land_mu", "floor_area_m2", "power_kva", "labour_persons", "steam_t_per_h"]),
    figures=st.tuples(st.floats(0, 1e5), st.floats(0, 1e5)),
)
def test_more_of_a_resource_never_lowers_a_place(wanted, place, other, name, figures):
    def standing(amount):
        richer = replace(place, figures={**place.figures, name: amount})
        ranked = rank_all(wanted, [richer, other])
        return dict(ranked).get("a", -1.0), [key for key, _ in ranked].index("a") if "a" in dict(
            ranked
        ) else 2

    (poor_score, poor_rank), (rich_score, rich_rank) = (standing(amount) for amount in sorted(figures))
    assert poor_score <= rich_score
    assert poor_rank >= rich_rank


@pytest.mark.parametrize(
    ("land", "floor", "mode"),
    [
        (120.0, 30_000.0, "build"),  # equal: building
        (0.0, 30_000.0, "rent"),
        (120.0, 0.0, "build"),
        (None, 30_000.0, "rent"),  # unknown land counts half
    ],
)
def test_either_takes_the_eligible_reading_then_the_better_then_building(land, floor, mode):
    prices = {"land_price_10k_cny_per_mu": None, "rent_cny_per_m2_month": None}
    place = offer(figures={"land_mu": land, "floor_area_m2": floor, **prices})
    assert rank(need(site_mode="either"), [place]).site_modes == (mode,)


def test_a_failing_reading_is_not_chosen_even_where_every_score_is_zero():
    place = offer(figures={"land_mu": 0.0})
    only_partnership = Weights({**dict.fromkeys(DEFAULT_WEIGHTS, 0), "partnership": 1})
    ranking = rank(need(site_mode="either"), [place], weights=only_partnership)
    assert (ranking.scores.tolist(), ranking.site_modes) == ([0.0], ("rent",))


def test_either_is_excluded_only_when_neither_will_do():
    places = [offer(key="none", figures={"land_mu": 0.0, "floor_area_m2": 0.0}), offer(key="some")]
    ranking = rank(need(site_mode="either"), places)
    assert ranking.positions.tolist() == [1]
    assert ranking.excluded_count == 1


def test_a_missing_figure_keeps_the_place_in_and_says_what_to_confirm():
    place = offer(figures={"power_kva": None, "tariff_cny_per_kwh": None})
    need_columns, offer_columns = MATCHER.needs([need()]), MATCHER.offers([place])
    (item,) = MATCHER.explain(
        need_columns, offer_columns, rank(need(), [place]), today=TODAY, weights=WEIGHTS
    )
    assert item.to_confirm == ("power_kva", "tariff_cny_per_kwh")
    power = next(line for line in item.contributions if line.criterion == "power")
    assert (power.utility, power.unknown) == (0.5, True)
    assert power.reason == "项目需 1,250 千伏安；当地可用受电容量未填报，暂按 0.5 计，需与当地确认。"


def test_of_an_unconfirmed_profile_every_figure_is_to_confirm():
    place = offer(unconfirmed=True)
    need_columns, offer_columns = MATCHER.needs([need()]), MATCHER.offers([place])
    (item,) = MATCHER.explain(
        need_columns, offer_columns, rank(need(), [place]), today=TODAY, weights=WEIGHTS
    )
    assert set(item.to_confirm) == set(place.figures)


def test_nothing_at_all_is_ranked_without_complaint():
    ranking = rank(need(site_mode="either"), [])
    assert (len(ranking.positions), ranking.eligible_count, ranking.next_cursor) == (0, 0, None)
    empty = MATCHER.needs([])
    back = MATCHER.rank_needs(
        MATCHER.offers([offer()]), empty, visible=everyone(0), k=5, today=TODAY, weights=WEIGHTS
    )
    assert len(back.positions) == 0
    page = MATCHER.exclusions(
        MATCHER.needs([need()]),
        MATCHER.offers([]),
        visible=everyone(0),
        limit=5,
        today=TODAY,
        weights=WEIGHTS,
    )
    assert page.items == ()


def test_a_mask_of_the_wrong_length_and_an_empty_page_are_refused():
    with pytest.raises(ValueError, match="visible"):
        rank(need(), [offer()], visible=everyone(2))
    with pytest.raises(ValueError, match="k is below 1"):
        rank(need(), [offer()], k=0)


def test_what_is_stale_tomorrow_is_ranked_today():
    place = offer(as_of=TODAY - timedelta(days=365))
    assert len(rank(need(), [place]).positions) == 1
    assert len(rank(need(), [place], today=TODAY + timedelta(days=1)).positions) == 0
