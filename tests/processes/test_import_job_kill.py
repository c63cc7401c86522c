"""kill -9 of a process that does an import's job: taken on by the next one, it ends as if undisturbed."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from service.access.policy import Actor, granted_to
from service.database import Database, reading, writing
from service.domain import files, import_requests, imports, keys, organisations
from service.domain.import_requests import ImportRead
from service.domain.imports import Import, ImportWrite, Mode, Refusal
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from service.domain.projects import Project
from service.workbooks import write_sheet
from tests.conftest import ORGANISATIONS
from tests.jobs.jobbing import lapse
from tests.processes.importing import working

TITLES = ("项目名称", "行业代码", "来源地代码", "用地需求（公顷）", "用电负荷(MW)")
# Of every hundred rows one is bad, and one stands there twice.
ROWS: list[list[Any]] = [
    [
        f"项目{number - (number % 100 == 57):05}",
        "C2110",
        "999999" if number % 100 == 30 else "330421",
        1 + number % 13,
        2.25,
    ]
    for number in range(600)
]


def _bureau(session: Session) -> Actor:
    body = OrganisationWrite.model_validate(ORGANISATIONS["jiashan"])
    row = organisations.register(session, None, body)
    minted = keys.create(session, None, KeyWrite(organisation_id=row.id, name="test"))
    return Actor(row.id, row.kind, row.region_code, minted.row.id, granted_to(row.kind))


def _asked(database: Database, content: bytes, mode: Mode) -> tuple[Actor, Import]:
    with writing(database) as session:
        actor = _bureau(session)
        file = files.store(session, actor, "表.xlsx", "application/zip", [content], keep=timedelta(days=1))
        body = ImportWrite(file_id=file.id, kind="projects", format="xlsx", mode=mode)
        return actor, import_requests.request(session, actor, body)


def _now(database: Database, actor: Actor, row: Import) -> ImportRead:
    with reading(database) as session:
        return import_requests.read(session, imports.get(session, actor, row.id))


def _outcome(
    database: Database, actor: Actor, row: Import
) -> tuple[list[tuple[Any, ...]], list[Refusal], dict[str, Any]]:
    """What is stored and told, but for ids and times."""
    given = {"id", "organisation_id", "file_id", "job_id", "version", "created_at", "updated_at", "file_name"}
    with reading(database) as session:
        own = select(Project).where(Project.organisation_id == actor.organisation_id)
        rows = session.exec(own.order_by(col(Project.id))).all()
        stored = [(p.name, p.land_mu, p.power_kva, p.stage, p.version) for p in rows]
        told = list(imports.refusals_of(session, row.id))
        read = import_requests.read(session, imports.get(session, actor, row.id))
    return stored, told, read.model_dump(mode="json", exclude=given)


def _until_noted(notes: Path, pieces: int, process: Any) -> None:
    """Until the process has written as many pieces of the import."""
    end = time.monotonic() + 90
    while not (notes.exists() and (said := notes.read_text()) and int(said) >= pieces):
        assert process.is_alive()
        assert time.monotonic() < end
        time.sleep(0.002)


@pytest.mark.parametrize("mode", ["row_by_row", "all_or_nothing"])
def test_an_import_whose_worker_is_killed_goes_on_with_the_next_and_ends_as_an_undisturbed_one(
    database: Database, database_url: str, tmp_path: Path, mode: Mode
) -> None:
    rows = ROWS if mode == "row_by_row" else [row for row in ROWS if row[2] != "999999"]
    content = write_sheet("表", TITLES, rows)
    actor, row = _asked(database, content, mode)
    dice = random.Random(2543)
    # Row by row each goes on where the one before was: 15 pieces in all.
    for pieces in (1, 4, 5, 2) if mode == "row_by_row" else (1, 8, 14, 15):
        notes = tmp_path / "notes"
        process = working(database_url, tmp_path, notes, rest_at=pieces)
        # At a moment of its own, or in the middle of the transaction in which it rests.
        _until_noted(notes, dice.randint(1, pieces), process)
        time.sleep(dice.random() * 0.05)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        notes.unlink()
        if mode == "all_or_nothing":
            assert (_now(database, actor, row).rows_done, _outcome(database, actor, row)[0]) == (0, [])
        lapse(database, row.job_id or "")
    last = working(database_url, tmp_path, tmp_path / "notes")
    last.join(90)
    assert last.exitcode == 0
    disturbed = _outcome(database, actor, row)
    # The same file for another office, which nobody disturbs.
    twin, again = _asked(database, content, mode)
    undisturbed = working(database_url, tmp_path, tmp_path / "notes")
    undisturbed.join(90)
    assert _outcome(database, twin, again) == disturbed
    assert disturbed[2]["state"] == "done"
    assert len(disturbed[0]) == 588
    assert disturbed[2]["rows_duplicate"] == 6
