"""Outcomes: recorded by either side, seen by both where both may know, kept with what they rest on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from service.access.audit import AuditEvent
from service.database import Database, now, reading
from service.domain.outcomes import Outcome, word_on_each_pair
from service.index import CRITERIA, learning
from service.units import shanghai_day
from tests.conftest import World

NOBODYS = "out_01aaaaaaaaaaaaaaaaaaaaaaaa"


def pair(world: World, **of_project: Any) -> dict[str, str]:
    """A project of Jiashan's that everybody may know of, and a profile of Qingyuan's."""
    project = world.project(**{"visibility": "public", **of_project})
    return {"project_id": project["id"], "profile_id": world.profile()["id"]}


def listed(world: World, who: str, query: str = "") -> list[dict[str, Any]]:
    return list(world.get(who, f"/v1/outcomes?limit=100{query}").json()["items"])


def row_of(database: Database, outcome_id: str) -> Outcome:
    with reading(database) as session:
        return session.get_one(Outcome, outcome_id)


def test_either_side_records_an_outcome_and_both_see_it_and_nobody_else(
    world: World, database: Database
) -> None:
    both = pair(world)
    made = [
        world.post("jiashan", "/v1/outcomes", {**both, "result": "accepted", "note": "签约在即"}),
        world.post("qingyuan", "/v1/outcomes", {**both, "result": "refused", "reason_code": "price"}),
    ]
    assert [answer.status_code for answer in made] == [201, 201]
    with reading(database) as session:
        today = shanghai_day(now(session)).isoformat()
        actions = session.exec(select(AuditEvent.action).where(AuditEvent.noun == "outcome")).all()
    assert actions == ["outcome.create"] * 2
    for answer in made:
        assert answer.json()["decided_on"] == today
        assert answer.headers["etag"] == '"v1"'
        path = answer.headers["location"]
        for who in ("jiashan", "qingyuan"):
            read = world.get(who, path)
            assert (read.json(), read.headers["etag"]) == (answer.json(), '"v1"')
        for who in ("anji", "nanxun", "platform", "zhejiang"):
            told = [world.get(who, address) for address in (path, f"/v1/outcomes/{NOBODYS}")]
            assert [refusal.status_code for refusal in told] == [404, 404]
            assert told[0].json() | {"request_id": ""} == told[1].json() | {"request_id": ""}
            assert listed(world, who) == []
    for who in ("jiashan", "qingyuan"):
        assert [item["result"] for item in listed(world, who)] == ["accepted", "refused"]
        assert [item["result"] for item in listed(world, who, "&result=refused")] == ["refused"]
        assert len(listed(world, who, f"&project_id={both['project_id']}")) == 2
        assert listed(world, who, f"&profile_id={NOBODYS.replace('out', 'prf')}") == []


def test_who_has_no_part_in_a_pair_is_answered_as_if_it_did_not_exist(world: World) -> None:
    both = pair(world)
    bodies = [
        ("anji", both),
        ("platform", both),
        ("jiashan", {**both, "profile_id": world.profile(status="draft")["id"]}),
        ("qingyuan", {**both, "project_id": world.project()["id"]}),
        ("jiashan", {**both, "profile_id": "prf_01aaaaaaaaaaaaaaaaaaaaaaaa"}),
        ("jiashan", {**both, "project_id": "prj_01aaaaaaaaaaaaaaaaaaaaaaaa"}),
    ]
    answers = [world.post(who, "/v1/outcomes", {**body, "result": "accepted"}) for who, body in bodies]
    assert [answer.status_code for answer in answers] == [404] * len(bodies)
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert listed(world, "jiashan") == listed(world, "qingyuan") == []


def test_an_outcome_tells_nobody_of_a_project_or_a_profile_that_it_may_not_know(world: World) -> None:
    both = pair(world, visibility="private")
    mine = world.post("jiashan", "/v1/outcomes", {**both, "result": "refused", "reason_code": "distance"})
    assert mine.status_code == 201
    assert listed(world, "qingyuan") == []
    assert world.get("qingyuan", mine.headers["location"]).status_code == 404
    assert world.patch("jiashan", f"/v1/projects/{both['project_id']}", {"visibility": "public"}).is_success
    assert len(listed(world, "qingyuan")) == 1
    theirs = world.post("qingyuan", "/v1/outcomes", {**both, "result": "accepted"})
    assert world.patch("qingyuan", f"/v1/profiles/{both['profile_id']}", {"status": "withdrawn"}).is_success
    assert [item["id"] for item in listed(world, "jiashan")] == [mine.json()["id"]]
    assert {item["id"] for item in listed(world, "qingyuan")} == {mine.json()["id"], theirs.json()["id"]}


def test_a_later_outcome_supersedes_the_organisations_own_and_all_are_kept(
    world: World, database: Database
) -> None:
    both = pair(world)
    first = world.post("jiashan", "/v1/outcomes", {**both, "result": "accepted"}).json()
    other = world.post("qingyuan", "/v1/outcomes", {**both, "result": "accepted"}).json()
    second = world.post("jiashan", "/v1/outcomes", {**both, "result": "signed"}).json()
    seen = {item["id"]: item for item in listed(world, "qingyuan")}
    assert list(seen) == [first["id"], other["id"], second["id"]]
    assert seen[first["id"]]["superseded_at"] == second["created_at"]
    assert (
        seen[first["id"]]["version"],
        world.get("jiashan", f"/v1/outcomes/{first['id']}").headers["etag"],
    ) == (
        2,
        '"v2"',
    )
    assert (seen[other["id"]]["superseded_at"], seen[second["id"]]["superseded_at"]) == (None, None)


def test_of_outcomes_recorded_at_once_one_is_live(world: World, database: Database) -> None:
    both = pair(world)
    body = {**both, "result": "accepted"}
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: world.post("jiashan", "/v1/outcomes", body).status_code, range(4)))
    assert set(told) <= {201, 409, 503}
    assert 201 in told
    live = [item for item in listed(world, "jiashan") if item["superseded_at"] is None]
    assert len(live) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reason_stands_with_what_did_not_come_about_and_only_there(world: World) -> None:
    both = pair(world)
    with_reason = {"reason_code": "land_short"}
    cases: list[tuple[dict[str, Any], str | None]] = [
        ({"result": "accepted"}, None),
        ({"result": "signed"}, None),
        ({"result": "funds_in_place"}, None),
        ({"result": "refused", **with_reason}, None),
        ({"result": "ended", "reason_code": "investor_withdrew"}, None),
        ({"result": "refused"}, "/reason_code"),
        ({"result": "ended", "reason_code": None}, "/reason_code"),
        ({"result": "accepted", **with_reason}, "/reason_code"),
        ({"result": "refused", "reason_code": "weather"}, "/reason_code"),
        ({"result": "perhaps"}, "/result"),
        ({}, "/result"),
        ({"result": "accepted", "decided_on": "2199-01-01"}, "/decided_on"),
        ({"result": "accepted", "decided_on": 5}, "/decided_on"),
        ({"result": "accepted", "note": "a\u202eb"}, "/note"),
        ({"result": "accepted", "utilities": {}}, "/utilities"),
        ({"result": "accepted", "organisation_id": "org_00000"}, "/organisation_id"),
    ]
    for body, pointer in cases:
        answer = world.post("jiashan", "/v1/outcomes", {**both, **body})
        if pointer is None:
            assert answer.status_code == 201, (body, answer.text)
        else:
            assert answer.status_code == 422, (body, answer.text)
            assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer], body


def test_what_an_outcome_rests_on_is_frozen_as_the_projects_side_was_ranked_and_never_shown(
    world: World, database: Database
) -> None:
    # A teaser: the county does not know the description, but what it decides teaches with it.
    both = pair(world)
    for number in range(14):
        world.profile("anji", region_code="330523", site_name=f"安吉园区{number:02}", land_mu=61 + number)
    world.profile("anji", region_code="330523", site_name="太小", land_mu=1)
    ranked = world.get("jiashan", f"/v1/projects/{both['project_id']}/matches").json()
    (item,) = [item for item in ranked["items"] if item["profile"]["id"] == both["profile_id"]]
    answer = world.post("qingyuan", "/v1/outcomes", {**both, "result": "accepted"})
    assert "胶合板" not in answer.text
    assert answer.json().keys().isdisjoint({"need_text", "place_text", "utilities", "alternatives"})
    row = row_of(database, answer.json()["id"])
    assert "胶合板" in row.need_text
    assert "竹木加工" in row.place_text
    assert (row.region_code, row.industry_code) == ("331126", "C2110")
    assert row.model_version == ranked["model_version"] == answer.json()["model_version"]
    assert row.utilities == {line["criterion"]: line["utility"] for line in item["contributions"]}
    others = [other["profile_id"] for other in row.alternatives]
    assert len(set(others)) == len(others) == 10
    eligible = {item["profile"]["id"] for item in ranked["items"]}
    assert set(others) <= eligible - {both["profile_id"]}
    for other in row.alternatives:
        assert list(other["utilities"]) == [criterion.name for criterion in CRITERIA]
        assert all(0 <= value <= 1 for value in other["utilities"].values())
    world.patch("qingyuan", f"/v1/profiles/{both['profile_id']}", {"land_mu": 1, "leading_industries": []})
    world.patch("jiashan", f"/v1/projects/{both['project_id']}", {"inputs": [], "land_mu": 900})
    assert row_of(database, row.id).model_dump() == row.model_dump()


def test_an_outcome_is_recorded_once_for_one_idempotency_key(world: World) -> None:
    body = {**pair(world), "result": "accepted"}
    once = {"Idempotency-Key": "a1"}
    first, again = (world.post("jiashan", "/v1/outcomes", body, headers=once) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = world.post("jiashan", "/v1/outcomes", body | {"result": "signed"}, headers=once)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(listed(world, "jiashan")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_day_ahead_is_a_clerks_clock_and_two_are_a_mistake(world: World, database: Database) -> None:
    both = pair(world)
    with reading(database) as session:
        today = shanghai_day(now(session))
    for days, status in ((-400, 201), (1, 201), (2, 422)):
        day = (today + timedelta(days=days)).isoformat()
        answer = world.post("jiashan", "/v1/outcomes", {**both, "result": "accepted", "decided_on": day})
        assert answer.status_code == status, day


def test_what_the_projects_side_says_of_a_pair_counts_before_what_the_place_says(
    world: World, database: Database
) -> None:
    both, other = pair(world), pair(world)
    world.post("jiashan", "/v1/outcomes", {**both, "result": "refused", "reason_code": "price"})
    world.post("qingyuan", "/v1/outcomes", {**both, "result": "accepted"})
    world.post("qingyuan", "/v1/outcomes", {**other, "result": "accepted"})
    with reading(database) as session:
        counted = [(row.project_id, row.result) for row in word_on_each_pair(session)]
    assert counted == [(both["project_id"], "refused"), (other["project_id"], "accepted")]


def test_what_is_dated_ahead_teaches_as_of_the_day_it_was_recorded(world: World, database: Database) -> None:
    with reading(database) as session:
        today = shanghai_day(now(session))
    ahead = {"result": "accepted", "decided_on": (today + timedelta(days=1)).isoformat()}
    made = world.post("jiashan", "/v1/outcomes", {**pair(world), **ahead}).json()
    (placement,) = learning.placements_of([row_of(database, made["id"])])
    assert placement.on == today
