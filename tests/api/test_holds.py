"""Holds: asked for by one side, granted by the other, net in rankings, ended by documents, deed or clock."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from service.access.audit import AuditEvent
from service.database import Database, reading
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

NOBODYS = "hld_01aaaaaaaaaaaaaaaaaaaaaaaa"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def eligible(world: World, project: Any) -> int:
    count: int = world.get(BUREAU, f"/v1/projects/{project['id']}/matches").json()["eligible_count"]
    return count


def test_the_whole_life_of_a_hold_from_the_request_to_the_documents(world: World, database: Database) -> None:
    profile = world.profile(land_mu=100, power_kva=2000, quantities={"energy_quota_tce": 500})
    first, second = shared_project(world), shared_project(world, land_mu=50, power_kva=None)
    asked = hold(
        world, BUREAU, first, profile, land_mu=60, power_kva=1250, quantities={"energy_quota_tce": 200}
    )
    assert asked.status_code == 201, asked.text
    held = asked.json()
    assert (held["state"], held["actions"]) == ("requested", ["release", "extend"])
    assert asked.headers["location"] == f"/v1/holds/{held['id']}"
    assert world.get(COUNTY, f"/v1/holds/{held['id']}").json()["actions"] == ["grant", "release"]
    # A request reserves nothing.
    assert (eligible(world, second), counters(database)) == (1, {})
    granted = act(world, COUNTY, held, "grant", etag=asked.headers["etag"])
    assert (granted.status_code, granted.json()["state"]) == (200, "active"), granted.text
    assert counters(database) == {
        (profile["id"], "land_mu"): 60,
        (profile["id"], "power_kva"): 1250,
        (profile["id"], "energy_quota_tce"): 200,
    }
    # From the very next ranking on, for everybody; the place's own record stays gross.
    assert eligible(world, second) == 0
    assert offered(world, BUREAU, second, profile)["land"] == 40
    assert world.get(BUREAU, f"/v1/profiles/{profile['id']}").json()["land_mu"] == 100
    extended = act(world, COUNTY, held, "extend", {"expires_at": later(90)})
    assert extended.json()["expires_at"] > held["expires_at"]
    part = act(world, COUNTY, held, "commit", {"documents": {"land_mu": "庆土让〔2026〕12号"}})
    assert (part.status_code, part.json()["state"]) == (200, "active"), part.text
    assert part.json()["commitments"]["land_mu"]["amount"] == 60
    # Taken, not held any more: the published figure says so, and the offer is what it was.
    now_published = world.get(BUREAU, f"/v1/profiles/{profile['id']}").json()
    assert (now_published["land_mu"], now_published["power_kva"]) == (40, 2000)
    assert offered(world, BUREAU, second, profile)["land"] == 40
    versions = world.get(COUNTY, f"/v1/profiles/{profile['id']}/versions").json()["items"]
    assert [(item["version"], item["profile"]["land_mu"]) for item in versions] == [(2, 40), (1, 100)]
    rest = {"power_kva": "丽供电函〔2026〕7号", "energy_quota_tce": "丽发改能〔2026〕3号"}
    done = act(world, COUNTY, held, "commit", {"documents": rest}).json()
    assert (done["state"], done["actions"], done["ended_at"]) == ("committed", [], done["updated_at"])
    after = world.get(BUREAU, f"/v1/profiles/{profile['id']}").json()
    assert (after["power_kva"], after["quantities"]) == (750, {"energy_quota_tce": 300})
    assert counters(database) == summed(database) == {}
    # The second project gets what is left, and not a square metre more.
    assert hold(world, COUNTY, second, profile, land_mu=40.000000001).status_code == 409
    assert hold(world, COUNTY, second, profile, land_mu=40).json()["state"] == "active"
    with reading(database) as session:
        events = session.exec(select(AuditEvent.action).where(AuditEvent.noun == "hold")).all()
    assert events == ["hold.create", "hold.grant", "hold.extend", "hold.commit", "hold.commit", "hold.create"]


def test_only_the_two_sides_see_a_hold_and_nobody_learns_who_invests(world: World) -> None:
    project, profile = shared_project(world), world.profile()
    held = hold(world, BUREAU, project, profile).json()
    for who in (BUREAU, COUNTY):
        read = world.get(who, f"/v1/holds/{held['id']}")
        assert read.status_code == 200
        assert "密封的投资方" not in read.text + world.get(who, "/v1/holds").text
        assert [item["id"] for item in world.get(who, "/v1/holds").json()["items"]] == [held["id"]]
        for query, count in [
            (f"project_id={project['id']}", 1), (f"profile_id={profile['id']}", 1), ("state=requested", 1),
            ("state=active", 0), ("state=expired", 0), (f"project_id={NOBODYS.replace('hld', 'prj')}", 0),
        ]:  # fmt: skip
            assert len(world.get(who, f"/v1/holds?{query}").json()["items"]) == count, query
    for who in ("anji", "nanxun", "platform", "zhejiang"):
        told = [world.get(who, f"/v1/holds/{id_}") for id_ in (held["id"], NOBODYS)]
        if who != "zhejiang":
            told += [act(world, who, {"id": id_}, "grant") for id_ in (held["id"], NOBODYS)]
        assert {answer.status_code for answer in told} == {404}
        assert len({str(answer.json() | {"request_id": ""}) for answer in told}) == 1
        assert world.get(who, "/v1/holds").json()["items"] == []


def test_who_has_no_part_in_a_pair_holds_nothing(world: World) -> None:
    project, profile = shared_project(world), world.profile()
    private, draft = world.project(), world.profile(status="draft")
    cases: list[tuple[str, Any, Any, int, str]] = [
        ("anji", project, profile, 404, "not_found"),
        ("platform", project, profile, 404, "not_found"),
        (COUNTY, private, profile, 404, "not_found"),
        (BUREAU, project, draft, 404, "not_found"),
        (BUREAU, {"id": "prj_01aaaaaaaaaaaaaaaaaaaaaaaa"}, profile, 404, "not_found"),
        (BUREAU, project, {"id": "prf_01aaaaaaaaaaaaaaaaaaaaaaaa"}, 404, "not_found"),
        # Asking the county would tell it of the project.
        (BUREAU, private, profile, 409, "project_not_shared"),
        (COUNTY, project, draft, 409, "place_not_open"),
        (COUNTY, project, world.profile(valid_until="2026-01-01", as_of="2025-01-01"), 409, "place_not_open"),
        (BUREAU, project, world.profile(BUREAU), 409, "place_not_open"),
        ("zhejiang", project, profile, 403, "missing_permission"),
    ]
    for who, of_project, on_profile, status, code in cases:
        told = hold(world, who, of_project, on_profile)
        assert (told.status_code, told.json()["code"]) == (status, code), (who, told.text)
    assert world.get(COUNTY, "/v1/holds").json()["items"] == []


@ON_SQLITE
def test_a_faulty_body_is_refused_with_the_member_named(world: World) -> None:
    project, profile = shared_project(world), world.profile()
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"expires_at": later(1)}, "", "nothing_held"),
        ({"labour_persons": 5}, "", "nothing_held"),
        ({"quantities": {"skilled_labour_persons": 5}}, "", "nothing_held"),
        ({"land_mu": 0, "power_kva": 5}, "/land_mu", "nothing_held"),
        ({"land_mu": -1}, "/land_mu", "greater_than_equal"),
        ({"land_mu": "60"}, "/land_mu", "not_a_number"),
        ({"land_mu": 60, "colour": 1}, "/colour", "extra_forbidden"),
        ({"land_mu": 60, "state": "active"}, "/state", "extra_forbidden"),
        ({"quantities": {"beauty": 1}}, "/quantities/beauty", "unknown_quantity"),
        ({"quantities": {"land_mu": 1}}, "/quantities/land_mu", "unknown_quantity"),
        ({"land_mu": 1, "quantities": {"clear_height_m": 9}}, "/quantities/clear_height_m", "not_a_capacity"),
        ({"land_mu": 1, "expires_at": later(-0.001)}, "/expires_at", "in_the_past"),
        ({"land_mu": 1, "expires_at": later(180.01)}, "/expires_at", "too_far"),
        ({"land_mu": 1, "expires_at": "tomorrow"}, "/expires_at", "not_an_instant"),
        ({"land_mu": 1, "expires_at": 5}, "/expires_at", "not_an_instant"),
    ]
    for body, pointer, code in cases:
        told = hold(world, COUNTY, project, profile, **body)
        assert told.status_code == 422, (body, told.text)
        assert (pointer, code) in [(f["pointer"], f["code"]) for f in told.json()["errors"]], (
            body,
            told.text,
        )
    held = hold(world, COUNTY, project, profile, land_mu=60, power_kva=10, labour_persons=5).json()
    steps: list[tuple[str, Any, str, str]] = [
        ("extend", {"expires_at": held["expires_at"]}, "/expires_at", "not_later"),
        ("extend", {"expires_at": later(181)}, "/expires_at", "too_far"),
        ("extend", {}, "/expires_at", "missing"),
        ("commit", {"documents": {}}, "/documents", "too_short"),
        ("commit", {"documents": {"land_mu": ""}}, "/documents/land_mu", "string_too_short"),
        ("commit", {"documents": {"floor_area_m2": "x"}}, "/documents/floor_area_m2", "not_held"),
        ("commit", {"documents": {"labour_persons": "x"}}, "/documents/labour_persons", "not_held"),
        ("release", {}, "/reason", "missing"),
        ("release", {"reason": "a\u202eb"}, "/reason", "forbidden_character"),
    ]
    for action, body, pointer, code in steps:
        told = act(world, COUNTY, held, action, body)
        assert told.status_code == 422, (action, body, told.text)
        assert [(f["pointer"], f["code"]) for f in told.json()["errors"]] == [(pointer, code)], told.text
    assert act(world, COUNTY, held, "commit", {"documents": {"land_mu": "一号"}}).is_success
    again = act(world, COUNTY, held, "commit", {"documents": {"land_mu": "二号"}})
    assert again.json()["errors"][0]["code"] == "not_held"
    assert world.get(COUNTY, f"/v1/profiles/{profile['id']}").json()["land_mu"] == 60


def test_a_project_has_one_live_hold_at_a_place(world: World, database: Database) -> None:
    project, profile = shared_project(world), world.profile()
    asked = hold(world, BUREAU, project, profile, land_mu=10).json()
    for who in (BUREAU, COUNTY):
        assert hold(world, who, project, profile, land_mu=10).json()["code"] == "duplicate"
    assert act(world, COUNTY, asked, "release", {}).json()["reason"] is None
    held = hold(world, COUNTY, project, profile, land_mu=10).json()
    assert hold(world, BUREAU, project, profile, land_mu=10).json()["code"] == "duplicate"
    lapse(database, held["id"])
    # Nobody came by to mark it: the clock alone has ended it.
    assert world.get(BUREAU, f"/v1/holds/{held['id']}").json()["state"] == "expired"
    assert [i["id"] for i in world.get(BUREAU, "/v1/holds?state=expired").json()["items"]] == [held["id"]]
    assert world.get(BUREAU, "/v1/holds?state=active").json()["items"] == []
    assert counters(database) == {(profile["id"], "land_mu"): 10}
    again = hold(world, COUNTY, project, profile, land_mu=120)
    assert (again.status_code, counters(database)) == (201, {(profile["id"], "land_mu"): 120})
    marked = world.get(BUREAU, f"/v1/holds/{held['id']}")
    assert (marked.json()["state"], marked.headers["etag"]) == ("expired", '"v1"')


def test_a_place_that_is_taken_back_ends_its_requests_and_a_project_that_goes_its_holds(
    world: World, database: Database
) -> None:
    for leave in ("withdraw", "delete"):
        profile = world.profile()
        asked = hold(world, BUREAU, shared_project(world), profile).json()
        path = f"/v1/profiles/{profile['id']}"
        left = (
            world.delete(COUNTY, path)
            if leave == "delete"
            else world.patch(COUNTY, path, {"status": "withdrawn"})
        )
        assert left.is_success, left.text
        ended = world.get(BUREAU, f"/v1/holds/{asked['id']}").json()
        assert (ended["state"], ended["reason"]) == ("released", "The place was taken back.")
    places = [world.profile(), world.profile()]
    project = shared_project(world)
    held = [hold(world, COUNTY, project, places[0]).json(), hold(world, BUREAU, project, places[1]).json()]
    assert world.delete(BUREAU, f"/v1/projects/{project['id']}").status_code == 204
    for row in held:
        assert world.get(COUNTY, f"/v1/holds/{row['id']}").json()["state"] == "released"
    assert counters(database) == {}


def test_a_hold_is_made_once_for_one_idempotency_key(world: World) -> None:
    project, profile = shared_project(world), world.profile()
    body = {"project_id": project["id"], "profile_id": profile["id"], "land_mu": 60}
    made = [world.post(COUNTY, "/v1/holds", body, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[1].headers["idempotency-replayed"] == "true"


def test_who_owns_both_sides_holds_at_once_and_may_do_everything(world: World) -> None:
    project, profile = world.project(COUNTY), world.profile()
    held = hold(world, COUNTY, project, profile).json()
    assert (held["state"], held["actions"]) == ("active", ["release", "extend", "commit"])
    assert act(world, COUNTY, held, "release", {}).json()["state"] == "released"


def test_where_a_second_person_is_wanted_a_release_waits_for_one(world: World, database: Database) -> None:
    clerk, approver = world.person(COUNTY, "clerk"), world.person(COUNTY, "approver")
    guard = world.person(COUNTY, "security_administrator")
    path = f"/v1/organisations/{world.organisations[COUNTY]}/settings"
    assert world.patch(guard, path, {"second_person_for": ["hold.release"]}).is_success
    profile = world.profile(land_mu=100)
    held = hold(world, clerk, shared_project(world), profile, land_mu=60).json()
    told = act(world, clerk, held, "release", {"reason": "规划调整"})
    assert (told.status_code, told.json()["action"]) == (202, "hold.release"), told.text
    approval = told.headers["location"]
    # Nothing is let go yet, and nobody can submit the same again.
    assert counters(database) == {(profile["id"], "land_mu"): 60}
    assert world.get(BUREAU, f"/v1/holds/{held['id']}").json()["state"] == "active"
    assert act(world, clerk, held, "release", {"reason": "再试"}).json()["code"] == "approval_open"
    approve = {"headers": {"If-Match": "*"}}
    for who, code in ((COUNTY, "person_required"), (clerk, "missing_role")):
        assert world.call(who, "POST", f"{approval}/approve", **approve).json()["code"] == code
    # What was changed meanwhile has to be looked at anew.
    assert act(world, clerk, held, "extend", {"expires_at": later()}).is_success
    changed = world.call(approver, "POST", f"{approval}/approve", **approve)
    assert (changed.status_code, changed.json()["code"]) == (409, "changed_since")
    returned = world.call(approver, "POST", f"{approval}/return", json={"comment": "已延期"}, **approve)
    assert returned.json()["state"] == "returned"
    again = act(world, clerk, held, "release", {"reason": "规划调整"}).headers["location"]
    assert world.call(approver, "POST", f"{again}/approve", **approve).json()["state"] == "approved"
    ended = world.get(BUREAU, f"/v1/holds/{held['id']}").json()
    assert (ended["state"], ended["reason"]) == ("released", "规划调整")
    assert counters(database) == {}
    # A request that is declined reserves nothing: one person is enough. So is one at the other side.
    asked = hold(world, BUREAU, shared_project(world), profile).json()
    assert act(world, clerk, asked, "release", {}).json()["state"] == "released"
    mine = hold(world, clerk, shared_project(world), profile).json()
    assert act(world, BUREAU, mine, "release", {}).json()["state"] == "released"


def test_a_project_does_not_slip_out_of_its_holds_past_the_second_person(
    world: World, database: Database
) -> None:
    guard = world.person(BUREAU, "security_administrator")
    path = f"/v1/organisations/{world.organisations[BUREAU]}/settings"
    assert world.patch(guard, path, {"second_person_for": ["hold.release"]}).is_success
    project = shared_project(world)
    held = hold(world, COUNTY, project, world.profile()).json()
    told = world.delete(BUREAU, f"/v1/projects/{project['id']}")
    assert (told.status_code, told.json()["code"]) == (409, "live_holds")
    assert world.get(COUNTY, f"/v1/holds/{held['id']}").json()["state"] == "active"
    lapse(database, held["id"])
    assert world.delete(BUREAU, f"/v1/projects/{project['id']}").status_code == 204


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_figure_of_its_own_field_cannot_be_asked_for_twice_by_the_map(world: World) -> None:
    place, project = world.profile(), shared_project(world)
    told = hold(world, COUNTY, project, place, land_mu=60, quantities={"land_mu": 1})
    assert told.status_code == 422, told.text
