"""Exports over HTTP: what may be asked for, by whom, and what becomes of the request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from service.access.audit import AuditEvent
from service.database import Database, reading, writing
from service.domain import keys
from service.domain.keys import KeyWrite
from service.index import MatchIndex
from service.jobs.handlers import HANDLERS
from service.jobs.runner import drain
from service.settings import Settings
from tests.conftest import World

PAIRINGS: dict[str, Any] = {"kind": "pairings", "format": "xlsx", "parameters": {"region_code": "330421"}}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, data_dir=tmp_path, pool_size=10, serve_jobs=False)


def _run(database: Database, settings: Settings) -> int:
    return drain(database, settings, MatchIndex(), HANDLERS)


def test_a_request_is_answered_with_a_job_that_ends_with_a_file(
    world: World, database: Database, settings: Settings
) -> None:
    answer = world.post("jiashan", "/v1/exports", PAIRINGS)
    job = answer.json()
    assert (answer.status_code, job["kind"], job["state"]) == (202, "export", "queued")
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert _run(database, settings) == 1
    done = world.get("jiashan", f"/v1/jobs/{job['id']}").json()
    told = world.get("jiashan", f"/v1/files/{done['result']['file_id']}").json()
    assert {name: told[name] for name in ("name", "media_type", "size_bytes", "sha256", "expires_at")} == {
        name: done["result"][name] for name in ("name", "media_type", "size_bytes", "sha256", "expires_at")
    }
    content = world.get(None, told["link"])
    assert (content.status_code, content.content[:2]) == (200, b"PK")
    assert world.get(None, told["link"].replace("expires=", "expires=9")).status_code == 404
    for other in ("qingyuan", "platform"):
        assert world.get(other, f"/v1/files/{told['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"kind": "everything"}, "/kind", "unknown_kind"),
        ({"format": "pdf"}, "/format", "unknown_format"),
        ({"format": "exe"}, "/format", "literal_error"),
        ({"parameters": {"regions": []}}, "/parameters/regions", "extra_forbidden"),
        ({"parameters": {"region_code": 330421}}, "/parameters/region_code", "not_a_string"),
        ({"kind": "matches", "parameters": {}}, "/parameters/project_id", "missing"),
        ({"language": "zh"}, "/language", "extra_forbidden"),
    ],
)
def test_what_cannot_be_exported_is_told_where_it_stands(
    world: World, change: dict[str, Any], pointer: str, code: str
) -> None:
    answer = world.post("jiashan", "/v1/exports", PAIRINGS | change)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


def test_a_repeated_request_makes_one_job(world: World) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = (world.post("jiashan", "/v1/exports", PAIRINGS, headers=key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]


def _key(world: World, database: Database, scopes: list[str]) -> str:
    with writing(database) as session:
        body = KeyWrite.model_validate(
            {"organisation_id": world.organisations["jiashan"], "name": "narrow", "scopes": scopes}
        )
        minted = keys.create(session, None, body)
    world.secrets["narrow"] = minted.secret
    return minted.row.id


def test_a_key_exports_no_more_than_it_may_read(world: World, database: Database, settings: Settings) -> None:
    _key(world, database, ["exports:write", "pairings:read", "files:read", "jobs:read"])
    assert world.post("narrow", "/v1/exports", PAIRINGS).status_code == 202
    refused = world.post("narrow", "/v1/exports", {**PAIRINGS, "kind": "projects", "parameters": {}})
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert "projects:read" in refused.json()["detail"]
    # Nor does it read a file that a key with more has had made.
    asked = world.post("jiashan", "/v1/exports", {**PAIRINGS, "kind": "projects", "parameters": {}}).json()
    _run(database, settings)
    made = world.get("jiashan", f"/v1/jobs/{asked['id']}").json()["result"]["file_id"]
    assert world.get("jiashan", f"/v1/files/{made}").status_code == 200
    assert world.get("narrow", f"/v1/files/{made}").status_code == 404
    assert world.get("narrow", f"/v1/files/{made}/content").status_code == 404


def test_whoever_is_revoked_before_the_job_runs_gets_no_file(
    world: World, database: Database, settings: Settings
) -> None:
    key_id = _key(world, database, ["exports:write", "pairings:read"])
    job = world.post("narrow", "/v1/exports", PAIRINGS).json()
    assert world.delete("jiashan", f"/v1/keys/{key_id}").is_success
    _run(database, settings)
    failed = world.get("jiashan", f"/v1/jobs/{job['id']}").json()
    assert (failed["state"], failed["problem"]["code"], failed["result"]) == (
        "failed",
        "not_authorised",
        None,
    )


def test_a_viewer_exports_what_it_reads_and_an_administrator_does_not(world: World) -> None:
    viewer = world.person("jiashan", "viewer")
    assert world.post(viewer, "/v1/exports", PAIRINGS).status_code == 202
    refused = world.post(world.person("jiashan", "administrator"), "/v1/exports", PAIRINGS)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_role")


def test_the_request_is_on_record_with_what_was_asked(world: World, database: Database) -> None:
    job = world.post("jiashan", "/v1/exports", PAIRINGS).json()
    with reading(database) as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "export.request")).one()
    assert event.noun_id == job["id"]
    assert event.detail["parameters"]["region_code"] == "330421"


def test_the_kinds_tell_their_formats_and_parameters(world: World) -> None:
    zh = world.get("qingyuan", "/v1/export-kinds").json()["items"]
    en = world.get("qingyuan", "/v1/export-kinds", headers={"Accept-Language": "en"}).json()["items"]
    named = {item["kind"]: item for item in zh}
    assert named["place_sheet"]["formats"] == ["docx", "pdf"]
    assert named["place_sheet"]["name"] == "推介书"
    assert set(named["matches"]["parameters"]["properties"]) == {
        "project_id",
        "weights",
        "filters",
        "first",
        "stability",
    }
    assert [item["kind"] for item in en] == [item["kind"] for item in zh]
