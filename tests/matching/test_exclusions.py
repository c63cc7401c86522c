from dataclasses import replace
from datetime import timedelta

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
    outcome_of,
    rank_all,
)

from service.matching.matcher import apply_fix
from service.matching.values import Band, Restriction


def why_not(wanted, places, **options):
    options = {"visible": everyone(len(places)), "limit": 100, "today": TODAY, "weights": WEIGHTS, **options}
    return MATCHER.exclusions(MATCHER.needs([wanted]), MATCHER.offers(places), **options)


def only(wanted, place, **options):
    (item,) = why_not(wanted, [place], **options).items
    return item


@given(wanted=needs(with_bands=True), places=offer_lists(with_bands=True))
def test_a_place_is_either_ranked_or_passed_over_with_a_failure(wanted, places):
    page = why_not(wanted, places)
    assert {item.key for item in page.items} | {key for key, _ in rank_all(wanted, places)} == {
        place.key for place in places
    }
    assert page.excluded_count == len(page.items) == len(places) - len(rank_all(wanted, places))
    for item in page.items:
        assert item.failures
        assert (item.cheapest_fix is None) == any(not failure.fixable for failure in item.failures)


@given(wanted=needs(with_bands=True), places=offer_lists(with_bands=True))
def test_a_fixed_place_fails_no_rule_and_takes_the_rank_foretold(wanted, places):
    for item in why_not(wanted, places).items:
        if item.cheapest_fix is None:
            assert item.score_if_fixed is None
            assert item.rank_if_fixed is None
            continue
        fixed = apply_fix(places[item.position], item.cheapest_fix)
        ranked = rank_all(wanted, [*places[: item.position], fixed, *places[item.position + 1 :]])
        assert ranked[item.rank_if_fixed - 1] == (item.key, item.score_if_fixed)


@given(wanted=needs(), places=offer_lists())
def test_leaving_out_any_step_of_a_fix_leaves_a_failure(wanted, places):
    for item in why_not(wanted, places).items:
        steps = item.cheapest_fix or ()
        for left_out in steps:
            rest = apply_fix(places[item.position], [step for step in steps if step is not left_out])
            reading = wanted if wanted.site_mode != "either" else replace(wanted, site_mode=item.site_mode)
            assert rank_all(reading, [rest]) == []


@given(wanted=needs(), places=offer_lists(most=6), limit=st.integers(1, 3))
def test_pages_one_after_another_give_every_exclusion_once(wanted, places, limit):
    whole = [item.key for item in why_not(wanted, places).items]
    seen, after = [], None
    while True:
        page = why_not(wanted, places, limit=limit, after=after)
        seen += [item.key for item in page.items]
        after = page.next_cursor
        if after is None:
            break
    assert seen == whole


def test_the_easiest_to_fix_goes_first():
    places = [
        offer(key="red line", environment_unit="priority_protection"),
        offer(key="two", figures={"land_mu": 59.0, "power_kva": 1249.0}),
        offer(key="far", figures={"land_mu": 30.0}),
        offer(key="near", figures={"land_mu": 59.0}),
        offer(key="near too", figures={"land_mu": 59.0}),
    ]
    assert [item.key for item in why_not(need(), places).items] == [
        "near",
        "near too",
        "far",
        "two",
        "red line",
    ]


def test_a_failure_has_figures_source_and_who_decides():
    (failure,) = only(
        need(), offer(figures={"power_kva": 800.0}, sources={"power_kva": "供电方案答复单"})
    ).failures
    assert (failure.rule, failure.need, failure.offer, failure.unit) == ("enough_power", 1250.0, 800.0, "kVA")
    assert (failure.fixable, failure.decided_by) == (True, "county_grid_company")
    assert "供电方案答复单" in failure.source
    assert (
        failure.reason
        == "可用受电容量 800 千伏安，项目需 1,250 千伏安，缺 450 千伏安（依据：供电方案答复单）。"
    )
    english = only(need(), offer(figures={"power_kva": 800.0}), language="en").failures[0]
    assert english.reason == "Power: 800 kVA for 1,250 kVA needed, 450 kVA short."


def test_a_fix_says_from_to_change_unit_and_who_decides():
    (step,) = only(need(), offer(figures={"land_mu": 40.0})).cheapest_fix
    assert (step.field, step.start, step.to, step.change, step.unit) == ("land_mu", 40.0, 60.0, 20.0, "mu")
    assert step.decided_by == "county"


def test_the_largest_parcel_and_the_sum_are_both_raised_where_both_are_short():
    steps = only(need(), offer(figures={"land_mu": 40.0, "largest_parcel_mu": 30.0})).cheapest_fix
    assert {step.field: (step.start, step.to) for step in steps} == {
        "land_mu": (40.0, 60.0),
        "largest_parcel_mu": (30.0, 60.0),
    }


