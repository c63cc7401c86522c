"""Offers are net of live holds in the very next ranking, from memory or not, and whole again by the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.access.policy import Actor
from service.database import Database, now, reading, revision_of
from service.domain.outcomes import Outcome
from service.index import MatchIndex
from tests.conftest import World
from tests.domain.holding import BUREAU, COUNTY, act, hold, later, shared_project
from tests.index.test_live import content


@pytest.fixture
def asked(world: World) -> tuple[str, dict[str, Any]]:
    """The ranking of a project that is at hand, and its only place."""
    place = world.profile(land_mu=100)
    path = f"/v1/projects/{shared_project(world, land_mu=30)['id']}/matches"
    assert land(world, path) == 100
    return path, place


def land(world: World, path: str, who: str = BUREAU) -> float | None:
    """The land on offer in a ranking; None where no place is eligible."""
    answer = world.get(who, path)
    assert answer.status_code == 200, answer.text
    offers = [
        line["offer"]
        for item in answer.json()["items"]
        for line in item["contributions"]
        if line["criterion"] == "land"
    ]
    return offers[0] if offers else None


def test_a_hold_is_net_in_the_very_next_ranking_by_memory_and_without(
    world: World, asked: tuple[str, dict[str, Any]], short: list[str]
) -> None:
    path, place = asked
    assert (land(world, path), short) == (100, [path])
    held = hold(world, COUNTY, shared_project(world), place, land_mu=25).json()
    assert [land(world, path) for _ in range(2)] == [75, 75]
    assert short == [path, path]
    query = {"project_id": path.split("/")[3], "filters": {"province": "浙江省"}}
    ranked = world.post(BUREAU, "/v1/match-queries", query).json()["items"]
    assert [line["offer"] for line in ranked[0]["contributions"] if line["criterion"] == "land"] == [75]
    pair = world.get(BUREAU, f"{path}/{place['id']}").json()
    assert [line["offer"] for line in pair["contributions"] if line["criterion"] == "land"] == [75]
    theirs = world.get(COUNTY, f"/v1/profiles/{place['id']}/matches").json()["items"]
    offers = {line["offer"] for i in theirs for line in i["contributions"] if line["criterion"] == "land"}
    assert offers == {75}
    act(world, COUNTY, held, "release", {"reason": "调整"})
    assert land(world, path) == 100


def test_what_lapses_by_the_clock_is_back_in_rankings_without_any_write(
    world: World,
    database: Database,
    asked: tuple[str, dict[str, Any]],
    short: list[str],
) -> None:
    path, place = asked
    ends = datetime.now(UTC) + timedelta(seconds=2)
    held = hold(world, COUNTY, shared_project(world), place, land_mu=90, expires_at=ends.isoformat())
    assert held.status_code == 201, held.text
    assert land(world, path) is None
    before = world.get(BUREAU, path)
    assert before.json()["excluded_count"] == 1
    assert short == [path]
    with reading(database) as session:
        revision = revision_of(session)
        left = (ends - now(session)).total_seconds()
    time.sleep(max(0.0, left) + 0.05)
    told = world.call(BUREAU, "GET", path, headers={"If-None-Match": before.headers["ETag"]})
    # Not what the caller holds, though nobody has written anything.
    assert told.status_code == 200
    assert told.json()["index_revision"] == before.json()["index_revision"] == revision
    assert [land(world, path) for _ in range(2)] == [100, 100]
    # The first went the ordinary way and left what the others were answered from.
    assert short == [path] * 3
    with reading(database) as session:
        assert revision_of(session) == revision


def test_an_index_that_follows_holds_is_what_one_built_anew_would_be(
    world: World, database: Database
) -> None:
    index = MatchIndex()

    def same() -> None:
        with reading(database) as session:
            assert content(index.current(session)) == content(MatchIndex().current(session))

    same()
    here, there = (world.profile(power_kva=2000, restricted_fields=["power_kva"]) for _ in range(2))
    pool = {"name": "站", "quantity": "power_kva", "capacity": 2500, "members": [here["id"], there["id"]]}
    path = f"/v1/capacity-pools/{world.post(COUNTY, '/v1/capacity-pools', pool).json()['id']}"
    same()
    held = hold(world, COUNTY, shared_project(world), here, land_mu=10, power_kva=1500, labour_persons=5)
    same()
    asked = hold(world, BUREAU, shared_project(world), there, land_mu=10, power_kva=500).json()
    same()
    act(world, COUNTY, asked, "grant")
    same()
    act(world, COUNTY, held.json(), "commit", {"documents": {"power_kva": "一号"}})
    same()
    act(world, COUNTY, held.json(), "extend", {"expires_at": later()})
    world.patch(COUNTY, path, {"capacity": 900})
    same()
    act(world, BUREAU, asked, "release", {})
    world.delete(COUNTY, path)
    same()


def test_the_snapshot_of_any_instant_is_net_of_what_is_held_then(world: World, database: Database) -> None:
    place = world.profile(land_mu=100)
    starts = datetime.now(UTC)
    ends = [starts + timedelta(days=days) for days in (1, 2, 2, 3)]
    for end in ends:
        made = hold(world, COUNTY, shared_project(world), place, land_mu=20, expires_at=end.isoformat())
        assert made.status_code == 201
    index = MatchIndex()
    tick = timedelta(microseconds=1)
    # A hold is live up to the instant before its end, and gone at its end.
    for instant, free in [
        (ends[0] - tick, 20), (ends[0], 40), (ends[1] - tick, 40), (ends[1], 80),
        (ends[3] - tick, 80), (ends[3] + tick, 100), (ends[3] + timedelta(days=9), 100),
    ]:  # fmt: skip
        with reading(database) as session:
            session.info["now"] = instant
            snapshot = index.current(session)
            ((_, offer),) = snapshot.living()
            assert offer.figures["land_mu"] == free, instant
            assert snapshot.is_of(instant)
            assert content(snapshot) == content(MatchIndex().current(session))


def test_others_are_ranked_on_the_band_of_what_is_left(world: World, database: Database) -> None:
    place = world.profile(land_mu=120, restricted_fields=["land_mu"])
    hold(world, COUNTY, shared_project(world), place, land_mu=45)
    path = f"/v1/projects/{shared_project(world, land_mu=30)['id']}/matches"
    told: dict[str, Any] = {}
    for who in (BUREAU, COUNTY):
        items = world.get(who, path).json()["items"]
        (line,) = [line for line in items[0]["contributions"] if line["criterion"] == "land"]
        told[who] = (line["offer"], line["offer_band"])
    assert told == {BUREAU: (None, {"low": 50, "high": 100}), COUNTY: (75, None)}


def test_an_outcome_rests_on_the_net_offer(world: World, database: Database) -> None:
    place, project = world.profile(land_mu=100), shared_project(world, land_mu=60)
    hold(world, COUNTY, shared_project(world), place, land_mu=70)
    actor: Actor = world.actors[BUREAU]
    pair = world.get(BUREAU, f"/v1/projects/{project['id']}/matches/{place['id']}").json()
    body = {"project_id": project["id"], "profile_id": place["id"], "result": "accepted"}
    made = world.post(BUREAU, "/v1/outcomes", body)
    assert made.json()["organisation_id"] == actor.organisation_id
    with reading(database) as session:
        kept = session.get_one(Outcome, made.json()["id"]).utilities
    assert kept == {line["criterion"]: line["utility"] for line in pair["contributions"]}
