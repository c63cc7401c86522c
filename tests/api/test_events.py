"""The feed: everything that concerns an organisation, nothing that does not, in the order of the commits."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from service.access.policy import Actor
from service.database import Database, reading, writing
from service.domain import events, import_progress, keys, organisations
from service.domain.events import TYPES, Event, EventPage, emit
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from tests.alerting import feed, told
from tests.api.test_opportunities import at, move, opened, unsealed
from tests.conftest import World
from tests.domain.holding import BUREAU, COUNTY, act, hold, lapse, shared_project

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODYS = "evt_01aaaaaaaaaaaaaaaaaaaaaaaa"
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def types(world: World, who: str) -> list[str]:
    return [event["type"] for event in feed(world, who)]


def test_both_sides_of_a_record_are_told_of_every_step_and_nobody_else(world: World) -> None:
    record = opened(world, visibility="public")
    move(world, COUNTY, record, "contacted")
    unsealed(world, record)
    move(world, BUREAU, record, "negotiating")
    move(world, BUREAU, record, "signed")
    move(world, COUNTY, record, "signed")
    said = world.post(COUNTY, at(record, "comments"), {"text": "环评已批，密封的投资方"}).json()
    ids = {key: record[key] for key in ("project_id", "profile_id")} | {"opportunity_id": record["id"]}
    bureau, county = (world.organisations[who] for who in (BUREAU, COUNTY))
    expected: list[tuple[str, dict[str, Any]]] = [
        ("opportunity.stage_changed", {"from": None, "to": "recommended", "by": bureau}),
        ("opportunity.stage_changed", {"from": "recommended", "to": "contacted", "by": county}),
        ("opportunity.unsealed", {"sides": ["project"], "unsealed": False}),
        ("opportunity.unsealed", {"sides": ["profile"], "unsealed": True}),
        ("opportunity.stage_changed", {"from": "contacted", "to": "negotiating", "by": bureau}),
        ("opportunity.agreed", {"to": "signed", "side": "project"}),
        ("opportunity.stage_changed", {"from": "negotiating", "to": "signed", "by": county}),
        ("opportunity.commented", {"comment_id": said["id"], "by": county}),
    ]
    for who in (BUREAU, COUNTY):
        found = feed(world, who)
        assert [(event["type"], event["data"]) for event in found] == [
            (type, ids | data) for type, data in expected
        ]
        assert {event["subject_id"] for event in found} == {record["id"]}
        # Neither the sealed name nor what was written: an event says what to look at.
        assert "密封" not in json.dumps(found, ensure_ascii=False)
        one = world.get(who, f"/v1/events/{found[0]['id']}")
        assert (one.status_code, one.json()) == (200, found[0])
    assert feed(world, "anji") == feed(world, "platform") == []
    theirs = feed(world, COUNTY)[0]["id"]
    for event_id in (theirs, NOBODYS):
        assert world.get("anji", f"/v1/events/{event_id}").status_code == 404
        refused = world.get("anji", "/v1/events", params={"after": event_id})
        assert (refused.status_code, refused.json()["code"]) == (400, "unknown_event")


def test_a_field_team_that_speaks_for_a_side_is_told_too(world: World, database: Database) -> None:
    with writing(database) as session:
        home = world.organisations[BUREAU]
        body = OrganisationWrite(
            name="工作队", kind="field_team", region_code="331126", parent_organisation_id=home
        )
        team = organisations.register(session, None, body)
        minted = keys.create(session, None, KeyWrite(organisation_id=team.id, name="test"))
    world.secrets["team"] = minted.secret
    record = opened(world)
    appointed = world.put(COUNTY, at(record, "field-team"), {"organisation_id": team.id})
    assert appointed.status_code == 200, appointed.text
    assert feed(world, "team") == []
    move(world, COUNTY, record, "contacted")
    assert types(world, "team") == ["opportunity.stage_changed"]


def test_both_sides_of_a_hold_are_told_how_it_goes(world: World, database: Database) -> None:
    profile = world.profile(land_mu=500)
    asked = hold(world, BUREAU, shared_project(world), profile, land_mu=60).json()
    act(world, COUNTY, asked, "grant")
    act(world, COUNTY, asked, "commit", {"documents": {"land_mu": "庆土让〔2026〕12号"}})
    given = hold(world, COUNTY, shared_project(world), profile, land_mu=60).json()
    act(world, COUNTY, given, "release", {"reason": "项目推迟"})
    lapsed = hold(world, COUNTY, shared_project(world), profile, land_mu=60).json()
    lapse(database, lapsed["id"])
    hold(world, COUNTY, shared_project(world), profile, land_mu=60)
    expected = [
        ("hold.requested", asked["id"], "requested"),
        ("hold.granted", asked["id"], "active"),
        ("hold.committed", asked["id"], "committed"),
        ("hold.granted", given["id"], "active"),
        ("hold.released", given["id"], "released"),
        ("hold.granted", lapsed["id"], "active"),
        ("hold.expired", lapsed["id"], "expired"),
    ]
    for who in (BUREAU, COUNTY):
        found = [(e["type"], e["subject_id"], e["data"]["state"]) for e in feed(world, who)]
        assert found[:-1] == expected
        (committed,) = told(world, who, "hold.committed")
        assert committed["quantities"] == ["land_mu"]
        assert "项目推迟" not in json.dumps(feed(world, who), ensure_ascii=False)


def test_an_organisation_is_told_of_its_own_approvals_requests_and_imports(
    world: World, database: Database
) -> None:
    path = f"/v1/organisations/{world.organisations[COUNTY]}/settings"
    world.patch(COUNTY, path, {"second_person_for": ["profile.publish"]})
    clerk, approver = world.person(COUNTY, "clerk"), world.person(COUNTY, "approver")
    draft = world.profile(clerk, status="draft")
    body = {"status": "published"}
    waits = world.patch(clerk, f"/v1/profiles/{draft['id']}", body)
    assert waits.status_code == 202, waits.text
    approved = world.call(
        approver, "POST", f"/v1/approvals/{waits.json()['id']}/approve", headers={"If-Match": "*"}
    )
    assert approved.status_code == 200, approved.text
    entered = world.profile(BUREAU)
    request = world.post(BUREAU, "/v1/profile-requests", {"profile_id": entered["id"]}).json()
    link = {"Authorization": f"Bearer {request['secret']}"}
    answer = {"answered_by": {"name": "李华", "office": "庆元县"}, "corrections": {"land_mu": 80}}
    assert world.client.post("/v1/profile-answer", json=answer, headers=link).status_code == 204
    world.put(BUREAU, f"/v1/profile-requests/{request['id']}/acceptance", {"fields": []})
    with writing(database) as session:
        bureau = world.actors[BUREAU]
        row = import_progress.begin(session, bureau, "profiles", "csv", "row_by_row", "0" * 64)
        import_progress.finish(session, bureau, row.id)
    assert types(world, COUNTY) == ["approval.submitted", "approval.approved"]
    assert types(world, BUREAU) == ["profile_request.answered", "profile_request.accepted", "import.finished"]
    (finished,) = told(world, BUREAU, "import.finished")
    assert finished == {"import_id": row.id, "rows": 0, "accepted": 0, "refused": 0, "duplicate": 0}


def _fail(database: Database, organisation_id: str) -> None:
    with suppress(RuntimeError), writing(database) as session:
        emit(session, "job.finished", "job_1", {}, [organisation_id])
        session.flush()
        raise RuntimeError


def test_a_change_that_fails_tells_nothing(world: World, database: Database) -> None:
    record = opened(world)
    before = feed(world, BUREAU)
    assert move(world, BUREAU, record, "signed").status_code == 409
    _fail(database, world.organisations[BUREAU])
    assert feed(world, BUREAU) == before


def page_of(database: Database, actor: Actor, after: str | None = None, limit: int = 100) -> EventPage:
    with reading(database) as session:
        return events.following(session, actor, after, None, limit)


@ON_POSTGRESQL
def test_an_event_that_commits_late_stands_behind_what_was_read_meanwhile(
    world: World, database: Database
) -> None:
    actor = world.actors[BUREAU]
    with writing(database) as late:
        (first,) = emit(late, "job.finished", "late", {}, [actor.organisation_id])
        late.flush()
        with writing(database) as quick:
            (second,) = emit(quick, "job.finished", "quick", {}, [actor.organisation_id])
        seen = page_of(database, actor)
        assert [event.subject_id for event in seen.items] == ["quick"]
    # Its id is the older one: whoever had gone on by ids would have passed it over.
    assert first.id < second.id
    rest = page_of(database, actor, after=seen.next_after)
    assert [event.subject_id for event in rest.items] == ["late"]


def test_events_of_one_change_keep_their_order_and_every_page_goes_on_where_the_last_one_ended(
    world: World, database: Database
) -> None:
    actor = world.actors[BUREAU]
    names = [f"job_{number}" for number in range(7)]
    for some in (names[:4], names[4:5], names[5:]):
        with writing(database) as session:
            for name in some:
                emit(session, "job.finished", name, {}, [actor.organisation_id, None, actor.organisation_id])
    for limit in (1, 2, 3, 7, 8):
        found, after, pages = [], None, 0
        while True:
            page = page_of(database, actor, after, limit)
            found += [event.subject_id for event in page.items]
            after, pages = page.next_after, pages + 1
            if not page.has_more:
                break
        assert (found, pages) == (names, -(-len(names) // limit))
        # The end is a place to go on from as well.
        assert page_of(database, actor, after) == EventPage(items=[], next_after=after, has_more=False)
    with reading(database) as session:
        rows = session.exec(select(Event).order_by(col(Event.revision), col(Event.number))).all()
        assert [row.number for row in rows] == [0, 1, 2, 3, 0, 0, 1]
        assert rows[0].revision < rows[4].revision < rows[5].revision


def test_newest_first_the_same_feed_is_read_backwards_page_by_page(world: World, database: Database) -> None:
    bureau = world.organisations[BUREAU]
    for count in (3, 2):
        with writing(database) as session:
            for number in range(count):
                emit(session, "webhook.test", f"whk_{number}", {}, [bureau])
    backwards = feed(world, BUREAU, newest_first="true")
    assert [event["id"] for event in backwards] == [event["id"] for event in feed(world, BUREAU)][::-1]
    assert len(backwards) == 5


def test_an_empty_feed_has_nowhere_to_go_on_from_yet(world: World) -> None:
    answer = world.get("anji", "/v1/events").json()
    assert answer == {"items": [], "next_after": None, "has_more": False}


def test_the_guide_names_every_type_of_event() -> None:
    guide = (ROOT / "docs" / "alerts.md").read_text()
    assert re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", guide, re.MULTILINE) == list(TYPES)
