"""Sessions of browsers: signing in, what a foreign page cannot do, and when a session ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select, update

from service.access import passwords
from service.access.audit import AuditEvent
from service.access.sessions import BrowserSession, digest
from service.database import Database, now, reading, revision_of, writing
from service.domain import logins
from service.domain.sign_in_attempts import LoginAttempts
from service.errors import TooManyRequests, Unauthenticated
from tests.conftest import PROJECT, World

OWN_PAGE = {"X-Requested-With": "shanhai"}
PASSWORD = "vier geheime Wörter hier"


class Browser:
    """Somebody in front of a browser, which keeps one cookie."""

    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.person_id = world.people[person]
        self.user_name = person
        self.cookie = ""

    def sign_in(self, password: str = PASSWORD, **headers: str) -> Any:
        body = {"user_name": self.user_name, "password": password}
        answer = self.world.client.post("/v1/sessions", json=body, headers=headers)
        # The client's own jar would send the cookie with every key of the tests too.
        self.world.client.cookies.clear()
        if answer.status_code == 201:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Cookie": self.cookie, **OWN_PAGE, **more.pop("headers", {})}
        answer = self.world.client.request(method, path, headers=headers, **more)
        self.world.client.cookies.clear()
        return answer

    def set_password(self, old: str, new: str = PASSWORD) -> Any:
        body = {"old_password": old, "new_password": new}
        return self.call("POST", f"/v1/people/{self.person_id}/password", json=body)


@pytest.fixture
def clerk(world: World, database: Database) -> Browser:
    """A clerk whose password is known."""
    return browser(world, database, "jiashan", "clerk")


def browser(world: World, database: Database, who: str, role: Any) -> Browser:
    person = world.person(who, role)
    with writing(database) as session:
        row = session.get_one(logins.Person, world.people[person])
        row.password_hash, row.must_change_password = passwords.hashed(PASSWORD), False
        session.add(row)
    return Browser(world, person)


def test_a_session_is_a_cookie_that_no_script_and_no_other_site_gets_hold_of(
    world: World, database: Database, clerk: Browser
) -> None:
    answer = clerk.sign_in()
    assert answer.status_code == 201, answer.text
    name, _, token = clerk.cookie.partition("=")
    assert (name, len(token)) == ("shanhai_session", 43)  # 256 bits in base64
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= attributes
    assert "secure" not in attributes
    secure = clerk.sign_in(**{"X-Forwarded-Proto": "https"}).headers["set-cookie"]
    assert "; Secure" in secure
    with reading(database) as session:
        hashes = session.exec(select(BrowserSession.token_hash)).all()
    assert digest(token) in hashes
    assert token not in hashes
    assert token not in answer.text


def test_whoever_is_signed_in_is_told_who_they_are_and_what_they_may(world: World, clerk: Browser) -> None:
    begun = clerk.sign_in().json()
    said = clerk.call("GET", "/v1/sessions/current").json()
    assert said == begun
    assert said["person"]["id"] == clerk.person_id
    assert said["organisation"]["id"] == world.organisations["jiashan"]
    assert "projects:write" in said["permissions"]
    assert "people:write" not in said["permissions"]
    assert "profiles:confirm" not in said["permissions"]  # a bureau has none, whatever the role
    assert clerk.call("POST", "/v1/projects", json=PROJECT).status_code == 201
    assert clerk.call("POST", "/v1/people", json={}).json()["code"] == "missing_role"
    by_key = world.get("jiashan", "/v1/sessions/current").json()
    assert (by_key["person"], by_key["expires_at"]) == (None, None)
    assert "people:grant" in by_key["permissions"]


def test_whatever_is_wrong_at_signing_in_the_answer_is_the_same(
    world: World, database: Database, clerk: Browser
) -> None:
    wrong = clerk.sign_in("not the password").json()
    unknown = Browser(world, "clerk.jiashan")
    unknown.user_name = "nobody.here"
    assert unknown.sign_in().json() | {"request_id": ""} == wrong | {"request_id": ""}
    path = f"/v1/people/{clerk.person_id}/disable"
    assert world.call("jiashan", "POST", path, headers={"If-Match": "*"}).status_code == 200
    assert clerk.sign_in().json() | {"request_id": ""} == wrong | {"request_id": ""}
    assert (wrong["status"], wrong["code"]) == (401, "sign_in_refused")
    nowhere = {"organisation_id": world.organisations["anji"], "id_token": "a.b.c"}
    told = world.client.post("/v1/sessions", json=nowhere).json()
    assert told | {"request_id": ""} == wrong | {"request_id": ""}


def test_an_unknown_user_name_costs_the_same_hashing_as_a_wrong_password(
    world: World, database: Database, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    own = passwords._HASHER.verify

    def verify(password: str, stored: str) -> bool:
        hashed.append(stored.rpartition("$")[0].rpartition("$")[0])
        return own(password, stored)

    monkeypatch.setattr(passwords._HASHER, "verify", verify)
    for user_name in (clerk.user_name, "nobody.here"):
        with pytest.raises(Unauthenticated):
            logins.by_password(database, user_name, "not the password")
    # Once each, and with the same parameters.
    assert len(hashed) == 2
    assert hashed[0] == hashed[1] != ""


def test_after_five_failures_a_user_name_is_locked_for_a_quarter_of_an_hour_whether_it_exists_or_not(
    world: World, database: Database, clerk: Browser
) -> None:
    nobody = Browser(world, clerk.user_name)
    nobody.user_name = "nobody.here"
    for who in (clerk, nobody):
        answers = [who.sign_in("not the password").status_code for _ in range(6)]
        assert answers == [401] * 5 + [429]
        locked = who.sign_in()
        assert (locked.status_code, locked.json()["code"]) == (429, "sign_in_locked")
        assert 0 < int(locked.headers["Retry-After"]) <= 900
    with writing(database) as session:
        past = now(session) - timedelta(seconds=1)
        session.execute(update(LoginAttempts).values(locked_until=past))
    assert clerk.sign_in().status_code == 201
    # A success forgets what was before it.
    assert [clerk.sign_in("not the password").status_code for _ in range(4)] == [401] * 4
    assert clerk.sign_in().status_code == 201
    with reading(database) as session:
        # What is left is of the name that nobody has.
        kept = session.exec(select(LoginAttempts.user_name_hash)).all()
        assert set(kept) == {digest("nobody.here"), "nobody"}


def test_failures_of_long_ago_do_not_count(database: Database, clerk: Browser) -> None:
    for _ in range(4):
        clerk.sign_in("not the password")
    with writing(database) as session:
        long_ago = now(session) - timedelta(minutes=16)
        session.execute(update(LoginAttempts).values(began_at=long_ago))
    assert [clerk.sign_in("not the password").status_code for _ in range(4)] == [401] * 4
    assert clerk.sign_in().status_code == 201


def test_of_many_attempts_at_once_no_more_than_five_look_at_the_password(
    database: Database, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def matches(password: str, stored: str | None) -> bool:
        looked.append(password)
        return False

    monkeypatch.setattr(passwords, "matches", matches)

    def attempt(number: int) -> str:
        try:
            logins.by_password(database, clerk.user_name, str(number))
        except (Unauthenticated, TooManyRequests) as error:
            return error.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(attempt, range(16)))
    assert sorted(codes) == ["sign_in_locked"] * 11 + ["sign_in_refused"] * 5
    assert len(looked) == 5


# What a change with the cookie may come with, and whether it passes.
PAGES: list[tuple[dict[str, str], bool]] = [
    ({"X-Requested-With": "shanhai"}, True),
    ({"X-Requested-With": "XMLHttpRequest"}, False),
    ({"Origin": "http://testserver"}, True),
    ({"Origin": "http://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": "http://testserver.evil.example"}, False),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, False),
    ({"Sec-Fetch-Site": "none"}, False),
    ({}, False),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_with_the_cookie_a_change_must_come_from_our_own_pages(world: World, clerk: Browser) -> None:
    clerk.sign_in()
    for headers, passes in PAGES:
        sent = {"Cookie": clerk.cookie, **headers}
        answer = world.client.post("/v1/projects", json=PROJECT, headers=sent)
        assert answer.status_code == (201 if passes else 403), (headers, answer.text)
        assert passes or answer.json()["code"] == "cross_site"
        # A ranking is asked for by POST too.
        query = world.client.post("/v1/match-queries", json={"project": PROJECT}, headers=sent)
        assert query.status_code == (200 if passes else 403), headers
        # Reading changes nothing, and another site cannot see the answer.
        assert world.client.get("/v1/projects", headers=sent).status_code == 200
        # A key is no cookie: no browser sends it by itself.
        assert world.post("jiashan", "/v1/projects", PROJECT, headers=headers).status_code == 201


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_foreign_page_signs_anybody_in(clerk: Browser) -> None:
    assert clerk.sign_in(Origin="http://evil.example").json()["code"] == "cross_site"
    assert clerk.sign_in(**{"Sec-Fetch-Site": "cross-site"}).json()["code"] == "cross_site"
    assert clerk.sign_in(Origin="http://testserver").status_code == 201


def test_a_key_and_a_cookie_at_once_are_refused_since_nobody_knows_who_acts(
    world: World, clerk: Browser
) -> None:
    clerk.sign_in()
    for secret in (world.secrets["jiashan"], "nonsense"):
        for path in ("/v1/projects", "/v1/sessions/current"):
            answer = clerk.call("GET", path, headers={"Authorization": f"Bearer {secret}"})
            assert (answer.status_code, answer.json()["code"]) == (401, "two_credentials")


def test_a_session_ends_by_signing_out_by_the_clock_and_with_its_person(
    world: World, database: Database, clerk: Browser
) -> None:
    clerk.sign_in()
    with reading(database) as session:
        revision = revision_of(session)
    out = clerk.call("DELETE", "/v1/sessions/current")
    assert out.status_code == 204
    assert 'shanhai_session=""' in out.headers["set-cookie"]
    ended = clerk.call("GET", "/v1/sessions/current")
    assert (ended.status_code, ended.json()["code"]) == (401, "session_ended")
    with reading(database) as session:
        assert revision_of(session) == revision + 1
        actions = [e.action for e in session.exec(select(AuditEvent)) if e.noun == "session"]
        assert actions == ["session.create", "session.revoke"]
    clerk.sign_in()
    with writing(database) as session:
        session.execute(update(BrowserSession).values(expires_at=now(session)))
    assert clerk.call("GET", "/v1/projects").json()["code"] == "session_ended"
    clerk.sign_in()
    path = f"/v1/people/{clerk.person_id}"
    assert world.call("jiashan", "POST", path + "/disable", headers={"If-Match": "*"}).status_code == 200
    assert clerk.call("GET", "/v1/projects").json()["code"] == "session_ended"
    # Enabled again, the person signs in again.
    assert world.call("jiashan", "POST", path + "/enable", headers={"If-Match": "*"}).status_code == 200
    assert clerk.call("GET", "/v1/projects").json()["code"] == "session_ended"
    assert clerk.sign_in().status_code == 201
    clerk.cookie = "shanhai_session=made-up"
    assert clerk.call("GET", "/v1/projects").json()["code"] == "session_ended"
    assert world.delete("jiashan", "/v1/sessions/current").status_code == 404


def test_a_demoted_person_loses_at_the_very_next_request(world: World, clerk: Browser) -> None:
    clerk.sign_in()
    assert clerk.call("POST", "/v1/projects", json=PROJECT).status_code == 201
    path = f"/v1/people/{clerk.person_id}/role"
    assert world.post("jiashan", path, {"role": "viewer"}, headers={"If-Match": "*"}).status_code == 200
    assert clerk.call("POST", "/v1/projects", json=PROJECT).json()["code"] == "missing_role"
    assert clerk.call("GET", "/v1/projects").status_code == 200


def test_a_temporary_password_must_be_changed_before_anything_else(world: World) -> None:
    body = {"organisation_id": world.organisations["jiashan"], "name": "李四", "user_name": "li.si"}
    made = world.post("jiashan", "/v1/people", {**body, "role": "clerk"}).json()
    world.people["li.si"] = made["id"]
    li_si, temporary = Browser(world, "li.si"), made["temporary_password"]
    assert li_si.sign_in(temporary).json()["must_change_password"] is True
    for method, path in (("GET", "/v1/projects"), ("POST", "/v1/projects"), ("GET", "/v1/people")):
        assert li_si.call(method, path, json=PROJECT).json()["code"] == "password_change_required"
    refused = li_si.call("POST", "/v1/personal-keys", json={"name": "k"})
    assert refused.json()["code"] == "password_change_required"
    changed = li_si.set_password(temporary)
    assert changed.json()["must_change_password"] is False, changed.text
    assert li_si.call("GET", "/v1/projects").status_code == 200
    assert li_si.sign_in(temporary).status_code == 401
    assert li_si.sign_in().status_code == 201


def test_a_changed_password_ends_every_other_session(
    world: World, database: Database, clerk: Browser
) -> None:
    clerk.sign_in()
    elsewhere = clerk.cookie
    clerk.sign_in()
    assert clerk.set_password(PASSWORD, "another long passphrase").status_code == 200
    assert clerk.call("GET", "/v1/projects").status_code == 200
    own, clerk.cookie = clerk.cookie, elsewhere
    assert clerk.call("GET", "/v1/projects").json()["code"] == "session_ended"
    # One that an administrator sets ends them all.
    clerk.cookie = own
    path = f"/v1/people/{clerk.person_id}/password"
    given = world.post("jiashan", path, {"new_password": "a temporary passphrase"})
    assert given.json()["must_change_password"] is True
    assert clerk.call("GET", "/v1/projects").json()["code"] == "session_ended"


def test_a_new_password_is_long_new_and_not_the_user_name(world: World, clerk: Browser) -> None:
    clerk.sign_in()
    for new, code in (
        ("too short", "string_too_short"),
        ("x" * 129, "string_too_long"),
        ("aaaaaaaaaaaaaaaa", "too_simple"),
        (f"my {clerk.user_name.upper()} again", "contains_user_name"),
        (PASSWORD, "unchanged"),
        ("with a nul \x00 inside it", "forbidden_character"),
    ):
        answer = clerk.set_password(PASSWORD, new)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), new
        assert new not in answer.text or code == "unchanged"
    path = f"/v1/people/{clerk.person_id}/password"
    without = clerk.call("POST", path, json={"new_password": "another long passphrase"})
    assert without.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/old_password", "code": "missing", "detail": "",
    }  # fmt: skip
    for _ in range(4):
        assert clerk.set_password("wrong", "another long passphrase").json()["code"] == "wrong_password"
    # Trying old passwords is trying to sign in.
    assert clerk.set_password("wrong", "another long passphrase").json()["code"] == "wrong_password"
    assert clerk.set_password(PASSWORD, "another long passphrase").json()["code"] == "sign_in_locked"
    foreign = world.post("anji", path, {"new_password": "another long passphrase"})
    assert foreign.status_code == 404
    clerks_own = world.person("jiashan", "clerk", "other")
    told = world.post(clerks_own, path, {"new_password": "another long passphrase"})
    assert (told.status_code, told.json()["code"]) == (403, "missing_role")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_says_one_way_of_signing_in_and_nothing_that_cannot_be_stored(world: World) -> None:
    token = {"organisation_id": world.organisations["jiashan"], "id_token": "a.b.c"}
    for body in (
        {},
        {"user_name": "a"},
        {"password": "b"},
        {"user_name": "a", "password": "b", **token},
        {"user_name": "a", **token},
        {"user_name": "a\x00", "password": "b"},
        {"user_name": "a", "password": "b\x00"},
        {"user_name": "a", "password": "b", "remember": True},
        {**token, "id_token": "a b"},
    ):
        answer = world.client.post("/v1/sessions", json=body)
        assert answer.status_code == 422, body
    surrogate = b'{"user_name": "a", "password": "\\ud800"}'
    headers = {"Content-Type": "application/json"}
    assert world.client.post("/v1/sessions", content=surrogate, headers=headers).status_code == 422
