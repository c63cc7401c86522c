"""Holds: asked for by one side, granted by the other, net in rankings, ended by documents, deed or clock."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from service.access.audit import AuditEvent
from service.database import Database, reading
from service.domain.holds import SIDES, TRANSITIONS
from tests.conftest import World
from tests.domain.holding import BUREAU, COUNTY, act, counters, hold, lapse, later, shared_project, summed

NOBODYS = "hld_01aaaaaaaaaaaaaaaaaaaaaaaa"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def offered(world: World, who: str, project: Any, profile: Any) -> dict[str, Any]:
    """What a place offers a project by criterion, as the organisation is ranked."""
    pair = world.get(who, f"/v1/projects/{project['id']}/matches/{profile['id']}").json()
    return {line["criterion"]: line["offer"] for line in pair["contributions"]}


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


@ON_SQLITE
def test_a_step_needs_the_version_that_was_read(world: World) -> None:
    held = hold(world, COUNTY, shared_project(world), world.profile()).json()
    bare = world.call(COUNTY, "POST", f"/v1/holds/{held['id']}/release", json={"reason": "x"})
    assert (bare.status_code, bare.json()["code"]) == (428, "if_match_required")
    assert act(world, COUNTY, held, "extend", {"expires_at": later()}, etag='"v1"').headers["etag"] == '"v2"'
    stale = act(world, BUREAU, held, "release", {}, etag='"v1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


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
