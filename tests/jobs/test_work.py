"""Jobs: asked for in a change's own transaction, done beside the requests, told how they ended."""

from __future__ import annotations

from service.database import Database
from service.jobs.work import Context
from service.settings import Settings
from tests.conftest import World
from tests.jobs.jobbing import asked, run, stored


def count(context: Context) -> dict[str, object]:
    context.progress(1, 2)
    context.progress(2, 2)
    return {"counted": 2}


def test_a_job_is_done_once_and_tells_what_came_of_it(
    world: World, database: Database, settings: Settings
) -> None:
    job_id = asked(database, world.actors["jiashan"])
    assert run(database, settings, count=count) == 1
    row = stored(database, job_id)
    assert (row.state, row.result, row.attempts, row.due_at, row.lease) == (
        "done",
        {"counted": 2},
        1,
        None,
        None,
    )
    assert run(database, settings, count=count) == 0
