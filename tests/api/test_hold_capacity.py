"""What a hold keeps: what is left of a place, what is short, and what may still be published."""

from __future__ import annotations

from typing import Any

from service.database import Database
from tests.conftest import World
from tests.domain.holding import (
    BUREAU,
    COUNTY,
    act,
    counters,
    hold,
    lapse,
    later,
    offered,
    shared_project,
    summed,
)


def test_what_is_left_is_given_to_the_last_unit_and_nothing_beyond(world: World, database: Database) -> None:
    # Published, held before, asked for; what the county is answered.
    cases: list[tuple[dict[str, Any], float, dict[str, Any], str]] = [
        ({"land_mu": 100}, 40, {"land_mu": 60}, "active"),
        ({"land_mu": 100}, 40, {"land_mu": 60.000000001}, "capacity_short"),
        ({"land_mu": 100}, 40, {"land_mu": 59.999999999}, "active"),
        # As people count, not as binary fractions do: 0.1 + 0.2 is 0.3.
        ({"land_mu": 0.3}, 0.1, {"land_mu": 0.2}, "active"),
        ({"land_mu": 0.3}, 0.1, {"land_mu": 0.2000000001}, "capacity_short"),
        ({"land_mu": 1e7}, 0.000000001, {"land_mu": 9999999.999999998}, "active"),
        ({"land_mu": 1e7}, 0.000000003, {"land_mu": 9999999.999999998}, "capacity_short"),
        ({"land_mu": 100, "power_kva": None}, 40, {"power_kva": 1}, "capacity_unknown"),
        ({"land_mu": 100, "power_kva": 0}, 40, {"power_kva": 1}, "capacity_short"),
        ({"land_mu": 100, "quantities": {}}, 40, {"quantities": {"steam_t_per_h": 1}}, "capacity_unknown"),
        ({"land_mu": 100, "power_kva": None}, 40, {"land_mu": 61, "power_kva": 1}, "capacity_short"),
    ]
    for published, before, asked, result in cases:
        profile = world.profile(**published)
        assert hold(world, COUNTY, shared_project(world), profile, land_mu=before).status_code == 201
        told = hold(world, COUNTY, shared_project(world), profile, **asked)
        case = (published, before, asked, told.text)
        if result == "active":
            assert (told.status_code, told.json()["state"]) == (201, "active"), case
        else:
            assert (told.status_code, told.json()["code"]) == (409, result), case
    assert counters(database) == summed(database)


def test_a_refusal_says_what_is_short_and_when_the_next_hold_ends_and_never_who_holds(world: World) -> None:
    profile = world.profile(land_mu=100, power_kva=1000)
    ends = [later(20), later(10), later(5)]
    holders = [shared_project(world, "nanxun", name="南浔项目") for _ in ends]
    amounts: list[dict[str, Any]] = [{"land_mu": 30}, {"land_mu": 30}, {"power_kva": 10}]
    made = [
        hold(world, COUNTY, project, profile, **amount, expires_at=end).json()
        for project, amount, end in zip(holders, amounts, ends, strict=True)
    ]
    told = hold(world, BUREAU, shared_project(world), profile, land_mu=41, power_kva=991)
    assert told.status_code == 409
    said = told.json()
    assert said["code"] == "capacity_short"
    assert {fault["pointer"]: fault["detail"] for fault in said["errors"]} == {
        "/land_mu": "41 asked for, 40 left, in mu.",
        "/power_kva": "991 asked for, 990 left, in kVA.",
    }
    assert said["next_hold_ends_at"] == made[2]["expires_at"]
    for secret in [*world.organisations.values(), *(row["id"] for row in (*holders, *made)), "南浔"]:
        assert secret not in told.text
    # Only what is short counts: the hold on power does not bring the land back.
    told = hold(world, BUREAU, shared_project(world), profile, land_mu=41)
    assert told.json()["next_hold_ends_at"] == made[1]["expires_at"]


def test_a_request_that_no_longer_fits_cannot_be_granted(world: World) -> None:
    profile = world.profile(land_mu=100)
    asked = [hold(world, BUREAU, shared_project(world), profile).json() for _ in range(2)]
    assert act(world, COUNTY, asked[0], "grant").status_code == 200
    told = act(world, COUNTY, asked[1], "grant")
    assert (told.status_code, told.json()["code"]) == (409, "capacity_short")
    assert act(world, BUREAU, asked[0], "release", {}).json()["state"] == "released"
    assert act(world, COUNTY, asked[1], "grant").json()["state"] == "active"


