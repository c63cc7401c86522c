"""What others are told in bands they cannot work out, on no address and by no change."""

from __future__ import annotations

import json
import re
from typing import Any

from service.domain import projects
from service.domain.profiles import FIGURES
from tests.api.questions import answers, without_basis
from tests.conftest import PROJECT, World

# Figures that occur nowhere else, so that a leak of one is seen in any text.
SECRET_PROJECT: dict[str, Any] = {
    **PROJECT,
    "investor_name": "绝密投资集团",
    "description": "绝密说明",
    "products": ["绝密产品"],
    "inputs": ["绝密投入"],
    "materials": [{"name": "绝密材料", "quantity_per_year": 31415.25, "unit": "t", "max_haul_km": 123.25}],
    "fixed_investment_10k_cny": 18123.25,
    "annual_output_10k_cny": 36123.25,
    "annual_value_added_10k_cny": 9123.25,
    "annual_tax_10k_cny": 913.25,
    "annual_energy_tce": 1513.25,
    "annual_electricity_kwh": 7654321.25,
    "land_mu": 61.25,
    "power_kva": 1251.25,
    "labour_persons": 203.25,
    "quantities": {"largest_parcel_mu": 33.25, "water_t_per_day": 123.25},
    "max_land_price_10k_cny_per_mu": 23.25,
    "max_tariff_cny_per_kwh": 0.7325,
    "max_wage_cny_per_month": 5432.25,
}
# ".25" ends a figure; among the six digits of an instant's microseconds it tells nothing.
SECRETS_OF_A_TEASER = ("绝密", r"\.25(?!\d)", r"0\.7325", "330421", "嘉善")
NUMBER = 77.125


def _within(band: dict[str, float], place: float) -> float:
    return band["low"] + place * (band["high"] - band["low"])


def _without_public_names(value: Any) -> str:
    """The answer as text, without what pairings and the places' own names say of regions."""
    if isinstance(value, dict):
        kept = {n: m for n, m in value.items() if n != "contributions"}
        lines = [
            {**line, "reason": "", "need": None} if line["criterion"] == "partnership" else line
            for line in value.get("contributions", [])
        ]
        return "".join(_without_public_names(member) for member in [*kept.values(), *lines])
    if isinstance(value, list):
        return "".join(_without_public_names(member) for member in value)
    return f" {value}"


def test_a_teaser_tells_bands_and_the_prefecture_and_nothing_more_on_any_address(world: World) -> None:
    profile = world.profile()
    small = world.profile(site_name="小", land_mu=5)
    project = world.project(**SECRET_PROJECT, visibility="public")
    teaser = world.get("qingyuan", f"/v1/projects/{project['id']}").json()
    assert teaser["origin_region_code"] == "330400"
    assert teaser["bands"]["land_mu"] == {"low": 50, "high": 100}
    assert teaser["bands"]["water_t_per_day"] == {"low": 100, "high": 200}
    assert set(teaser["bands"]) == {n for n, v in SECRET_PROJECT.items() if isinstance(v, float)} | set(
        SECRET_PROJECT["quantities"]
    )
    assert (teaser["investor_name"], teaser["description"]) == (None, None)
    assert teaser["products"] == teaser["inputs"] == teaser["materials"] == teaser["shared_with"] == []
    for asked in (profile, small):
        for answer in answers(world, "qingyuan", project["id"], asked["id"]):
            assert answer.status_code == 200, answer.text
            for secret in SECRETS_OF_A_TEASER:
                # The pairing's public name holds the partner's name; the rest of the answer may not.
                told = _without_public_names(answer.json())
                assert not re.search(secret, told), (answer.url, secret)
    # The owner goes on seeing everything.
    own = world.get("jiashan", f"/v1/projects/{project['id']}").json()
    assert {name: own[name] for name in SECRET_PROJECT} == SECRET_PROJECT
    assert (own["bands"], own["withheld"]) == ({}, [])