def test_two_rules_on_one_field_are_served_by_the_change_that_goes_further():
    wanted = need(figures={"largest_parcel_mu": 80.0}, must=("land_mu", "largest_parcel_mu"))
    (step,) = only(wanted, offer(figures={"largest_parcel_mu": 30.0})).cheapest_fix
    assert (step.field, step.to) == ("largest_parcel_mu", 80.0)


@pytest.mark.parametrize(
    ("figures", "field", "to"),
    [
        ({"min_investment_10k_cny_per_mu": 400.0}, "min_investment_10k_cny_per_mu", 300.0),
        ({"min_tax_10k_cny_per_mu": 25.0}, "min_tax_10k_cny_per_mu", 20.0),
        ({"max_energy_tce_per_10k_cny": 0.1}, "max_energy_tce_per_10k_cny", 0.2),
    ],
)
def test_a_county_may_ease_its_own_threshold_as_far_as_the_project_needs(figures, field, to):
    (step,) = only(need(), offer(figures=figures)).cheapest_fix
    assert (step.field, step.to) == (field, to)


@pytest.mark.parametrize(("ceiling", "fixable"), [(4.0, True), (3.99, False)])
def test_no_land_price_below_the_national_floor_is_proposed(ceiling, fixable):
    name = "max_land_price_10k_cny_per_mu"
    item = only(need(figures={name: ceiling}, must=(name,)), offer())
    assert item.failures[0].fixable == fixable
    assert (item.cheapest_fix is not None) == fixable


def test_dates_and_status_are_fixed_in_words():
    stale = offer(as_of=TODAY - timedelta(days=400), valid_until=TODAY - timedelta(days=1), status="draft")
    item = only(need(), stale)
    assert {step.field: (step.start, step.to, step.change) for step in item.cheapest_fix} == {
        "status": ("draft", "published", None),
        "valid_until": ("2026-11-22", "2026-11-23", None),
        "as_of": ("2025-10-19", "2026-11-23", None),
    }


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ({}, {"environment_unit": "priority_protection"}),
        ({}, {"restricted_industries": (Restriction("C21", "prohibited"),)}),
        ({"is_chemical": True}, {"land_use": "M3"}),
        ({"coating": "solvent"}, {"land_use": "M1"}),
        ({"coating": "solvent"}, {"figures": {"voc_t_per_year": 0.0}}),
        ({"programmes": ("mountain_sea",)}, {}),
        ({"figures": {"max_tariff_cny_per_kwh": 0.3}, "must": ("max_tariff_cny_per_kwh",)}, {}),
        ({"figures": {"max_wage_cny_per_month": 3000.0}, "must": ("max_wage_cny_per_month",)}, {}),
    ],
)
def test_law_zoning_red_lines_tariff_and_wage_are_never_a_fix(wanted, place):
    item = only(need(**wanted), offer(**place))
    assert item.cheapest_fix is None
    assert not all(failure.fixable for failure in item.failures)


def test_a_fix_from_a_band_shows_the_band_and_no_figure():
    (step,) = only(need(), offer(figures={"land_mu": Band(20, 50)})).cheapest_fix
    assert (step.start, step.start_band, step.to, step.change) == (None, (20, 50), 60.0, None)


def test_either_is_explained_in_the_reading_that_is_easier_to_fix():
    place = offer(figures={"land_mu": 30.0, "floor_area_m2": 19_000.0})
    item = only(need(site_mode="either"), place)
    assert item.site_mode == "rent"
    assert [step.field for step in item.cheapest_fix] == ["floor_area_m2"]


def test_one_pair_in_full_shows_why_it_is_not_ranked():
    place = offer(figures={"land_mu": 30.0})
    pair = MATCHER.pair(MATCHER.needs([need()]), MATCHER.offers([place]), today=TODAY, weights=WEIGHTS)
    assert not pair.eligible
    assert [failure.rule for failure in pair.failures] == ["enough_land"]
    assert [step.to for step in pair.cheapest_fix] == [60.0]
    total = 0.0
    for line in pair.contributions:
        total += line.contribution
    assert total == pair.score


def test_hidden_places_are_not_told_why_not():
    page = why_not(need(), [offer(figures={"land_mu": 1.0})], visible=~everyone(1))
    assert (page.items, page.excluded_count) == ((), 0)


def test_a_rule_fails_in_the_sentence_exactly_as_in_the_verdict():
    place = offer(figures={"land_mu": 59.0})
    assert outcome_of("enough_land", need(), place) == "fail"
    assert "缺 1 亩" in only(need(), place).failures[0].reason


def test_a_fixed_place_that_ties_with_another_stands_where_its_tie_key_puts_it():
    for key, rank in (("a", 1), ("z", 2)):
        short = offer(key=key, figures={"land_mu": 59.0})
        items = why_not(need(), [offer(key="m", figures={"land_mu": 60.0}), short]).items
        assert [item.rank_if_fixed for item in items] == [rank]
