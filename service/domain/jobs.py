"""Jobs 后台任务: work that is asked for now and done beside the requests; the table is queue and outbox.

A job is put on record in the transaction that wants it done: it is there exactly where that change is.
How a process takes one on, keeps it and settles it is in ``job_leases``.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import JSON, CheckConstraint, Index, String, func, or_, text
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor, granted_to
from service.database import UtcDateTime, insert_missing, new_id, now
from service.domain.shapes import Answer, ExpectedVersion, Versioned, created, require_version
from service.errors import Conflict, Forbidden, NotFound
from service.units import Id, Instant

State = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: Final[tuple[State, ...]] = ("queued", "running")
#: So many may wait or run for one organisation: a program gone wild must not keep the others waiting.
MOST_OPEN: Final = 200
#: What is settled stays readable for so long.
KEPT: Final = timedelta(days=30)
_IS_OPEN: Final = "state IN ('queued', 'running')"


class JobProblemField(SQLModel):
    """One offending place of what the job was given."""

    pointer: str = Field(description="JSON pointer into what was asked.")
    code: str
    detail: str


class JobProblem(SQLModel):
    """Why a job failed, or is tried again: like ``Problem``, with the job's id in place of a request's."""

    type: str
    title: str
    status: int
    detail: str = Field(description="A sentence that says what to do.")
    code: str = Field(description="Stable: programs may rely on it.")
    errors: list[JobProblemField] = Field(default_factory=list)


class Job(Versioned, table=True):
    """The stored job. ``version`` counts what changes its state, not its progress.

    ``due_at`` is when the next process may take it on: ``run_after`` while it waits, the end of the lease
    while it runs, None when it is settled. ``lease`` is the present holder's token, new with every attempt.
    ``key_id``, ``person_id`` and ``scopes`` are who asked; without an organisation the service did.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="known_state"),
        CheckConstraint(f"({_IS_OPEN}) = (due_at IS NOT NULL)", name="due_while_open"),
        CheckConstraint("(state = 'running') = (lease IS NOT NULL)", name="leased_while_running"),
        CheckConstraint("attempts >= 0 AND attempts <= most_attempts", name="attempts_bounded"),
        Index("ix_jobs_due_at", "due_at"),
        Index("ix_jobs_organisation_id_id", "organisation_id", "id"),
        Index("ix_jobs_finished_at", "finished_at"),
        Index(
            "uq_jobs_unique_key",
            "unique_key",
            unique=True,
            sqlite_where=text(_IS_OPEN),
            postgresql_where=text(_IS_OPEN),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str | None = Field(default=None, foreign_key="organisations.id", max_length=40)
    key_id: str | None = Field(default=None, max_length=40)
    person_id: str | None = Field(default=None, max_length=40)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    kind: str = Field(max_length=60)
    arguments: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    unique_key: str | None = Field(default=None, max_length=64)
    state: State = Field(default="queued", sa_type=String(10))
    attempts: int = Field(default=0)
    most_attempts: int = Field(default=5)
    progress_done: int = Field(default=0)
    progress_of: int | None = Field(default=None)
    result: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    problem: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    cancel_requested: bool = Field(default=False)
    run_after: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease: str | None = Field(default=None, max_length=32)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class JobRead(Answer):
    """A job as whoever asked for it follows it. What it was given is not shown again."""

    id: Id
    organisation_id: Id | None = Field(description="Who asked; null for the service's own housekeeping.")
    person_id: Id | None = Field(description="The person who asked, where one did.")
    kind: str = Field(description="What is done, such as `sweep`.")
    state: State
    progress_done: int = Field(description="How much of `progress_of` is done, in the job's own pieces.")
    progress_of: int | None = Field(description="Null while that is not known.")
    attempts: int = Field(description="How often it was begun.")
    most_attempts: int = Field(description="How often it is begun at most before it fails.")
    result: dict[str, Any] | None = Field(description="What came of it, once it is done.")
    problem: JobProblem | None = Field(
        description="Why it failed; while it is `queued` again, why the last attempt did not do."
    )
    run_after: Instant = Field(description="It is not begun before this instant.")
    started_at: Instant | None = Field(description="When the last attempt began.")
    finished_at: Instant | None
    cancel_requested: bool = Field(description="It ends as soon as it can be ended.")
    version: int
    created_at: Instant
    updated_at: Instant


def enqueue(
    session: Session,
    actor: Actor | None,
    kind: str,
    arguments: dict[str, Any],
    *,
    run_after: datetime | None = None,
    most_attempts: int = 5,
    unique_key: str | None = None,
) -> Job:
    """Put a job on record, in the caller's transaction; it is begun after that is committed.

    Parameters
    ----------
    actor : Actor, optional
        Who asks. None is the service's own housekeeping, which only a platform sees.
    unique_key : str, optional
        At most one job of this kind, organisation and key is open: where there is one it is returned. It
        may be running, and have read already what has changed since.

    Raises
    ------
    Conflict
        ``too_many_jobs``.
    """
    key = _digest(kind, actor, unique_key) if unique_key is not None else None
    if key is not None and (found := _open(session, key)) is not None:
        return found
    if actor is not None:
        _require_room(session, actor)
    begins = run_after or now(session)
    row = Job.model_validate(
        {
            **created(session),
            **_asker(actor),
            "id": new_id("job"),
            "kind": kind,
            "arguments": arguments,
            "unique_key": key,
            "most_attempts": most_attempts,
            "run_after": begins,
            "due_at": begins,
        }
    )
    insert_missing(session, row)
    # A twin of the same key that was faster is the one.
    stored = _open(session, key) if key is not None else session.get(Job, row.id)
    if stored is None:
        raise Conflict("conflict", "The job of this key has just ended. Send the request again.")
    if actor is not None and stored.id == row.id:
        audit.record(session, actor, "job.enqueue", "job", stored.id, {"kind": kind})
    return stored


def _asker(actor: Actor | None) -> dict[str, Any]:
    if actor is None:
        return {}
    return {
        "organisation_id": actor.organisation_id,
        "key_id": actor.key_id,
        "person_id": actor.person_id,
        "scopes": sorted(actor.scopes & granted_to(actor.kind, actor.person_role)),
    }


def _digest(kind: str, actor: Actor | None, unique_key: str) -> str:
    whose = actor.organisation_id if actor else ""
    return hashlib.sha256(f"{kind}\n{whose}\n{unique_key}".encode()).hexdigest()


def _open(session: Session, key: str) -> Job | None:
    statement = select(Job).where(Job.unique_key == key, col(Job.state).in_(OPEN))
    return session.exec(statement.execution_options(populate_existing=True)).first()


def _require_room(session: Session, actor: Actor) -> None:
    open_ones = select(func.count()).where(
        Job.organisation_id == actor.organisation_id, col(Job.state).in_(OPEN)
    )
    if session.exec(open_ones).one() >= MOST_OPEN:
        raise Conflict(
            "too_many_jobs",
            f"{MOST_OPEN} jobs of your organisation wait or run. Wait for some of them, or cancel some.",
        )


def visible_to(actor: Actor) -> SelectOfScalar[Job]:
    """The jobs that the actor's own organisation has asked for; a platform sees the housekeeping too."""
    own = col(Job.organisation_id) == actor.organisation_id
    return select(Job).where(or_(own, col(Job.organisation_id).is_(None)) if actor.is_platform else own)


def listed(actor: Actor, state: State | None, kind: str | None) -> SelectOfScalar[Job]:
    """Visible jobs, newest first."""
    statement = visible_to(actor).order_by(col(Job.id).desc())
    if state:
        statement = statement.where(Job.state == state)
    return statement.where(Job.kind == kind) if kind else statement


def get(session: Session, actor: Actor, job_id: str) -> Job:
    """One visible job; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Job.id == job_id)).first()
    if found is None:
        raise NotFound()
    return found


def request_cancel(session: Session, actor: Actor, job_id: str, expected: ExpectedVersion) -> Job:
    """End a job: at once while it waits; where it runs, the process that runs it is told.

    What a running job has stored stays stored; one that is faster than the message is done.

    Raises
    ------
    Forbidden
        ``not_yours_to_cancel`` for a person who only reads, unless it is the person's own job.
    Conflict
        ``job_settled``.
    """
    row = session.exec(visible_to(actor).where(Job.id == job_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    if actor.person_role not in (None, "clerk", "approver") and row.person_id != actor.person_id:
        raise Forbidden(
            "not_yours_to_cancel", "With your role you can cancel the jobs that you have asked for yourself."
        )
    if row.state not in OPEN:
        raise Conflict("job_settled", f"This job is {row.state}; there is nothing left to cancel.")
    if row.state == "queued":
        row.state, row.due_at, row.finished_at = "cancelled", None, now(session)
    if not row.cancel_requested:
        audit.record(session, actor, "job.cancel", "job", row.id, {"kind": row.kind})
    row.cancel_requested = True
    row.version += 1
    row.updated_at = now(session)
    session.add(row)
    session.flush()
    return row
