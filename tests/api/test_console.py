"""The web console's files: served from memory, to anybody, and never in place of the API."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api.console import PAGES, Console

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = "export const greeting = '你好';"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    directory = tmp_path / "console"
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text('<meta name="style-nonce" content="__NONCE__">')
    (directory / "assets" / "index-abc.js").write_text(SCRIPT)
    (directory / "favicon.svg").write_text("<svg/>")
    return directory


def client_of(directory: Path) -> TestClient:
    app = FastAPI()
    app.get("/v1/projects")(lambda: {"items": []})
    app.add_middleware(Console, directory=directory)
    return TestClient(app)


@pytest.mark.parametrize("path", ["/", "/projects", "/projects/prj_1/ranking", "/assessment"])
def test_every_page_is_the_one_file_with_a_nonce_of_its_own_and_no_other_host(built: Path, path: str) -> None:
    client = client_of(built)
    seen = set()
    for _ in range(2):
        answer = client.get(path)
        (nonce,) = re.findall(r'content="([^"]+)"', answer.text)
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200
        assert f"'nonce-{nonce}'" in policy
        assert "://" not in policy
        assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
        seen.add(nonce)
    assert len(seen) == 2


def test_an_asset_is_packed_kept_and_not_sent_twice(built: Path) -> None:
    client = client_of(built)
    answer = client.get("/assets/index-abc.js")
    assert answer.text == SCRIPT
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"].startswith("text/javascript")
    plain = client.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.text == SCRIPT
    again = client.get("/assets/index-abc.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/projects", 200),
        ("POST", "/", 404),
        ("GET", "/assets/other.js", 404),
        ("GET", "/assets/../index.html", 404),
        ("GET", "/index.html", 404),
        ("GET", "/v2", 404),
    ],
)
def test_what_is_not_the_consoles_is_left_to_the_api(
    built: Path, method: str, path: str, status: int
) -> None:
    answer = client_of(built).request(method, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")


def test_without_a_build_the_front_page_says_how_to_make_one(tmp_path: Path) -> None:
    answer = client_of(tmp_path / "none").get("/")
    assert answer.status_code == 404
    assert "make web" in answer.text
    assert client_of(tmp_path / "none").get("/v1/projects").status_code == 200


def test_the_service_knows_every_page_that_the_console_has() -> None:
    shell = (ROOT / "web" / "src" / "shell" / "App.tsx").read_text(encoding="utf-8")
    paths = re.findall(r'<Route path="/([a-z-]*)', shell)
    assert set(paths) == PAGES
