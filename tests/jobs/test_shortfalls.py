"""The job that looks for targets the year will miss, and the events that tell of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from service.database import Database, reading
from service.domain.jobs import OPEN, Job
from service.jobs import shortfalls, sweeping
from service.settings import Settings
from service.units import shanghai_day
from tests.api.assessing import recorded, target
from tests.conftest import World
from tests.jobs.jobbing import asked, run, stored

TODAY = shanghai_day(datetime.now(UTC))


def looked(database: Database, settings: Settings) -> dict[str, Any]:
    job_id = asked(database, None, shortfalls.KIND)
    run(database, settings, shortfalls=shortfalls.look)
    job = stored(database, job_id)
    assert job.state == "done", job.problem
    return dict(job.result or {})


def told(world: World, who: str) -> list[dict[str, Any]]:
    feed = world.get(who, "/v1/events?type=assessment.shortfall").json()["items"]
    return [event["data"] for event in feed]


def test_a_target_that_will_be_missed_is_told_to_its_organisation_alone_and_once(
    world: World, database: Database, settings: Settings
) -> None:
    target(world, "people_trained", 100, year=TODAY.year)
    recorded(world, 30, measure="people_trained", on=TODAY.isoformat())
    assert looked(database, settings) == {"pages": 1, "told": 1}
    (event,) = told(world, "jiashan")
    assert (event["kind"], event["indicator"], event["target"], event["done"], event["shortfall"]) == (
        "new",
        "people_trained",
        100,
        30,
        70,
    )
    assert told(world, "qingyuan") == told(world, "nanxun") == []
    assert looked(database, settings) == {"pages": 1, "told": 0}
    assert len(told(world, "jiashan")) == 1


def test_it_is_put_on_record_beside_the_sweep_and_each_only_once(database: Database) -> None:
    for _ in range(2):
        assert sweeping.schedule(database) is None
        assert sweeping.schedule(database, shortfalls.KIND, shortfalls.EVERY) is None
    assert open_kinds(database) == ["shortfalls", "sweep"]


def open_kinds(database: Database) -> list[str]:
    with reading(database) as session:
        return sorted(session.exec(select(Job.kind).where(col(Job.state).in_(OPEN))))
