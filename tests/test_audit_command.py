"""`shanhai audit`: verify with its exit codes, export, prune."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from service.access import audit
from service.cli import app
from service.database import Database, writing
from service.settings import Settings
from tests.access.chained import CLERK, begun, tampering, write

HEAD = re.compile(r"\b\d+:[0-9a-f]{64}\b")


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SHANHAI_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SHANHAI_DATA_DIR", str(settings.data_dir))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["audit", *arguments])

    return run


def test_a_chain_that_holds_ends_with_0_and_its_head_to_be_noted_down(
    command: Any, database: Database
) -> None:
    begun(database, 5)
    first = command("verify")
    assert first.exit_code == 0, first.output
    assert "Holds: 5 events, 1 to 5." in first.output
    (head,) = HEAD.findall(first.output)
    write(database, 2)
    for way in ("--anchor", "--since"):
        again = command("verify", way, head)
        assert again.exit_code == 0, again.output
    assert "Holds: 3 events, 5 to 7." in again.output
    with tampering(database) as connection:
        connection.execute(text("UPDATE audit_events SET noun_id = 'x' WHERE sequence = 3"))
    broken = command("verify")
    assert broken.exit_code == 1
    assert "Does not hold at event 3: altered." in broken.output
    assert command("verify", "--since", head).exit_code == 0


def test_where_nothing_can_be_said_of_the_chain_the_exit_code_is_2(command: Any, database: Database) -> None:
    begun(database, 0)
    write(database, 2, datetime(2020, 1, 1, tzinfo=UTC))
    (head,) = HEAD.findall(command("verify").output)
    write(database, 1)
    for given in ("5", f"{head}0", "x:y"):
        wrong = command("verify", "--anchor", given)
        assert wrong.exit_code == 2, wrong.output
    write(database, 1, datetime(2020, 1, 1, tzinfo=UTC))
    assert "Pruned 2 events, up to 2.\n" in command("prune").output
    assert command("verify", "--anchor", head).exit_code == 0
    gone = command("verify", "--anchor", f"1:{'0' * 64}")
    assert (gone.exit_code, "head_pruned" in gone.output) == (2, True)
    assert "Nothing is older than 36 months.\n" in command("prune").output


def test_events_are_exported_as_lines_of_json_and_as_csv_that_no_spreadsheet_runs(
    command: Any, database: Database, tmp_path: Path
) -> None:
    begun(database, 3)
    with writing(database) as session:
        audit.record(session, CLERK, "hold.grant", "hold", "=HYPERLINK(1)", {"reason": "=1+1，亩"})
    printed = [json.loads(line) for line in command("export").output.splitlines()]
    assert [event["sequence"] for event in printed] == [1, 2, 3, 4]
    assert printed[3] | {"at": "", "hash": "", "previous_hash": ""} == {
        "sequence": 4, "at": "", "organisation_id": "org_1", "person_id": "usr_1", "key_id": "key_1",
        "action": "hold.grant", "noun": "hold", "noun_id": "=HYPERLINK(1)", "detail": {"reason": "=1+1，亩"},
        "previous_hash": "", "hash": "",
    }  # fmt: skip
    assert printed[3]["previous_hash"] == printed[2]["hash"]
    out = tmp_path / "audit.csv"
    done = command("export", "--format", "csv", "--out", str(out), "--person", "usr_1")
    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o777 == 0o600
    assert out.read_bytes().startswith("\ufeffsequence".encode())
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig", newline="")))
    assert [row["sequence"] for row in rows] == ["2", "4"]
    assert rows[1]["noun_id"] == "'=HYPERLINK(1)"
    assert json.loads(rows[1]["detail"]) == {"reason": "=1+1，亩"}
    assert command("export", "--noun", "profile").output == ""
    assert command("export", "--until", "2020-01-01").output == ""
    assert len(command("export", "--since", "2020-01-01", "--organisation", "org_1").output.splitlines()) == 2