def test_the_investor_is_named_to_nobody_else_even_under_full_disclosure(world: World) -> None:
    profile = world.profile()
    project = world.project(**SECRET_PROJECT, visibility="public", disclosure="full", shared_with=[])
    full = world.get("qingyuan", f"/v1/projects/{project['id']}").json()
    withheld = {"investor_name": None, "shared_with": []}
    assert {n: full[n] for n in SECRET_PROJECT} == SECRET_PROJECT | {"investor_name": None}
    assert {n: full[n] for n in withheld} == withheld
    assert full["bands"] == {}
    for who in ("qingyuan", "anji", "platform", "zhejiang"):
        for answer in answers(world, who, project["id"], profile["id"]):
            assert "绝密投资集团" not in answer.text, (who, answer.url)
    # The name cannot be searched for either.
    found = world.get("qingyuan", "/v1/projects", params={"q": "绝密投资"}).json()["items"]
    assert found == []


def test_nothing_that_others_are_told_of_a_teaser_changes_with_a_figure_inside_its_band(world: World) -> None:
    thresholds = {
        "min_investment_10k_cny_per_mu": 200,
        "min_tax_10k_cny_per_mu": 10,
        "max_energy_tce_per_10k_cny": 0.2,
    }
    offers = {"rent_cny_per_m2_month": 15, "floor_area_m2": 9000, "quantities": {"largest_parcel_mu": 80}}
    profile = world.profile(**thresholds, **offers)
    project = world.project(
        visibility="public", site_mode="either", floor_area_m2=7000, annual_tax_10k_cny=900,
        annual_value_added_10k_cny=9000, annual_energy_tce=1500, quantities={"largest_parcel_mu": 60},
        max_land_price_10k_cny_per_mu=16.5, max_rent_cny_per_m2_month=15, max_tariff_cny_per_kwh=0.7,
        max_wage_cny_per_month=4900, annual_output_10k_cny=36000, annual_electricity_kwh=6e6,
        must=["land_mu", "power_kva", "max_land_price_10k_cny_per_mu", "max_wage_cny_per_month"],
    )  # fmt: skip
    path = f"/v1/projects/{project['id']}"
    before = [without_basis(answer) for answer in answers(world, "qingyuan", project["id"], profile["id"])]
    assert [item["project"]["id"] for item in before[9]["items"]] == [project["id"]]
    bands = before[1]["bands"]
    named = [name for name in projects.FIGURES if project[name] is not None]
    assert len(named) >= 12
    for place in (0.0, 0.999999):
        moved = {name: _within(bands[name], place) for name in named}
        moved["quantities"] = {"largest_parcel_mu": _within(bands["largest_parcel_mu"], place)}
        assert world.patch("jiashan", path, moved).status_code == 200
        after = [without_basis(answer) for answer in answers(world, "qingyuan", project["id"], profile["id"])]
        assert after == before, place
    # The same move shows to the owner, and a step beyond the band to everyone.
    assert world.patch("jiashan", path, {"land_mu": bands["land_mu"]["high"]}).status_code == 200
    after = [without_basis(answer) for answer in answers(world, "qingyuan", project["id"], profile["id"])]
    assert after != before


