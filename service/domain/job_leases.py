"""How a process takes a job on, keeps it, and settles it.

Whoever takes a job on gets a lease: a token and an end. It is renewed while the process lives; a process
that was killed renews nothing, and when the lease has lapsed the next one takes the job on anew. Every
change below is made only by the holder of the present token: a process that was thought dead, and comes
back, changes nothing any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, func, select, update

from service.access.standing import Asked
from service.database import Database, now, reading, writing
from service.domain import events
from service.domain.jobs import Job

#: Without a sign of life for so long, a process is taken for dead.
LEASE: Final = timedelta(seconds=30)
_LOST: Final = (
    "The process that ran this job ended without a word, each time it was tried. Tell the operator."
)


@dataclass(frozen=True, slots=True)
class JobValues:
    """What a handler knows of its job, as it was when the attempt began."""

    id: str
    kind: str
    organisation_id: str | None
    arguments: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this process holds, the token that it holds it by, and who asked for it."""

    job: JobValues
    token: str
    asked: Asked | None
    is_last_attempt: bool


class LeaseLost(Exception):
    """Another process has taken this job on meanwhile; nothing more may be done here."""


def next_due(database: Database, kinds: Iterable[str]) -> timedelta | None:
    """In how long the next job of these kinds is due, zero or less where one is; None where none is open."""
    with reading(database) as session:
        # Said aloud, or SQLite reads every settled job before it says that none of these kinds is open.
        of_kinds = col(Job.due_at).is_not(None), col(Job.kind).in_(sorted(kinds))
        earliest = session.exec(select(func.min(col(Job.due_at))).where(*of_kinds)).one()
        return None if earliest is None else earliest - now(session)


def claim(database: Database, kinds: Iterable[str]) -> Claim | None:
    """Take on the job of these kinds that has been due for longest; None where others were faster.

    A kind that this version does not know is left for one that does. On PostgreSQL rows that another
    process is just taking are passed over; SQLite has one writer at a time.
    """
    with writing(database) as session:
        due = select(Job).where(col(Job.due_at) <= now(session), col(Job.kind).in_(sorted(kinds)))
        first = due.order_by(col(Job.due_at), col(Job.id)).limit(1).with_for_update(skip_locked=True)
        while (row := session.exec(first).first()) is not None and _is_over(session, row):
            continue
        if row is None:
            return None
        row.state, row.lease = "running", secrets.token_hex(16)
        row.attempts += 1
        row.started_at, row.due_at = now(session), now(session) + LEASE
        row.progress_done, row.progress_of = 0, None
        _touch(session, row)
        return _claim_of(row)


def _is_over(session: Session, row: Job) -> bool:
    """End a job that is not to be begun once more; whether it was."""
    if row.cancel_requested:
        _end(session, row, "cancelled")
        return True
    if row.attempts < row.most_attempts:
        return False
    # It never came to an end of its own: whatever it does, it does it to the process that runs it.
    row.problem = problem_of(500, "Internal error", "worker_lost", _LOST)
    _end(session, row, "failed")
    return True


def _claim_of(row: Job) -> Claim:
    values = JobValues(row.id, row.kind, row.organisation_id, row.arguments, row.attempts)
    asked = None
    if row.organisation_id is not None:
        asked = Asked(row.organisation_id, row.key_id or "", row.person_id, frozenset(row.scopes))
    return Claim(values, row.lease or "", asked, row.attempts >= row.most_attempts)


def renew(session: Session, claim: Claim, progress: tuple[int, int | None] | None = None) -> bool:
    """Hold on for another ``LEASE`` from this instant, and note the progress; whether a cancel was asked.

    Raises
    ------
    LeaseLost
        Where somebody else holds it.
    """
    values: dict[str, Any] = {"due_at": _this_instant(session) + LEASE}
    if progress is not None:
        values |= {"progress_done": progress[0], "progress_of": progress[1]}
    statement = update(Job).where(*_held(claim)).values(**values).returning(col(Job.cancel_requested))
    found = session.execute(statement.execution_options(synchronize_session=False)).scalar_one_or_none()
    if found is None:
        raise LeaseLost(claim.job.id)
    return bool(found)


def is_cancel_requested(session: Session, claim: Claim) -> bool:
    """Whether a cancel was asked; raises ``LeaseLost`` where somebody else holds the job."""
    found = session.exec(select(Job.cancel_requested).where(*_held(claim))).first()
    if found is None:
        raise LeaseLost(claim.job.id)
    return bool(found)


def complete(session: Session, claim: Claim, result: dict[str, Any]) -> None:
    """The job is done; raises ``LeaseLost`` where it is not this process's any more."""
    row = _mine(session, claim)
    row.result, row.problem = result, None
    _end(session, row, "done")


def fail(session: Session, claim: Claim, problem: dict[str, Any]) -> None:
    """The job has failed for good."""
    row = _mine(session, claim)
    row.problem = problem
    _end(session, row, "failed")


def put_off(session: Session, claim: Claim, problem: dict[str, Any], after: timedelta) -> None:
    """The attempt did not do: begin another one ``after`` so long; a job that was cancelled ends instead."""
    row = _mine(session, claim)
    row.problem = problem
    if row.cancel_requested:
        _end(session, row, "cancelled")
        return
    _queue(session, row, now(session) + after)


def cancel(session: Session, claim: Claim) -> None:
    """The handler has stopped because a cancel was asked."""
    _end(session, _mine(session, claim), "cancelled")


def give_back(session: Session, claim: Claim) -> None:
    """Let another process go on at once, as this one is about to end; the attempt does not count."""
    row = _mine(session, claim)
    row.attempts -= 1
    _queue(session, row, now(session))


def problem_of(
    status: int, title: str, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """A ``JobProblem`` as it is stored."""
    kind = f"https://shanhai.invalid/problems/{code}"
    return {
        "type": kind,
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
    }


def _held(claim: Claim) -> tuple[Any, ...]:
    return col(Job.id) == claim.job.id, col(Job.state) == "running", col(Job.lease) == claim.token


def _mine(session: Session, claim: Claim) -> Job:
    row = session.exec(select(Job).where(*_held(claim)).with_for_update()).first()
    if row is None:
        raise LeaseLost(claim.job.id)
    return row


def _queue(session: Session, row: Job, instant: datetime) -> None:
    row.state, row.lease = "queued", None
    row.run_after = row.due_at = instant
    _touch(session, row)


def _end(session: Session, row: Job, state: Any) -> None:
    row.state, row.lease, row.due_at = state, None, None
    row.finished_at = now(session)
    _touch(session, row)
    told = {"job_id": row.id, "kind": row.kind, "state": state}
    events.emit(session, "job.finished", row.id, told, [row.organisation_id])


def _touch(session: Session, row: Job) -> None:
    row.version += 1
    row.updated_at = now(session)
    session.add(row)
    session.flush()


def _this_instant(session: Session) -> datetime:
    """The database's clock at this moment: ``now`` is that of the transaction's beginning."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    found: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found.astimezone(UTC)
