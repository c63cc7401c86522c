import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reference import ZoneRow, industries, quantities, regions, zones
from service.reference.synthetic import SyntheticFigures, figures, fraction, province_levels, round_figure

ALL: list[tuple[ZoneRow, SyntheticFigures]] = [
    (zone, figures(zone, zone.region_code[:2] + "0000")) for zone in zones()
]
FURNITURE_OR_WOOD = [
    (zone, made) for zone, made in ALL if any(code.startswith(("C20", "C21")) for code in zone.industry_codes)
]
NUMBERS = [
    "land_mu",
    "floor_area_m2",
    "power_kva",
    "labour_persons",
    "land_price_10k_cny_per_mu",
    "rent_cny_per_m2_month",
    "tariff_cny_per_kwh",
    "wage_cny_per_month",
    "min_investment_10k_cny_per_mu",
    "min_tax_10k_cny_per_mu",
    "min_tax_cny_per_m2",
    "max_energy_tce_per_10k_cny",
]


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_fraction_is_at_least_zero_and_below_one(key: str, topic: str):
    assert 0.0 <= fraction(key, topic) < 1.0


def test_a_fraction_is_the_first_52_bits_of_the_hash():
    digest = hashlib.sha256(b"S339100/land").hexdigest()
    assert fraction("S339100", "land") == int(digest[:13], 16) / 2**52


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.0, 0.0), (0.256, 0.26), (4.44, 4.4), (99.4, 99.0), (123.0, 120.0), (999.0, 1000.0), (1234.0, 1230.0)],
)
def test_figures_are_rounded_as_people_state_them(value: float, rounded: float):
    assert round_figure(value) == rounded


def test_the_same_zone_always_gets_the_same_figures():
    zone = next(zone for zone in zones() if zone.key == "S339100")
    first, again = figures(zone, "330000"), figures(replace(zone), "330000")
    assert first == again


def test_figures_are_those_of_the_documented_rule():
    zone = next(zone for zone in zones() if zone.key == "S337048")
    made = figures(zone, "330000")
    expected = 442.12 * 15 * (0.012 + 0.1 * fraction("S337048", "land"))
    assert made["land_mu"] == round_figure(expected)
    assert made["tariff_cny_per_kwh"] in (0.70, None)


def test_the_two_zones_of_one_code_get_figures_of_their_own():
    first, second = (made for zone, made in ALL if zone.code == "S377018")
    assert first != second


def test_every_figure_is_labelled_synthetic():
    assert all(made["is_synthetic"] is True for _, made in ALL)


def test_every_province_has_levels_and_no_other_code_is_taken():
    assert province_levels().keys() == {row.code for row in regions() if row.level == "province"}
    with pytest.raises(KeyError):
        figures(zones()[0], "330400")


def test_levels_stay_within_the_documented_range():
    for level in province_levels().values():
        assert 0.45 <= level.tariff_cny_per_kwh <= 0.75
        assert 3500 <= level.wage_cny_per_month <= 6500
        assert level.land_price_10k_cny_per_mu >= 4.0


def test_quantities_are_registered_and_within_their_maximum():
    registry = {row.name: row for row in quantities()}
    for zone, made in ALL:
        for name, value in made["quantities"].items():
            assert not registry[name].is_field
            assert 0 <= value <= registry[name].maximum, (zone.name, name)
        for name in ("land_mu", "floor_area_m2", "power_kva", "labour_persons"):
            value = made[name]
            assert value is None or 0 <= value <= registry[name].maximum


def test_the_largest_parcel_is_never_larger_than_the_free_land():
    for zone, made in ALL:
        parcel = made["quantities"].get("largest_parcel_mu")
        if parcel is not None:
            assert made["land_mu"] is not None
            assert parcel <= made["land_mu"], zone.name


def test_free_land_stays_a_small_part_of_the_approved_area():
    for zone, made in ALL:
        assert made["land_mu"] is None or made["land_mu"] <= 0.12 * zone.approved_area_ha * 15


