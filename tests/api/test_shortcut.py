"""Rankings from memory: the very answer of the ordinary way, and nothing that it would refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, update

from service.access.keys import ApiKey
from service.database import Database, now, reading, record_change, writing
from service.domain import keys
from service.rankings.shapes import MatchPage, MatchQueryPage
from tests.conftest import World


@pytest.fixture
def asked(world: World) -> str:
    """The ranking of a project with two places, which is at hand."""
    for who, code in (("qingyuan", "331126"), ("anji", "330523")):
        world.profile(who, region_code=code, site_name=f"{code} 园区")
    path = f"/v1/projects/{world.project()['id']}/matches"
    assert len(world.get("jiashan", path).json()["items"]) == 2
    return path


def _same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one | {"effective_at": ""} == other | {"effective_at": ""}


@pytest.mark.parametrize("limit", ["", "?limit=1"])
def test_the_second_answer_comes_from_memory_and_is_the_first_to_the_last_digit(
    world: World, asked: str, short: list[str], limit: str
) -> None:
    first = world.get("jiashan", asked + limit + ("&" if limit else "?") + "include=stability")
    second = world.get("jiashan", asked + limit)
    assert short == [asked]
    MatchPage.model_validate_json(second.content)
    slow, fast = first.json(), second.json()
    for item in slow["items"]:
        item |= {"rank_low": None, "rank_high": None}
    _same(slow | {"next_cursor": None}, fast | {"next_cursor": None})
    assert second.headers["ETag"]
    held = world.call("jiashan", "GET", asked + limit, headers={"If-None-Match": second.headers["ETag"]})
    assert (held.status_code, held.content) == (304, b"")


def test_other_weights_from_memory_give_what_a_project_in_full_gives(
    world: World, asked: str, short: list[str]
) -> None:
    project_id = asked.split("/")[3]
    for weights in ({"land": 3, "text": 0}, {"partnership": 0.5}, {}):
        body = {"project_id": project_id, "weights": weights}
        fast = world.post("jiashan", "/v1/match-queries", body)
        # A filter that excludes nothing goes the ordinary way.
        slow = world.post("jiashan", "/v1/match-queries", body | {"filters": {"province": "浙江省"}})
        MatchQueryPage.model_validate_json(fast.content)
        _same(slow.json() | {"next_cursor": None}, fast.json() | {"next_cursor": None})
    assert short == ["/v1/match-queries"] * 3


def test_a_changed_place_is_in_the_very_next_answer(world: World, asked: str, short: list[str]) -> None:
    before = world.get("jiashan", asked).json()
    world.profile("jiuzhaigou", region_code="513225")
    after = world.get("jiashan", asked).json()
    assert (before["eligible_count"], after["eligible_count"]) == (2, 3)
    assert world.get("jiashan", asked).json()["items"] == after["items"]
    assert short == [asked, asked]


def test_a_key_revoked_or_expired_is_refused_at_the_next_request(
    world: World, database: Database, asked: str, short: list[str]
) -> None:
    assert world.get("jiashan", asked).status_code == 200
    key_id = world.actors["jiashan"].key_id
    with writing(database) as session:
        keys.revoke(session, world.actors["jiashan"], key_id)
    assert world.get("jiashan", asked).json()["code"] == "revoked_key"
    assert short == [asked]


def test_a_key_that_ends_by_the_clock_is_refused_though_nothing_was_committed_since(
    world: World, database: Database, asked: str, short: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(database) as session:
        soon = now(session) + timedelta(hours=1)
        key_id = world.actors["jiashan"].key_id
        session.execute(update(ApiKey).where(col(ApiKey.id) == key_id).values(expires_at=soon))
        record_change(session, "key", key_id, "update")
    assert [world.get("jiashan", asked).status_code for _ in range(2)] == [200, 200]
    assert short == [asked]
    newest = world.client.app.state.revisions.newest

    async def later() -> Any:
        found = await newest()
        return type(found)(found.revision, found.instant + timedelta(hours=2))

    monkeypatch.setattr(world.client.app.state.revisions, "newest", later)
    # Not answered from memory any more: what follows decides by the database's clock.
    world.get("jiashan", asked)
    assert short == [asked]


def test_what_one_organisation_has_at_hand_no_other_gets(world: World, asked: str, short: list[str]) -> None:
    assert world.get("jiashan", asked).status_code == 200
    foreign, random = world.get("anji", asked), world.get("anji", "/v1/projects/prj_none/matches")
    assert (foreign.status_code, random.status_code) == (404, 404)
    assert foreign.json()["code"] == random.json()["code"]
    assert short == [asked]


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("role", {"role": "administrator"}, 403, "missing_role"),
        ("disable", None, 401, "person_disabled"),
    ],
)
def test_a_person_demoted_or_disabled_is_refused_at_the_next_request(
    world: World, asked: str, short: list[str], verb: str, body: Any, status: int, code: str
) -> None:
    clerk = world.person("jiashan", "clerk")
    query = {"project_id": asked.split("/")[3], "weights": {"land": 3}}
    assert world.get(clerk, asked).status_code == 200
    for _ in range(2):
        assert world.get(clerk, asked).status_code == 200
        assert world.post(clerk, "/v1/match-queries", query).status_code == 200
    assert len(short) == 4
    path = f"/v1/people/{world.people[clerk]}/{verb}"
    assert world.post("jiashan", path, body, headers={"If-Match": "*"}).status_code == 200
    for answer in (world.get(clerk, asked), world.post(clerk, "/v1/match-queries", query)):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(short) == 4
    # Whoever has a role that ranks is answered as before.
    assert world.get("jiashan", asked).status_code == 200


def test_a_key_beside_the_cookie_of_a_session_is_not_answered_from_memory(
    world: World, asked: str, short: list[str]
) -> None:
    headers = {"Cookie": "theme=dark; shanhai_session=whatever"}
    answer = world.call("jiashan", "GET", asked, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "two_credentials")
    assert world.call("jiashan", "GET", asked, headers={"Cookie": "theme=dark"}).status_code == 200
    assert short == [asked]


@pytest.mark.parametrize(
    ("query", "status"),
    [("?limit=0", 422), ("?limit=1&limit=2", 422), ("?unknown=1", 422), ("?cursor=wrong", 400)],
)
def test_what_is_refused_is_refused_with_everything_at_hand(
    world: World, asked: str, short: list[str], query: str, status: int
) -> None:
    assert world.get("jiashan", asked + query).status_code == status
    assert short == []


def test_a_project_that_is_deleted_is_gone_at_the_next_request(
    world: World, database: Database, asked: str, short: list[str]
) -> None:
    path = asked.removesuffix("/matches")
    etag = world.get("jiashan", path).headers["ETag"]
    assert world.delete("jiashan", path, etag).status_code == 204
    assert world.get("jiashan", asked).status_code == 404
    assert short == []
    with reading(database) as session:
        assert now(session)


def test_a_language_and_weights_that_nobody_asked_for_yet_are_answered_as_the_ordinary_way_does(
    world: World, asked: str, short: list[str]
) -> None:
    english = {"Accept-Language": "en"}
    first = world.call("jiashan", "GET", asked, headers=english)
    assert short == [], "nothing was at hand in English"
    for site_mode in ("build", "rent", "either"):
        body = {"project_id": asked.split("/")[3], "weights": {"cost": 1.0, "land": 0.25}, "limit": 1}
        fast = world.call("jiashan", "POST", "/v1/match-queries", json=body, headers=english).json()
        slow = world.call(
            "jiashan",
            "POST",
            "/v1/match-queries",
            json=body | {"filters": {"province": "浙江省"}},
            headers=english,
        ).json()
        _same(slow | {"next_cursor": None}, fast | {"next_cursor": None})
        # The cursor of the one goes on with the other.
        following = world.post("jiashan", "/v1/match-queries", body | {"cursor": fast["next_cursor"]}).json()
        assert [item["rank"] for item in following["items"]] == [2], site_mode
        etag = world.get("jiashan", asked.removesuffix("/matches")).headers["ETag"]
        change = {"site_mode": site_mode, "floor_area_m2": 100}
        path = asked.removesuffix("/matches")
        assert world.patch("jiashan", path, change, etag).status_code == 200
        world.call("jiashan", "GET", asked, headers=english)
    assert first.json()["items"][0]["summary"].isascii()
    assert short == ["/v1/match-queries"] * 3


def test_sentences_that_were_let_go_are_written_again(
    world: World, asked: str, short: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = world.get("jiashan", asked).json()
    body = {"project_id": asked.split("/")[3], "weights": {"land": 2.0}}
    before = world.post("jiashan", "/v1/match-queries", body).json()
    fragments = world.client.app.state.memory._held.fragments
    monkeypatch.setattr(fragments, "_most_bytes", 0)
    other = world.project(name="另一个")["id"]
    world.get("jiashan", f"/v1/projects/{other}/matches")
    fragments.trim()
    again = world.get("jiashan", asked).json()
    _same(first | {"index_revision": 0}, again | {"index_revision": 0})
    after = world.post("jiashan", "/v1/match-queries", body).json()
    _same(before | {"index_revision": 0}, after | {"index_revision": 0})


def test_a_project_with_more_places_than_are_kept_is_answered_from_memory_all_the_same(
    world: World, asked: str, short: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.api.memory._CANDIDATES_MOST", 1)
    first, second = world.get("jiashan", asked).json(), world.get("jiashan", asked).json()
    _same(first, second)
    body = {"project_id": asked.split("/")[3], "weights": {"text": 2.0}, "limit": 1}
    fast = world.post("jiashan", "/v1/match-queries", body).json()
    slow = world.post("jiashan", "/v1/match-queries", body | {"filters": {"province": "浙江省"}}).json()
    _same(slow | {"next_cursor": None}, fast | {"next_cursor": None})
    assert short == [asked, asked, "/v1/match-queries"]


def test_places_beyond_what_the_event_loop_looks_through_are_found_in_a_thread(
    world: World, asked: str, short: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.api.shortcut.PLACES_ON_THE_LOOP", 0)
    first, second = world.get("jiashan", asked).json(), world.get("jiashan", asked).json()
    _same(first, second)
    assert short == [asked, asked]
