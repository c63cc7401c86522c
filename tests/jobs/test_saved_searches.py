"""Saved searches: told is what newly fits, and what fits no more and why; to nobody what they may not see."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from service.database import Database, reading
from service.domain.jobs import Job
from service.domain.saved_searches import SavedSearchHit
from service.index import MatchIndex
from service.jobs import saved_searches, searching
from service.jobs.runner import drain
from service.settings import Settings
from tests.alerting import feed, pass_time, told, work
from tests.conftest import PROJECT, World
from tests.domain.holding import act, hold, lapse, shared_project

NOBODYS = "sav_01aaaaaaaaaaaaaaaaaaaaaaaa"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_searches, "COALESCED", timedelta(0))


@pytest.fixture
def ranked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many were asked for, of each ranking that was made for searches."""
    asked: list[int] = []
    for kind in (searching._PlaceSearch, searching._ProjectSearch):
        own: Any = kind.rank

        def rank(self: Any, visible: Any, k: int, own: Any = own) -> Any:
            asked.append(k)
            return own(self, visible, k)

        monkeypatch.setattr(kind, "rank", rank)
    return asked


def saved(world: World, who: str = "jiashan", **fields: Any) -> dict[str, Any]:
    answer = world.post(who, "/v1/saved-searches", {"name": "新地块", **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def look(world: World, database: Database, settings: Settings) -> dict[str, Any] | None:
    """What an idle worker does: the counts of the look, where one was wanted."""
    if not saved_searches.schedule(database):
        return None
    work(world, database, settings)
    with reading(database) as session:
        looks = session.exec(select(Job).where(Job.kind == saved_searches.KIND)).all()
    newest = max(looks, key=lambda job: job.id)
    assert newest.state == "done", newest.problem
    return newest.result


def test_a_bureau_is_told_of_a_new_place_that_fits_and_of_one_that_fell_out_and_why(
    world: World, database: Database, settings: Settings
) -> None:
    project = world.project()
    before = world.profile(site_name="早先的园区")
    search = saved(world, project_id=project["id"])
    assert search["evaluated_at"] is None
    assert look(world, database, settings) == {"searches": 1, "matched": 0, "lost": 0}
    # What fitted before is noted, and told to nobody.
    hits = world.get("jiashan", f"/v1/saved-searches/{search['id']}/hits").json()["items"]
    assert [(hit["found_id"], hit["rank"]) for hit in hits] == [(before["id"], 1)]
    assert look(world, database, settings) is None
    small = world.profile(land_mu=20)
    better = world.profile(site_name="庆元家具产业园", land_price_10k_cny_per_mu=1)
    look(world, database, settings)
    assert told(world, "jiashan", "saved_search.matched") == [
        {"saved_search_id": search["id"], "profile_id": better["id"], "rank": 1}
    ]
    grown = world.patch("qingyuan", f"/v1/profiles/{small['id']}", {"land_mu": 90})
    assert grown.status_code == 200
    shrunk = world.patch("qingyuan", f"/v1/profiles/{better['id']}", {"land_mu": 30})
    assert shrunk.status_code == 200
    look(world, database, settings)
    assert [event["profile_id"] for event in told(world, "jiashan", "saved_search.matched")] == [
        better["id"],
        small["id"],
    ]
    exclusions = world.get("jiashan", f"/v1/projects/{project['id']}/exclusions").json()["items"]
    (why,) = [item["failures"][0] for item in exclusions if item["profile"]["id"] == better["id"]]
    assert told(world, "jiashan", "saved_search.lost") == [
        {
            "saved_search_id": search["id"],
            "profile_id": better["id"],
            "because": "rule",
            "rule": why["rule"],
            "reason": why["reason"],
        }
    ]
    assert "30" in why["reason"]
    assert [event["type"] for event in feed(world, "qingyuan")] == []


def test_a_county_is_told_of_projects_that_come_to_fit_its_place_and_fit_no_more(
    world: World, database: Database, settings: Settings
) -> None:
    profile = world.profile()
    search = saved(world, "qingyuan", profile_id=profile["id"], language="en")
    look(world, database, settings)
    hidden, shown = world.project(), world.project(visibility="partners")
    look(world, database, settings)
    assert told(world, "qingyuan", "saved_search.matched") == [
        {"saved_search_id": search["id"], "project_id": shown["id"], "rank": 1}
    ]
    world.patch("jiashan", f"/v1/projects/{shown['id']}", {"power_kva": 987654})
    look(world, database, settings)
    (lost,) = told(world, "qingyuan", "saved_search.lost")
    assert (lost["project_id"], lost["because"], lost["rule"]) == (shown["id"], "rule", "enough_power")
    pair = world.get(
        "qingyuan",
        f"/v1/projects/{shown['id']}/matches/{profile['id']}",
        headers={"Accept-Language": "en"},
    ).json()
    assert lost["reason"] == pair["failures"][0]["reason"]
    # The project is a teaser to the county: its very figure is told nowhere.
    whole = json.dumps(feed(world, "qingyuan"), ensure_ascii=False)
    assert "987" not in whole
    assert hidden["id"] not in whole
    # A record of joint promotion opens a project to the other side.
    body = {"project_id": hidden["id"], "profile_id": profile["id"]}
    assert world.post("jiashan", "/v1/opportunities", body).status_code == 201
    world.patch("jiashan", f"/v1/projects/{hidden['id']}", {"visibility": "partners"})
    look(world, database, settings)
    assert told(world, "qingyuan", "saved_search.matched")[-1]["project_id"] == hidden["id"]


def test_what_is_not_shown_any_more_falls_out_without_a_word_of_why(
    world: World, database: Database, settings: Settings
) -> None:
    profile, project = world.profile(), world.project(visibility="partners")
    mine = saved(world, project_id=project["id"])
    theirs = saved(world, "qingyuan", profile_id=profile["id"])
    other = world.profile(site_name="另一园区")
    look(world, database, settings)
    world.patch("qingyuan", f"/v1/profiles/{other['id']}", {"status": "withdrawn", "land_mu": 1})
    world.patch("jiashan", f"/v1/projects/{project['id']}", {"visibility": "private"})
    look(world, database, settings)
    (place,) = told(world, "jiashan", "saved_search.lost")
    assert (place["saved_search_id"], place["profile_id"]) == (mine["id"], other["id"])
    assert (place["because"], place["rule"]) == ("not_offered", None)
    (gone,) = told(world, "qingyuan", "saved_search.lost")
    assert (gone["saved_search_id"], gone["project_id"]) == (theirs["id"], project["id"])
    assert (gone["because"], gone["rule"]) == ("not_offered", None)


def test_a_hold_makes_a_place_fall_out_and_its_end_by_the_clock_brings_it_back(
    world: World, database: Database, settings: Settings
) -> None:
    profile, project = world.profile(land_mu=100), world.project()
    saved(world, project_id=project["id"])
    look(world, database, settings)
    held = hold(world, "qingyuan", shared_project(world), profile, land_mu=60).json()
    look(world, database, settings)
    (lost,) = told(world, "jiashan", "saved_search.lost")
    assert (lost["rule"], lost["profile_id"]) == ("enough_land", profile["id"])
    assert "40" in lost["reason"]
    act(world, "qingyuan", held, "release", {"reason": "改期"})
    look(world, database, settings)
    assert len(told(world, "jiashan", "saved_search.matched")) == 1
    again = hold(world, "qingyuan", shared_project(world), profile, land_mu=60).json()
    look(world, database, settings)
    assert look(world, database, settings) is None
    # Nobody comes by and nothing is written: the clock alone.
    lapse(database, again["id"])
    pass_time(database, timedelta(seconds=10))
    assert saved_searches.schedule(database)
    # An index that knows only what the clock says now, as any does once the hold has lapsed.
    drain(database, settings, MatchIndex())
    assert len(told(world, "jiashan", "saved_search.matched")) == 2


def test_a_free_query_with_weights_and_filters_is_searched_for_too(
    world: World, database: Database, settings: Settings
) -> None:
    elsewhere = {"region_code": "513225", "site_name": "九寨沟园区"}
    saved(world, project=PROJECT, weights={"land": 3}, filters={"province": "浙江省"})
    look(world, database, settings)
    world.profile("jiuzhaigou", **elsewhere)
    inside = world.profile()
    look(world, database, settings)
    assert [event["profile_id"] for event in told(world, "jiashan", "saved_search.matched")] == [inside["id"]]
    world.patch("qingyuan", f"/v1/profiles/{inside['id']}", {"land_mu": 1})
    look(world, database, settings)
    assert [event["rule"] for event in told(world, "jiashan", "saved_search.lost")] == ["enough_land"]


def test_what_ranks_behind_the_best_is_told_when_it_comes_among_them(
    world: World, database: Database, settings: Settings
) -> None:
    project = world.project()
    first = world.profile(land_price_10k_cny_per_mu=10)
    saved(world, project_id=project["id"], best=1)
    look(world, database, settings)
    second = world.profile(land_price_10k_cny_per_mu=20)
    look(world, database, settings)
    assert told(world, "jiashan", "saved_search.matched") == []
    world.patch("qingyuan", f"/v1/profiles/{second['id']}", {"land_price_10k_cny_per_mu": 5})
    look(world, database, settings)
    assert [event["profile_id"] for event in told(world, "jiashan", "saved_search.matched")] == [second["id"]]
    # Outranked is not fallen out: it is not told, and neither is its coming back.
    world.delete("qingyuan", f"/v1/profiles/{second['id']}")
    look(world, database, settings)
    lost = [event["profile_id"] for event in told(world, "jiashan", "saved_search.lost")]
    assert (lost, first["id"] in lost) == ([second["id"]], False)
    assert len(told(world, "jiashan", "saved_search.matched")) == 1


def test_a_change_that_concerns_no_search_ranks_nothing_and_one_that_does_ranks_little(
    world: World, database: Database, settings: Settings, ranked: list[int]
) -> None:
    project, other = world.project(), world.project()
    profiles = [world.profile(site_name=f"园区{number}") for number in range(5)]
    saved(world, project_id=project["id"])
    look(world, database, settings)
    ranked.clear()
    # Another project of the same bureau is of no interest to a search for places.
    world.patch("jiashan", f"/v1/projects/{other['id']}", {"land_mu": 5})
    assert look(world, database, settings) == {"searches": 0, "matched": 0, "lost": 0}
    assert ranked == []
    # Something that no search can depend on does not even wake it.
    world.post("jiashan", "/v1/webhooks", {"url": "https://hooks.example/"})
    assert look(world, database, settings) is None
    # Of a changed place that fits as before only this one is looked at, however many there are.
    world.patch("qingyuan", f"/v1/profiles/{profiles[0]['id']}", {"wage_cny_per_month": 5000})
    assert look(world, database, settings) == {"searches": 1, "matched": 0, "lost": 0}
    assert ranked == [1]
    # Several changes are one look.
    for profile in profiles[1:3]:
        world.patch("qingyuan", f"/v1/profiles/{profile['id']}", {"wage_cny_per_month": 5000})
    assert look(world, database, settings) == {"searches": 1, "matched": 0, "lost": 0}
    assert ranked == [1, 2]


@ON_SQLITE
def test_a_new_day_and_a_new_pairing_have_everything_looked_at(
    world: World, database: Database, settings: Settings
) -> None:
    project = world.project()
    saved(world, project_id=project["id"])
    look(world, database, settings)
    assert look(world, database, settings) is None
    pass_time(database, timedelta(days=1))
    assert look(world, database, settings) == {"searches": 1, "matched": 0, "lost": 0}
    pairing = {
        "supporting_region_code": "330421",
        "partner_region_code": "331125",
        "programme": "mountain_sea",
        "evidence": "explicit",
        "source": "协议",
    }
    assert world.post("platform", "/v1/pairings", pairing).status_code == 201
    assert look(world, database, settings) == {"searches": 1, "matched": 0, "lost": 0}


def test_a_look_that_is_done_twice_tells_nothing_twice(
    world: World, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = world.project()
    saved(world, project_id=project["id"])
    look(world, database, settings)
    world.profile()
    # As of a process that was killed before it could say how far it had come.
    monkeypatch.setattr(saved_searches, "_advance", lambda *_: None)
    assert look(world, database, settings) == {"searches": 1, "matched": 1, "lost": 0}
    monkeypatch.undo()
    monkeypatch.setattr(saved_searches, "COALESCED", timedelta(0))
    assert look(world, database, settings) == {"searches": 1, "matched": 0, "lost": 0}
    assert len(told(world, "jiashan", "saved_search.matched")) == 1


def test_a_search_whose_project_is_gone_pauses(world: World, database: Database, settings: Settings) -> None:
    project = world.project()
    search = saved(world, project_id=project["id"])
    look(world, database, settings)
    world.delete("jiashan", f"/v1/projects/{project['id']}")
    look(world, database, settings)
    now = world.get("jiashan", f"/v1/saved-searches/{search['id']}").json()
    assert (now["active"], now["paused_because"]) == (False, "subject_gone")
    assert look(world, database, settings) is None


def test_another_question_begins_anew_and_another_name_does_not(
    world: World, database: Database, settings: Settings
) -> None:
    project = world.project()
    world.profile()
    search = saved(world, project_id=project["id"])
    path = f"/v1/saved-searches/{search['id']}"
    look(world, database, settings)
    named = world.patch("jiashan", path, {"name": "别名"}).json()
    assert named["evaluated_at"] is not None
    asked = world.patch("jiashan", path, {"best": 5}).json()
    assert (asked["evaluated_at"], asked["best"]) == (None, 5)
    look(world, database, settings)
    assert told(world, "jiashan", "saved_search.matched") == []
    paused = world.patch("jiashan", path, {"active": False}).json()
    assert paused["paused_because"] == "asked"
    world.profile(site_name="新")
    assert look(world, database, settings) is None
    assert world.delete("jiashan", path).status_code == 204
    with reading(database) as session:
        assert session.exec(select(SavedSearchHit)).all() == []


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "", "one_subject"),
    ({"project": PROJECT, "profile_id": "mine"}, "", "one_subject"),
    ({"profile_id": "mine", "filters": {}}, "", "filters_of_places"),
    ({"project_id": "prj_01aaaaaaaaaaaaaaaaaaaaaaaa"}, "/project_id", "unknown_project"),
    ({"profile_id": "prf_01aaaaaaaaaaaaaaaaaaaaaaaa"}, "/profile_id", "unknown_profile"),
    ({"project": {**PROJECT, "industry_code": "C9999"}}, "/project/industry_code", "unknown_industry"),
    ({"project": PROJECT, "weights": {"lnad": 1}}, "/weights/lnad", "unknown_criterion"),
    ({"project": PROJECT, "filters": {"province": "火星"}}, "/filters/province", "unknown_region"),
    (
        {"project": PROJECT, "filters": {"region_codes": ["999999"]}},
        "/filters/region_codes/0",
        "unknown_region",
    ),
    ({"project": PROJECT, "best": 0}, "/best", "greater_than_equal"),
    ({"project": PROJECT, "best": 101}, "/best", "less_than_equal"),
]


def test_a_search_that_could_find_nothing_is_refused(world: World) -> None:
    mine = world.profile("jiashan", region_code="330421")["id"]
    for fields, pointer, code in BAD:
        body = {"name": "x", **fields}
        if body.get("profile_id") == "mine":
            body["profile_id"] = mine
        refused = world.post("jiashan", "/v1/saved-searches", body)
        assert refused.status_code == 422, (fields, refused.text)
        found = [(error["pointer"], error["code"]) for error in refused.json()["errors"]]
        assert found == [(pointer, code)], fields
    hidden = world.project("nanxun")
    refused = world.post("jiashan", "/v1/saved-searches", {"name": "x", "project_id": hidden["id"]})
    assert [error["code"] for error in refused.json()["errors"]] == ["unknown_project"]


def test_saved_searches_are_of_one_organisation_and_of_a_limited_number(world: World) -> None:
    project = world.project()
    search = saved(world, project_id=project["id"])
    for path in (f"/v1/saved-searches/{search['id']}", f"/v1/saved-searches/{NOBODYS}"):
        assert world.get("anji", path).status_code == 404
        assert world.get("anji", f"{path}/hits").status_code == 404
        assert world.patch("anji", path, {"name": "x"}).status_code == 404
        assert world.delete("anji", path).status_code == 404
    assert world.get("anji", "/v1/saved-searches").json()["items"] == []
    for query in ({"project_id": project["id"]}, {"profile_id": "prf_01aaaaaaaaaaaaaaaaaaaaaaaa"}):
        found = world.get("jiashan", "/v1/saved-searches", params=query).json()["items"]
        assert [item["id"] for item in found] == ([search["id"]] if "project_id" in query else [])
    for _ in range(99):
        saved(world, project_id=project["id"])
    refused = world.post("jiashan", "/v1/saved-searches", {"name": "x", "project_id": project["id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_searches")
