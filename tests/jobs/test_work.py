"""Jobs: asked for in a change's own transaction, done beside the requests, told how they ended."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, func, select, update

from service.access.audit import AuditEvent
from service.access.keys import ApiKey
from service.access.policy import Actor, Permission, granted_to
from service.database import Database, now, open_database, reading, writing
from service.domain import job_leases, jobs, person_records
from service.domain.job_leases import LeaseLost
from service.domain.jobs import Job
from service.errors import Conflict, FieldError, Invalid, NotFound, PreconditionFailed, Unavailable, invalid
from service.index import MatchIndex
from service.jobs import work
from service.jobs.runner import Runner
from service.jobs.work import Context, Retry, backoff
from service.revisions import Commits
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, lapse, run, stored, until


def count(context: Context) -> dict[str, Any]:
    context.progress(1, 2)
    context.progress(2, 2)
    return {"counted": 2}


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


# Leases


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


# Cancel


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


# On whose behalf


def _person(world: World, role: Any) -> Actor:
    own = world.actors["jiashan"]
    name = world.person("jiashan", role)
    scopes = granted_to(own.kind, role)
    return Actor(own.organisation_id, own.kind, own.region_code, "ses_1", scopes, world.people[name], role)


def _acts(*needs: Permission) -> Any:
    def act(context: Context) -> dict[str, Any]:
        with reading(context.database) as session:
            actor = context.actor(session, *needs)
        return {"role": actor.person_role, "scopes": sorted(actor.scopes)}

    return act


@pytest.mark.parametrize("needs", [(), (Permission.PROJECTS_WRITE,)])
def test_a_person_who_was_demoted_while_the_job_waited_is_refused(
    world: World, database: Database, settings: Settings, needs: tuple[Permission, ...]
) -> None:
    actor = _person(world, "clerk")
    job_id = asked(database, actor)
    with writing(database) as session:
        person_records.grant(session, world.actors["jiashan"], actor.person_id or "", "any", "viewer")
    run(database, settings, count=_acts(*needs))
    row = stored(database, job_id)
    assert row.problem is not None
    assert (row.state, row.problem["status"], row.problem["code"]) == ("failed", 403, "not_authorised")


def test_what_a_job_does_not_need_may_have_been_lost_and_what_was_gained_is_not_used(
    world: World, database: Database, settings: Settings
) -> None:
    actor = _person(world, "clerk")
    job_id = asked(database, actor)
    with writing(database) as session:
        person_records.grant(session, world.actors["jiashan"], actor.person_id or "", "any", "auditor")
    run(database, settings, count=_acts(Permission.PROJECTS_READ))
    row = stored(database, job_id)
    assert row.state == "done"
    assert row.result is not None
    assert row.result["role"] == "auditor"
    assert "projects:read" in row.result["scopes"]
    assert not {"projects:write", "audit:read"} & set(row.result["scopes"])


def _disable(session: Session, world: World, actor: Actor) -> None:
    person_records.disable(session, world.actors["jiashan"], actor.person_id or "", "any")


def _revoke(session: Session, _world: World, actor: Actor) -> None:
    session.execute(update(ApiKey).where(col(ApiKey.id) == actor.key_id).values(revoked_at=now(session)))


def _expire(session: Session, _world: World, actor: Actor) -> None:
    session.execute(update(ApiKey).where(col(ApiKey.id) == actor.key_id).values(expires_at=now(session)))


@pytest.mark.parametrize("end", [_disable, _revoke, _expire])
def test_whoever_was_disabled_or_whose_key_ended_gets_nothing_done(
    world: World, database: Database, settings: Settings, end: Any
) -> None:
    actor = _person(world, "approver") if end is _disable else world.actors["jiashan"]
    job_id, ran = asked(database, actor), []
    with writing(database) as session:
        end(session, world, actor)
    run(database, settings, count=lambda context: ran.append(context) or {})
    row = stored(database, job_id)
    assert ran == []
    assert row.problem is not None
    assert (row.state, row.problem["code"]) == ("failed", "not_authorised")


def test_a_session_may_have_ended_meanwhile_and_a_key_acts_as_it_did(
    world: World, database: Database, settings: Settings
) -> None:
    person, key = asked(database, _person(world, "clerk")), asked(database, world.actors["jiashan"])
    run(database, settings, count=_acts())
    assert (stored(database, person).state, stored(database, key).state) == ("done", "done")


# Threads


def test_a_process_that_stops_gives_its_job_back_and_another_one_goes_on(
    world: World, database: Database, settings: Settings
) -> None:
    job_id, began = asked(database, None), threading.Event()

    def long(context: Context) -> dict[str, Any]:
        began.set()
        if context.job.arguments:
            return {}
        while True:
            context.progress(1, 2)
            context.stopping.wait(0.01)

    runner = Runner(database, settings, MatchIndex(), lanes={"asked": {"count": long}})
    runner.start()
    assert began.wait(20)
    runner.stop()
    row = stored(database, job_id)
    assert (row.state, row.attempts, row.lease) == ("queued", 0, None)
    assert run(database, settings, count=count) == 1
    assert stored(database, job_id).state == "done"


def test_an_idle_thread_finds_what_is_committed_and_what_falls_due(
    world: World, database: Database, settings: Settings
) -> None:
    runner = Runner(database, settings, MatchIndex(), threads=2, lanes={"asked": {"count": count}})
    runner.start()
    try:
        soon = asked(database, None, run_after=datetime.now(UTC) + timedelta(seconds=0.6))
        at_once = [asked(database, None) for _ in range(5)]
        until(lambda: {stored(database, job_id).state for job_id in [soon, *at_once]} == {"done"})
        assert {stored(database, job_id).attempts for job_id in [soon, *at_once]} == {1}
    finally:
        runner.stop()


def test_a_handler_that_ranks_has_an_index_that_is_loaded_when_it_is_asked_for(
    world: World, database: Database, settings: Settings
) -> None:
    world.profile()
    seen: list[Any] = []

    def ranks(context: Context) -> dict[str, Any]:
        seen.append(context.index.newest())
        with reading(context.database) as session:
            places = len(context.index.current(session).offers)
        return {"places": places}

    job_id = asked(database, None)
    run(database, settings, count=ranks)
    assert seen == [None]
    assert stored(database, job_id).result == {"places": 1}


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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_idle_thread_on_sqlite_is_told_of_commits_and_of_nothing_else(database: Database) -> None:
    commits = Commits(database)
    assert commits.moved()
    assert [commits.moved() for _ in range(3)] == [False] * 3
    with reading(database) as session:
        session.exec(select(Job)).all()
    assert not commits.moved()
    asked(database, None)
    assert [commits.moved(), commits.moved()] == [True, False]
    commits.close()
    assert commits.moved()
    commits.close()


def test_where_the_database_cannot_be_asked_a_thread_takes_it_for_moved(tmp_path: Path) -> None:
    away = open_database(f"sqlite:///{tmp_path / 'nowhere' / 'shanhai.db'}")
    assert [Commits(away).moved(), Commits(away).moved()] == [True, True]
    assert not (tmp_path / "nowhere").exists()
