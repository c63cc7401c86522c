"""The main job over HTTP: register, publish, rank, explain."""

from __future__ import annotations

import math

from tests.conftest import World


def test_a_published_profile_is_ranked_for_a_registered_project_with_contributions_that_sum(
    world: World,
) -> None:
    profile = world.profile()
    project = world.project()
    answer = world.get("jiashan", f"/v1/projects/{project['id']}/matches")
    assert answer.status_code == 200, answer.text
    (item,) = answer.json()["items"]
    assert item["profile"]["id"] == profile["id"]
    assert item["rank"] == 1
    assert item["programme"] == "mountain_sea"
    total = math.fsum(line["contribution"] for line in item["contributions"])
    assert abs(total - item["score"]) < 1e-9
    for line in item["contributions"]:
        assert abs(line["weight"] * line["utility"] - line["contribution"]) < 1e-12
        assert line["reason"]


def test_the_same_pair_has_the_same_score_from_both_sides(world: World) -> None:
    profile = world.profile()
    project = world.project(visibility="public", disclosure="full")
    there = world.get("jiashan", f"/v1/projects/{project['id']}/matches").json()["items"][0]
    back = world.get("qingyuan", f"/v1/profiles/{profile['id']}/matches").json()["items"][0]
    assert back["project"]["id"] == project["id"]
    assert back["score"] == there["score"]


def test_a_changed_profile_changes_the_very_next_ranking(world: World) -> None:
    profile = world.profile()
    project = world.project()
    path = f"/v1/projects/{project['id']}/matches"
    assert world.get("jiashan", path).json()["eligible_count"] == 1
    assert world.patch("qingyuan", f"/v1/profiles/{profile['id']}", {"land_mu": 10}).status_code == 200
    after = world.get("jiashan", path).json()
    assert (after["eligible_count"], after["excluded_count"]) == (0, 1)
    why = world.get("jiashan", f"/v1/projects/{project['id']}/exclusions").json()["items"][0]
    assert [failure["rule"] for failure in why["failures"]] == ["enough_land"]
    assert [(step["field"], step["from"], step["to"]) for step in why["cheapest_fix"]] == [
        ("land_mu", 10, 60)
    ]
    assert why["rank_if_fixed"] == 1
