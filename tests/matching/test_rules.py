"""The suite that every admission rule passes, then tables of boundaries."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_examples import (
    BOOK,
    CONTEXT,
    LEXICON,
    MATCHER,
    MODEL,
    TODAY,
    TREE,
    case,
    need,
    needs,
    offer,
    offer_lists,
    offers,
    outcome_of,
    outcomes_of,
)

from service.matching.assessment import in_force
from service.matching.matcher import Matcher
from service.matching.rulebook import RuleBook, RuleText
from service.matching.values import Band, Partner, Restriction

every_rule = pytest.mark.parametrize("rule", MATCHER.rules, ids=lambda rule: rule.name)
NEVER_FIXABLE = {
    "restricted_industry",
    "chemical_park",
    "priority_protection",
    "solvent_coating",
    "land_use_class",
    "partner_regions_only",
    "tariff_ceiling",
    "wage_ceiling",
    "quantity:voc_t_per_year",
    "quantity:distance_to_port_km",
}


def exact(figure, share):
    """A figure inside a band; any other figure as it is."""
    if not isinstance(figure, Band):
        return figure
    inside = figure.low + share * (min(figure.high, figure.low + 1e5) - figure.low)
    return inside if inside < figure.high else figure.low


@given(
    wanted=st.lists(needs(with_bands=True), min_size=1, max_size=3),
    places=offer_lists(with_bands=True, most=3),
)
def test_both_directions_give_the_same_verdicts(wanted, places):
    need_columns, offer_columns = MATCHER.needs(wanted), MATCHER.offers(places)
    single_needs = [need_columns.take([i]) for i in range(len(wanted))]
    single_offers = [offer_columns.take([j]) for j in range(len(places))]
    by_need, by_offer = np.empty((2, len(wanted), len(places)), dtype=np.int8)
    for rule in MATCHER.rules:
        for i, one in enumerate(single_needs):
            by_need[i] = rule.test(one, offer_columns, CONTEXT)
        for j, one in enumerate(single_offers):
            by_offer[:, j] = rule.test(need_columns, one, CONTEXT)
        np.testing.assert_array_equal(by_need, by_offer, err_msg=rule.name)
        assert set(np.unique(by_need)) <= {-1, 0, 1}, rule.name


@given(wanted=needs(with_bands=True), place=offers(with_bands=True), share=st.floats(0, 1, exclude_max=True))
def test_a_band_is_decided_only_as_every_figure_inside_it_would_be(wanted, place, share):
    inner_need = replace(wanted, figures={k: exact(v, share) for k, v in wanted.figures.items()})
    inner_place = replace(place, figures={k: exact(v, share) for k, v in place.figures.items()})
    banded, known = outcomes_of(wanted, place), outcomes_of(inner_need, inner_place)
    for name, outcome in banded.items():
        assert outcome in ("unknown", known[name]), name


@pytest.mark.parametrize("language", ["zh", "en"])
@given(wanted=needs(with_bands=True), place=offers(with_bands=True))
def test_whatever_does_not_pass_has_a_sentence_and_what_is_unknown_names_a_field(language, wanted, place):
    outcomes = outcomes_of(wanted, place)
    mode = "rent" if wanted.site_mode == "rent" else "both"
    for rule in MATCHER.rules:
        if outcomes[rule.name] == "pass":
            continue
        shown = rule.show(case(wanted, place, language, mode))
        assert shown.text.endswith("。" if language == "zh" else "."), rule.name
        assert "None" not in shown.text
        assert " nan" not in shown.text
        assert shown.missing or rule.reads_offer


@every_rule
def test_a_rule_says_what_it_is_and_where_it_comes_from(rule):
    text = rule.text
    assert text.name_zh
    assert text.name_en
    assert text.source_zh
    assert text.source_en
    assert text.decided_by
    assert rule.reads_need or rule.reads_offer


@every_rule
def test_red_lines_and_what_no_county_decides_are_never_fixable(rule):
    assert rule.text.fixable == (rule.name not in NEVER_FIXABLE)


def test_the_rule_pack_cannot_allow_what_a_rule_rules_out():
    lenient = RuleText("甲", "A", "依据", "source", "county", fixable=True)
    strict = replace(lenient, fixable=False)
    book = RuleBook(rules={"priority_protection": lenient, "enough_land": strict})
    texts = {rule.name: rule.text for rule in Matcher(book, MODEL, TREE, LEXICON).rules}
    assert not texts["priority_protection"].fixable
    assert texts["priority_protection"].source_zh == "依据"
    assert not texts["enough_land"].fixable


@pytest.mark.parametrize(
    ("day", "applies"),
    [
        (date(2026, 1, 9), False),
        (date(2026, 1, 10), True),
        (date(2026, 2, 1), True),
        (date(2026, 2, 2), False),
    ],
)
def test_a_rule_applies_from_its_first_to_its_last_day(day, applies):
    text = RuleText("甲", "A", "依据", "s", "county", True, date(2026, 1, 10), date(2026, 2, 1))
    book = RuleBook(rules={"enough_land": text})
    rules = Matcher(book, MODEL, TREE, LEXICON).rules
    names = {rule.name for rule in in_force(rules, replace(CONTEXT, today=day, book=book))}
    assert ("enough_land" in names) == applies


def test_the_usual_place_passes_every_rule():
    assert set(outcomes_of(need(), offer()).values()) == {"pass"}


@pytest.mark.parametrize(
    ("rule", "wanted", "place", "expected"),
    [
        # land: the sum and, where known, the largest parcel
        ("enough_land", {}, {"land_mu": 60.0}, "pass"),
        ("enough_land", {}, {"land_mu": 59.0}, "fail"),
        ("enough_land", {}, {"land_mu": None}, "unknown"),
        ("enough_land", {}, {"land_mu": 120.0, "largest_parcel_mu": 59.0}, "fail"),
        ("enough_land", {}, {"land_mu": 59.0, "largest_parcel_mu": 120.0}, "fail"),
        ("enough_land", {}, {"land_mu": None, "largest_parcel_mu": 120.0}, "unknown"),
        ("enough_land", {"land_mu": None}, {"land_mu": 0.0}, "pass"),
        ("enough_land", {"site_mode": "rent"}, {"land_mu": 0.0}, "pass"),
        ("enough_land", {"site_mode": "both"}, {"land_mu": 0.0}, "fail"),
        ("enough_land", {"must": ("power_kva",)}, {"land_mu": 0.0}, "pass"),
        ("enough_floor_area", {}, {"floor_area_m2": 0.0}, "pass"),
        ("enough_floor_area", {"site_mode": "rent"}, {"floor_area_m2": 19_999.0}, "fail"),
        ("enough_floor_area", {"site_mode": "rent"}, {"floor_area_m2": 20_000.0}, "pass"),
        ("enough_power", {}, {"power_kva": 1249.0}, "fail"),
        ("enough_labour", {}, {"labour_persons": 0.0}, "pass"),
        ("enough_labour", {"must": ("labour_persons",)}, {"labour_persons": 199.0}, "fail"),
        ("quantity:steam_t_per_h", {"steam_t_per_h": 5.0}, {"steam_t_per_h": 4.0}, "pass"),
        (
            "quantity:steam_t_per_h",
            {"steam_t_per_h": 5.0, "must": ("steam_t_per_h",)},
            {"steam_t_per_h": 4.0},
            "fail",
        ),
        ("quantity:steam_t_per_h", {"steam_t_per_h": 5.0, "must": ("steam_t_per_h",)}, {}, "unknown"),
        (
            "quantity:distance_to_port_km",
            {"distance_to_port_km": 50.0, "must": ("distance_to_port_km",)},
            {"distance_to_port_km": 50.1},
            "fail",
        ),
        # ceilings hold only where they are named
        ("tariff_ceiling", {"max_tariff_cny_per_kwh": 0.5}, {}, "pass"),
        ("tariff_ceiling", {"max_tariff_cny_per_kwh": 0.5, "must": ("max_tariff_cny_per_kwh",)}, {}, "fail"),
        ("wage_ceiling", {"max_wage_cny_per_month": 4500.0, "must": ("max_wage_cny_per_month",)}, {}, "pass"),
        (
            "rent_ceiling",
            {"max_rent_cny_per_m2_month": 9.0, "must": ("max_rent_cny_per_m2_month",), "site_mode": "rent"},
            {},
            "fail",
        ),
        (
            "rent_ceiling",
            {"max_rent_cny_per_m2_month": 9.0, "must": ("max_rent_cny_per_m2_month",)},
            {},
            "pass",
        ),
        # the county's own thresholds: 18,000 / 60 = 300, 1,200 / 60 = 20, 1,200 x 10,000 / 20,000 = 600, 0.2
        ("investment_intensity", {}, {"min_investment_10k_cny_per_mu": 300.0}, "pass"),
        ("investment_intensity", {}, {"min_investment_10k_cny_per_mu": 300.1}, "fail"),
        ("investment_intensity", {"site_mode": "rent"}, {"min_investment_10k_cny_per_mu": 300.1}, "pass"),
        (
            "investment_intensity",
            {"fixed_investment_10k_cny": None},
            {"min_investment_10k_cny_per_mu": 1.0},
            "unknown",
        ),
        ("investment_intensity", {"land_mu": 0.0}, {"min_investment_10k_cny_per_mu": 1.0}, "unknown"),
        ("tax_per_mu", {}, {"min_tax_10k_cny_per_mu": 20.0}, "pass"),
        ("tax_per_mu", {}, {"min_tax_10k_cny_per_mu": 20.1}, "fail"),
        ("tax_per_m2", {"site_mode": "rent"}, {"min_tax_cny_per_m2": 600.0}, "pass"),
        ("tax_per_m2", {"site_mode": "rent"}, {"min_tax_cny_per_m2": 601.0}, "fail"),
        ("energy_intensity", {}, {"max_energy_tce_per_10k_cny": 0.2}, "pass"),
        ("energy_intensity", {}, {"max_energy_tce_per_10k_cny": 0.19}, "fail"),
        (
            "energy_intensity",
            {"annual_value_added_10k_cny": 0.0},
            {"max_energy_tce_per_10k_cny": 1.0},
            "unknown",
        ),
        # solvent coating needs a quota
        ("solvent_coating", {}, {}, "pass"),
        ("solvent_coating", {"coating": "solvent"}, {}, "unknown"),
        ("solvent_coating", {"coating": "solvent"}, {"voc_t_per_year": 0.0}, "fail"),
        ("solvent_coating", {"coating": "solvent"}, {"voc_t_per_year": 0.1}, "pass"),
        ("solvent_coating", {"coating": "solvent", "voc_t_per_year": 2.0}, {"voc_t_per_year": 1.9}, "fail"),
        ("solvent_coating", {"coating": "solvent"}, {"voc_t_per_year": Band(0, 5)}, "unknown"),
        ("solvent_coating", {"coating": "water"}, {"voc_t_per_year": 0.0}, "pass"),
    ],
)
def test_figures_at_the_boundary(rule, wanted, place, expected):
    fields = {k: v for k, v in wanted.items() if k in ("site_mode", "must", "coating")}
    figures = {k: v for k, v in wanted.items() if k not in fields}
    assert outcome_of(rule, need(figures=figures, **fields), offer(figures=place)) == expected


@pytest.mark.parametrize(
    ("code", "restriction", "expected"),
    [
        ("C2110", Restriction("C2110", "prohibited"), "fail"),
        ("C2110", Restriction("C21", "prohibited"), "fail"),
        ("C2110", Restriction("C", "prohibited"), "fail"),
        ("C2110", Restriction("C21", "conditional", "须用水性漆"), "unknown"),
        ("C2110", Restriction("C20", "prohibited"), "pass"),
        ("C21", Restriction("C2110", "prohibited"), "unknown"),  # the project may be one of these
        ("C212", Restriction("C211", "prohibited"), "pass"),
    ],
)
def test_a_restriction_binds_everything_below_it(code, restriction, expected):
    place = offer(restricted_industries=(restriction,))
    assert outcome_of("restricted_industry", need(industry_code=code), place) == expected


def test_a_band_that_may_be_zero_decides_no_threshold():
    wanted = need(figures={"floor_area_m2": Band(0, 100)}, site_mode="rent")
    assert outcome_of("tax_per_m2", wanted, offer(figures={"min_tax_cny_per_m2": 0.0})) == "unknown"


def test_a_condition_is_told_and_to_be_confirmed():
    place = offer(restricted_industries=(Restriction("C21", "conditional", "须用水性漆"),))
    shown = next(r for r in MATCHER.rules if r.name == "restricted_industry").show(case(need(), place))
    assert shown.text == "C21 家具制造业在当地属附条件准入行业（须用水性漆），需确认。"
    assert shown.missing == ("restricted_industries",)


@pytest.mark.parametrize(
    ("chemical", "code", "park", "expected"),
    [
        (True, "C264", True, "pass"),
        (True, "C264", False, "fail"),
        (True, "C264", None, "unknown"),
        (None, "C264", True, "pass"),
        (None, "C264", False, "unknown"),
        (None, "C264", None, "unknown"),
        (None, "C2110", False, "pass"),
        (False, "C264", False, "pass"),
    ],
)
def test_a_chemical_project_goes_to_a_chemical_park(chemical, code, park, expected):
    wanted = need(is_chemical=chemical, industry_code=code)
    assert outcome_of("chemical_park", wanted, offer(is_chemical_park=park)) == expected


@pytest.mark.parametrize(
    ("unit", "kind", "expected"),
    [
        ("priority_protection", "industrial_park", "fail"),
        ("priority_protection", "county", "fail"),
        ("key_control", "industrial_park", "pass"),
        (None, "industrial_park", "unknown"),
        (None, "county", "pass"),
    ],
)
def test_no_industry_goes_to_a_priority_protection_unit(unit, kind, expected):
    assert outcome_of("priority_protection", need(), offer(environment_unit=unit, site_kind=kind)) == expected


@pytest.mark.parametrize(
    ("wanted", "passes"),
    [({}, "M1 M2 M3"), ({"coating": "solvent"}, "M2 M3"), ({"is_chemical": True}, "M3")],
)
def test_land_use_takes_its_class_and_every_cleaner_one(wanted, passes):
    for land_use in ("M1", "M2", "M3"):
        expected = "pass" if land_use in passes else "fail"
        assert outcome_of("land_use_class", need(**wanted), offer(land_use=land_use)) == expected
    assert outcome_of("land_use_class", need(**wanted), offer(land_use=None)) == "unknown"
    assert outcome_of("land_use_class", need(site_mode="rent", **wanted), offer(land_use="M1")) == "pass"


@pytest.mark.parametrize(
    ("programmes", "partner", "expected"),
    [
        ((), None, "pass"),
        (("mountain_sea",), None, "fail"),
        (("mountain_sea",), ("331126", "mountain_sea"), "pass"),
        (("mountain_sea",), ("331100", "mountain_sea"), "pass"),
        (("mountain_sea",), ("331126", "east_west"), "fail"),
        (("east_west", "mountain_sea"), ("331126", "east_west"), "pass"),
        (("mountain_sea",), ("513225", "mountain_sea"), "fail"),
    ],
)
def test_partner_regions_only_looks_at_the_programme_and_the_region(programmes, partner, expected):
    partners = () if partner is None else (Partner(*partner, "结对"),)
    wanted = need(programmes=programmes, partners=partners)
    assert outcome_of("partner_regions_only", wanted, offer()) == expected


@pytest.mark.parametrize(
    ("rule", "changes", "expected"),
    [
        ("profile_published", {"status": "draft"}, "fail"),
        ("profile_published", {"status": "withdrawn"}, "fail"),
        ("profile_in_date", {"valid_until": TODAY}, "pass"),
        ("profile_in_date", {"valid_until": TODAY - timedelta(days=1)}, "fail"),
        ("profile_fresh", {"as_of": TODAY - timedelta(days=365)}, "pass"),
        ("profile_fresh", {"as_of": TODAY - timedelta(days=366)}, "fail"),
        ("profile_fresh", {"as_of": date.min}, "unknown"),
    ],
)
def test_a_profile_is_published_in_date_and_fresh(rule, changes, expected):
    assert outcome_of(rule, need(), offer(**changes)) == expected


def test_the_missing_figure_of_the_project_is_what_to_confirm():
    rule = next(r for r in MATCHER.rules if r.name == "investment_intensity")
    wanted = need(figures={"fixed_investment_10k_cny": None})
    place = offer(figures={"min_investment_10k_cny_per_mu": 300.0})
    assert rule.show(case(wanted, place)).missing == ("fixed_investment_10k_cny",)


def test_every_registered_quantity_has_a_rule():
    names = {rule.name for rule in MATCHER.rules}
    assert {f"quantity:{quantity.name}" for quantity in BOOK.quantities} <= names
