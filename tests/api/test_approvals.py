"""Second persons: what waits for one is nobody's to see, and nobody is one's own second person."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import exc
from sqlmodel import select, update

from service.access.audit import AuditEvent, chain
from service.database import Database, reading, writing
from service.domain import approvals
from service.domain.approvals import Approval
from tests.conftest import PROFILE, World


def require_second_person(world: World, who: str, *actions: str) -> None:
    """Have the organisation want a second person for these actions."""
    path = f"/v1/organisations/{world.organisations[who]}/settings"
    answer = world.patch(who, path, {"second_person_for": list(actions)})
    assert answer.status_code == 200, answer.text


def decide(world: World, who: str, approval_id: str, verb: str, body: Any = None, etag: str = "*") -> Any:
    path = f"/v1/approvals/{approval_id}/{verb}"
    return world.call(who, "POST", path, json=body, headers={"If-Match": etag})


def submitted(world: World, who: str = "qingyuan", **fields: Any) -> dict[str, Any]:
    """The approval that a new profile waits for."""
    answer = world.post(who, "/v1/profiles", {**PROFILE, **fields})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


@pytest.fixture
def ruled(world: World) -> World:
    """Qingyuan wants a second person before it publishes, and has a clerk and two approvers."""
    require_second_person(world, "qingyuan", "profile.publish")
    world.person("qingyuan", "clerk", "clerk")
    world.person("qingyuan", "approver", "first")
    world.person("qingyuan", "approver", "second")
    return world


def _profile_created(world: World, who: str) -> tuple[int, str]:
    answer = world.post(who, "/v1/profiles", PROFILE)
    return answer.status_code, answer.json().get("noun_id", "")


# For every action that some module carries out: how it is tried, and what must not have come of it.
def _recommended(world: World, who: str) -> tuple[int, str]:
    pair = {"project_id": world.project(visibility="public")["id"], "profile_id": world.profile()["id"]}
    answer = world.post(who, "/v1/opportunities", pair)
    return answer.status_code, answer.json()["noun_id"]


def _hold_released(world: World, who: str) -> tuple[int, str]:
    pair = {"project_id": world.project(visibility="public")["id"], "profile_id": world.profile()["id"]}
    held = world.post("qingyuan", "/v1/holds", {**pair, "land_mu": 40}).json()
    path = f"/v1/holds/{held['id']}/release"
    answer = world.call(who, "POST", path, json={"reason": "改期"}, headers={"If-Match": "*"})
    return answer.status_code, answer.json()["noun_id"]


def _assessment_submitted(world: World, who: str) -> tuple[int, str]:
    # Each time another year: of the same one waits already.
    year = 2020 + len(world.get(who, "/v1/approvals").json()["items"])
    body = {"programme": "mountain_sea", "year": year}
    answer = world.post(who, "/v1/submissions", body)
    return answer.status_code, answer.json()["noun_id"]


ATTEMPTS: dict[str, Callable[[World, str], tuple[int, str]]] = {
    "assessment.submit": _assessment_submitted,
    "hold.release": _hold_released,
    "profile.publish": _profile_created,
    "opportunity.recommend": _recommended,
}


def test_every_action_that_can_need_a_second_person_is_tried_here() -> None:
    assert set(ATTEMPTS) == approvals.registered()


@pytest.mark.parametrize("action", ATTEMPTS)
def test_no_action_is_carried_out_without_the_second_person_that_it_needs(
    world: World, database: Database, action: str
) -> None:
    require_second_person(world, "qingyuan", action)
    world.person("qingyuan", "approver", "alone")
    # Neither a key for programs nor the person who submitted it is the second person.
    for who, told in (("alone", "own_submission"), ("qingyuan", "person_required")):
        status, noun_id = ATTEMPTS[action](world, who)
        assert status == 202, who
        page = world.get(who, f"/v1/approvals?state=submitted&action={action}").json()
        (row,) = [row for row in page["items"] if row["noun_id"] == noun_id]
        for body, verb in ((None, "approve"), ({"comment": "x"}, "return")):
            refused = decide(world, who, row["id"], verb, body)
            assert (refused.status_code, refused.json()["code"]) == (403, told)
            assert decide(world, "qingyuan", row["id"], verb, body).json()["code"] == "person_required"
            assert decide(world, "anji", row["id"], verb, body).status_code == 404
    with reading(database) as session:
        assert {row.state for row in session.exec(select(Approval))} == {"submitted"}


def test_a_recommendation_opens_no_record_until_another_approves_it(world: World) -> None:
    require_second_person(world, "jiashan", "opportunity.recommend")
    world.person("jiashan", "clerk", "asks")
    world.person("jiashan", "approver", "decides")
    pair = {"project_id": world.project()["id"], "profile_id": world.profile()["id"]}
    waits = world.post("asks", "/v1/opportunities", {**pair, "note": "请看"})
    assert waits.status_code == 202
    again = world.post("asks", "/v1/opportunities", pair)
    assert (again.status_code, again.json()["code"]) == (409, "approval_open")
    assert world.get("qingyuan", "/v1/opportunities").json()["items"] == []
    assert world.get("qingyuan", f"/v1/projects/{pair['project_id']}").status_code == 404
    assert decide(world, "decides", waits.json()["id"], "approve").status_code == 200
    (record,) = world.get("qingyuan", "/v1/opportunities").json()["items"]
    assert (record["id"], record["recommended_by"]) == (waits.json()["noun_id"], "project")


def test_what_is_submitted_is_invisible_to_others_and_ranked_for_nobody_until_another_approves(
    ruled: World,
) -> None:
    project = ruled.project("jiashan")
    waiting = submitted(ruled, "clerk")
    assert (waiting["state"], waiting["action"], waiting["noun"]) == (
        "submitted",
        "profile.publish",
        "profile",
    )
    assert waiting["payload"]["land_mu"] == PROFILE["land_mu"]
    assert waiting["submitted_by_person_id"] == ruled.people["clerk"]
    path = f"/v1/profiles/{waiting['noun_id']}"
    own = ruled.get("clerk", path).json()
    assert (own["status"], own["approved_by"]) == ("submitted", None)
    assert ruled.get("jiashan", path).status_code == 404
    assert ruled.get("jiashan", f"/v1/projects/{project['id']}/matches").json()["items"] == []
    assert ruled.get("qingyuan", f"{path}/versions").json()["items"] == []
    listed = ruled.get("qingyuan", "/v1/profiles?status=submitted").json()["items"]
    assert [row["id"] for row in listed] == [waiting["noun_id"]]
    assert decide(ruled, "clerk", waiting["id"], "approve").json()["code"] == "missing_role"
    done = decide(ruled, "first", waiting["id"], "approve", etag='"v1"')
    assert (done.status_code, done.json()["state"]) == (200, "approved"), done.text
    assert done.json()["decided_by_person_id"] == ruled.people["first"]
    own = ruled.get("clerk", path).json()
    assert (own["status"], own["approved_by"]) == ("published", ruled.people["first"])
    seen = ruled.get("jiashan", path).json()
    # Who it was is the county's own affair.
    assert (seen["status"], seen["approved_by"]) == ("published", None)
    (item,) = ruled.get("jiashan", f"/v1/projects/{project['id']}/matches").json()["items"]
    assert item["profile"]["id"] == waiting["noun_id"]
    assert decide(ruled, "second", waiting["id"], "approve").json()["code"] == "approval_closed"


def test_a_published_profile_stays_as_it_is_until_its_change_is_approved(ruled: World) -> None:
    first = submitted(ruled, "clerk")
    assert decide(ruled, "first", first["id"], "approve").status_code == 200
    path = f"/v1/profiles/{first['noun_id']}"
    changed = ruled.patch("clerk", path, {"land_mu": 90})
    assert (changed.status_code, changed.json()["payload"]["land_mu"]) == (202, 90.0)
    assert changed.headers["Location"] == f"/v1/approvals/{changed.json()['id']}"
    now = ruled.get("clerk", path).json()
    assert (now["land_mu"], now["status"]) == (PROFILE["land_mu"], "published")
    twin = ruled.put("clerk", path, {**PROFILE, "land_mu": 80})
    assert (twin.status_code, twin.json()["code"]) == (409, "approval_open")
    assert decide(ruled, "second", changed.json()["id"], "approve").status_code == 200
    now = ruled.get("jiashan", path).json()
    assert (now["land_mu"], now["status"]) == (90, "published")
    states = ruled.get("clerk", f"{path}/versions").json()["items"]
    assert [state["profile"]["approved_by"] for state in states] == [
        ruled.people["second"],
        ruled.people["first"],
    ]


def test_what_has_changed_since_it_was_submitted_cannot_be_approved(ruled: World) -> None:
    first = submitted(ruled, "clerk")
    decide(ruled, "first", first["id"], "approve")
    path = f"/v1/profiles/{first['noun_id']}"
    stale = ruled.patch("clerk", path, {"land_mu": 90}).json()
    # What takes figures out of sight needs nobody else.
    assert ruled.patch("clerk", path, {"status": "withdrawn"}).json()["status"] == "withdrawn"
    told = decide(ruled, "second", stale["id"], "approve")
    assert (told.status_code, told.json()["code"]) == (409, "changed_since")
    assert ruled.get("clerk", f"/v1/approvals/{stale['id']}").json()["state"] == "submitted"
    assert ruled.get("jiashan", path).status_code == 404
    back = decide(ruled, "second", stale["id"], "return", {"comment": "已撤回，请重报"})
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    assert ruled.get("clerk", path).json()["status"] == "withdrawn"
    gone = submitted(ruled, "clerk", site_name="另一个园区")
    assert ruled.delete("clerk", f"/v1/profiles/{gone['noun_id']}").status_code == 204
    assert decide(ruled, "second", gone["id"], "approve").json()["code"] == "changed_since"


def test_what_is_returned_says_why_and_can_be_submitted_anew(ruled: World) -> None:
    waiting = submitted(ruled, "clerk")
    path = f"/v1/profiles/{waiting['noun_id']}"
    busy = ruled.patch("clerk", path, {"land_mu": 90})
    assert (busy.status_code, busy.json()["code"]) == (409, "approval_open")
    assert waiting["id"] in busy.json()["detail"]
    assert decide(ruled, "first", waiting["id"], "return", {}).status_code == 422
    assert decide(ruled, "first", waiting["id"], "return", {"comment": ""}).status_code == 422
    back = decide(ruled, "first", waiting["id"], "return", {"comment": "请附供电局回函"})
    assert (back.json()["state"], back.json()["comment"]) == ("returned", "请附供电局回函")
    assert ruled.get("clerk", path).json()["status"] == "returned"
    # Corrected, it is a draft; published, it is submitted anew.
    draft = ruled.patch("clerk", path, {"land_mu": 90})
    assert (draft.status_code, draft.json()["status"]) == (200, "draft")
    anew = ruled.patch("clerk", path, {"status": "published"})
    assert anew.status_code == 202
    assert ruled.get("clerk", path).json()["status"] == "submitted"
    assert decide(ruled, "first", anew.json()["id"], "approve").status_code == 200
    assert ruled.get("jiashan", path).json()["land_mu"] == 90
    assert ruled.get("anji", f"/v1/approvals/{anew.json()['id']}").status_code == 404
    assert ruled.get("anji", "/v1/approvals").json()["items"] == []
    assert len(ruled.get("clerk", "/v1/approvals").json()["items"]) == 2


def test_a_submission_is_withdrawn_by_whoever_submitted_it(ruled: World) -> None:
    waiting = submitted(ruled, "clerk")
    for who in ("first", "qingyuan"):
        told = decide(ruled, who, waiting["id"], "withdraw")
        assert (told.status_code, told.json()["code"]) == (403, "not_your_submission")
    assert decide(ruled, "clerk", waiting["id"], "withdraw").json()["state"] == "withdrawn"
    assert ruled.get("clerk", f"/v1/profiles/{waiting['noun_id']}").json()["status"] == "draft"
    assert decide(ruled, "first", waiting["id"], "approve").json()["code"] == "approval_closed"
    by_key = submitted(ruled, "qingyuan", site_name="另一个园区")
    assert decide(ruled, "clerk", by_key["id"], "withdraw").json()["code"] == "not_your_submission"
    assert decide(ruled, "qingyuan", by_key["id"], "withdraw").json()["state"] == "withdrawn"


def test_what_was_decided_is_looked_back_on_newest_first(ruled: World) -> None:
    ids = [submitted(ruled, "clerk", site_name=f"地块{number}")["id"] for number in range(3)]
    for approval_id in ids:
        assert decide(ruled, "first", approval_id, "approve").status_code == 200
    asked = {"state": "approved", "newest_first": "true", "limit": 2}
    first = ruled.get("clerk", "/v1/approvals", params=asked).json()
    rest = ruled.get("clerk", "/v1/approvals", params={**asked, "cursor": first["next_cursor"]}).json()
    assert [row["id"] for row in first["items"] + rest["items"]] == ids[::-1]


def test_a_decision_is_of_what_was_read(ruled: World) -> None:
    waiting = submitted(ruled, "clerk")
    path = f"/v1/approvals/{waiting['id']}"
    assert ruled.get("first", path).headers["ETag"] == '"v1"'
    assert ruled.call("first", "POST", f"{path}/approve").status_code == 428
    assert decide(ruled, "first", waiting["id"], "approve", etag='"v2"').status_code == 412


def test_of_two_who_decide_at_once_one_decides(ruled: World) -> None:
    waiting = submitted(ruled, "clerk")
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda who: decide(ruled, who, waiting["id"], "approve"), ("first", "second"))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_what_a_partner_entered_is_confirmed_by_two(ruled: World) -> None:
    entered = ruled.post("jiashan", "/v1/profiles", PROFILE).json()
    assert entered["unconfirmed"] is True
    path = f"/v1/profiles/{entered['id']}"
    waits = ruled.call("clerk", "POST", f"{path}/confirmation", headers={"If-Match": "*"})
    assert (waits.status_code, waits.json()["payload"]) == (202, {"unconfirmed": False})
    assert ruled.get("anji", path).status_code == 404
    assert ruled.get("jiashan", path).json()["unconfirmed"] is True
    assert decide(ruled, "first", waits.json()["id"], "approve").status_code == 200
    seen = ruled.get("anji", path).json()
    assert (seen["unconfirmed"], seen["organisation_id"]) == (False, ruled.organisations["qingyuan"])
    assert ruled.get("clerk", path).json()["approved_by"] == ruled.people["first"]


def test_the_rule_holds_for_a_change_of_region_and_for_drafts_that_are_published(ruled: World) -> None:
    draft = ruled.post("clerk", "/v1/profiles", {**PROFILE, "status": "draft"})
    assert (draft.status_code, draft.json()["status"]) == (201, "draft")
    path = f"/v1/profiles/{draft.json()['id']}"
    assert ruled.patch("clerk", path, {"land_mu": 1}).status_code == 200
    assert ruled.put("clerk", path, PROFILE).status_code == 202
    moved = ruled.put("clerk", path, {**PROFILE, "region_code": "330421"})
    assert moved.json()["code"] == "approval_open"
    # Where nobody asks for a second person, there is none.
    plain = ruled.post("anji", "/v1/profiles", {**PROFILE, "region_code": "330523"}).json()
    assert (plain["status"], plain["approved_by"]) == ("published", None)


def test_a_repeated_submission_is_answered_as_the_first_time(ruled: World) -> None:
    once = {"Idempotency-Key": "one"}
    first = ruled.post("clerk", "/v1/profiles", PROFILE, headers=once)
    again = ruled.post("clerk", "/v1/profiles", PROFILE, headers=once)
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"] == f"/v1/approvals/{first.json()['id']}"
    # The same key of another person is another request.
    other = ruled.post("second", "/v1/profiles", {**PROFILE, "site_name": "乙园区"}, headers=once)
    assert (other.status_code, "Idempotency-Replayed" in other.headers) == (202, False)


def test_settings_are_set_by_security_administrators_and_read_by_their_own(world: World) -> None:
    path = f"/v1/organisations/{world.organisations['qingyuan']}/settings"
    fresh = world.get("qingyuan", path)
    assert (fresh.headers["ETag"], fresh.json()["second_person_for"], fresh.json()["oidc"]) == (
        '"v0"',
        [],
        None,
    )
    security = world.person("qingyuan", "security_administrator")
    wanted = {"second_person_for": ["profile.publish", "hold.release", "profile.publish"]}
    for role in ("administrator", "approver", "auditor"):
        told = world.patch(world.person("qingyuan", role), path, wanted)  # type: ignore[arg-type]
        assert told.json()["code"] == "missing_role"
    set_ = world.patch(security, path, wanted, etag='"v0"')
    assert set_.json()["second_person_for"] == ["hold.release", "profile.publish"]
    assert set_.headers["ETag"] == '"v1"'
    assert world.patch(security, path, wanted, etag='"v0"').status_code == 412
    assert world.call(security, "PATCH", path, json={}).status_code == 428
    for bad in (
        {"second_person_for": ["everything"]},
        {"second_person_for": None, "colour": 1},
        {"oidc": {"issuer": "https://a.example"}},
        {"oidc": {"issuer": "a", "audience": "b", "jwks_uri": "file:///etc/passwd"}},
    ):
        assert world.patch(security, path, bad).status_code == 422, bad
    assert world.patch(security, path, {"second_person_for": None}).json()["second_person_for"] == []
    for method in ("GET", "PATCH"):
        told = world.call("anji", method, path, json={}, headers={"If-Match": "*"})
        assert told.status_code == 404
    assert world.get("platform", path).status_code == 200
    nowhere = "/v1/organisations/org_01aaaaaaaaaaaaaaaaaaaaaaaa/settings"
    assert world.get("platform", nowhere).status_code == 404


def test_the_database_itself_knows_no_approval_by_whoever_submitted(ruled: World, database: Database) -> None:
    submitted(ruled, "clerk")
    for decider in (ruled.people["clerk"], None):
        with pytest.raises(exc.IntegrityError), database.engine.connect() as connection:
            connection.execute(update(Approval).values(state="approved", decided_by_person_id=decider))


def test_the_chain_of_events_holds_with_people_in_it(ruled: World, database: Database) -> None:
    waiting = submitted(ruled, "clerk")
    decide(ruled, "first", waiting["id"], "approve")
    with writing(database) as session:
        events = session.exec(select(AuditEvent).order_by(AuditEvent.sequence)).all()  # type: ignore[arg-type]
    assert [chain(event.previous_hash, event.content()) for event in events] == [e.hash for e in events]
    said = {(event.action, event.detail.get("person_id")) for event in events}
    assert {
        ("profile.create", ruled.people["clerk"]),
        ("approval.submit", ruled.people["clerk"]),
        ("approval.approve", ruled.people["first"]),
        ("profile.update", ruled.people["first"]),
        ("organisation.create", None),
    } <= said
