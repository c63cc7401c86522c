"""Joint records: opened by either side, seen by both and nobody else, moved by the declared table alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session, select

from service.access.audit import AuditEvent
from service.database import Database, now, reading, writing
from service.domain import keys, opportunity_records, organisations
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from service.domain.outcomes import Outcome
from service.domain.stages import STAGES, TRANSITIONS
from service.units import shanghai_day
from tests.conftest import World

NOBODYS = "opp_01aaaaaaaaaaaaaaaaaaaaaaaa"
# The shortest way through all of it, and who may ask for each step.
WAY = [
    ("contacted", ["qingyuan"]),
    ("site_visit", ["jiashan"]),
    ("negotiating", ["qingyuan"]),
    ("framework_signed", ["jiashan", "qingyuan"]),
    ("signed", ["qingyuan", "jiashan"]),
    ("company_registered", ["qingyuan"]),
    ("site_secured", ["qingyuan"]),
    ("under_construction", ["jiashan"]),
    ("completed", ["qingyuan"]),
    ("operating", ["qingyuan"]),
    ("at_capacity", ["qingyuan"]),
]


def opened(world: World, who: str = "jiashan", **of_project: Any) -> dict[str, Any]:
    """A record of a project of Jiashan's at a place of Qingyuan's."""
    project, profile = world.project(**of_project), world.profile()
    body = {"project_id": project["id"], "profile_id": profile["id"], "note": "请看"}
    answer = world.post(who, "/v1/opportunities", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def at(opportunity: dict[str, Any], *parts: str) -> str:
    return "/".join(["/v1/opportunities", opportunity["id"], *parts])


def move(world: World, who: str, opportunity: dict[str, Any], to: str, **more: Any) -> Any:
    return world.post(who, at(opportunity, "stage-changes"), {"to": to, **more})


def unsealed(world: World, opportunity: dict[str, Any]) -> None:
    for who in ("jiashan", "qingyuan"):
        assert world.post(who, at(opportunity, "unsealing"), None).status_code == 200


def brought_to(world: World, opportunity: dict[str, Any], stage: str) -> None:
    """Move a record along until it stands at a stage."""
    unsealed(world, opportunity)
    if stage == "ended":
        assert move(world, "jiashan", opportunity, "ended", reason_code="other").status_code == 200
        return
    for to, sides in WAY if stage != "recommended" else []:
        for who in sides:
            answer = move(world, who, opportunity, to)
            assert answer.status_code == 200, answer.text
        if to == stage:
            return


def test_both_organisations_see_the_record_and_nobody_else_does(world: World) -> None:
    record = opened(world)
    for who in ("jiashan", "qingyuan"):
        read = world.get(who, at(record))
        assert (read.status_code, read.headers["etag"]) == (200, '"v1"')
        listed = world.get(who, "/v1/opportunities").json()["items"]
        assert [item["id"] for item in listed] == [record["id"]]
    for who in ("anji", "nanxun", "platform", "zhejiang", "jiuzhaigou"):
        for method, parts, body in (
            ("GET", (), None),
            ("GET", ("stage-changes",), None),
            ("GET", ("milestones",), None),
            ("GET", ("comments",), None),
            ("POST", ("unsealing",), None),
            ("POST", ("stage-changes",), {"to": "contacted"}),
            ("POST", ("comments",), {"text": "?"}),
            ("POST", ("milestones",), {"kind": "other"}),
        ):
            if who == "zhejiang" and method == "POST":
                continue  # an authority has no such permission at all
            told = [
                world.call(who, method, at({"id": name}, *parts), json=body)
                for name in (record["id"], NOBODYS)
            ]
            assert [refusal.status_code for refusal in told] == [404, 404], (who, method, parts)
            assert told[0].json() | {"request_id": ""} == told[1].json() | {"request_id": ""}
        assert world.get(who, "/v1/opportunities").json()["items"] == []


def test_a_private_project_is_shown_as_a_teaser_to_the_place_it_is_recommended_to(world: World) -> None:
    project, profile = world.project(visibility="private"), world.profile()
    path = f"/v1/projects/{project['id']}"
    assert world.get("qingyuan", path).status_code == 404
    record = world.post(
        "jiashan", "/v1/opportunities", {"project_id": project["id"], "profile_id": profile["id"]}
    ).json()
    teaser = world.get("qingyuan", path).json()
    assert (teaser["investor_name"], teaser["description"], teaser["land_mu"]) == (None, None, None)
    assert world.get("anji", path).status_code == 404
    assert world.get("qingyuan", at(record)).json()["investor_name"] is None
    assert world.get("jiashan", at(record)).json()["investor_name"] == project["investor_name"]


def test_the_investor_is_named_once_both_sides_have_agreed_and_not_before(world: World) -> None:
    record = opened(world)
    path = f"/v1/projects/{record['project_id']}"
    first = world.post("qingyuan", at(record, "unsealing"), None)
    assert first.json()["unsealed_by"] == ["profile"]
    assert first.json()["investor_name"] is None
    again = world.post("qingyuan", at(record, "unsealing"), None)
    assert (again.status_code, again.json()["code"]) == (409, "agreed_already")
    assert world.get("qingyuan", path).json()["investor_name"] is None
    second = world.post("jiashan", at(record, "unsealing"), None)
    assert second.json()["unsealed_by"] == ["project", "profile"]
    for address in (at(record), path):
        assert world.get("qingyuan", address).json()["investor_name"] == "密封的投资方"
    shown = world.get("qingyuan", path).json()
    assert shown["withheld"][0] == "shared_with"
    assert "investor_name" not in shown["withheld"]
    assert world.get("anji", path).status_code == 404


def test_a_place_offers_itself_to_a_project_that_it_sees_and_the_bureau_takes_it_up(world: World) -> None:
    record = opened(world, "qingyuan", visibility="partners")
    assert record["recommended_by"] == "profile"
    refused = move(world, "qingyuan", record, "contacted")
    assert (refused.status_code, refused.json()["code"]) == (409, "await_counterpart")
    assert move(world, "jiashan", record, "contacted").json()["stage"] == "contacted"


@pytest.mark.parametrize("stage", STAGES)
def test_what_the_table_does_not_allow_is_refused_with_the_allowed_ones_named(
    world: World, stage: str
) -> None:
    record = opened(world)
    brought_to(world, record, stage)
    allowed = [way.to for way in TRANSITIONS[stage] if not way.renting]  # type: ignore[index]
    assert [way["to"] for way in world.get("jiashan", at(record)).json()["next_stages"]] == allowed
    before = world.get("jiashan", at(record)).json()
    for to in STAGES:
        if to in allowed:
            continue
        refused = move(world, "qingyuan", record, to)
        assert (refused.status_code, refused.json()["code"]) == (409, "transition_not_allowed"), to
        assert (", ".join(allowed) or "none") in refused.json()["detail"]
    assert world.get("jiashan", at(record)).json() == before


def test_a_move_that_needs_both_waits_for_the_second(world: World) -> None:
    record = opened(world)
    for to, who in (("contacted", "qingyuan"), ("negotiating", "jiashan")):
        assert move(world, who, record, to).status_code == 200
    sealed = move(world, "jiashan", record, "signed")
    assert (sealed.status_code, sealed.json()["code"]) == (409, "investor_sealed")
    unsealed(world, record)
    first = move(world, "jiashan", record, "signed", document_no="甲1").json()
    assert (first["stage"], first["pending"]) == ("negotiating", {"to": "signed", "agreed_by": "project"})
    again = move(world, "jiashan", record, "signed")
    assert (again.status_code, again.json()["code"]) == (409, "agreed_already")
    # The other side would rather sign a framework first: that is a new proposal, not an agreement.
    other = move(world, "qingyuan", record, "framework_signed").json()
    assert other["pending"] == {"to": "framework_signed", "agreed_by": "profile"}
    agreed = move(world, "jiashan", record, "framework_signed", document_no="框架1").json()
    assert (agreed["stage"], agreed["pending"]) == ("framework_signed", None)


def test_a_pending_move_is_forgotten_when_the_record_goes_elsewhere(world: World) -> None:
    record = opened(world)
    unsealed(world, record)
    for to, who in (("contacted", "qingyuan"), ("negotiating", "jiashan"), ("signed", "jiashan")):
        move(world, who, record, to)
    assert move(world, "qingyuan", record, "site_visit").json()["pending"] is None
    move(world, "qingyuan", record, "negotiating")
    assert move(world, "qingyuan", record, "signed").json()["stage"] == "negotiating"


def test_renting_passes_over_construction(world: World) -> None:
    record = opened(world, site_mode="rent", land_mu=None, floor_area_m2=2000)
    brought_to(world, record, "site_secured")
    assert move(world, "qingyuan", record, "operating").json()["stage"] == "operating"


def test_a_record_ends_from_every_stage_with_a_reason_and_another_may_begin(world: World) -> None:
    record = opened(world)
    missing = move(world, "qingyuan", record, "ended")
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["pointer"] == "/reason_code"
    needless = move(world, "qingyuan", record, "contacted", reason_code="price")
    assert needless.json()["errors"][0]["code"] == "not_expected"
    ended = move(world, "qingyuan", record, "ended", reason_code="power_short").json()
    assert (ended["stage"], ended["reason_code"], ended["next_stages"]) == ("ended", "power_short", [])
    for refused in (
        world.post("jiashan", at(record, "unsealing"), None),
        world.put("jiashan", at(record, "field-team"), {"organisation_id": None}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "ended")
    pair = {name: record[name] for name in ("project_id", "profile_id")}
    assert world.post("jiashan", "/v1/opportunities", pair).status_code == 201
    twin = world.post("qingyuan", "/v1/opportunities", pair)
    assert (twin.status_code, twin.json()["code"]) == (409, "recommended_already")


def test_two_who_recommend_at_once_open_one_record(world: World) -> None:
    pair = {"project_id": world.project(visibility="public")["id"], "profile_id": world.profile()["id"]}
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(world.post, who, "/v1/opportunities", pair)
            for who in ("jiashan", "qingyuan", "jiashan", "qingyuan")
        ]
        statuses = sorted(answer.result().status_code for answer in asked)
    assert statuses == [201, 409, 409, 409]


def test_only_a_place_that_its_county_has_confirmed_is_recommended(world: World) -> None:
    project = world.project(visibility="public")["id"]
    entered = world.profile("jiashan", region_code="331126")
    cases = [
        ("jiashan", entered["id"], 409, "no_counterpart"),
        ("qingyuan", world.profile(status="draft")["id"], 409, "no_counterpart"),
        ("jiashan", world.profile(status="draft")["id"], 404, "not_found"),
        ("anji", world.profile()["id"], 404, "not_found"),
    ]
    for who, profile, status, code in cases:
        answer = world.post(who, "/v1/opportunities", {"project_id": project, "profile_id": profile})
        assert (answer.status_code, answer.json()["code"]) == (status, code), who


def test_the_project_shows_the_furthest_stage_of_its_live_records(world: World) -> None:
    record = opened(world)
    path = f"/v1/projects/{record['project_id']}"
    assert world.get("jiashan", path).json()["stage"] == "recommended"
    move(world, "qingyuan", record, "contacted")
    other = world.profile("jiuzhaigou", region_code="513225", site_name="九寨沟园区")
    pair = {"project_id": record["project_id"], "profile_id": other["id"]}
    assert world.post("jiashan", "/v1/opportunities", pair).status_code == 201
    assert world.get("jiashan", path).json()["stage"] == "contacted"
    move(world, "jiashan", record, "ended", reason_code="other")
    assert world.get("jiashan", path).json()["stage"] == "recommended"


def test_take_up_contract_refusal_and_end_are_outcomes_of_the_side_that_moved(
    world: World, database: Database
) -> None:
    record = opened(world)
    brought_to(world, record, "signed")
    refused = opened(world)
    move(world, "qingyuan", refused, "ended", reason_code="land_short", note="已无成片地块")
    withdrawn = opened(world)
    move(world, "jiashan", withdrawn, "ended", reason_code="investor_withdrew")
    who = {organisation_id: name for name, organisation_id in world.organisations.items()}
    with reading(database) as session:
        found = [
            (row.profile_id, who[row.organisation_id], row.result, row.reason_code, row.superseded_at is None)
            for row in session.exec(select(Outcome).order_by(Outcome.id))
        ]
    first, second, third = (opportunity["profile_id"] for opportunity in (record, refused, withdrawn))
    assert sorted(found) == sorted(
        [
            (first, "qingyuan", "accepted", None, False),
            (first, "jiashan", "signed", None, True),
            (first, "qingyuan", "signed", None, True),
            (second, "qingyuan", "refused", "land_short", True),
            (third, "jiashan", "ended", "investor_withdrew", True),
        ]
    )


def test_the_history_keeps_every_move_with_its_day_and_document(world: World, database: Database) -> None:
    record = opened(world)
    with reading(database) as session:
        today = shanghai_day(now(session))
    day = (today - timedelta(days=3)).isoformat()
    move(
        world, "qingyuan", record, "contacted", occurred_on=day, document_no="庆招〔2026〕3号", note="已接洽"
    )
    late = move(world, "qingyuan", record, "negotiating", occurred_on=(today + timedelta(days=2)).isoformat())
    assert late.json()["errors"][0]["code"] == "in_the_future"
    history = world.get("jiashan", at(record, "stage-changes")).json()["items"]
    assert [(item["from_stage"], item["to_stage"]) for item in history] == [
        (None, "recommended"),
        ("recommended", "contacted"),
    ]
    assert (history[1]["occurred_on"], history[1]["document_no"]) == (day, "庆招〔2026〕3号")
    assert history[0]["note"] == "请看"
    with reading(database) as session:
        events = session.exec(select(AuditEvent.action).where(AuditEvent.noun == "opportunity")).all()
    assert events == ["opportunity.create", "opportunity.move"]


def test_milestones_are_planned_reached_and_shown_when_they_are_late(
    world: World, database: Database
) -> None:
    record = opened(world)
    with reading(database) as session:
        today = shanghai_day(now(session))
    days = {name: (today + timedelta(days=n)).isoformat() for name, n in (("past", -1), ("soon", 9))}
    path = at(record, "milestones")
    late = world.post("jiashan", path, {"kind": "land_auction", "planned_on": days["past"]})
    soon = world.post("qingyuan", path, {"kind": "construction_permit", "planned_on": days["soon"]})
    assert [answer.json()["overdue"] for answer in (late, soon)] == [True, False]
    assert world.get("qingyuan", at(record)).json()["overdue_milestones"] == 1
    for query, count in (("true", 1), ("false", 0)):
        assert len(world.get("qingyuan", f"/v1/opportunities?overdue={query}").json()["items"]) == count
    one = f"{path}/{late.json()['id']}"
    reached = {"actual_on": today.isoformat(), "document_no": "庆土挂〔2026〕12号"}
    assert world.patch("qingyuan", one, reached, etag='"v7"').status_code == 412
    done = world.patch("qingyuan", one, reached, etag='"v1"')
    assert (done.json()["overdue"], done.json()["document_no"]) == (False, "庆土挂〔2026〕12号")
    assert world.get("jiashan", at(record)).json()["overdue_milestones"] == 0
    assert world.patch("jiashan", one, {"actual_on": days["soon"]}).status_code == 422
    assert world.delete("jiashan", one).status_code == 204
    assert [item["id"] for item in world.get("jiashan", path).json()["items"]] == [soon.json()["id"]]
    other = opened(world)
    assert world.get("jiashan", at(other, "milestones", soon.json()["id"])).status_code == 404


def test_the_two_sides_write_to_each_other_with_links_to_files(world: World) -> None:
    record = opened(world)
    path = at(record, "comments")
    said = {"text": "环评已批", "links": [{"name": "批复", "url": "https://files.example/eia.pdf"}]}
    assert world.post("jiashan", path, said).status_code == 201
    assert world.post("qingyuan", path, {"text": "收到"}).status_code == 201
    read = world.get("qingyuan", path).json()["items"]
    assert [(item["text"], len(item["links"])) for item in read] == [("环评已批", 1), ("收到", 0)]
    for url in ("javascript:alert(1)", "file:///etc/passwd", "https://", 'https://x/"><script>', "ftp://x/y"):
        bad = world.post("jiashan", path, {"text": "x", "links": [{"name": "x", "url": url}]})
        assert bad.status_code == 422, url
    assert world.post("jiashan", path, {"text": "  "}).status_code == 422


def test_a_field_team_that_both_have_appointed_speaks_for_both(world: World, database: Database) -> None:
    with writing(database) as session:
        team = organisations.register(
            session,
            None,
            OrganisationWrite(
                name="嘉善驻庆元工作队",
                kind="field_team",
                region_code="331126",
                parent_organisation_id=world.organisations["jiashan"],
            ),
        )
        minted = keys.create(session, None, KeyWrite(organisation_id=team.id, name="test"))
    world.secrets["team"] = minted.secret
    record = opened(world)
    unsealed(world, record)
    assert world.get("team", at(record)).status_code == 404
    stranger = {"organisation_id": world.organisations["anji"]}
    refused = world.put("jiashan", at(record, "field-team"), stranger)
    assert refused.json()["errors"][0]["code"] == "not_a_field_team"
    appointed = world.put("jiashan", at(record, "field-team"), {"organisation_id": team.id})
    assert appointed.json()["project_field_team_id"] == team.id
    one_sided = move(world, "team", record, "contacted")
    assert (one_sided.status_code, one_sided.json()["code"]) == (409, "await_counterpart")
    assert world.put("team", at(record, "field-team"), {"organisation_id": team.id}).status_code == 403
    world.put("qingyuan", at(record, "field-team"), {"organisation_id": team.id})
    for to in ("contacted", "negotiating", "framework_signed", "signed"):
        assert move(world, "team", record, to).json()["stage"] == to
    world.put("qingyuan", at(record, "field-team"), {"organisation_id": None})
    world.put("jiashan", at(record, "field-team"), {"organisation_id": None})
    assert world.get("team", at(record)).status_code == 404
    assert world.get("team", f"/v1/projects/{record['project_id']}").status_code == 404


def test_a_repeated_recommendation_or_move_is_done_once(world: World) -> None:
    pair = {"project_id": world.project()["id"], "profile_id": world.profile()["id"]}
    key = {"headers": {"Idempotency-Key": "once"}}
    first, second = (world.post("jiashan", "/v1/opportunities", pair, **key) for _ in range(2))
    assert (first.json(), second.headers["idempotency-replayed"]) == (second.json(), "true")
    record = first.json()
    moves = [
        world.post("qingyuan", at(record, "stage-changes"), {"to": "contacted"}, **key) for _ in range(2)
    ]
    assert [answer.status_code for answer in moves] == [200, 200]
    assert "location" not in moves[0].headers
    assert len(world.get("jiashan", at(record, "stage-changes")).json()["items"]) == 2


@pytest.mark.parametrize("who", ["jiashan", "qingyuan"])
def test_a_record_can_be_ended_after_its_project_or_its_place_was_taken_back(world: World, who: str) -> None:
    row, other = opened(world), opened(world)
    assert world.delete("jiashan", f"/v1/projects/{row['project_id']}").status_code == 204
    assert world.delete("qingyuan", f"/v1/profiles/{other['profile_id']}").status_code == 204
    for one in (row, other):
        ended = move(world, who, one, "ended", reason_code="other")
        assert ended.status_code == 200, ended.text
        assert world.get(who, at(one)).json()["stage"] == "ended"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_project_recommended_to_two_places_at_once_is_recommended_to_both(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, places = world.project(), [world.profile()["id"] for _ in range(2)]
    both_inserted = Barrier(2, timeout=10)
    own = opportunity_records._set_project_stage

    def after_both(session: Session, project_id: str) -> None:
        both_inserted.wait()
        own(session, project_id)

    monkeypatch.setattr(opportunity_records, "_set_project_stage", after_both)

    def recommend(place: str) -> int:
        body = {"project_id": project["id"], "profile_id": place}
        return int(world.post("jiashan", "/v1/opportunities", body).status_code)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(recommend, places)) == [201, 201]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_stage_that_comes_of_a_move_never_gives_two_states_of_a_project_one_etag(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = opened(world)
    path = f"/v1/projects/{row['project_id']}"
    before = world.get("jiashan", path).json()
    own = opportunity_records._set_project_stage

    def after_a_change(session: Session, project_id: str) -> None:
        monkeypatch.setattr(opportunity_records, "_set_project_stage", own)
        with ThreadPoolExecutor(1) as pool:
            changed = pool.submit(world.patch, "jiashan", path, {"land_mu": 77}).result(30)
        assert changed.json()["version"] == before["version"] + 1, changed.text
        own(session, project_id)

    monkeypatch.setattr(opportunity_records, "_set_project_stage", after_a_change)
    assert move(world, "qingyuan", row, "contacted").status_code == 200
    after = world.get("jiashan", path).json()
    assert (after["stage"], after["land_mu"], after["version"]) == ("contacted", 77, before["version"] + 2)
