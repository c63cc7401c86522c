import re
from datetime import date
from importlib import resources

import pytest

from service.reference import content_hash, industries, quantities, rulebook_data, rules
from service.reference.catalogue import data_files, hash_of


def test_the_four_fields_and_the_named_quantities_are_registered_once():
    names = [row.name for row in quantities()]
    assert len(set(names)) == len(names)
    fields = {row.name for row in quantities() if row.is_field}
    assert fields == {"land_mu", "floor_area_m2", "power_kva", "labour_persons"}
    named = (
        "largest_parcel_mu power_voltage_kv steam_t_per_h gas_m3_per_h water_t_per_day voc_t_per_year "
        "energy_quota_tce dormitory_beds clear_height_m floor_load_kn_per_m2 skilled_labour_persons"
    )
    assert set(named.split()) <= set(names)


def test_quantities_are_complete_and_their_deciders_are_named():
    for row in quantities():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", row.name)
        assert row.name_zh
        assert row.name_en
        assert row.unit
        assert row.unit_zh
        assert 0 < row.maximum <= 1e12
        assert row.kind in {"capacity", "property", "distance"}
        assert row.decided_by in rules()["deciders"]


def test_a_distance_is_the_only_quantity_of_which_less_is_better():
    for row in quantities():
        nearer_is_better = row.test == "offer_at_most_need"
        assert nearer_is_better == (row.kind == "distance") == row.name.startswith("distance_to_"), row


def test_emission_and_energy_quotas_are_never_a_countys_to_change():
    for name in ("voc_t_per_year", "cod_t_per_year", "nox_t_per_year", "so2_t_per_year", "energy_quota_tce"):
        assert [row.actionable for row in quantities() if row.name == name] == [False]


RULES_AND_WHETHER_FIXABLE = {
    "enough_land": True,
    "enough_floor_area": True,
    "enough_power": True,
    "enough_labour": True,
    "quantity": True,
    "land_price_ceiling": True,
    "rent_ceiling": True,
    "tariff_ceiling": False,
    "wage_ceiling": False,
    "investment_intensity": True,
    "tax_per_mu": True,
    "tax_per_m2": True,
    "energy_intensity": True,
    "restricted_industry": False,
    "chemical_park": False,
    "priority_protection": False,
    "solvent_coating": False,
    "land_use_class": False,
    "partner_regions_only": False,
    "profile_published": True,
    "profile_in_date": True,
    "profile_fresh": True,
}


def test_the_rule_pack_names_every_rule_and_never_law_or_zoning_as_a_fix():
    assert {name: rule["fixable"] for name, rule in rules()["rules"].items()} == RULES_AND_WHETHER_FIXABLE


def test_every_rule_is_complete_in_both_languages():
    for name, rule in rules()["rules"].items():
        assert rule.keys() == {
            *(
                "name_zh",
                "name_en",
                "source_zh",
                "source_en",
                "decided_by",
                "fixable",
                "valid_from",
                "valid_to",
            )
        }, name
        assert all(rule[key] for key in ("name_zh", "name_en", "source_zh", "source_en"))
        assert re.search(r"[一-鿿]", rule["source_zh"])
        assert not re.search(r"[一-鿿]", rule["source_en"])
        assert rule["decided_by"] in rules()["deciders"]
        for end in ("valid_from", "valid_to"):
            assert rule[end] == "" or date.fromisoformat(rule[end])


def test_every_threshold_says_its_unit_and_source():
    assert rules()["thresholds"].keys() == rules()["thresholds_about"].keys()
    for about in rules()["thresholds_about"].values():
        assert about["unit"]
        assert about["source_zh"]
        assert about["source_en"]


def test_the_land_price_floor_is_sixty_yuan_per_square_metre():
    square_metres_per_mu = 10_000 / 15
    floor = 60 * square_metres_per_mu / 10_000
    assert rules()["thresholds"]["land_price_floor_10k_cny_per_mu"] == pytest.approx(floor)


def test_chemical_industry_codes_are_divisions():
    level = {row.code: row.level for row in industries()}
    assert all(level[code] == 2 for code in rules()["thresholds"]["chemical_industry_codes"])


def test_the_rule_book_data_carries_the_registry_beside_the_rules():
    data = rulebook_data()
    assert data["rules"] == rules()["rules"]
    assert [row["name"] for row in data["quantities"]] == [row.name for row in quantities()]


def test_the_content_hash_covers_every_data_file():
    files = dict(data_files())
    assert {"regions.csv", "industries.csv", "zones.csv", "quantities.csv", "rules.toml"} <= files.keys()
    assert content_hash() == hash_of(files.items())
    for name, content in files.items():
        assert hash_of({**files, name: content + b"\n"}.items()) != content_hash()


def test_bytes_that_move_between_two_files_change_the_hash():
    assert hash_of([("a", b"xy"), ("b", b"z")]) != hash_of([("a", b"x"), ("b", b"yz")])


def test_the_readme_names_every_data_file():
    readme = (resources.files("service.reference") / "README.md").read_text(encoding="utf-8")
    for name, _ in data_files():
        assert f"| {name} |" in readme


def test_one_caller_cannot_change_the_rules_for_another():
    rules()["thresholds"]["freshness_limit_days"] = 1
    assert rules()["thresholds"]["freshness_limit_days"] == 365
