"""Jobs that are cancelled while they wait, while they run, or too late."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import col, func, select

from service.database import Database, reading, writing
from service.domain import job_leases, jobs
from service.domain.jobs import Job
from service.errors import Conflict, PreconditionFailed
from service.jobs import work
from service.jobs.work import Context, Retry
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, count, lapse, run, stored, until


def test_a_job_that_waits_is_cancelled_at_once(world: World, database: Database, settings: Settings) -> None:
    actor = world.actors["jiashan"]
    job_id = asked(database, actor)
    with pytest.raises(PreconditionFailed), writing(database) as session:
        jobs.request_cancel(session, actor, job_id, frozenset({7}))
    with writing(database) as session:
        assert jobs.request_cancel(session, actor, job_id, frozenset({1})).state == "cancelled"
    assert run(database, settings, count=count) == 0
    row = stored(database, job_id)
    assert (row.state, row.attempts, row.due_at) == ("cancelled", 0, None)
    assert row.finished_at is not None
    with pytest.raises(Conflict, match="cancelled") as told, writing(database) as session:
        jobs.request_cancel(session, actor, job_id, "any")
    assert told.value.code == "job_settled"


def test_a_job_that_runs_stops_where_it_is_and_keeps_what_it_has_stored(
    world: World, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PULSE_SECONDS", 0.02)
    actor = world.actors["jiashan"]
    job_id = asked(database, actor)

    def endless(context: Context) -> dict[str, Any]:
        with writing(context.database) as session:
            jobs.enqueue(session, None, "trace", {})
            jobs.request_cancel(session, actor, job_id, "any")
        until(lambda: context.cancel_requested)
        context.progress(5, 9)
        raise AssertionError("it was not stopped")

    run(database, settings, count=endless)
    row = stored(database, job_id)
    assert (row.state, row.cancel_requested, row.progress_done, row.problem) == ("cancelled", True, 5, None)
    with reading(database) as session:
        assert session.exec(select(func.count(col(Job.id))).where(Job.kind == "trace")).one() == 1


def test_a_job_that_was_faster_than_its_cancel_is_done_and_one_that_failed_is_not_tried_again(
    world: World, database: Database, settings: Settings
) -> None:
    actor = world.actors["jiashan"]
    fast, failing = asked(database, actor, "fast"), asked(database, actor, "failing")

    def cancelled_while(context: Context) -> dict[str, Any]:
        with writing(context.database) as session:
            jobs.request_cancel(session, actor, context.job.id, "any")
        if context.job.kind == "failing":
            raise Retry
        return {}

    run(database, settings, fast=cancelled_while, failing=cancelled_while)
    assert (stored(database, fast).state, stored(database, failing).state) == ("done", "cancelled")


def test_a_cancelled_job_whose_process_died_is_not_begun_again(
    world: World, database: Database, settings: Settings
) -> None:
    actor = world.actors["jiashan"]
    job_id = asked(database, actor)
    assert job_leases.claim(database, ["count"]) is not None
    with writing(database) as session:
        assert jobs.request_cancel(session, actor, job_id, "any").state == "running"
    lapse(database, job_id)
    assert run(database, settings, count=count) == 0
    assert stored(database, job_id).state == "cancelled"
