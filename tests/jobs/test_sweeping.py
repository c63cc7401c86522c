"""Housekeeping: what has lapsed goes, what has not stays, and it is done once an hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, func, select, update

from service.database import Database, now, reading, writing
from service.domain import events, files, jobs
from service.domain.deliveries import Delivery
from service.domain.events import Event, emit
from service.domain.files import CHUNK_BYTES, File, FileChunk
from service.domain.jobs import Job
from service.jobs import sweeping
from service.settings import Settings
from tests.alerting import feed, hooked
from tests.conftest import World
from tests.jobs.jobbing import asked, run, stored


def _file(session: Session, world: World, age: timedelta) -> str:
    """A file of three pieces that lapsed so long ago."""
    content = [b"x" * CHUNK_BYTES, b"y" * CHUNK_BYTES, b"z"]
    row = files.store(session, world.actors["jiashan"], "a.csv", "text/csv", content, keep=-age)
    return row.id


def _sweeps(database: Database) -> list[Job]:
    with reading(database) as session:
        return list(session.exec(select(Job).where(Job.kind == "sweep").order_by(col(Job.id))))


def test_lapsed_files_and_old_jobs_are_removed_and_nothing_else(
    world: World, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "_FILES_AT_ONCE", 2)
    asker = world.actors["jiashan"]
    old, recent, waiting = (asked(database, asker) for _ in range(3))
    own, own_recent = (asked(database, None) for _ in range(2))
    with writing(database) as session:
        kept = [_file(session, world, age) for age in (timedelta(-1), timedelta(minutes=50))]
        for _ in range(5):
            _file(session, world, timedelta(minutes=70))
        for job_id, days in ((old, 31), (recent, 29), (own, 2), (own_recent, 0.9)):
            settled: dict[str, Any] = {"state": "done", "due_at": None}
            settled["finished_at"] = now(session) - timedelta(days=days)
            session.execute(update(Job).where(col(Job.id) == job_id).values(**settled))
    sweeping.schedule(database)
    assert run(database, settings, sweep=sweeping.sweep) == 1
    (job,) = _sweeps(database)
    assert (job.state, job.result, job.progress_done) == ("done", {"files": 5, "jobs": 2, "events": 0}, 7)
    with reading(database) as session:
        assert session.exec(select(File.id).order_by(col(File.id))).all() == kept
        assert session.exec(select(func.count()).select_from(FileChunk)).one() == 6
        left = set(session.exec(select(Job.id).where(Job.kind == "count")).all())
    assert left == {recent, waiting, own_recent}
    assert stored(database, waiting).state == "queued"


def test_one_sweep_waits_at_a_time_and_the_next_comes_an_hour_after_the_last(
    database: Database, settings: Settings
) -> None:
    for _ in range(3):
        sweeping.schedule(database)
    (first,) = _sweeps(database)
    run(database, settings, sweep=sweeping.sweep)
    for _ in range(2):
        sweeping.schedule(database)
    first, second = _sweeps(database)
    assert first.finished_at is not None
    assert second.run_after == first.finished_at + sweeping.EVERY
    assert run(database, settings, sweep=sweeping.sweep) == 0
    assert jobs.KEPT > sweeping.EVERY


def test_events_are_kept_for_a_year_and_then_removed_with_their_deliveries(
    world: World, database: Database, settings: Settings
) -> None:
    hooked(world, "https://hooks.example/")
    organisation_id = world.organisations["jiashan"]
    with writing(database) as session:
        ids = [emit(session, "job.finished", "job_1", {}, [organisation_id])[0].id for _ in range(2)]
    with writing(database) as session:
        session.get_one(Event, ids[0]).occurred_at = now(session) - events.KEPT - timedelta(hours=1)
        session.get_one(Event, ids[1]).occurred_at = now(session) - events.KEPT + timedelta(hours=1)
    sweeping.schedule(database)
    run(database, settings, sweep=sweeping.sweep)
    assert [event["id"] for event in feed(world, "jiashan")] == ids[1:]
    with reading(database) as session:
        assert session.exec(select(Delivery.event_id)).all() == ids[1:]
    lapsed = world.get("jiashan", "/v1/events", params={"after": ids[0]})
    assert (lapsed.status_code, lapsed.json()["code"]) == (400, "unknown_event")
