"""kill -9 of an importing process at random moments: resumed, the outcome is that of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from sqlmodel import col, func, select

from service.database import Database, reading, writing
from service.domain import organisations
from service.domain.imports import Import
from service.domain.organisations import OrganisationWrite
from service.domain.profiles import Profile
from service.index import MatchIndex
from service.jobs.import_runs import Report
from service.jobs.imports import import_file
from tests.conftest import ORGANISATIONS, PROFILE
from tests.index.test_live import content
from tests.jobs.imported import assert_on_record, ndjson, numbered, stored
from tests.processes.importing import importing

ROWS = 600
BAD = [{**PROFILE, "land_mu": "60"}, {**PROFILE, "region_code": "330523"}]


def _county(database: Database) -> str:
    with writing(database) as session:
        body = OrganisationWrite.model_validate(ORGANISATIONS["qingyuan"])
        return organisations.register(session, None, body).id


def _count(database: Database) -> int:
    with reading(database) as session:
        return session.exec(select(func.count(col(Profile.id)))).one()


def _rows_done(database: Database) -> int:
    with reading(database) as session:
        return session.exec(select(func.coalesce(func.max(col(Import.rows_done)), 0))).one()


def _undisturbed(database: Database, organisation_id: str, path: Path, errors: Path) -> Report:
    """What is left to do, or what was done, without a disturbance."""
    return import_file(database, organisation_id, path, mode="row_by_row", errors=errors)


def test_a_row_by_row_import_that_is_killed_again_and_again_ends_as_an_undisturbed_one(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    bodies = numbered(ROWS)
    for place in (7, 300, 599):
        bodies[place : place + 1] = BAD
    path, checkers = ndjson(tmp_path / "rows.ndjson", bodies), tmp_path / "checker"
    organisation_id = _county(database)
    index, dice = MatchIndex(), random.Random(2543)
    with reading(database) as session:
        index.current(session)
    killed = 0
    while (before := _rows_done(database)) < len(bodies):
        process = importing(database_url, organisation_id, path, "row_by_row", checkers)
        # At least one batch further, so that it ends; then at a random moment of the following ones.
        end = time.monotonic() + 60
        while process.is_alive() and _rows_done(database) == before:
            assert time.monotonic() < end
            time.sleep(0.002)
        time.sleep(dice.random() * 0.06)
        if process.is_alive():
            os.kill(process.pid or 0, signal.SIGKILL)
            killed += 1
        process.join(30)
        # Each batch is there as a whole, or not at all.
        assert _count(database) <= _rows_done(database)
        with reading(database) as session:
            index.current(session)
    assert killed >= 3
    report = _undisturbed(database, organisation_id, path, tmp_path / "errors.ndjson")
    assert (report.rows, report.stored, report.refused) == (len(bodies), ROWS - 3, 6)
    assert_on_record(database)
    with reading(database) as session:
        assert content(index.current(session)) == content(MatchIndex().current(session))
    _assert_gone(int(checkers.read_text()))
    disturbed, told = stored(database), (tmp_path / "errors.ndjson").read_text()
    # The same file again, now for another county's account that nobody disturbs.
    twin = _county(database)
    again = _undisturbed(database, twin, path, tmp_path / "errors.ndjson")
    assert (again.stored, again.refused) == (report.stored, report.refused)
    assert (tmp_path / "errors.ndjson").read_text() == told
    rows = stored(database)
    assert [_of_anybody(row) for row in rows[len(disturbed) :]] == [_of_anybody(row) for row in disturbed]


def _of_anybody(row: tuple[dict[str, object], list[dict[str, object]]]) -> object:
    fields, states = row
    return [{**state, "organisation_id": None} for state in (fields, *states)]


def _assert_gone(pid: int) -> None:
    """The process that checked ahead has ended with the one that it checked for."""
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_import_of_all_or_nothing_that_is_killed_leaves_nothing(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    path, checkers = ndjson(tmp_path / "rows.ndjson", numbered(ROWS)), tmp_path / "checker"
    organisation_id = _county(database)
    dice = random.Random(7)
    for _ in range(6):
        checkers.unlink(missing_ok=True)
        process = importing(database_url, organisation_id, path, "all_or_nothing", checkers)
        end = time.monotonic() + 60
        # From the first stored piece on; there are fifteen.
        while not checkers.exists():
            assert time.monotonic() < end
            time.sleep(0.001)
        time.sleep(dice.random() * 0.03)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        assert _count(database) in (0, ROWS)
        assert_on_record(database)
        if _count(database):
            break
    _undisturbed(database, organisation_id, path, tmp_path / "errors.ndjson")
    assert len(stored(database)) == ROWS
    assert_on_record(database)
