"""The same data gives the same rankings on SQLite and on PostgreSQL, to the last digit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service import demo
from service.app import create_app
from service.database import open_database
from service.reference import catalogue
from service.reference.rows import ZoneRow
from service.settings import Settings
from tests.databases import copied_on_server, run_on_server, url_of

ZONES = 200
# What may differ: who and when. Everything else, digits included, must not.
OWN_TO_A_DATABASE = {"id", "organisation_id", "effective_at", "next_cursor", "index_revision"}
WEIGHTS = {"land": 0.37, "industry": 1.9, "proximity": 0.011, "text": 3.3}


def _every_twelfth_zone() -> tuple[ZoneRow, ...]:
    return catalogue.zones()[:: len(catalogue.zones()) // ZONES][:ZONES]


@contextmanager
def _demo(url: str, directory: Path) -> Iterator[tuple[TestClient, dict[str, str], str]]:
    directory.mkdir()
    settings = Settings(database_url=url, data_dir=directory, pool_size=4)
    database = open_database(settings.url)
    project_id = demo.enter(database, directory).project_id
    secrets = json.loads((directory / demo.KEY_FILE).read_text(encoding="utf-8"))
    with TestClient(create_app(settings)) as client:
        yield client, secrets, project_id
    database.engine.dispose()


def _rankings(client: TestClient, secrets: dict[str, str], project_id: str) -> dict[str, Any]:
    """Every page of every kind of ranking; floats as they were written, so that no digit can hide."""

    def pages(who: str, path: str, language: str = "zh", **params: Any) -> list[Any]:
        headers = {"Authorization": f"Bearer {secrets[who]}", "Accept-Language": language}
        found, cursor = [], {}
        while True:
            answer = client.get(path, headers=headers, params={**params, **cursor})
            assert answer.status_code == 200, answer.text
            found.append(answer.json(parse_float=str))
            if found[-1]["next_cursor"] is None:
                return found
            cursor = {"cursor": found[-1]["next_cursor"]}

    mine = f"/v1/projects/{project_id}"
    (park,) = [
        item["profile"]["id"]
        for page in pages("331126", f"{mine}/matches", limit=100)
        for item in page["items"]
        if item["profile"]["site_name"].startswith("庆元县")
    ]
    query = {"project": demo.PROJECT, "weights": WEIGHTS, "limit": 100, "include": ["exclusions"]}
    headers = {"Authorization": f"Bearer {secrets['330421']}"}
    answer = client.post("/v1/match-queries", json=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return {
        "matches": pages("330421", f"{mine}/matches", limit=100, include="stability"),
        "matches of a partner, on the teaser": pages("331126", f"{mine}/matches", language="en", limit=60),
        "exclusions": pages("330421", f"{mine}/exclusions", limit=100),
        "projects for a place": pages("331126", f"/v1/profiles/{park}/matches", include="stability"),
        "other weights": answer.json(parse_float=str),
    }


def _without_own(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_own(member) for name, member in value.items() if name not in OWN_TO_A_DATABASE}
    return [_without_own(member) for member in value] if isinstance(value, list) else value


@pytest.fixture
def both_urls(
    sqlite_template: Path, server_url: str, postgresql_template: str, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """A migrated database of each kind."""
    shutil.copy(sqlite_template, tmp_path / "shanhai.db")
    name = copied_on_server(server_url, postgresql_template)
    postgresql = url_of(server_url, name)
    yield {"sqlite": f"sqlite:///{tmp_path / 'shanhai.db'}", "postgresql": postgresql}
    run_on_server(server_url, "DROP DATABASE {name} WITH (FORCE)", name)


def test_both_databases_give_the_same_rankings_to_the_last_digit(
    both_urls: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = _every_twelfth_zone()
    monkeypatch.setattr(catalogue, "zones", lambda: zones)
    said = {}
    for name, url in both_urls.items():
        with _demo(url, tmp_path / name) as asked:
            said[name] = _without_own(_rankings(*asked))
    ranked = [item for page in said["sqlite"]["matches"] for item in page["items"]]
    passed_over = [item for page in said["sqlite"]["exclusions"] for item in page["items"]]
    assert len(ranked) + len(passed_over) == ZONES + 3
    assert all(isinstance(item["score"], str) for item in ranked)
    for kind, pages in said["sqlite"].items():
        assert said["postgresql"][kind] == pages, kind