def test_no_price_lies_below_the_national_floor():
    assert all(
        made["land_price_10k_cny_per_mu"] is None or made["land_price_10k_cny_per_mu"] >= 4.0
        for _, made in ALL
    )


def test_no_zone_prohibits_an_industry_that_it_leads_with():
    codes = {row.code for row in industries()}
    for zone, made in ALL:
        for line in made["restricted_industries"]:
            assert line["code"] in codes
            assert (line["condition"] is None) == (line["level"] == "prohibited")
            if line["level"] == "prohibited":
                assert not any(own.startswith(line["code"]) for own in zone.industry_codes), zone.name


def test_a_chemical_park_has_land_of_the_third_class():
    parks = [made for _, made in ALL if made["is_chemical_park"]]
    assert parks
    assert all(made["land_use"] == "M3" for made in parks)
    assert all(made["land_use"] != "M3" for _, made in ALL if not made["is_chemical_park"])


@pytest.mark.parametrize("field", NUMBERS)
def test_each_figure_is_unknown_for_some_zones_and_known_for_most_or_half(field: str):
    unknown = sum(made[field] is None for _, made in ALL) / len(ALL)
    assert 0.02 < unknown < 0.6


def can_take_a_modest_furniture_project(made: SyntheticFigures) -> bool:
    parcel = made["quantities"].get("largest_parcel_mu", made["land_mu"])
    needs = ((made["land_mu"], 60), (parcel, 60), (made["power_kva"], 1250), (made["labour_persons"], 200))
    enough = all(offer is None or offer >= need for offer, need in needs)
    return enough and not any(
        line["code"] == "C21" and line["level"] == "prohibited" for line in made["restricted_industries"]
    )


def test_most_places_of_furniture_and_wood_can_take_a_modest_furniture_project_and_some_cannot():
    able = sum(can_take_a_modest_furniture_project(made) for _, made in FURNITURE_OR_WOOD)
    assert 0.6 * len(FURNITURE_OR_WOOD) < able < 0.95 * len(FURNITURE_OR_WOOD)


def test_places_of_furniture_and_wood_fail_for_more_than_one_reason():
    made_up = [made for _, made in FURNITURE_OR_WOOD]
    assert any(made["land_mu"] is not None and made["land_mu"] < 60 for made in made_up)
    assert any(made["power_kva"] is not None and made["power_kva"] < 1250 for made in made_up)
    assert any(made["labour_persons"] is not None and made["labour_persons"] < 200 for made in made_up)
    assert any((made["land_price_10k_cny_per_mu"] or 0) > 40 for made in made_up)
    assert any(made["quantities"].get("voc_t_per_year") == 0 for made in made_up)
    assert any(line["code"] == "C21" for made in made_up for line in made["restricted_industries"])


zone_rows = st.builds(
    ZoneRow,
    key=st.text(min_size=1, max_size=12),
    code=st.just("S000000"),
    name=st.sampled_from(["某某经济开发区", "某某化工园区"]),
    region_code=st.just("330421"),
    approval_level=st.sampled_from(["national", "provincial"]),
    zone_type=st.just("经济开发区"),
    approved=st.just("2006-08"),
    approved_area_ha=st.floats(1.0, 30_000.0),
    leading_industries=st.just(()),
    location_match=st.just("name"),
    industry_codes=st.lists(st.sampled_from(["C21", "C203", "C26", "C39", "B"]), max_size=3).map(tuple),
)


@given(zone_rows, st.sampled_from(sorted(province_levels())))
def test_any_zone_gets_figures_that_are_not_negative_and_fit_together(zone: ZoneRow, province_code: str):
    made = figures(zone, province_code)
    for field in NUMBERS:
        value = made[field]
        assert value is None or 0 <= value < 1e9
    parcel = made["quantities"].get("largest_parcel_mu", 0.0)
    assert parcel <= (made["land_mu"] or 0.0)
