"""Visits: planned by one organisation, seen by each place that is visited, told as text and calendar."""

from __future__ import annotations

from typing import Any

import pytest
from icalendar import Calendar

from tests.conftest import World

NOBODYS = "vis_01aaaaaaaaaaaaaaaaaaaaaaaa"
NO_PLACE = "prf_01aaaaaaaaaaaaaaaaaaaaaaaa"


def visit(world: World, **more: Any) -> dict[str, Any]:
    """A visit of Jiashan's to Qingyuan on one day and to Jiuzhaigou on the next."""
    first = world.profile()["id"]
    second = world.profile("jiuzhaigou", region_code="513225", site_name="九寨沟园区")["id"]
    body = {
        "purpose": "家具企业考察",
        "starts_on": "2026-12-08",
        "ends_on": "2026-12-09",
        "members": [{"name": "张明", "office": "嘉善县投资促进中心", "title": "科长"}],
        "stops": [
            {"profile_id": second, "on": "2026-12-09", "note": "看地块"},
            {"profile_id": first, "on": "2026-12-08", "note": "看厂房; 谈电价, 排污"},
        ],
        "follow_ups": [
            {"text": "寄样品"},
            {"text": "发用电方案", "profile_id": first, "due_on": "2026-12-20"},
        ],
        **more,
    }
    answer = world.post("jiashan", "/v1/visits", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def at(row: dict[str, Any], *parts: str) -> str:
    return "/".join(["/v1/visits", row["id"], *parts])


def test_a_place_that_is_visited_sees_its_own_stop_and_not_where_else_the_delegation_goes(
    world: World,
) -> None:
    planned = visit(world)
    own = world.get("jiashan", at(planned)).json()
    assert [stop["site_name"] for stop in own["stops"]] == ["庆元竹木产业园", "九寨沟园区"]
    assert len(own["follow_ups"]) == 2
    shown = world.get("qingyuan", at(planned)).json()
    assert [stop["site_name"] for stop in shown["stops"]] == ["庆元竹木产业园"]
    assert [line["text"] for line in shown["follow_ups"]] == ["发用电方案"]
    assert (shown["purpose"], shown["members"]) == (own["purpose"], own["members"])
    for text in (
        world.get("qingyuan", at(planned, "itinerary")).text,
        world.get("qingyuan", at(planned, "calendar")).text,
    ):
        assert "九寨沟" not in text
    for who in ("anji", "nanxun", "platform", "zhejiang"):
        assert world.get(who, "/v1/visits").json()["items"] == []
        for part in ((), ("itinerary",), ("calendar",)):
            told = [world.get(who, at({"id": name}, *part)) for name in (planned["id"], NOBODYS)]
            assert [refusal.status_code for refusal in told] == [404, 404]
            assert told[0].json() | {"request_id": ""} == told[1].json() | {"request_id": ""}


def test_the_project_behind_a_visit_is_shown_to_those_who_know_of_it(world: World) -> None:
    project = world.project(visibility="private")["id"]
    planned = visit(world, project_id=project)
    assert world.get("jiashan", at(planned)).json()["project_id"] == project
    assert world.get("qingyuan", at(planned)).json()["project_id"] is None
    record = {"project_id": project, "profile_id": planned["stops"][0]["profile_id"]}
    world.post("jiashan", "/v1/opportunities", record)
    assert world.get("qingyuan", at(planned)).json()["project_id"] == project
    assert len(world.get("jiashan", f"/v1/visits?project_id={project}").json()["items"]) == 1
    # Asked for by a place, the filter must not tell that the visit is for a project.
    assert world.get("jiuzhaigou", f"/v1/visits?project_id={project}").json()["items"] == []


def test_results_are_entered_afterwards_and_only_by_whose_visit_it_is(world: World) -> None:
    planned = visit(world)
    stops = [
        {name: stop[name] for name in ("profile_id", "on", "note")} | {"result": "愿意签框架协议"}
        for stop in planned["stops"]
    ]
    refused = world.patch("qingyuan", at(planned), {"stops": []})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    assert world.patch("jiashan", at(planned), {"stops": stops}, etag='"v9"').status_code == 412
    changed = world.patch("jiashan", at(planned), {"stops": stops}, etag='"v1"')
    assert changed.headers["etag"] == '"v2"'
    shown = world.get("qingyuan", at(planned)).json()
    assert [stop["result"] for stop in shown["stops"]] == ["愿意签框架协议"]
    assert world.delete("jiashan", at(planned)).status_code == 204
    assert world.get("qingyuan", at(planned)).status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"ends_on": "2026-12-07"}, "", "before_starts_on"),
        ({"ends_on": "2026-12-08"}, "", "outside_the_visit"),
        ({"stops": [{"profile_id": NO_PLACE, "on": "2026-12-08"}]}, "/stops/0/profile_id", "unknown_profile"),
        ({"project_id": NOBODYS.replace("vis", "prj")}, "/project_id", "unknown_project"),
        ({"purpose": " "}, "/purpose", "string_too_short"),
        ({"members": [{"name": "张明", "phone": "13800000000"}]}, "/members/0/phone", "extra_forbidden"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_visit_is_refused(world: World, change: Any, pointer: str, code: str) -> None:
    planned = visit(world)
    answer = world.patch("jiashan", at(planned), change)
    assert answer.status_code == 422
    assert code in {(error["code"]) for error in answer.json()["errors"]}, answer.text
    assert pointer in {(error["pointer"]) for error in answer.json()["errors"]}, answer.text
    assert world.get("jiashan", at(planned)).json()["version"] == 1


def test_a_place_that_another_keeps_as_a_draft_is_not_known(world: World) -> None:
    draft = world.profile(status="draft")["id"]
    body = {"purpose": "考察", "starts_on": "2026-12-08", "ends_on": "2026-12-08"}
    for who, status in (("jiashan", 422), ("qingyuan", 201)):
        stops = [{"profile_id": draft, "on": "2026-12-08"}]
        assert world.post(who, "/v1/visits", {**body, "stops": stops}).status_code == status


def test_the_text_names_the_days_in_both_languages(world: World) -> None:
    planned = visit(world)
    text = world.get("jiashan", at(planned, "itinerary"))
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert text.text.splitlines() == [
        "家具企业考察",
        "第 1 天（2026-12-08）",
        "  1. 庆元竹木产业园（浙江省丽水市庆元县）：看厂房; 谈电价, 排污",
        "第 2 天（2026-12-09）",
        "  1. 九寨沟园区（四川省阿坝藏族羌族自治州九寨沟县）：看地块",
    ]
    english = world.get("jiashan", at(planned, "itinerary"), headers={"Accept-Language": "en"}).text
    assert english.splitlines()[1] == "Day 1 (2026-12-08)"


def test_the_calendar_is_read_by_a_calendar_and_keeps_its_events_ids(world: World) -> None:
    planned = visit(world)
    answer = world.get("jiashan", at(planned, "calendar"))
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [event.decoded("dtstart").isoformat() for event in events] == ["2026-12-08", "2026-12-09"]
    assert str(events[0]["description"]) == "看厂房; 谈电价, 排污"
    assert str(events[0]["summary"]) == "家具企业考察：庆元竹木产业园"
    world.patch("jiashan", at(planned), {"purpose": "二次考察"})
    again = Calendar.from_ical(world.get("jiashan", at(planned, "calendar")).content).walk("VEVENT")
    assert [event["uid"] for event in again] == [event["uid"] for event in events]


def places(world: World) -> dict[str, str]:
    """Three places, listed far from the order in which one would drive."""
    return {
        "九寨沟": world.profile("jiuzhaigou", region_code="513225", site_name="九寨沟园区")["id"],
        "庆元一": world.profile(site_name="庆元一", lon=119.06, lat=27.62)["id"],
        "安吉": world.profile("anji", region_code="330523", site_name="安吉园区")["id"],
    }


def test_an_itinerary_orders_the_places_of_the_ranking_by_the_shortest_way(world: World) -> None:
    project, ids = world.project()["id"], places(world)
    body = {"project_id": project, "starts_on": "2026-12-08", "days": 2}
    answer = world.post("jiashan", "/v1/itineraries", body).json()
    assert [stop["site_name"] for stop in answer["stops"]] == ["安吉园区", "庆元一", "九寨沟园区"]
    assert [stop["on"] for stop in answer["stops"]] == ["2026-12-08", "2026-12-08", "2026-12-09"]
    assert answer["total_km"] == pytest.approx(sum(stop["distance_km"] for stop in answer["stops"]), abs=0.2)
    assert answer["text"].startswith(
        "家具配套项目\n第 1 天（2026-12-08）\n  1. 安吉园区（浙江省湖州市安吉县）"
    )
    chosen = {**body, "profile_ids": [ids["九寨沟"], ids["安吉"]], "days": 1}
    named = world.post("jiashan", "/v1/itineraries", chosen).json()
    assert [stop["profile_id"] for stop in named["stops"]] == [ids["安吉"], ids["九寨沟"]]
    from_there = {**chosen, "start_region_code": "513225"}
    back = world.post("jiashan", "/v1/itineraries", from_there).json()
    assert [stop["profile_id"] for stop in back["stops"]] == [ids["九寨沟"], ids["安吉"]]
    planned = {
        "purpose": "考察",
        "project_id": project,
        "starts_on": "2026-12-08",
        "ends_on": "2026-12-09",
        "stops": [{"profile_id": stop["profile_id"], "on": stop["on"]} for stop in answer["stops"]],
    }
    assert world.post("jiashan", "/v1/visits", planned).status_code == 201


def test_an_itinerary_knows_no_places_and_projects_that_the_caller_does_not(world: World) -> None:
    project = world.project(visibility="private")["id"]
    body = {"project_id": project, "starts_on": "2026-12-08"}
    assert world.post("qingyuan", "/v1/itineraries", body).status_code == 404
    draft = world.profile(status="draft")["id"]
    refused = world.post("jiashan", "/v1/itineraries", {**body, "profile_ids": [draft]})
    assert refused.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/profile_ids/0",
        "code": "unknown_profile",
        "detail": "",
    }
    empty = world.post("jiashan", "/v1/itineraries", body).json()
    assert (empty["stops"], empty["total_km"]) == ([], 0)
    unknown = world.post("jiashan", "/v1/itineraries", {**body, "start_region_code": "999999"})
    assert unknown.json()["errors"][0]["code"] == "unknown_region"


