"""Real processes run jobs, and are killed in the middle: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select

from service.access.keys import ApiKey
from service.access.policy import Actor, granted_to
from service.database import Database, reading, writing
from service.domain import jobs, keys, organisations, webhooks
from service.domain.deliveries import KIND
from service.domain.events import emit
from service.domain.files import File, FileChunk
from service.domain.jobs import Job
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from service.domain.webhooks import WebhookWrite
from tests.conftest import ORGANISATIONS
from tests.jobs.imported import assert_on_record
from tests.jobs.jobbing import asked, stored, until
from tests.processes.serving import prepared
from tests.processes.working import FILES, working
from tests.receiving import silent


def _bureau(database: Database) -> Actor:
    with writing(database) as session:
        body = OrganisationWrite.model_validate(ORGANISATIONS["jiashan"])
        row = organisations.register(session, None, body)
        key: ApiKey = keys.create(session, None, KeyWrite(organisation_id=row.id, name="test")).row
        return Actor(row.id, row.kind, row.region_code, key.id, granted_to(row.kind))


def _count(session: Session, actor: Actor) -> int:
    own = select(func.count(col(File.id))).where(File.organisation_id == actor.organisation_id)
    return session.exec(own).one()


def _stored(database: Database, actor: Actor) -> int:
    with reading(database) as session:
        return _count(session, actor)


def _content(database: Database, actor: Actor) -> list[tuple[str, int, str, int]]:
    """What the files of an organisation are, but for their ids and times."""
    with reading(database) as session:
        statement = (
            select(File.name, File.size_bytes, File.sha256, func.count(col(FileChunk.number)))
            .join(FileChunk, col(FileChunk.file_id) == col(File.id))
            .where(File.organisation_id == actor.organisation_id)
            .group_by(col(File.id), col(File.name), col(File.size_bytes), col(File.sha256))
        )
        return sorted(session.exec(statement).all())


def _settled(database: Database, job_id: str) -> bool:
    return stored(database, job_id).state not in jobs.OPEN


def test_a_job_whose_worker_is_killed_again_and_again_ends_as_if_nothing_had_been(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    actor, dice = _bureau(database), random.Random(2543)
    job_id = asked(database, actor, "store_files", most_attempts=50)
    killed = 0
    while not _settled(database, job_id):
        before = _stored(database, actor)
        with working(database_url, tmp_path, lease_seconds=1) as process:
            # A pair further at least, so that it ends; then at a random moment of the following ones.
            until(lambda before=before: _settled(database, job_id) or _stored(database, actor) > before, 60)
            time.sleep(dice.random() * 0.2)
            if killed == 5:
                until(lambda: _settled(database, job_id), 60)
            elif not _settled(database, job_id):
                os.kill(process.pid or 0, signal.SIGKILL)
                killed += 1
        assert _stored(database, actor) % 2 == 0
    assert killed >= 3
    row = stored(database, job_id)
    assert (row.state, row.result) == ("done", {"files": FILES})
    assert row.attempts > killed
    # The same for another organisation, whose worker nobody disturbs.
    twin = _bureau(database)
    undisturbed = asked(database, twin, "store_files")
    with working(database_url, tmp_path):
        until(lambda: _settled(database, undisturbed), 60)
    assert stored(database, undisturbed).result == row.result
    assert _content(database, actor) == _content(database, twin)
    assert len(_content(database, actor)) == FILES
    assert_on_record(database)


def test_two_processes_share_the_jobs_and_none_is_done_by_both(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    actors = [_bureau(database) for _ in range(4)]
    with working(database_url, tmp_path), working(database_url, tmp_path):
        ids = [asked(database, actor, "store_files") for actor in actors]
        until(lambda: all(_settled(database, job_id) for job_id in ids), 90)
    assert [(stored(database, job_id).state, stored(database, job_id).attempts) for job_id in ids] == [
        ("done", 1)
    ] * 4
    for actor in actors:
        names = Counter(name for name, *_ in _content(database, actor))
        assert (len(names), max(names.values())) == (FILES, 1)


def test_a_worker_that_is_asked_to_stop_gives_its_job_back(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    job_id = asked(database, _bureau(database), "wait")
    with working(database_url, tmp_path) as process:
        until(lambda: stored(database, job_id).state == "running", 60)
        os.kill(process.pid or 0, signal.SIGTERM)
        process.join(30)
        assert process.exitcode == 0
    row = stored(database, job_id)
    assert (row.state, row.attempts, row.lease, row.problem) == ("queued", 0, None, None)


def test_a_job_is_cancelled_from_another_process(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    actor = _bureau(database)
    job_id = asked(database, actor, "wait")
    with working(database_url, tmp_path):
        until(lambda: stored(database, job_id).progress_of == 2, 60)
        with writing(database) as session:
            assert jobs.request_cancel(session, actor, job_id, "any").state == "running"
        until(lambda: _settled(database, job_id))
    row = stored(database, job_id)
    assert (row.state, row.progress_done, row.progress_of) == ("cancelled", 1, 2)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite_a_server_runs_jobs_beside_the_requests_and_stops_cleanly(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    actor = _bureau(database)
    with (
        working(database_url, tmp_path, serving=True) as first,
        working(database_url, tmp_path, serving=True),
    ):
        done, waiting = asked(database, actor, "store_files"), asked(database, actor, "wait")
        until(lambda: _settled(database, done) and stored(database, waiting).state == "running", 90)
        row = stored(database, done)
        assert (row.state, row.attempts, _stored(database, actor)) == ("done", 1, FILES)
        os.kill(first.pid or 0, signal.SIGTERM)
        first.join(30)
        assert not first.is_alive()
        assert first.exitcode in (0, -signal.SIGTERM)
    # Whichever of the two had it: it was given back, or taken on by the other one.
    assert stored(database, waiting).attempts <= 1


def test_receivers_that_never_answer_hold_up_no_job_of_a_process(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    actor = _bureau(database)
    with silent() as receiver:
        with writing(database) as session:
            webhooks.register(session, actor, WebhookWrite(url=receiver.url), allow_private=True)
            for _ in range(5):
                emit(session, "job.finished", "job_1", {}, [actor.organisation_id])
        # Embedded SQLite is served by the server, PostgreSQL by two threads a lane of `shanhai work`.
        threads, is_served = (1, True) if database.is_sqlite else (2, False)
        with working(database_url, tmp_path, serving=is_served, allow_private_webhooks=True):
            until(lambda: len(receiver.connections) == threads, 90)
            job_id = asked(database, actor, "store_files")
            until(lambda: _settled(database, job_id), 90)
            assert len(receiver.connections) == threads
            with reading(database) as session:
                tried = select(func.count()).where(Job.kind == KIND, Job.state == "running")
                assert session.exec(tried).one() == threads
    assert (stored(database, job_id).state, _stored(database, actor)) == ("done", FILES)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_a_server_leaves_jobs_to_those_that_work(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    job_id = asked(database, None, "sweep")
    with prepared(database_url, tmp_path):
        time.sleep(0.5)
    assert stored(database, job_id).state == "queued"
