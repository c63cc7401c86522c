"""The record of changes over HTTP: each organisation's own, for its auditor; all of it for a platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select, update

from service.access.audit import AuditEvent
from service.database import Database, now, reading, writing
from service.domain import audit_events, logins
from service.domain.audit_events import AuditFilters
from service.domain.sign_in_attempts import LoginAttempts
from service.errors import ShanhaiError
from tests.conftest import World


def events(world: World, who: str, query: str = "") -> list[dict[str, Any]]:
    answer = world.get(who, f"/v1/audit-events?limit=100&{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["next_cursor"] is None
    return list(answer.json()["items"])


def deeds(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["action"], event["noun_id"]) for event in found]


def test_an_auditor_reads_what_was_done_in_the_own_organisation_newest_first(world: World) -> None:
    auditor = world.person("jiashan", "auditor")
    clerk = world.person("jiashan", "clerk")
    project, foreign = world.project(), world.project(clerk)["id"]
    profile = world.profile()["id"]
    found = events(world, auditor)
    assert deeds(found)[:2] == [("project.create", foreign), ("project.create", project["id"])]
    assert {event["organisation_id"] for event in found} == {world.organisations["jiashan"]}
    assert found[0]["person_id"] == world.people[clerk]
    assert (found[1]["person_id"], found[1]["detail"]) == (None, {})
    # The operator's deeds for this organisation too: who was entered in it.
    assert ("person.create", world.people[auditor]) in deeds(found)
    assert [event["sequence"] for event in found] == sorted((e["sequence"] for e in found), reverse=True)
    assert profile in {event["noun_id"] for event in events(world, "platform")}
    assert profile not in {event["noun_id"] for event in found}
    one = world.get(auditor, f"/v1/audit-events/{found[0]['sequence']}")
    assert one.json() == found[0]


def test_nobody_else_reads_it(world: World) -> None:
    profile = world.profile()["id"]
    (event,) = events(world, "qingyuan", f"noun_id={profile}")
    for who in ("viewer", "clerk", "approver", "administrator", "security_administrator"):
        answer = world.get(world.person("qingyuan", who), "/v1/audit-events")  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_role"), who
    path = f"/v1/audit-events/{event['sequence']}"
    foreign, absent = world.get("jiashan", path), world.get("jiashan", "/v1/audit-events/999999999999")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() | {"request_id": "", "instance": ""} == absent.json() | {
        "request_id": "",
        "instance": "",
    }
    for odd in ("0", "-1", "x", str(2**63), "1e3"):
        assert world.get("jiashan", f"/v1/audit-events/{odd}").status_code == 422, odd
    assert events(world, "jiashan", f"organisation_id={world.organisations['qingyuan']}") == []


def test_it_is_searched_by_thing_action_person_and_time(world: World, database: Database) -> None:
    clerk = world.person("jiashan", "clerk")
    first, second = world.project()["id"], world.project(clerk)["id"]
    world.patch(clerk, f"/v1/projects/{first}", {"land_mu": 30})
    created, changed = ("project.create", first), ("project.update", first)
    assert deeds(events(world, "jiashan", f"noun_id={first}")) == [changed, created]
    assert deeds(events(world, "jiashan", "action=project.update")) == [changed]
    assert deeds(events(world, "jiashan", "noun=project&action=project.create")) == [
        ("project.create", second),
        created,
    ]
    by_clerk = f"person={world.people[clerk]}"
    assert deeds(events(world, "jiashan", by_clerk)) == [changed, ("project.create", second)]
    instant = events(world, "jiashan", "action=project.update")[0]["at"]
    assert changed in deeds(events(world, "jiashan", f"since={instant}"))
    assert changed not in deeds(events(world, "jiashan", f"until={instant}"))
    assert created in deeds(events(world, "jiashan", f"until={instant}"))
    both = f"since={instant}&until={instant}"
    assert events(world, "jiashan", both) == []
    for bad in ("since=yesterday", "person=x", "colour=1", "noun=", "limit=0", "organisation_id=1"):
        assert world.get("jiashan", f"/v1/audit-events?{bad}").status_code == 422, bad
    listed, cursor = [], ""
    while True:
        page = world.get("jiashan", f"/v1/audit-events?limit=2{cursor}").json()
        listed += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert listed == events(world, "jiashan")
    # What exports take: the same events, the other way round.
    with reading(database) as session:
        rows = list(audit_events.rows(session, world.actors["jiashan"], AuditFilters()))
    assert [row.sequence for row in rows] == [event["sequence"] for event in reversed(listed)]


def test_more_events_than_are_read_at_once_are_all_exported(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 2, 5, 1000):
        monkeypatch.setattr(audit_events, "_ROWS_AT_ONCE", size)
        with reading(database) as session:
            found = [row.sequence for row in audit_events.rows(session, None, AuditFilters())]
            assert found == list(session.exec(select(AuditEvent.sequence).order_by(col(AuditEvent.sequence))))


def attempt(database: Database, user_name: str, password: str = "not the password") -> str:
    try:
        logins.by_password(database, user_name, password)
    except ShanhaiError as error:
        return error.code
    return "in"


def test_a_sign_in_that_fails_is_on_record_for_the_auditor_of_the_organisation(
    world: World, database: Database
) -> None:
    clerk = world.person("jiashan", "clerk")
    whom = world.people[clerk]
    assert attempt(database, clerk) == "sign_in_refused"
    assert attempt(database, clerk.upper()) == "sign_in_refused"
    found = events(world, "jiashan", "noun=sign_in")
    assert deeds(found) == [("sign_in.refuse", whom)] * 2
    assert [event["detail"] for event in found] == [
        {"way": "password", "attempt": 2},
        {"way": "password", "attempt": 1},
    ]
    assert {(event["key_id"], event["person_id"]) for event in found} == {(None, None)}
    for who in ("qingyuan", "zhejiang"):
        assert events(world, who, "noun=sign_in") == []
    assert len(events(world, "platform", "noun=sign_in")) == 2


def test_the_attempt_that_locks_a_user_name_is_on_record_and_what_is_refused_unseen_is_not(
    world: World, database: Database
) -> None:
    clerk = world.person("jiashan", "clerk")
    assert [attempt(database, clerk) for _ in range(8)] == ["sign_in_refused"] * 5 + ["sign_in_locked"] * 3
    found = events(world, "jiashan", "noun=sign_in")
    assert [event["action"] for event in found] == ["sign_in.lock"] + ["sign_in.refuse"] * 5
    until = datetime.fromisoformat(found[0]["detail"]["until"])
    assert timedelta(minutes=14) < until - datetime.now(UTC) <= timedelta(minutes=15)


def test_a_wrong_old_password_is_on_record_with_who_typed_it(world: World, database: Database) -> None:
    clerk = world.person("jiashan", "clerk")
    path = f"/v1/people/{world.people[clerk]}/password"
    body = {"old_password": "wrong", "new_password": "another long passphrase"}
    assert world.post(clerk, path, body).json()["code"] == "wrong_password"
    (event,) = events(world, "jiashan", "noun=sign_in")
    assert (event["person_id"], event["detail"]["way"]) == (world.people[clerk], "old_password")


def test_names_that_nobody_has_cannot_fill_the_record(world: World, database: Database) -> None:
    for number in range(12):
        assert attempt(database, f"nobody.{number}") == "sign_in_refused"
    found = events(world, "platform", "noun=sign_in")
    assert [(event["noun_id"], event["detail"]["attempts"]) for event in found] == [
        ("nobody", 10),
        ("nobody", 1),
    ]
    assert events(world, "jiashan", "noun=sign_in") == []
    with writing(database) as session:
        long_ago = now(session) - timedelta(minutes=16)
        session.execute(update(LoginAttempts).values(began_at=long_ago))
    attempt(database, "nobody.else")
    assert events(world, "platform", "noun=sign_in")[0]["detail"]["attempts"] == 1


def test_an_operator_who_sets_a_password_is_on_record_for_the_organisation(
    world: World, database: Database
) -> None:
    clerk = world.person("jiashan", "clerk")
    with writing(database) as session:
        logins.reset_password(session, clerk)
    (event,) = events(world, "jiashan", "action=person.password")
    assert (event["noun_id"], event["key_id"]) == (world.people[clerk], None)
