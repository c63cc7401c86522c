"""The command `shanhai`, called in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from click.testing import Result
from rich.console import Console
from sqlmodel import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from service import cli, schema
from service.access.keys import ApiKey, authenticate
from service.database import Database, reading
from service.domain import logins, models
from service.errors import Unauthenticated, Unavailable
from service.index import MatchIndex
from service.jobs import sweeping
from tests.conftest import World
from tests.jobs.decided import decide, profiles

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHANHAI_DATABASE_URL", database_url)
    monkeypatch.setenv("SHANHAI_DATA_DIR", str(tmp_path))
    # The console of the module was made for the terminal of this run, not for the test.
    monkeypatch.setenv("COLUMNS", "200")
    # Set up for the stream of one call, this process would keep logging to it once it is closed.
    monkeypatch.setattr(cli, "configure", lambda level: None)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def test_a_worker_that_is_slow_to_start_is_not_killed_by_its_supervisor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda *_, **options: asked.update(options))
    assert _run("serve", "--workers", "3", "--port", "8123").exit_code == 0
    assert (asked["workers"], asked["port"], asked["host"]) == (3, 8123, "127.0.0.1")
    # Imports alone take longer than uvicorn's five seconds on a machine that is busy.
    assert asked["timeout_worker_healthcheck"] >= 30


def test_migrate_says_which_database_and_can_be_run_again() -> None:
    for _ in range(2):
        result = _run("migrate")
        assert result.exit_code == 0
        assert "SQLite" in result.output


def test_index_stores_what_there_is_and_what_has_changed_since(
    world: World, database: Database, tmp_path: Path
) -> None:
    for count in (1, 2):
        world.profile()
        result = _run("index")
        assert result.exception is None, repr(result.exception)
        assert f"Stored: {count} rows" in result.output
        with reading(database) as session:
            mapped = MatchIndex(tmp_path / "index").current(session)
        assert (mapped.base_revision, mapped.stale_rows()) == (mapped.revision, 0)


@pytest.mark.parametrize(("language", "said"), [("zh", "符合准入 1 处"), ("en", "1 admitted, 0 passed over")])
def test_match_prints_the_ranked_table_in_either_language(world: World, language: str, said: str) -> None:
    world.profile()
    project = world.project()
    result = _run("match", project["id"], "--language", language)
    assert result.exit_code == 0
    assert said in result.output
    assert "庆元竹木产业园" in result.output


def test_match_asks_a_running_service_with_a_key(
    world: World, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.profile()
    project = world.project()

    def get(url: str, **more: Any) -> Any:
        return client.get(url.removeprefix("http://shanhai.example"), **more)

    monkeypatch.setattr(httpx, "get", get)
    ask = ("match", project["id"], "--url", "http://shanhai.example/", "--key")
    result = _run(*ask, world.secrets["jiashan"])
    assert result.exit_code == 0
    assert "庆元竹木产业园" in result.output
    refused = _run(*ask, world.secrets["anji"])
    assert refused.exit_code == 1
    assert "not_found" in refused.output


def test_match_draws_the_table_into_a_file(world: World, tmp_path: Path) -> None:
    world.profile()
    project = world.project()
    result = _run("match", project["id"], "--svg", str(tmp_path / "table.svg"))
    assert result.exit_code == 0
    picture = (tmp_path / "table.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert "庆元竹木产业园" in picture


def test_a_key_is_shown_once_works_and_is_refused_once_it_is_revoked(
    world: World, database: Database
) -> None:
    made = _run("keys", "create", world.organisations["jiashan"], "大屏", "--scope", "matches:read")
    assert made.exit_code == 0
    secret = made.output.strip()
    with reading(database) as session:
        actor = authenticate(session, f"Bearer {secret}")
        assert (actor.organisation_id, actor.scopes) == (world.organisations["jiashan"], {"matches:read"})
        assert secret not in session.exec(select(ApiKey.secret_hash)).all()
    assert _run("keys", "revoke", actor.key_id).exit_code == 0
    with reading(database) as session, pytest.raises(Unauthenticated) as refusal:
        authenticate(session, f"Bearer {secret}")
    assert refusal.value.code == "revoked_key"


def test_a_person_comes_in_with_a_temporary_password_and_comes_back_in_with_another(
    world: World, database: Database
) -> None:
    made = _run("people", "create", world.organisations["jiashan"], "zhang.san", "--role", "administrator")
    assert made.exit_code == 0, made.output
    person_id, password = made.output.split()
    assert person_id.startswith("usr_")
    signed_in = logins.by_password(database, "zhang.san", password).actor
    assert (signed_in.person_id, signed_in.person_role) == (person_id, "administrator")
    assert signed_in.must_change_password
    again = _run("people", "password", "zhang.san").output.strip()
    with pytest.raises(Unauthenticated):
        logins.by_password(database, "zhang.san", password)
    assert logins.by_password(database, "zhang.san", again).actor.person_id == person_id
    wrong = _run("people", "create", world.organisations["jiashan"], "li.si", "--role", "king")
    assert wrong.exit_code == 2


def test_an_error_of_the_service_is_a_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["shanhai", "match", "prj_00000000000000000000000000"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "not_found" in said
    assert "Traceback" not in said


def test_a_document_that_is_not_current_fails_the_check(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    assert _run("openapi", "--check", "--path", str(path)).exit_code == 1
    assert _run("openapi", "--path", str(path)).exit_code == 0
    assert _run("openapi", "--check", "--path", str(path)).exit_code == 0
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    result = _run("openapi", "--check", "--path", str(path))
    assert result.exit_code == 1
    # However wide the screen is, and long the path.
    assert "make openapi" in " ".join(result.output.split())


def test_train_tells_what_it_judged_and_models_are_listed_and_rolled_back(
    world: World, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    nothing = _run("train")
    assert (nothing.exit_code, "Nothing new to learn" in nothing.output) == (0, True), nothing.output
    decide(world, database, profiles(world), 60)
    with reading(database) as session:
        first = models.live(session).version
    trained = _run("train")
    assert trained.exit_code == 0, trained.output
    assert "Promoted" in trained.output
    assert "60 outcomes" in trained.output
    with reading(database) as session:
        second = models.live(session).version
    listed = _run("models", "list").output
    assert second in listed
    assert first in listed
    assert _run("models", "rollback", first).output == f"{first} is live.\n"
    with reading(database) as session:
        assert models.live(session).version == first
    past = tmp_path / "past.csv"
    past.write_text("project_id,date,text,profile_id\n1,2001-13,木,331126\n", encoding="utf-8")
    for arguments, said in (
        (("train", "--placements", str(past)), "/line/2"),
        (("models", "rollback", "text-nowhere"), "no_such_model"),
        (("models", "rollback", first), "already_live"),
    ):
        monkeypatch.setattr("sys.argv", ["shanhai", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 1
        assert said in capsys.readouterr().out


def test_import_reports_bad_rows_with_their_column_and_enters_no_row_twice(
    world: World, database: Database, tmp_path: Path
) -> None:
    path, errors = tmp_path / "profiles.csv", tmp_path / "errors.csv"
    path.write_text(
        "region_code,site_kind,as_of,site_name,land_mu\n"
        "331126,county,2026-11-01,一期,120\n"
        "331126,county,2026-11-01,二期,1200间\n"
        "331126,county,2026-11-01,三期,很多\n",
        encoding="gb18030",
    )
    command = ("import", "profiles", str(path), "--organisation", world.organisations["qingyuan"])
    for option, said in (
        ("--validate-only", "2 of 3 rows refused. Nothing was stored: this was a check."),
        ("--format=csv", "2 of 3 rows refused. Nothing was stored"),
        ("--row-by-row", "1 profiles are stored, 2 of 3 rows refused."),
        ("--row-by-row", "Imported before: 1 profiles are stored, 2 of 3 rows refused."),
    ):
        result = _run(*command, option, "--errors", str(errors))
        assert result.exit_code == 1
        assert said in result.output
        assert "line 4, land_mu: " in result.output
        assert "or leave the cell empty. (not_a_number)" in result.output
        assert "3,land_mu,/land_mu,unit_in_number," in errors.read_text(encoding="utf-8-sig")
    assert len(world.get("qingyuan", "/v1/profiles").json()["items"]) == 1
    path.write_text("region_code,site_kind,as_of\n331126,county,2026-11-01\n")
    assert _run(*command).exit_code == 0


def test_import_says_what_is_wrong_with_a_whole_file(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "profiles.csv"
    path.write_text("region_code,site_kind,as_of,[/red]\n")
    arguments = ["shanhai", "import", "profiles", str(path), "--organisation", "org_00000"]
    monkeypatch.setattr("sys.argv", arguments)
    monkeypatch.setattr(cli, "console", Console(width=200))
    with pytest.raises(SystemExit):
        cli.main()
    assert "There is no organisation org_00000." in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", [*arguments[:-1], world.organisations["qingyuan"]])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert "No field of profiles is called “[/red]”" in capsys.readouterr().out


def test_work_runs_what_is_due_and_ends_where_that_is_wanted(database: Database) -> None:
    sweeping.schedule(database)
    first, second = _run("work", "--once"), _run("work", "--once")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (first.output.strip(), second.output.strip()) == ("Attempts: 1.", "Attempts: 0.")


def test_work_says_so_where_the_database_is_not_migrated(database: Database) -> None:
    schema.downgrade(database, "base")
    for options in ([], ["--once"]):
        told = _run("work", *options).exception
        assert isinstance(told, Unavailable)
        assert told.code == "not_migrated"
