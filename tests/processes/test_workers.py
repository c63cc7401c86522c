"""Several processes on one database: whichever answers, it ranks on what was committed before."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.database import Database
from service.settings import Settings
from tests.conftest import PROFILE, PROJECT
from tests.processes.conftest import Keys
from tests.processes.serving import PLAIN, START_SECONDS, Forked, Server, forked_server, prepared, serving


def _ask(method: str, url: str, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    """One request on a connection of its own."""
    answer = httpx.request(method, url, headers=headers, timeout=20, verify=PLAIN, **more)
    assert answer.status_code in (200, 201), answer.text
    body: dict[str, Any] = answer.json()
    return body


def _enter(url: str, keys_of: Keys) -> tuple[str, str]:
    """The paths of a published profile and of the ranking of a project."""
    profile = _ask("POST", f"{url}/v1/profiles", keys_of.county, json=PROFILE)
    project = _ask("POST", f"{url}/v1/projects", keys_of.bureau, json=PROJECT)
    return f"/v1/profiles/{profile['id']}", f"/v1/projects/{project['id']}/matches"


def _change_land(address: str, keys_of: Keys, land_mu: float) -> None:
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json", **keys_of.county}
    _ask("PATCH", address, headers, json={"land_mu": land_mu})


def _ranked_land(address: str, keys_of: Keys) -> float:
    (item,) = _ask("GET", address, keys_of.bureau)["items"]
    (land,) = [line for line in item["contributions"] if line["criterion"] == "land"]
    offer: float = land["offer"]
    return offer


def test_a_profile_changed_at_one_process_changes_the_very_next_ranking_of_another(
    settings: Settings, keys_of: Keys, tmp_path: Path
) -> None:
    with (
        prepared(settings.database_url, tmp_path) as (here, _),
        prepared(settings.database_url, tmp_path) as (there, _),
    ):
        profile, ranking = _enter(here, keys_of)
        for land_mu, (writer, reader) in enumerate(
            [(here, there), (there, here), (here, here)] * 7, start=70
        ):
            _change_land(writer + profile, keys_of, land_mu)
            assert _ranked_land(reader + ranking, keys_of) == land_mu


@contextmanager
def _only(worker: int, workers: list[int]) -> Iterator[None]:
    """Let one worker alone run: the others are stopped, so that it is this one which answers."""
    others = [pid for pid in workers if pid != worker]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)


def _answering_workers(server: Server | Forked) -> list[int]:
    """The process ids of both workers, once each of them answers when it is alone."""
    workers = server.children()
    assert len(workers) == 2
    for worker in workers:
        end = time.monotonic() + START_SECONDS
        while not _answers_alone(server, worker, workers):
            assert time.monotonic() < end, f"worker {worker} does not answer"
            time.sleep(0.2)
    return workers


def _answers_alone(server: Server | Forked, worker: int, workers: list[int]) -> bool:
    with _only(worker, workers):
        try:
            return httpx.get(f"{server.url}/readyz", timeout=1, verify=PLAIN).status_code == 200
        except httpx.TransportError:
            return False


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_changed_profile_changes_the_very_next_ranking_whichever_of_two_workers_answers(
    settings: Settings, keys_of: Keys, tmp_path: Path
) -> None:
    with serving(settings.database_url, tmp_path, workers=2) as server:
        workers = _answering_workers(server)
        path, ranking = (server.url + path for path in _enter(server.url, keys_of))
        for land_mu, worker in enumerate(workers * 3, start=70):
            _change_land(path, keys_of, land_mu)
            with _only(worker, workers):
                assert _ranked_land(ranking, keys_of) == land_mu
        for land_mu in range(80, 100):
            _change_land(path, keys_of, land_mu)
            assert _ranked_land(ranking, keys_of) == land_mu


def _said(method: str, url: str, headers: dict[str, str], **more: Any) -> tuple[int, str]:
    """Status and code of one request on a connection of its own."""
    answer = httpx.request(method, url, headers=headers, timeout=20, verify=PLAIN, **more)
    return answer.status_code, answer.json().get("code", "") if answer.content else ""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_is_demoted_disabled_or_revoked_is_refused_by_either_of_two_workers_at_once(
    settings: Settings, database: Database, keys_of: Keys, tmp_path: Path
) -> None:
    with forked_server(settings.database_url, tmp_path, workers=2) as server:
        workers = _answering_workers(server)
        _, ranking = (server.url + path for path in _enter(server.url, keys_of))
        clerk = _clerk(server.url, database, keys_of)
        cookie = {"Cookie": clerk.cookie, "X-Requested-With": "shanhai"}
        person = f"{server.url}/v1/people/{clerk.id}"
        change = {**keys_of.bureau, "If-Match": "*"}

        def everywhere() -> list[tuple[int, str]]:
            """What each worker says to the personal key and to the session, on the path from memory too."""
            said = []
            for worker in workers:
                with _only(worker, workers):
                    said += [_said("GET", ranking, who) for who in (clerk.key, clerk.key, cookie)]
            return said

        assert everywhere() == [(200, "")] * 6
        assert _said("POST", f"{person}/role", change, json={"role": "administrator"}) == (200, "")
        assert everywhere() == [(403, "missing_role")] * 6
        assert _said("POST", f"{person}/role", change, json={"role": "clerk"}) == (200, "")
        assert everywhere() == [(200, "")] * 6
        assert _said("POST", f"{person}/disable", change) == (200, "")
        refused = [(401, "person_disabled"), (401, "person_disabled"), (401, "session_ended")]
        assert everywhere() == refused * 2
        assert _said("POST", f"{person}/enable", change) == (200, "")
        back = [(200, ""), (200, ""), (401, "session_ended")]
        assert everywhere() == back * 2
        assert _said("DELETE", f"{server.url}/v1/keys/{clerk.key_id}", change) == (204, "")
        gone = [(401, "revoked_key"), (401, "revoked_key"), (401, "session_ended")]
        assert everywhere() == gone * 2
        # Failed attempts are counted in the database: both workers together let five through.
        attempt = {"user_name": "clerk", "password": "not the password"}
        statuses = []
        for number in range(6):
            with _only(workers[number % 2], workers):
                statuses.append(_said("POST", f"{server.url}/v1/sessions", {}, json=attempt)[0])
        assert statuses == [401] * 5 + [429]


@dataclass(frozen=True)
class Clerk:
    """A person with a personal key and a session."""

    id: str
    key: dict[str, str]
    key_id: str
    cookie: str


def _clerk(url: str, database: Database, keys_of: Keys) -> Clerk:
    bureau = _ask("GET", f"{url}/v1/sessions/current", keys_of.bureau)["organisation"]["id"]
    body = {"organisation_id": bureau, "name": "张三", "user_name": "clerk", "role": "clerk"}
    person = _ask("POST", f"{url}/v1/people", keys_of.bureau, json=body)
    password, new = person["temporary_password"], "another long passphrase"
    who = {"user_name": "clerk", "password": password}
    begun = httpx.post(f"{url}/v1/sessions", json=who, timeout=20, verify=PLAIN)
    assert begun.status_code == 201, begun.text
    cookie = begun.headers["set-cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "X-Requested-With": "shanhai"}
    both = {"old_password": password, "new_password": new}
    _ask("POST", f"{url}/v1/people/{person['id']}/password", headers, json=both)
    made = _ask("POST", f"{url}/v1/personal-keys", headers, json={"name": "program"})
    return Clerk(person["id"], {"Authorization": f"Bearer {made['secret']}"}, made["id"], cookie)
