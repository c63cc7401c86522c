"""Several processes on one database: whichever answers, it ranks on what was committed before."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.settings import Settings
from tests.conftest import PROFILE, PROJECT
from tests.processes.conftest import Keys
from tests.processes.serving import START_SECONDS, Server, prepared, serving


def _ask(method: str, url: str, headers: dict[str, str], **more: Any) -> dict[str, Any]:
    """One request on a connection of its own."""
    answer = httpx.request(method, url, headers=headers, timeout=20, **more)
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


def _answering_workers(server: Server) -> list[int]:
    """The process ids of both workers, once each of them answers when it is alone."""
    workers = server.children()
    assert len(workers) == 2
    for worker in workers:
        end = time.monotonic() + START_SECONDS
        while not _answers_alone(server, worker, workers):
            assert time.monotonic() < end, f"worker {worker} does not answer"
            time.sleep(0.2)
    return workers


def _answers_alone(server: Server, worker: int, workers: list[int]) -> bool:
    with _only(worker, workers):
        try:
            return httpx.get(f"{server.url}/readyz", timeout=1).status_code == 200
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
