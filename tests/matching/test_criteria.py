"""The suite that every criterion passes, then tables of boundaries."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_examples import (
    CONTEXT,
    MATCHER,
    OFFER_FIGURES,
    QUANTITY_NAMES,
    TODAY,
    amounts,
    case,
    need,
    needs,
    offer,
    offer_lists,
    offers,
)

from service.matching.criteria import CRITERIA
from service.matching.values import Band, Material, Offer, Partner

every_criterion = pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
BY_NAME = {criterion.name: criterion for criterion in CRITERIA}


def utility(name, wanted, place):
    measured = BY_NAME[name].measure(MATCHER.needs([wanted]), MATCHER.offers([place]), CONTEXT)
    return float(measured.values[0]), bool(measured.unknown[0])


@given(wanted=needs(with_bands=True), places=offer_lists(with_bands=True))
def test_a_utility_is_finite_and_between_zero_and_one(wanted, places):
    offer_columns = MATCHER.offers(places)
    for mode in MATCHER.needs([wanted]).modes():
        for criterion in CRITERIA:
            measured = criterion.measure(mode, offer_columns, CONTEXT)
            values = np.broadcast_to(measured.values, (len(places),))
            assert np.broadcast_to(measured.unknown, (len(places),)).dtype == np.bool_, criterion.name
            assert np.isfinite(values).all(), criterion.name
            assert ((values >= 0) & (values <= 1)).all(), criterion.name


@given(wanted=st.lists(needs(with_bands=True), min_size=1, max_size=3), places=offer_lists(with_bands=True))
def test_one_need_against_many_places_and_many_needs_against_one_give_the_same_digits(wanted, places):
    need_columns, offer_columns = MATCHER.needs(wanted), MATCHER.offers(places)
    single_needs = [need_columns.take([i]) for i in range(len(wanted))]
    single_offers = [offer_columns.take([j]) for j in range(len(places))]
    shape = (2, len(wanted), len(places))  # values, then whether unknown
    by_need, by_offer = np.empty(shape), np.empty(shape)
    for criterion in CRITERIA:
        for i, one in enumerate(single_needs):
            measured = criterion.measure(one, offer_columns, CONTEXT)
            by_need[0, i], by_need[1, i] = measured.values, measured.unknown
        for j, one in enumerate(single_offers):
            measured = criterion.measure(need_columns, one, CONTEXT)
            by_offer[0, :, j], by_offer[1, :, j] = measured.values, measured.unknown
        np.testing.assert_array_equal(by_need, by_offer, err_msg=criterion.name)


@every_criterion
def test_a_place_that_says_nothing_counts_the_neutral_value(criterion):
    silent = Offer(key="x", tie_key=("331126", "", "", "", "x"), region_code="331126")
    wanted = need(figures={"steam_t_per_h": 5.0}, materials=(Material("毛竹"),))
    value, unknown = utility(criterion.name, wanted, silent)
    assert criterion.neutral <= 0.5
    if criterion.name == "partnership":  # the region is always known
        assert (value, unknown) == (0.0, False)
    else:
        assert (value, unknown) == (criterion.neutral, True)
        assert criterion.reason(case(wanted, silent), value).missing


@every_criterion
@pytest.mark.parametrize("language", ["zh", "en"])
@settings(max_examples=30)
@given(
    wanted=needs(with_bands=True),
    place=offers(with_bands=True),
    mode=st.sampled_from(["build", "rent", "both"]),
)
def test_every_utility_has_a_sentence(criterion, language, wanted, place, mode):
    shown = criterion.reason(case(wanted, place, language, mode), 0.5)
    assert shown.text.endswith("。" if language == "zh" else ".")
    assert "None" not in shown.text
    assert "nan" not in shown.text


@every_criterion
def test_a_criterion_says_what_it_is_in_both_languages(criterion):
    for text in (criterion.name_zh, criterion.name_en, criterion.bounds_zh, criterion.bounds_en):
        assert text
    assert criterion.name_en.isascii()
    assert criterion.direction in {"more", "less", "match"}
    assert 0 < criterion.default_weight < 1


@given(
    wanted=needs(),
    place=offers(),
    name=st.sampled_from([*list(OFFER_FIGURES)[:4], *QUANTITY_NAMES[:3]]),
    figures=st.tuples(amounts, amounts),
)
def test_more_of_a_resource_never_lowers_a_utility(wanted, place, name, figures):
    less, more = (replace(place, figures={**place.figures, name: amount}) for amount in sorted(figures))
    need_columns, offer_columns = MATCHER.needs([wanted]), MATCHER.offers([less, more])
    for criterion in CRITERIA:
        values = np.broadcast_to(criterion.measure(need_columns, offer_columns, CONTEXT).values, (2,))
        assert values[0] <= values[1], criterion.name


@given(
    wanted=needs(),
    place=offers(),
    name=st.sampled_from(list(OFFER_FIGURES)[4:]),
    prices=st.tuples(amounts, amounts),
)
def test_a_lower_price_never_lowers_a_utility(wanted, place, name, prices):
    cheap, dear = (replace(place, figures={**place.figures, name: price}) for price in sorted(prices))
    assert utility("cost", wanted, cheap)[0] >= utility("cost", wanted, dear)[0]


@pytest.mark.parametrize(
    ("free", "expected"),
    [(0.0, 0.0), (30.0, 0.25), (59.0, (59 / 60) ** 2), (60.0, 1.0), (6000.0, 1.0), (None, 0.5)],
)
def test_a_shortfall_counts_squared_and_a_surplus_nothing(free, expected):
    assert utility("land", need(), offer(figures={"land_mu": free}))[0] == pytest.approx(expected)
    labour = None if free is None else free * 200 / 60
    assert utility("labour", need(), offer(figures={"labour_persons": labour}))[0] == pytest.approx(expected)


@pytest.mark.parametrize("name", ["land", "power", "labour", "quantities"])
def test_a_need_that_needs_none_is_met_by_every_place(name):
    modest = need(figures={"land_mu": None, "power_kva": None, "labour_persons": None})
    silent = offer(figures={"land_mu": None, "power_kva": None, "labour_persons": None})
    assert utility(name, modest, silent) == (1.0, False)


@pytest.mark.parametrize(
    ("mode", "land", "parcel", "floor", "expected"),
    [
        ("build", 120.0, None, 0.0, 1.0),
        ("build", 120.0, 30.0, 0.0, 0.25),  # the largest parcel counts
        ("build", 30.0, 120.0, 0.0, 0.25),
        ("build", None, 120.0, 0.0, 0.5),
        ("rent", 0.0, None, 10_000.0, 0.25),
        ("both", 120.0, None, 10_000.0, 0.25),  # the worse of the two
        ("both", 30.0, None, 10_000.0, 0.25),
        ("both", 120.0, None, None, 0.5),
    ],
)
def test_land_reads_what_the_site_mode_asks_for(mode, land, parcel, floor, expected):
    place = offer(figures={"land_mu": land, "largest_parcel_mu": parcel, "floor_area_m2": floor})
    assert utility("land", need(site_mode=mode), place)[0] == pytest.approx(expected)


def test_of_a_band_the_worse_end_counts():
    banded = offer(figures={"land_mu": Band(30, 60), "tariff_cny_per_kwh": Band(0.35, 0.9)})
    worst = offer(figures={"land_mu": 30.0, "tariff_cny_per_kwh": 0.9})
    for name in ("land", "cost"):
        assert utility(name, need(), banded) == utility(name, need(), worst)


def test_quantities_are_the_mean_of_those_that_are_asked_for():
    wanted = need(figures={"steam_t_per_h": 10.0, "distance_to_port_km": 50.0})
    place = offer(figures={"steam_t_per_h": 5.0, "distance_to_port_km": 50.0, "voc_t_per_year": 0.0})
    assert utility("quantities", wanted, place) == (pytest.approx((0.25 + 1.0) / 2), False)


@pytest.mark.parametrize(
    ("figures", "expected", "unknown"),
    [
        (
            {"land_price_10k_cny_per_mu": 4.0, "tariff_cny_per_kwh": 0.35, "wage_cny_per_month": 2500.0},
            1.0,
            False,
        ),
        (
            {"land_price_10k_cny_per_mu": 60.0, "tariff_cny_per_kwh": 0.9, "wage_cny_per_month": 9000.0},
            0.0,
            False,
        ),
        (
            {"land_price_10k_cny_per_mu": 32.0, "tariff_cny_per_kwh": 0.625, "wage_cny_per_month": 5750.0},
            0.5,
            False,
        ),
        (
            {"land_price_10k_cny_per_mu": None, "tariff_cny_per_kwh": 0.35, "wage_cny_per_month": 2500.0},
            2.5 / 3,
            True,
        ),
    ],
)
def test_cost_is_the_mean_between_fixed_bounds(figures, expected, unknown):
    assert utility("cost", need(), offer(figures=figures)) == (pytest.approx(expected), unknown)


def test_rent_counts_for_who_rents_and_land_price_for_who_builds():
    dear_land = offer(figures={"land_price_10k_cny_per_mu": 60.0, "rent_cny_per_m2_month": 4.0})
    assert utility("cost", need(site_mode="rent"), dear_land)[0] > utility("cost", need(), dear_land)[0]


@pytest.mark.parametrize(
    ("codes", "expected", "unknown"),
    [
        (("C2110",), 1.0, False),
        (("C211",), 0.9, False),
        (("C21",), 0.8, False),
        (("C39", "C21"), 0.8, False),
        (("C39",), 0.2, False),
        (("A02",), 0.0, False),
        ((), 0.2, True),
    ],
)
def test_industry_counts_the_shared_part_of_the_path(codes, expected, unknown):
    assert utility("industry", need(), offer(industry_codes=codes)) == (pytest.approx(expected), unknown)


def test_text_likes_the_place_that_writes_of_the_same_things():
    same = utility("text", need(), offer())[0]
    other = utility("text", need(), offer(leading_industries=("电子信息",), industry_codes=("C39",)))[0]
    assert same > other


@pytest.mark.parametrize(
    ("partner", "expected"),
    [("331126", 1.0), ("331100", 1.0), ("330000", 1.0), ("513225", 0.0)],
)
def test_a_pairing_of_a_region_covers_the_counties_in_it(partner, expected):
    wanted = need(partners=(Partner(partner, "mountain_sea", "结对"),))
    assert utility("partnership", wanted, offer())[0] == expected


def test_an_enclave_counts_by_its_homes_too_and_says_which_pairing_counted():
    enclave = offer(
        region_code="330421",
        region_paths=(
            ("330421", "330400", "330000"),
            ("331126", "331100", "330000"),
            ("513225", "513200", "510000"),
        ),
        home_region_codes=("331126", "513225"),
    )
    wanted = need(partners=(Partner("513225", "east_west", "嘉善县—九寨沟县"),))
    assert utility("partnership", wanted, enclave)[0] == 1.0
    text = BY_NAME["partnership"].reason(case(wanted, enclave), 1.0).text
    assert text == "属结对地区：嘉善县—九寨沟县（东西部协作），按飞出地认定。"


@pytest.mark.parametrize(("days", "expected"), [(-5, 1.0), (0, 1.0), (73, 0.8), (365, 0.0), (4000, 0.0)])
def test_freshness_falls_to_zero_at_the_limit(days, expected):
    place = offer(as_of=TODAY - timedelta(days=days))
    assert utility("freshness", need(), place) == (pytest.approx(expected), False)
    assert utility("freshness", need(), offer(as_of=date.min)) == (0.5, True)


def test_proximity_is_the_great_circle_distance():
    assert utility("proximity", need(lon=120.0, lat=30.0), offer(lon=120.0, lat=30.0))[0] == 1.0
    # One degree of latitude is 111.195 km on the mean sphere.
    north = utility("proximity", need(lon=120.0, lat=30.0), offer(lon=120.0, lat=31.0))[0]
    assert north == pytest.approx(1 - 111.195 / 1500, abs=1e-6)
    assert utility("proximity", need(lon=120.0, lat=30.0), offer(lon=80.0, lat=45.0))[0] == 0.0