def test_a_restricted_figure_is_a_band_for_others_wherever_it_could_be_read(world: World) -> None:
    project = world.project(visibility="public", labour_persons=None, disclosure="full")
    large = world.project(land_mu=90, power_kva=100, disclosure="full", visibility="public")
    figures: dict[str, Any] = dict.fromkeys(FIGURES, NUMBER) | {"quantities": {"largest_parcel_mu": NUMBER}}
    restricted = [*FIGURES, "largest_parcel_mu"]
    evidence = {"land_mu": {"document_no": f"文号 {NUMBER}"}, "largest_parcel_mu": {"source": f"{NUMBER}"}}
    profile = world.profile(**figures, restricted_fields=restricted, evidence=evidence)
    read = world.get("jiashan", f"/v1/profiles/{profile['id']}").json()
    assert set(read["bands"]) == set(restricted)
    assert read["bands"]["land_mu"] == {"low": 50, "high": 100}
    assert [read[name] for name in FIGURES] == [None] * len(FIGURES)
    assert (read["quantities"], read["evidence"]) == ({}, {})
    for asked in (project, large):
        for who in ("jiashan", "platform", "anji"):
            for answer in answers(world, who, asked["id"], profile["id"]):
                assert answer.status_code == 200, answer.text
                assert str(NUMBER) not in answer.text, answer.url
    # The same addresses do show it to the owner.
    own = world.get("qingyuan", f"/v1/profiles/{profile['id']}").json()
    assert own["land_mu"] == NUMBER
    assert own["bands"] == {}
    pair = world.get("qingyuan", f"/v1/projects/{project['id']}/matches/{profile['id']}")
    assert str(NUMBER) in pair.text


def test_a_contribution_and_a_failure_show_a_restricted_offer_as_its_band(world: World) -> None:
    profile = world.profile(restricted_fields=["land_mu"], land_mu=NUMBER)
    fits, large = world.project(), world.project(land_mu=90)
    item = world.get("jiashan", f"/v1/projects/{fits['id']}/matches").json()["items"][0]
    (land,) = [line for line in item["contributions"] if line["criterion"] == "land"]
    assert (land["need"], land["offer"], land["offer_band"]) == (60, None, {"low": 50, "high": 100})
    assert str(NUMBER) not in json.dumps(item["contributions"])
    why = world.get("jiashan", f"/v1/projects/{large['id']}/matches/{profile['id']}").json()
    shown = json.dumps([why["failures"], why["cheapest_fix"], why["contributions"]])
    assert str(NUMBER) not in shown
    for failure in why["failures"]:
        assert (failure["offer"], failure["offer_band"]) == (None, {"low": 50, "high": 100})
    for step in why["cheapest_fix"] or []:
        assert (step["from"], step["change"], step["from_band"]) == (None, None, {"low": 50, "high": 100})


def test_nothing_that_others_are_told_changes_with_a_restricted_figure_inside_its_band(world: World) -> None:
    needs = {
        "site_mode": "either",
        "floor_area_m2": 70,
        "land_mu": 70,
        "power_kva": 70,
        "labour_persons": 70,
        "quantities": {"largest_parcel_mu": 70, "water_t_per_day": 70},
        "visibility": "public",
        "disclosure": "full",
        "annual_tax_10k_cny": 7000,
        "annual_value_added_10k_cny": 100,
        "annual_energy_tce": 7000,
        "must": [
            "land_mu",
            "power_kva",
            "labour_persons",
            "largest_parcel_mu",
            "max_land_price_10k_cny_per_mu",
        ],
        "max_land_price_10k_cny_per_mu": 70,
        "max_wage_cny_per_month": 70,
        "max_tariff_cny_per_kwh": 70,
    }
    project = world.project(**needs)
    rival = world.profile(site_name="对手")
    figures: dict[str, Any] = dict.fromkeys(FIGURES, 75) | {"quantities": {"largest_parcel_mu": 75}}
    restricted = [*FIGURES, "largest_parcel_mu", "water_t_per_day"]
    profile = world.profile(**figures, restricted_fields=restricted)
    path = f"/v1/profiles/{profile['id']}"

    def told(who: str) -> list[Any]:
        return [without_basis(answer) for answer in answers(world, who, project["id"], profile["id"])]

    before, own_before = told("jiashan"), told("qingyuan")
    # Versions are counted openly: how often, but not what, the county has changed.
    del before[8]
    assert rival["id"] in json.dumps(before)
    for figure in (50, 99.9):
        patch = dict.fromkeys(FIGURES, figure) | {"quantities": {"largest_parcel_mu": figure}}
        assert world.patch("qingyuan", path, patch).status_code == 200
        after = told("jiashan")
        del after[8]
        assert after == before, figure
        assert told("qingyuan") != own_before
