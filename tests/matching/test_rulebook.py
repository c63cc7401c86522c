from datetime import date

import pytest
from matching_examples import QUANTITIES

from service.matching.rulebook import RuleBook
from service.matching.rules import admission_rules
from service.reference import catalogue

RULE = {
    "name_zh": "土地足够",
    "name_en": "Enough land",
    "source_zh": "依据",
    "source_en": "source",
    "decided_by": "county",
    "fixable": True,
    "valid_from": "2021-12-28",
    "valid_to": "",
}


def test_a_rule_book_is_built_from_plain_data():
    book = RuleBook.from_data(
        {
            "thresholds": {"freshness_limit_days": 180, "chemical_industry_codes": ["C26"]},
            "rules": {"enough_land": RULE},
            "deciders": {"county": {"name_zh": "县政府", "name_en": "county government"}},
        },
        QUANTITIES,
    )
    assert book.freshness_limit_days == 180
    assert book.land_price_floor_10k_cny_per_mu == 4.0
    assert book.chemical_industry_codes == ("C26",)
    assert book.rules["enough_land"].valid_from == date(2021, 12, 28)
    assert book.rules["enough_land"].valid_to is None
    assert book.decider("county", "zh") == "县政府"
    assert book.decider("market", "en") == "market"


def test_a_rule_without_its_source_is_refused():
    with pytest.raises(KeyError, match="source_zh"):
        RuleBook.from_data({"rules": {"enough_land": {k: v for k, v in RULE.items() if k != "source_zh"}}})


def test_the_shipped_pack_names_every_rule_and_only_rules():
    book = RuleBook.from_data(catalogue.rulebook_data())
    declared = {rule.name for rule in admission_rules(book) if not rule.name.startswith("quantity:")}
    assert set(book.rules) == declared | {"quantity"}
    assert {text.decided_by for text in book.rules.values()} <= set(book.deciders)


def test_the_shipped_pack_and_the_rules_agree_on_what_can_be_fixed():
    book = RuleBook.from_data(catalogue.rulebook_data())
    without_pack = {
        rule.name: rule.text.fixable for rule in admission_rules(RuleBook(quantities=book.quantities))
    }
    assert {rule.name: rule.text.fixable for rule in admission_rules(book)} == without_pack


def test_the_core_fields_are_no_registered_quantities():
    names = {quantity.name for quantity in RuleBook.from_data(catalogue.rulebook_data()).quantities}
    assert "steam_t_per_h" in names
    assert "land_mu" not in names
