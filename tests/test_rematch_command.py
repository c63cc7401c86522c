"""`shanhai rematch` as it is typed: where it writes, what it says, how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from service import cli
from service.database import Database
from service.errors import Conflict
from service.jobs.rematch_files import MANIFEST
from tests.conftest import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHANHAI_DATABASE_URL", database_url)
    monkeypatch.setenv("SHANHAI_DATA_DIR", str(tmp_path))


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["rematch", "--jobs", "1", *arguments])


def _runs(base: Path) -> list[Path]:
    return sorted(path.parent for path in base.glob(f"rematch/*/{MANIFEST}"))


def test_a_run_has_a_directory_named_after_what_it_rests_on(
    world: World, database: Database, tmp_path: Path
) -> None:
    world.profile()
    world.project()
    first = _run("--limit", "5")
    assert first.exit_code == 0, first.output
    assert "1 open projects, the best 5 places each" in first.output
    (directory,) = _runs(tmp_path)
    assert str(directory) in first.output
    again = _run("--limit", "5")
    assert "1 of them from before" in again.output
    world.project(name="又一个")
    assert "2 open projects" in _run("--limit", "5").output
    assert len(_runs(tmp_path)) == 2


def test_a_run_that_the_index_has_left_behind_is_told_of_and_stays(
    world: World, database: Database, tmp_path: Path
) -> None:
    world.profile()
    world.project()
    assert _run().exit_code == 0
    (stopped,) = _runs(tmp_path)
    manifest = stopped / MANIFEST
    text = manifest.read_text(encoding="utf-8")
    _, finished = text.split('"finished_at": ', 1)
    time = finished.split(",", 1)[0]
    manifest.write_text(text.replace(time, "null"), encoding="utf-8")
    world.project(name="又一个")
    said = _run().output
    assert f"{stopped} holds an unfinished run" in said
    assert "starts anew" in said
    assert stopped in _runs(tmp_path)


def test_another_run_in_the_directory_is_a_sentence(world: World, tmp_path: Path) -> None:
    world.project()
    out = ("--out", str(tmp_path / "mine"))
    assert _run(*out).exit_code == 0
    result = _run(*out, "--limit", "7")
    assert isinstance(result.exception, Conflict)
    assert result.exception.code == "another_run"
    assert "limit 50 there, 7 now" in result.exception.detail
