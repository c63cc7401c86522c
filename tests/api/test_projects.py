"""Projects over HTTP: with whom they are shared, and what a teaser tells of their origin."""

from __future__ import annotations

from datetime import timedelta

from service.database import Database, now, reading
from service.units import shanghai_day
from tests.conftest import World


def test_a_project_is_seen_by_those_with_whom_it_is_shared_and_by_nobody_else(world: World) -> None:
    everyone = set(world.organisations)
    named = [world.organisations["anji"], world.organisations["zhejiang"]]
    # Jiashan's partner regions are those of Qingyuan and Jiuzhaigou; sharing works in either direction.
    cases = [
        ("jiashan", {"visibility": "private", "shared_with": named}, {"jiashan"}),
        ("jiashan", {"visibility": "named", "shared_with": named}, {"jiashan", "anji", "zhejiang"}),
        ("jiashan", {"visibility": "named"}, {"jiashan"}),
        ("jiashan", {"visibility": "partners", "shared_with": named}, {"jiashan", "qingyuan", "jiuzhaigou"}),
        ("qingyuan", {"visibility": "partners"}, {"qingyuan", "jiashan"}),
        ("anji", {"visibility": "partners"}, {"anji"}),
        ("jiashan", {"visibility": "public"}, everyone),
    ]
    profile = world.profile()
    for owner, sharing, seen_by in cases:
        project = world.project(owner, **sharing)
        for who in sorted(everyone):
            listed = [item["id"] for item in world.get(who, "/v1/projects?limit=100").json()["items"]]
            expected = who in seen_by
            assert (project["id"] in listed) == expected, (owner, sharing, who)
            assert (world.get(who, f"/v1/projects/{project['id']}").status_code == 200) == expected
        ranked = world.get("qingyuan", f"/v1/profiles/{profile['id']}/matches?limit=100").json()["items"]
        assert (project["id"] in [item["project"]["id"] for item in ranked]) == ("qingyuan" in seen_by)


def test_a_pairing_that_has_ended_shares_nothing_from_the_next_day_on(
    world: World, database: Database
) -> None:
    project = world.project(visibility="partners")
    pairings = world.get("jiashan", "/v1/pairings?region_code=330421").json()["items"]
    with reading(database) as session:
        today = shanghai_day(now(session))
    path = f"/v1/projects/{project['id']}"
    for until, expected in ((today, 200), (today - timedelta(days=1), 404)):
        for pairing in pairings:
            assert (
                world.patch(
                    "jiashan", f"/v1/pairings/{pairing['id']}", {"since": None, "until": until.isoformat()}
                ).status_code
                == 200
            )
        assert world.get("qingyuan", path).status_code == expected, until


def test_the_origin_of_a_county_without_a_prefecture_is_told_as_its_province(world: World) -> None:
    profile = world.profile()
    # Pudong lies right below Shanghai; Danzhou is a prefecture without counties and stays as it is.
    for origin, told in (
        ("310115", "310000"),
        ("469001", "460000"),
        ("460400", "460400"),
        ("330421", "330400"),
    ):
        project = world.project(origin_region_code=origin, visibility="public")
        assert world.get("qingyuan", f"/v1/projects/{project['id']}").json()["origin_region_code"] == told
        ranked = world.get("qingyuan", f"/v1/profiles/{profile['id']}/matches?limit=100").json()["items"]
        (item,) = [item for item in ranked if item["project"]["id"] == project["id"]]
        assert item["project"]["origin_region_code"] == told
