"""The threads that run jobs: how they stop, what wakes them, and the index they rank by."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from service.database import Database, open_database, reading
from service.domain.jobs import Job
from service.index import MatchIndex
from service.jobs.runner import Runner
from service.jobs.work import Context
from service.revisions import Commits
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, count, run, stored, until


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
