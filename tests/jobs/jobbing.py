"""Jobs of the tests: how they are asked for, run, and aged."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import col, update

from service.access.policy import Actor
from service.database import Database, now, reading, writing
from service.domain import jobs
from service.domain.jobs import Job
from service.index import MatchIndex
from service.jobs.runner import drain
from service.jobs.work import Context, Handler
from service.settings import Settings


def asked(database: Database, actor: Actor | None, kind: str = "count", **more: Any) -> str:
    """The id of a job that was put on record."""
    with writing(database) as session:
        return jobs.enqueue(session, actor, kind, more.pop("arguments", {}), **more).id


def count(context: Context) -> dict[str, Any]:
    """A handler that counts to two."""
    context.progress(1, 2)
    context.progress(2, 2)
    return {"counted": 2}


def stored(database: Database, job_id: str) -> Job:
    """The job as it is now."""
    with reading(database) as session:
        return session.get_one(Job, job_id)


def lapse(database: Database, job_id: str) -> None:
    """As if its pause were over, or its process had given no sign of life for the length of a lease."""
    with writing(database) as session:
        past = now(session) - timedelta(seconds=1)
        session.execute(update(Job).where(col(Job.id) == job_id).values(due_at=past))


def run(database: Database, settings: Settings, **handlers: Handler) -> int:
    """Run what is due by these handlers; how many attempts that took."""
    return drain(database, settings, MatchIndex(), handlers)


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until it holds; it is an error if it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
