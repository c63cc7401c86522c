"""Housekeeping: what has lapsed is removed once an hour, a little at a time, so that nobody waits for it.

Idempotency keys are not among it: every POST that brings one removes those that have lapsed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session, and_, col, delete, func, or_, select

from service.database import Database, now, reading, writing
from service.domain import events, files, jobs
from service.domain.deliveries import Delivery
from service.domain.events import Event
from service.domain.jobs import Job
from service.jobs.work import Context

KIND: Final = "sweep"
EVERY: Final = timedelta(hours=1)
#: There is a job for every delivery to a webhook, whose log is kept elsewhere.
HOUSEKEEPING_KEPT: Final = timedelta(days=1)
#: What is removed in one transaction: other writers wait no longer than for this.
_FILES_AT_ONCE = 5
_JOBS_AT_ONCE = 500
_EVENTS_AT_ONCE = 500


def schedule(database: Database, kind: str = KIND, every: timedelta = EVERY) -> None:
    """Put the next run of a housekeeping kind on record where none is: so long after the last, or now."""
    with reading(database) as session:
        if _is_scheduled(session, kind):
            return
    with writing(database) as session:
        last = session.exec(select(func.max(col(Job.finished_at))).where(Job.kind == kind)).one()
        jobs.enqueue(
            session, None, kind, {}, run_after=None if last is None else last + every, unique_key=kind
        )


def _is_scheduled(session: Session, kind: str) -> bool:
    open_ones = select(Job.id).where(Job.kind == kind, col(Job.state).in_(jobs.OPEN))
    return session.exec(open_ones).first() is not None


def sweep(context: Context) -> dict[str, Any]:
    """Remove lapsed files, and settled jobs and events after their time; how many of each."""
    kinds = {"files": _remove_files, "jobs": _remove_jobs, "events": _remove_events}
    removed = dict.fromkeys(kinds, 0)
    for name, remove in kinds.items():
        count = -1
        while count != 0:
            with writing(context.database) as session:
                count = remove(session)
            removed[name] += count
            context.progress(sum(removed.values()), None)
    return removed


def _remove_files(session: Session) -> int:
    return files.remove_lapsed(session, _FILES_AT_ONCE)


def _remove_jobs(session: Session) -> int:
    own = and_(col(Job.organisation_id).is_(None), col(Job.finished_at) < now(session) - HOUSEKEEPING_KEPT)
    settled = or_(own, col(Job.finished_at) < now(session) - jobs.KEPT)
    ids = session.exec(select(Job.id).where(settled).limit(_JOBS_AT_ONCE)).all()
    if ids:
        session.execute(delete(Job).where(col(Job.id).in_(ids)))
    return len(ids)


def _remove_events(session: Session) -> int:
    lapsed = select(Event.id).where(col(Event.occurred_at) < now(session) - events.KEPT)
    ids = session.exec(lapsed.limit(_EVENTS_AT_ONCE)).all()
    if ids:
        session.execute(delete(Delivery).where(col(Delivery.event_id).in_(ids)))
        session.execute(delete(Event).where(col(Event.id).in_(ids)))
    return len(ids)
