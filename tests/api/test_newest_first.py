"""Lists that officers look back on: newest first where that is asked for, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api import test_profile_requests as requests
from tests.api.test_visits import visit
from tests.conftest import World


def _record(world: World, number: int) -> str:
    # Of another project at another place: of a pair there is one record.
    project, profile = world.project(name=f"项目{number}"), world.profile(site_name=f"园区{number}")
    body = {"project_id": project["id"], "profile_id": profile["id"], "note": "请看"}
    return str(world.post("jiashan", "/v1/opportunities", body).json()["id"])


def _visit(world: World, number: int) -> str:
    # Entered one after the other, of which the first takes place last.
    profile = world.profile(site_name=f"园区{number}")["id"]
    day = f"2026-12-{20 - number:02d}"
    stops = [{"profile_id": profile, "on": day}]
    return str(visit(world, starts_on=day, ends_on=day, stops=stops, follow_ups=[])["id"])


def _request(world: World, number: int) -> str:
    profile = world.profile("jiashan", site_name=f"园区{number}")
    return str(requests.asked(world, profile_id=profile["id"])[0]["id"])


@pytest.mark.parametrize(
    ("path", "entered"),
    [
        ("/v1/opportunities", _record),
        ("/v1/visits", _visit),
        ("/v1/profile-requests", _request),
    ],
)
def test_a_list_is_read_newest_first_page_by_page_where_that_is_asked_for(
    world: World, path: str, entered: Callable[[World, int], str]
) -> None:
    ids = [entered(world, number) for number in range(3)]

    def listed(**asked: Any) -> list[str]:
        first = world.get("jiashan", path, params={"limit": 2, **asked}).json()
        more = {"limit": 2, "cursor": first["next_cursor"], **asked}
        rest = world.get("jiashan", path, params=more).json()
        assert rest["next_cursor"] is None
        return [row["id"] for row in first["items"] + rest["items"]]

    assert listed() == listed(newest_first="false") == ids
    assert listed(newest_first="true") == ids[::-1]
    # A cursor leads on in the order in which it was given out, and in no other.
    cursor = world.get("jiashan", path, params={"limit": 1}).json()["next_cursor"]
    refused = world.get("jiashan", path, params={"cursor": cursor, "newest_first": "true"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")
