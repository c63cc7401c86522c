"""The leases of jobs: of a process that has died another takes over, and each job goes to one."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from service.database import Database, reading, writing
from service.domain import job_leases, jobs
from service.domain.job_leases import LeaseLost
from service.domain.jobs import Job
from service.jobs.work import Context
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, count, lapse, run, stored


def test_a_job_whose_process_has_died_is_taken_on_by_another_and_the_first_changes_nothing_any_more(
    database: Database, settings: Settings
) -> None:
    job_id = asked(database, None)
    first = job_leases.claim(database, ["count"])
    assert first is not None
    assert job_leases.claim(database, ["count"]) is None
    assert job_leases.next_due(database, ["count"]) is not None
    lapse(database, job_id)
    second = job_leases.claim(database, ["count"])
    assert second is not None
    assert second.job.attempts == 2
    changes: list[Any] = [
        lambda session: job_leases.renew(session, first, (1, 2)),
        lambda session: job_leases.is_cancel_requested(session, first),
        lambda session: job_leases.complete(session, first, {"by": "the first"}),
        lambda session: job_leases.fail(session, first, {}),
        lambda session: job_leases.put_off(session, first, {}, timedelta(0)),
        lambda session: job_leases.cancel(session, first),
        lambda session: job_leases.give_back(session, first),
    ]
    for change in changes:
        with pytest.raises(LeaseLost), writing(database) as session:
            change(session)
    with writing(database) as session:
        job_leases.complete(session, second, {"by": "the second"})
    row = stored(database, job_id)
    assert (row.state, row.result, row.progress_done) == ("done", {"by": "the second"}, 0)


def test_a_transaction_of_a_process_that_has_lost_its_job_is_not_committed(
    world: World, database: Database, settings: Settings
) -> None:
    job_id = asked(database, world.actors["jiashan"])
    taken_over = []

    def late(context: Context) -> dict[str, Any]:
        lapse(database, job_id)
        taken_over.append(job_leases.claim(database, ["count"]))
        with writing(context.database) as session:
            jobs.enqueue(session, None, "trace", {})
            context.hold(session)
        return {}

    run(database, settings, count=late)
    row = stored(database, job_id)
    assert (row.state, row.attempts, row.lease) == ("running", 2, taken_over[0].token)
    with reading(database) as session:
        assert session.exec(select(Job).where(Job.kind == "trace")).all() == []


def test_holding_on_makes_the_lease_last_from_that_moment(database: Database) -> None:
    job_id = asked(database, None)
    claim = job_leases.claim(database, ["count"])
    assert claim is not None
    before = stored(database, job_id)
    with writing(database) as session:
        assert not job_leases.renew(session, claim, (3, 9))
    after = stored(database, job_id)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at > before.due_at
    # Progress is no change of state: whoever has read the job can still cancel it.
    assert (after.version, after.progress_done, after.progress_of) == (before.version, 3, 9)


def test_a_handler_can_settle_its_job_with_what_it_stores(
    world: World, database: Database, settings: Settings
) -> None:
    def whole(context: Context) -> dict[str, Any]:
        with writing(context.database) as session:
            jobs.enqueue(session, None, "trace", {})
            context.complete(session, {"traces": 1})
        return {"traces": 1}

    job_id = asked(database, world.actors["jiashan"])
    assert run(database, settings, count=whole) == 1
    row = stored(database, job_id)
    assert (row.state, row.result, row.attempts) == ("done", {"traces": 1}, 1)


def test_a_job_that_ends_every_process_that_runs_it_fails_at_last(
    database: Database, settings: Settings
) -> None:
    job_id = asked(database, None, most_attempts=2)
    later = asked(database, None, "count")
    for _ in range(2):
        assert job_leases.claim(database, ["count"]) is not None
        lapse(database, job_id)
    # The one behind it is not held up.
    assert run(database, settings, count=count) == 1
    row = stored(database, job_id)
    assert row.problem is not None
    assert (row.state, row.attempts, row.problem["code"]) == ("failed", 2, "worker_lost")
    assert stored(database, later).state == "done"


def test_of_many_processes_that_ask_at_once_each_job_goes_to_one(database: Database) -> None:
    wanted = {asked(database, None) for _ in range(12)}
    barrier = threading.Barrier(6)

    def take(_number: int) -> list[str]:
        barrier.wait()
        taken = []
        while (found := job_leases.claim(database, ["count"])) is not None:
            taken.append(found.job.id)
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [job_id for ids in pool.map(take, range(6)) for job_id in ids]
    assert sorted(taken) == sorted(wanted)
