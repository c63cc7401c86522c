"""The guides say everything there is to say, and nothing that is not so."""

from __future__ import annotations

import ast
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

from pydantic_core import PydanticUndefined

from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = ROOT / "docs" / "operations.md"


def _rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading of the operations guide, without the heads."""
    section = re.split(r"^## ", OPERATIONS.read_text(), flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(heading))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


def test_every_setting_is_documented() -> None:
    documented = {name.strip("`"): default.strip("`") for name, default, _ in _rows("Settings")}
    defaults = {}
    for name, field in Settings.model_fields.items():
        assert field.default is not PydanticUndefined
        defaults[f"SHANHAI_{name.upper()}"] = str(field.default) or "empty"
    assert documented == defaults


def _unavailable_codes() -> set[str]:
    """The code of every ``Unavailable("code", …)`` in the service."""
    return {
        call.args[0].value
        for path in (ROOT / "service").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Unavailable"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_the_operator_is_told_what_to_do_for_every_answer_above_499() -> None:
    told = {(int(status), code.strip("`")) for status, code, *_ in _rows("At night")}
    proxy = (ROOT / "deploy" / "nginx.conf").read_text()
    refusals = {
        (int(status), code) for status, code in re.findall(r"^ +(5\d\d) +(\w+);$", proxy, re.MULTILINE)
    }
    delays = {(status, code) for status, code in refusals if code.isdigit()}
    raised = {(503, code) for code in _unavailable_codes()}
    assert len(raised) >= 5
    assert told == raised | (refusals - delays) | {(500, "internal_error")}


def test_the_backup_command_of_the_guide_copies_a_database_in_use(tmp_path: Path) -> None:
    (command,) = re.findall(
        r"^\.venv/bin/python (.*VACUUM.*) data/shanhai\.db backup\.db$", OPERATIONS.read_text(), re.M
    )
    live, backup = tmp_path / "shanhai.db", tmp_path / "backup.db"
    connection = sqlite3.connect(live)
    connection.execute("CREATE TABLE projects (name TEXT)")
    connection.execute("INSERT INTO projects VALUES ('家具')")
    connection.commit()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO projects VALUES ('not committed')")
    subprocess.run([sys.executable, *shlex.split(command), live, backup], check=True, cwd=ROOT, timeout=60)
    connection.rollback()
    connection.close()
    assert sqlite3.connect(backup).execute("SELECT name FROM projects").fetchall() == [("家具",)]


def test_every_link_between_the_guides_leads_somewhere() -> None:
    broken = []
    for guide in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)\s#]+)", guide.read_text()):
            if not (guide.parent / target).exists():
                broken.append(f"{guide.name}: {target}")
    assert broken == []
