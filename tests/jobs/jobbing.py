"""Jobs of the tests: handlers that do little, and what is asked of them."""

from __future__ import annotations

from typing import Any

from service.access.policy import Actor
from service.database import Database, reading, writing
from service.domain import jobs
from service.domain.jobs import Job
from service.index import MatchIndex
from service.jobs.runner import drain
from service.jobs.work import Handler
from service.settings import Settings


def asked(database: Database, actor: Actor | None, kind: str = "count", **more: Any) -> str:
    """The id of a job that was put on record."""
    with writing(database) as session:
        return jobs.enqueue(session, actor, kind, more.pop("arguments", {}), **more).id


def stored(database: Database, job_id: str) -> Job:
    """The job as it is now."""
    with reading(database) as session:
        return session.get_one(Job, job_id)


def run(database: Database, settings: Settings, **handlers: Handler) -> int:
    """Run what is due by these handlers."""
    return drain(database, settings, MatchIndex(), handlers)
