"""The steps of a hold: which leads where, for which side, and with which version."""

from __future__ import annotations

from typing import Any

import pytest

from service.database import Database
from service.domain.holds import SIDES, TRANSITIONS
from tests.conftest import World
from tests.domain.holding import BUREAU, COUNTY, act, counters, hold, lapse, later, shared_project, summed

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def in_state(world: World, database: Database, state: str) -> dict[str, Any]:
    """A hold of the bureau's project on the county's place that is in this state."""
    project, profile = shared_project(world), world.profile()
    held = dict(hold(world, BUREAU if state == "requested" else COUNTY, project, profile).json())
    if state == "released":
        assert act(world, BUREAU, held, "release", {}).is_success
    if state == "committed":
        assert act(world, COUNTY, held, "commit", {"documents": {"land_mu": "一号"}}).is_success
    if state == "expired":
        lapse(database, held["id"])
    return held


# State, action, what each side is answered: the state it leads to, or the code of the refusal.
EVERY_STEP: list[tuple[str, str, str, str]] = [
    ("requested", "grant", "not_your_side", "active"),
    ("requested", "release", "released", "released"),
    ("requested", "extend", "requested", "not_your_side"),
    ("requested", "commit", "wrong_state", "wrong_state"),
    ("active", "grant", "wrong_state", "wrong_state"),
    ("active", "release", "released", "released"),
    ("active", "extend", "not_your_side", "active"),
    ("active", "commit", "not_your_side", "committed"),
    ("released", "grant", "wrong_state", "wrong_state"),
    ("released", "release", "wrong_state", "wrong_state"),
    ("released", "extend", "wrong_state", "wrong_state"),
    ("released", "commit", "wrong_state", "wrong_state"),
    ("expired", "grant", "wrong_state", "wrong_state"),
    ("expired", "release", "wrong_state", "wrong_state"),
    ("expired", "extend", "wrong_state", "wrong_state"),
    ("expired", "commit", "wrong_state", "wrong_state"),
    ("committed", "grant", "wrong_state", "wrong_state"),
    ("committed", "release", "wrong_state", "wrong_state"),
    ("committed", "extend", "wrong_state", "wrong_state"),
    ("committed", "commit", "wrong_state", "wrong_state"),
]
ALLOWED = {
    "requested": ["grant", "release", "extend"],
    "active": ["release", "extend", "commit"],
    "released": [],
    "expired": [],
    "committed": [],
}
BODIES: dict[str, Any] = {
    "grant": None,
    "release": {"reason": "项目推迟"},
    "extend": {"expires_at": later(100)},
    "commit": {"documents": {"land_mu": "庆土让〔2026〕12号"}},
}


def test_every_step_that_the_table_does_not_allow_is_refused_with_the_allowed_ones_named(
    world: World, database: Database
) -> None:
    assert {(state, action) for state, action, *_ in EVERY_STEP} == {
        (state, action) for state in ALLOWED for action in TRANSITIONS
    }
    for state, action, *results in EVERY_STEP:
        for who, result in zip((BUREAU, COUNTY), results, strict=True):
            held = in_state(world, database, state)
            told = act(world, who, held, action, BODIES[action])
            case = (state, action, who, told.text)
            if result in ("wrong_state", "not_your_side"):
                assert told.status_code == (409 if result == "wrong_state" else 403), case
                assert told.json()["code"] == result, case
                if result == "wrong_state":
                    assert told.json()["allowed"] == ALLOWED[state], case
                    assert all(name in told.json()["detail"] for name in ALLOWED[state]), case
                assert world.get(who, f"/v1/holds/{held['id']}").json()["state"] == state, case
            else:
                assert (told.status_code, told.json()["state"]) == (200, result), case
            assert counters(database) == summed(database)


def test_the_table_of_steps_names_a_side_for_each() -> None:
    steps = {(action, state) for action, states in TRANSITIONS.items() for state in states}
    assert set(SIDES) == steps
    assert all(SIDES.values())


@ON_SQLITE
def test_a_step_needs_the_version_that_was_read(world: World) -> None:
    held = hold(world, COUNTY, shared_project(world), world.profile()).json()
    bare = world.call(COUNTY, "POST", f"/v1/holds/{held['id']}/release", json={"reason": "x"})
    assert (bare.status_code, bare.json()["code"]) == (428, "if_match_required")
    assert act(world, COUNTY, held, "extend", {"expires_at": later()}, etag='"v1"').headers["etag"] == '"v2"'
    stale = act(world, BUREAU, held, "release", {}, etag='"v1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