def test_labour_that_is_short_warns_and_blocks_nothing(world: World, database: Database) -> None:
    profile = world.profile(labour_persons=600)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"labour_persons": 400}, []),
        ({"labour_persons": 400}, ["labour_persons short"]),
        ({"quantities": {"skilled_labour_persons": 5}}, ["skilled_labour_persons unknown"]),
    ]
    for body, expected in cases:
        project = shared_project(world)
        told = hold(world, COUNTY, project, profile, land_mu=10, **body)
        assert told.status_code == 201, told.text
        assert [f"{w['quantity']} {w['code']}" for w in told.json()["warnings"]] == expected
    assert offered(world, BUREAU, shared_project(world), profile)["labour"] == 0
    # Never below what is held of labour: it is not a promise that the figure must keep.
    assert world.patch(COUNTY, f"/v1/profiles/{profile['id']}", {"labour_persons": 100}).is_success
    assert counters(database) == {(profile["id"], "land_mu"): 30}


def test_a_figure_is_never_published_below_its_live_holds(world: World, database: Database) -> None:
    profile = world.profile(land_mu=100, power_kva=500, quantities={"water_t_per_day": 50})
    path = f"/v1/profiles/{profile['id']}"
    held = hold(
        world,
        COUNTY,
        shared_project(world),
        profile,
        land_mu=60,
        power_kva=500,
        quantities={"water_t_per_day": 50},
    ).json()
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"land_mu": 59.999999999}, ["/land_mu"]),
        ({"land_mu": None}, ["/land_mu"]),
        ({"land_mu": 60, "power_kva": 499}, ["/power_kva"]),
        ({"quantities": {"water_t_per_day": 49}}, ["/quantities/water_t_per_day"]),
        ({"quantities": None, "land_mu": 1}, ["/land_mu", "/quantities/water_t_per_day"]),
    ]
    for patch, pointers in cases:
        told = world.patch(COUNTY, path, patch)
        assert (told.status_code, told.json()["code"]) == (409, "below_holds"), (patch, told.text)
        assert [fault["pointer"] for fault in told.json()["errors"]] == pointers
    body = {name: value for name, value in profile.items() if name in WRITTEN} | {"land_mu": 10}
    assert world.put(COUNTY, path, body).json()["code"] == "below_holds"
    assert world.patch(COUNTY, path, {"land_mu": 60}).is_success
    assert world.patch(COUNTY, path, {"land_mu": 200}).is_success
    for patch in ({"status": "withdrawn"}, {"status": "draft"}):
        assert world.patch(COUNTY, path, patch).json()["code"] == "live_holds"
    assert world.delete(COUNTY, path).json()["code"] == "live_holds"
    lapse(database, held["id"])
    assert world.patch(COUNTY, path, {"land_mu": 10}).is_success
    assert counters(database) == {}


WRITTEN = {"region_code", "site_kind", "as_of", "status", "land_mu", "power_kva", "quantities"}


def test_asking_again_and_again_does_not_find_a_figure_that_is_withheld(world: World) -> None:
    told = []
    for land_mu in (61, 79, 99):
        profile = world.profile(land_mu=land_mu, restricted_fields=["land_mu", "labour_persons"])
        for amount in (49, 60, 70, 80, 99, 100, 101):
            answer = hold(
                world, BUREAU, shared_project(world), profile, land_mu=amount, labour_persons=amount * 10
            )
            faults = [fault["detail"] for fault in answer.json().get("errors", [])]
            told.append((land_mu, amount, answer.status_code, faults, answer.json().get("warnings")))
    # The band of 50 to 100 is all that is told, whichever figure is in it.
    assert [row[1:] for row in told[:7]] == [row[1:] for row in told[7:14]] == [row[1:] for row in told[14:]]
    assert [status for _, _, status, *_ in told[:7]] == [201, 201, 201, 201, 201, 201, 409]
    assert told[6][3] == ["101 asked for, less than 100 left, in mu."]
