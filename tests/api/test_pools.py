"""Capacity pools: sites that draw on one substation offer, and promise, no more than it has."""

from __future__ import annotations

from typing import Any

import pytest

from service.database import Database
from tests.conftest import World
from tests.domain.holding import BUREAU, COUNTY, act, counters, hold, lapse, shared_project, summed

NOBODYS = "cpl_01aaaaaaaaaaaaaaaaaaaaaaaa"


def pool(world: World, *members: Any, who: str = COUNTY, **fields: Any) -> Any:
    """The answer to entering a pool of power of these places."""
    body = {"name": "竹溪变电站", "quantity": "power_kva", "capacity": 3000, **fields}
    return world.post(who, "/v1/capacity-pools", {**body, "members": [place["id"] for place in members]})


def power_offered(world: World, project: Any, profile: Any) -> float:
    pair = world.get(BUREAU, f"/v1/projects/{project['id']}/matches/{profile['id']}").json()
    offer: float = next(line["offer"] for line in pair["contributions"] if line["criterion"] == "power")
    return offer


def test_sites_that_share_a_substation_offer_and_hold_no_more_than_it_has(
    world: World, database: Database
) -> None:
    here, there, apart = (world.profile(power_kva=2500) for _ in range(3))
    project = shared_project(world)
    made = pool(world, here, there)
    assert made.status_code == 201, made.text
    assert made.json()["held"] == 0
    assert [power_offered(world, project, place) for place in (here, there, apart)] == [2500, 2500, 2500]
    first = hold(world, COUNTY, shared_project(world), here, power_kva=2000).json()
    assert first["state"] == "active"
    # What is left of the substation counts for both, what is left of a site for itself.
    assert [power_offered(world, project, place) for place in (here, there, apart)] == [500, 1000, 2500]
    ranked = world.get(BUREAU, f"/v1/projects/{project['id']}/matches").json()
    assert [item["profile"]["id"] for item in ranked["items"]] == [apart["id"]]
    told = hold(world, COUNTY, shared_project(world), there, power_kva=1000.000000001)
    assert (told.status_code, told.json()["code"]) == (409, "capacity_short")
    assert told.json()["next_hold_ends_at"] == first["expires_at"]
    second = hold(world, COUNTY, shared_project(world), there, power_kva=1000).json()
    path = f"/v1/capacity-pools/{made.json()['id']}"
    assert world.get(COUNTY, path).json()["held"] == 3000
    # A document takes the power from the site and from the substation.
    assert act(world, COUNTY, first, "commit", {"documents": {"power_kva": "一号"}}).is_success
    after = world.get(COUNTY, path)
    assert (after.json()["capacity"], after.json()["held"], after.headers["etag"]) == (1000, 1000, '"v2"')
    assert world.get(COUNTY, f"/v1/profiles/{here['id']}").json()["power_kva"] == 500
    assert [power_offered(world, project, place) for place in (here, there)] == [0, 0]
    assert counters(database) == summed(database)
    lapse(database, second["id"])
    assert world.get(COUNTY, path).json()["held"] == 0
    assert hold(world, COUNTY, shared_project(world), here, power_kva=500).status_code == 201
    assert counters(database) == summed(database)
    assert world.get(BUREAU, f"/v1/holds/{second['id']}").json()["state"] == "expired"


def test_a_pool_is_never_below_what_its_members_hold(world: World, database: Database) -> None:
    here, there = (world.profile(power_kva=2500) for _ in range(2))
    held = [
        hold(world, COUNTY, shared_project(world), place, power_kva=2000, land_mu=1).json()
        for place in (here, there)
    ]
    told = pool(world, here, there, capacity=3999)
    assert (told.status_code, told.json()["code"]) == (409, "below_holds")
    assert world.get(COUNTY, "/v1/capacity-pools").json()["items"] == []
    made = pool(world, here, there, capacity=4000).json()
    assert (made["capacity"], made["held"]) == (4000, 4000)
    path = f"/v1/capacity-pools/{made['id']}"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"capacity": 3999.999}, "below_holds"),
        ({"members": [here["id"]]}, "live_holds"),
        ({"members": []}, "live_holds"),
        ({"quantity": "land_mu"}, "live_holds"),
    ]
    for patch, code in cases:
        told = world.patch(COUNTY, path, patch)
        assert (told.status_code, told.json()["code"]) == (409, code), (patch, told.text)
    assert world.delete(COUNTY, path).json()["code"] == "live_holds"
    assert world.patch(COUNTY, path, {"capacity": 4500, "name": "改名"}).json()["held"] == 4000
    assert act(world, COUNTY, held[0], "release", {"reason": "调整"}).is_success
    assert world.patch(COUNTY, path, {"members": [there["id"]]}).json()["members"] == [there["id"]]
    assert act(world, BUREAU, held[1], "release", {}).is_success
    assert world.delete(COUNTY, path).status_code == 204
    assert world.get(COUNTY, path).status_code == 404
    assert counters(database) == summed(database) == {}


def test_a_pool_is_its_organisations_own(world: World) -> None:
    mine, foreign = world.profile(), world.profile("anji", region_code="330523")
    made = pool(world, mine).json()
    unconfirmed = world.profile(BUREAU)
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"members": [mine["id"], foreign["id"]]}, "/members/1", "unknown_profile"),
        ({"members": ["prf_01aaaaaaaaaaaaaaaaaaaaaaaa"]}, "/members/0", "unknown_profile"),
        ({"members": [unconfirmed["id"]]}, "/members/0", "unknown_profile"),
        ({"quantity": "beauty"}, "/quantity", "not_a_capacity"),
        ({"quantity": "clear_height_m"}, "/quantity", "not_a_capacity"),
        ({"quantity": "labour_persons"}, "/quantity", "not_a_capacity"),
        ({"capacity": -1}, "/capacity", "greater_than_equal"),
        ({"held": 1}, "/held", "extra_forbidden"),
        ({"colour": None}, "/colour", "extra_forbidden"),
    ]
    path = f"/v1/capacity-pools/{made['id']}"
    for patch, pointer, code in cases:
        told = world.patch(COUNTY, path, patch)
        faults = [(fault["pointer"], fault["code"]) for fault in told.json().get("errors", [])]
        assert (told.status_code, faults) == (422, [(pointer, code)]), (patch, told.text)
    for who in (BUREAU, "anji", "platform"):
        told = [world.get(who, f"/v1/capacity-pools/{id_}") for id_ in (made["id"], NOBODYS)]
        told += [world.delete(who, f"/v1/capacity-pools/{id_}") for id_ in (made["id"], NOBODYS)]
        assert {answer.status_code for answer in told} == {404}
        assert world.get(who, "/v1/capacity-pools").json()["items"] == []
    assert len(world.get(COUNTY, "/v1/capacity-pools?quantity=power_kva").json()["items"]) == 1
    assert world.get(COUNTY, "/v1/capacity-pools?quantity=land_mu").json()["items"] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_place_that_goes_leaves_its_pools(world: World) -> None:
    here, there = world.profile(), world.profile()
    path = f"/v1/capacity-pools/{pool(world, here, there).json()['id']}"
    assert world.delete(COUNTY, f"/v1/profiles/{here['id']}").status_code == 204
    left = world.get(COUNTY, path)
    assert (left.json()["members"], left.headers["etag"]) == ([there["id"]], '"v2"')
    replaced = world.put(COUNTY, path, {"name": "空", "quantity": "power_kva", "capacity": 1})
    assert (replaced.status_code, replaced.json()["members"]) == (200, [])
