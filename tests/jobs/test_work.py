"""Jobs: asked for in a change's own transaction, done beside the requests, told how they ended."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from service.access.audit import AuditEvent
from service.database import Database, reading, writing
from service.domain import job_leases, jobs
from service.domain.jobs import Job
from service.errors import Conflict, FieldError, Invalid, NotFound, Unavailable, invalid
from service.jobs import work
from service.jobs.work import Context, Retry, backoff
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, count, lapse, run, stored


def test_a_job_is_done_once_and_tells_what_came_of_it(
    world: World, database: Database, settings: Settings
) -> None:
    job_id = asked(database, world.actors["jiashan"])
    before = stored(database, job_id)
    assert (before.state, before.attempts, before.version, before.due_at) == (
        "queued",
        0,
        1,
        before.run_after,
    )
    assert run(database, settings, count=count) == 1
    row = stored(database, job_id)
    assert (row.state, row.result, row.problem) == ("done", {"counted": 2}, None)
    assert (row.progress_done, row.progress_of, row.attempts) == (2, 2, 1)
    assert (row.due_at, row.lease) == (None, None)
    assert row.started_at is not None
    assert row.finished_at is not None
    assert run(database, settings, count=count) == 0


def test_a_job_is_there_exactly_where_the_change_is_that_wants_it_done(
    world: World, database: Database
) -> None:
    def fails() -> None:
        with writing(database) as session:
            jobs.enqueue(session, world.actors["jiashan"], "count", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with reading(database) as session:
        assert session.exec(select(Job)).all() == []
        assert session.exec(select(AuditEvent).where(AuditEvent.noun == "job")).all() == []


def test_whoever_asked_is_on_record_and_housekeeping_is_not(world: World, database: Database) -> None:
    job_id = asked(database, world.actors["jiashan"])
    asked(database, None)
    with reading(database) as session:
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.noun == "job")).all()
    assert (event.action, event.noun_id, event.detail) == ("job.enqueue", job_id, {"kind": "count"})
    assert event.organisation_id == world.organisations["jiashan"]


def test_a_job_is_not_begun_before_its_time(world: World, database: Database, settings: Settings) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    job_id = asked(database, None, run_after=later)
    assert run(database, settings, count=count) == 0
    in_an_hour = job_leases.next_due(database, ["count"])
    assert in_an_hour is not None
    assert timedelta(minutes=59) < in_an_hour <= timedelta(hours=1)
    assert stored(database, job_id).run_after == later


def test_a_kind_that_this_version_does_not_know_is_left_for_one_that_does(
    database: Database, settings: Settings
) -> None:
    job_id = asked(database, None, "of_tomorrow")
    assert job_leases.next_due(database, ["count"]) is None
    assert run(database, settings, count=count) == 0
    assert stored(database, job_id).state == "queued"
    assert run(database, settings, of_tomorrow=count) == 1


# Retries


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 80), (9, 2560), (10, 3600), (200, 3600)]
)
def test_the_pause_doubles_to_an_hour(attempts: int, seconds: int) -> None:
    assert backoff(attempts) == timedelta(seconds=seconds)


def test_what_fails_is_tried_again_after_a_pause_and_said_so_until_it_has_failed_for_good(
    world: World, database: Database, settings: Settings
) -> None:
    def breaks(_context: Context) -> dict[str, Any]:
        raise RuntimeError("the secret of the investor")

    job_id = asked(database, world.actors["jiashan"], most_attempts=3)
    for attempt in (1, 2):
        assert run(database, settings, count=breaks) == 1
        row = stored(database, job_id)
        assert (row.state, row.attempts, row.finished_at, row.lease) == ("queued", attempt, None, None)
        assert row.problem is not None
        assert (row.problem["code"], row.problem["status"]) == ("internal_error", 500)
        assert job_id in row.problem["detail"]
        assert "secret" not in str(row.problem)
        assert row.run_after - row.updated_at == backoff(attempt)
        lapse(database, job_id)
    assert run(database, settings, count=breaks) == 1
    row = stored(database, job_id)
    assert (row.state, row.attempts, row.due_at) == ("failed", 3, None)
    assert row.problem is not None
    assert row.problem["code"] == "internal_error"


def test_an_attempt_that_does_after_one_that_did_not_leaves_no_problem(
    database: Database, settings: Settings
) -> None:
    def second_time(context: Context) -> dict[str, Any]:
        if context.job.attempts == 1:
            raise Retry(timedelta(minutes=3), "receiver_away", "The receiver does not answer.")
        return {}

    job_id = asked(database, None)
    run(database, settings, count=second_time)
    row = stored(database, job_id)
    assert row.run_after - row.updated_at == timedelta(minutes=3)
    assert row.problem is not None
    assert row.problem["code"] == "receiver_away"
    assert row.problem["detail"] == "The receiver does not answer."
    lapse(database, job_id)
    run(database, settings, count=second_time)
    row = stored(database, job_id)
    assert (row.state, row.attempts, row.problem) == ("done", 2, None)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (invalid("/land_mu", "not_a_number", "Send a number."), "failed"),
        (Conflict("duplicate", "There is one."), "failed"),
        (NotFound(), "failed"),
        (Unavailable("busy", "Try again."), "queued"),
    ],
)
def test_what_asking_again_would_not_mend_fails_at_once(
    database: Database, settings: Settings, error: Any, state: str
) -> None:
    def refuses(_context: Context) -> dict[str, Any]:
        raise error

    job_id = asked(database, None)
    run(database, settings, count=refuses)
    row = stored(database, job_id)
    assert row.state == state
    assert row.problem is not None
    assert (row.problem["status"], row.problem["code"], row.problem["detail"]) == (
        error.status,
        error.code,
        error.detail,
    )
    expected = [{"pointer": "/land_mu", "code": "not_a_number", "detail": "Send a number."}]
    assert row.problem["errors"] == (expected if isinstance(error, Invalid) else [])


def test_a_result_that_cannot_be_stored_is_told_and_nothing_hangs(
    database: Database, settings: Settings
) -> None:
    job_id = asked(database, None, most_attempts=1)
    run(database, settings, count=lambda _context: {"at": datetime.now(UTC)})
    row = stored(database, job_id)
    assert row.problem is not None
    assert (row.state, row.problem["code"]) == ("failed", "internal_error")


def test_of_very_many_offending_places_a_job_keeps_the_first_ones(
    database: Database, settings: Settings
) -> None:
    places = [FieldError(f"/{number}", "missing", "Send it.") for number in range(work.MOST_ERRORS + 1)]

    def refuses(_context: Context) -> dict[str, Any]:
        raise Invalid(places)

    job_id = asked(database, None)
    run(database, settings, count=refuses)
    row = stored(database, job_id)
    assert row.problem is not None
    assert [error["pointer"] for error in row.problem["errors"]] == [
        place.pointer for place in places[: work.MOST_ERRORS]
    ]


# One open job of a key


def test_of_one_key_one_job_is_open_at_a_time(world: World, database: Database, settings: Settings) -> None:
    actor, other = world.actors["jiashan"], world.actors["qingyuan"]
    first = asked(database, actor, unique_key="prj_1")
    assert asked(database, actor, unique_key="prj_1") == first
    others = {
        asked(database, actor, unique_key="prj_2"),
        asked(database, other, unique_key="prj_1"),
        asked(database, None, unique_key="prj_1"),
        asked(database, actor, "another_kind", unique_key="prj_1"),
    }
    assert len(others) == 4
    assert first not in others
    run(database, settings, count=count)
    assert asked(database, actor, unique_key="prj_1") != first


def test_twins_of_one_key_that_come_at_once_are_one(world: World, database: Database) -> None:
    actor, barrier = world.actors["jiashan"], threading.Barrier(4)

    def ask(_number: int) -> str:
        barrier.wait()
        return asked(database, actor, unique_key="prj_1")

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1
    with reading(database) as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "job.enqueue")).all()
    assert len(events) == 1


def test_an_organisation_cannot_fill_the_queue(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_OPEN", 2)
    actor = world.actors["jiashan"]
    asked(database, actor)
    asked(database, actor, unique_key="prj_1")
    with pytest.raises(Conflict) as told:
        asked(database, actor)
    assert told.value.code == "too_many_jobs"
    asked(database, actor, unique_key="prj_1")
    asked(database, world.actors["qingyuan"])