def test_what_came_of_a_visit_can_be_noted_after_a_place_was_taken_back(world: World) -> None:
    row = visit(world)
    gone = row["stops"][1]["profile_id"]
    who = "jiuzhaigou"
    assert world.delete(who, f"/v1/profiles/{gone}").status_code == 204
    noted = world.patch("jiashan", at(row), {"follow_ups": [{"text": "另选地块", "profile_id": gone}]})
    assert noted.status_code == 200, noted.text
    assert [stop["profile_id"] for stop in noted.json()["stops"]] == [s["profile_id"] for s in row["stops"]]
    # Whoever was visited still sees that; a place that is not on the visit yet cannot be one that is gone.
    assert world.get(who, at(row)).status_code == 200
    stops = [{"profile_id": gone, "on": "2026-12-08"}]
    body = {"purpose": "再访", "starts_on": "2026-12-08", "ends_on": "2026-12-08", "stops": stops}
    told = world.post("jiashan", "/v1/visits", body)
    assert told.json()["errors"][0]["code"] == "unknown_profile"


def test_an_itinerary_that_would_go_on_after_the_last_day_of_the_calendar_is_refused(world: World) -> None:
    world.profile(lon=119.1, lat=27.6)
    world.profile("jiuzhaigou", region_code="513225", lon=104.2, lat=33.2)
    body = {"project_id": world.project(must=[])["id"], "starts_on": "2199-12-31", "days": 2}
    told = world.post("jiashan", "/v1/itineraries", body)
    assert told.status_code == 422, told.text
    assert told.json()["errors"][0]["pointer"] == "/starts_on"
    assert world.post("jiashan", "/v1/itineraries", {**body, "starts_on": "2199-12-30"}).status_code == 200
