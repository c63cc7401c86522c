"""Enclave terms: written by one side, agreed to by the other, seen by the two alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import World

NOBODYS = "ect_01aaaaaaaaaaaaaaaaaaaaaaaa"
TERMS: dict[str, Any] = {
    "home_tax_share": 0.5,
    "host_tax_share": 0.5,
    "home_energy_share": 0.3,
    "village_investments": [
        {
            "village_name": "甲村",
            "region_code": "331126",
            "capital_10k_cny": 100,
            "yearly_return_rate": 0.08,
            "fixed_until": "2031-12-31",
        },
        {
            "village_name": "乙村",
            "region_code": "331126",
            "capital_10k_cny": 250,
            "yearly_return_rate": 0.1,
        },
    ],
}


def enclave(world: World, **more: Any) -> str:
    """An enclave in Jiashan whose home is Qingyuan."""
    fields = {
        "region_code": "330421",
        "home_region_codes": ["331126"],
        "site_name": "庆元飞地园",
        "site_kind": "enclave_park",
        "enclave_direction": "reverse",
        "enclave_purpose": "village_income",
        **more,
    }
    return str(world.profile("jiashan", **fields)["id"])


def test_one_side_proposes_and_the_other_agrees_to_the_very_terms_it_read(world: World) -> None:
    place = enclave(world)
    proposed = world.post("qingyuan", "/v1/enclave-terms", {"profile_id": place, **TERMS})
    assert proposed.status_code == 201
    row = proposed.json()
    assert (row["agreed_by"], row["yearly_village_income_10k_cny"]) == (["home"], 33.0)
    path = f"/v1/enclave-terms/{row['id']}"
    own = world.call("qingyuan", "PUT", f"{path}/agreement", headers={"If-Match": '"v1"'})
    assert (own.status_code, own.json()["code"]) == (409, "agreed_already")
    changed = world.patch("qingyuan", path, {"home_tax_share": 0.4}, etag='"v1"')
    assert changed.json()["agreed_by"] == ["home"]
    stale = world.call("jiashan", "PUT", f"{path}/agreement", headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    agreed = world.call("jiashan", "PUT", f"{path}/agreement", headers={"If-Match": '"v2"'})
    assert agreed.json()["agreed_by"] == ["home", "host"]
    # Whoever changes what was agreed stands alone again.
    assert world.patch("jiashan", path, {"note": "五年"}).json()["agreed_by"] == ["host"]


def test_nobody_but_the_two_sides_sees_the_terms(world: World) -> None:
    place = enclave(world)
    row = world.post("jiashan", "/v1/enclave-terms", {"profile_id": place, **TERMS}).json()
    for who in ("jiashan", "qingyuan"):
        assert world.get(who, f"/v1/enclave-terms/{row['id']}").status_code == 200
        assert len(world.get(who, f"/v1/enclave-terms?profile_id={place}").json()["items"]) == 1
    for who in ("anji", "jiuzhaigou", "nanxun", "platform", "zhejiang"):
        told = [world.get(who, f"/v1/enclave-terms/{name}") for name in (row["id"], NOBODYS)]
        assert [refusal.status_code for refusal in told] == [404, 404]
        assert told[0].json() | {"request_id": ""} == told[1].json() | {"request_id": ""}
        assert world.get(who, "/v1/enclave-terms").json()["items"] == []
    for who in ("anji", "nanxun"):
        answer = world.post(who, "/v1/enclave-terms", {"profile_id": place})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"home_tax_share": 0.6}, "", "more_than_all"),
        ({"home_energy_share": 1.5}, "/home_energy_share", "less_than_equal"),
        ({"village_investments": [{**TERMS["village_investments"][0], "region_code": "999999"}]},
         "/village_investments/0/region_code", "unknown_region"),
    ],
)  # fmt: skip
def test_what_cannot_be_terms_is_refused(world: World, change: Any, pointer: str, code: str) -> None:
    answer = world.post("jiashan", "/v1/enclave-terms", {"profile_id": enclave(world), **TERMS, **change})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert world.get("jiashan", "/v1/enclave-terms").json()["items"] == []


def test_thirds_add_up_to_one(world: World) -> None:
    shares = {"home_tax_share": 1 / 3, "host_tax_share": 2 / 3}
    answer = world.post("jiashan", "/v1/enclave-terms", {"profile_id": enclave(world), **shares})
    assert answer.status_code == 201


def test_only_an_enclave_has_terms_and_only_one_set(world: World) -> None:
    park = world.profile()["id"]
    refused = world.post("qingyuan", "/v1/enclave-terms", {"profile_id": park})
    assert refused.json()["errors"][0]["code"] == "not_an_enclave"
    place = enclave(world)
    assert world.post("jiashan", "/v1/enclave-terms", {"profile_id": place}).status_code == 201
    again = world.post("qingyuan", "/v1/enclave-terms", {"profile_id": place})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")


def test_what_was_incubated_here_and_industrialised_there_stays_linked(world: World) -> None:
    seed = world.project(name="中试线")["id"]
    grown = world.project(name="产业化基地", incubated_project_id=seed)["id"]
    world.project(name="无关项目")
    listed = world.get("jiashan", f"/v1/projects?incubated_project_id={seed}").json()["items"]
    assert [item["id"] for item in listed] == [grown]
    world.patch("jiashan", f"/v1/projects/{grown}", {"visibility": "public"})
    assert world.get("qingyuan", f"/v1/projects?incubated_project_id={seed}").json()["items"] == []


def test_another_home_has_not_agreed_to_what_the_former_one_agreed_to(world: World) -> None:
    place = enclave(world)
    proposed = world.post("qingyuan", "/v1/enclave-terms", {"profile_id": place, **TERMS}).json()
    path = f"/v1/enclave-terms/{proposed['id']}"
    agreed = world.call("jiashan", "PUT", f"{path}/agreement", headers={"If-Match": "*"}).json()
    assert agreed["agreed_by"] == ["home", "host"]
    moved = world.patch("jiashan", f"/v1/profiles/{place}", {"home_region_codes": ["513225"]})
    assert moved.status_code == 200, moved.text
    assert world.get("qingyuan", path).status_code == 404
    row = world.get("jiuzhaigou", path).json()
    assert row["agreed_by"] == ["host"]
    assert row["version"] == agreed["version"] + 1
    # A change of anything else leaves the word of both.
    assert world.call("jiuzhaigou", "PUT", f"{path}/agreement", headers={"If-Match": "*"}).is_success
    world.patch("jiashan", f"/v1/profiles/{place}", {"land_mu": 99})
    assert world.get("jiashan", path).json()["agreed_by"] == ["home", "host"]


def test_a_county_is_no_side_of_terms_before_it_has_confirmed_the_enclave(world: World) -> None:
    fields = {"region_code": "331126", "home_region_codes": ["513225"], "site_kind": "enclave_park"}
    place = world.profile("jiashan", **fields)
    assert (place["unconfirmed"], place["organisation_id"]) == (True, world.organisations["qingyuan"])
    proposed = world.post("jiuzhaigou", "/v1/enclave-terms", {"profile_id": place["id"], **TERMS})
    assert proposed.status_code == 201, proposed.text
    path = f"/v1/enclave-terms/{proposed.json()['id']}"
    changed = world.patch("qingyuan", path, {"home_tax_share": 0.1})
    agreed = world.call("qingyuan", "PUT", f"{path}/agreement", headers={"If-Match": "*"})
    for answer in (changed, agreed):
        assert (answer.status_code, answer.json()["code"]) == (409, "unconfirmed"), answer.text
    assert world.get("jiuzhaigou", path).json() == proposed.json()
    confirmation = f"/v1/profiles/{place['id']}/confirmation"
    assert world.call("qingyuan", "POST", confirmation, headers={"If-Match": "*"}).status_code == 200
    agreed = world.call("qingyuan", "PUT", f"{path}/agreement", headers={"If-Match": "*"})
    assert agreed.json()["agreed_by"] == ["home", "host"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_income_of_villages_may_be_more_than_one_of_them_can_bring_in(world: World) -> None:
    village = {**TERMS["village_investments"][0], "capital_10k_cny": 1e9, "yearly_return_rate": 1}
    body = {"profile_id": enclave(world), "village_investments": [village] * 3}
    told = world.post("qingyuan", "/v1/enclave-terms", body)
    assert told.status_code == 201, told.text
    assert told.json()["yearly_village_income_10k_cny"] == 3e9
