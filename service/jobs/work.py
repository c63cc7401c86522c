"""Runs one job: takes it on, keeps its lease while its handler works, and settles it by what came of it.

A handler is a plain function; what it is given says which job it is, on whose behalf, and whether to stop.
A job that is killed in the middle runs again: so a handler can be repeated, from the start or from what
it has noted.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog
from sqlmodel import Session

from service.access import standing
from service.access.policy import Actor, Permission
from service.database import Database, reading, writing
from service.domain import job_leases
from service.domain.job_leases import Claim, JobValues, LeaseLost, problem_of
from service.errors import ShanhaiError, Unavailable
from service.index import MatchIndex
from service.settings import Settings

#: How often a process says that it lives, asks whether to stop, and stores the progress where it has moved.
PULSE_SECONDS: Final = 1.0
#: The pause before the second attempt; each further one is twice as long, to an hour.
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
#: So many offending places are kept of what a job was given; a handler that finds more makes a file of them.
MOST_ERRORS: Final = 100
T = TypeVar("T")
_log = structlog.get_logger()


class Cancelled(Exception):
    """A cancel was asked: the handler stops where it is."""


class Stopping(Exception):
    """The process is about to end: the job goes back, and another one goes on with it."""


class Retry(Exception):
    """It did not work this time; try again ``after`` so long, or as the backoff says where that is None."""

    def __init__(
        self,
        after: timedelta | None = None,
        code: str = "not_yet",
        detail: str = "It could not be done yet, and is tried again.",
    ) -> None:
        super().__init__(detail)
        self.after, self.code, self.detail = after, code, detail


@dataclass
class Context:
    """What a handler is given. ``index`` loads when it is first asked for its ``current`` snapshot."""

    database: Database
    settings: Settings
    index: MatchIndex
    job: JobValues
    claim: Claim
    stopping: threading.Event = field(default_factory=threading.Event)
    moved: tuple[int, int | None] | None = None
    cancel_requested: bool = False
    lost: bool = False

    def actor(self, session: Session, *needs: Permission) -> Actor:
        """Who asked, authorised anew at this moment.

        Without ``needs``, whoever has lost anything since is refused; with them, these alone are needed,
        and the actor carries what is left.

        Raises
        ------
        Forbidden
            ``not_authorised``, by which the job fails.
        """
        if self.claim.asked is None:
            raise ValueError("the service's own housekeeping has no actor")
        return standing.present(session, self.claim.asked, *needs)

    def progress(self, done: int, of: int | None) -> None:
        """Say how far it is, as often as one likes; asks nothing of the database.

        Raises
        ------
        Cancelled, Stopping, LeaseLost
            When the handler is to stop. What it has committed stays.
        """
        self.moved = (done, of)
        if self.lost:
            raise LeaseLost(self.job.id)
        if self.cancel_requested:
            raise Cancelled
        if self.stopping.is_set():
            raise Stopping

    def hold(self, session: Session) -> None:
        """Make this transaction one that only the holder of the job can commit; renews the lease.

        To be called last in a transaction that must not be done twice. Raises ``LeaseLost``.
        """
        job_leases.renew(session, self.claim)

    def complete(self, session: Session, result: dict[str, Any]) -> None:
        """Settle the job in the very transaction that stores its outcome: both are there, or neither.

        The handler returns the same result after the commit.
        """
        job_leases.complete(session, self.claim, result)


Handler = Callable[[Context], dict[str, Any]]


def run_next(
    database: Database,
    settings: Settings,
    index: MatchIndex,
    handlers: Mapping[str, Handler],
    stopping: threading.Event | None = None,
) -> bool:
    """Take on one job that is due and run it to its end; False where none was taken on."""
    claim = job_leases.claim(database, handlers)
    if claim is None:
        return False
    context = Context(database, settings, index, claim.job, claim, stopping or threading.Event())
    _log.info("job_began", job=claim.job.id, kind=claim.job.kind, attempt=claim.job.attempts)
    with _Pulse(context):
        settle = _attempt(context, handlers[claim.job.kind])
    _settle(context, settle)
    return True


def _attempt(context: Context, handler: Handler) -> Callable[[Session], None]:
    """Run the handler; how its job is to be settled."""
    claim = context.claim
    try:
        if claim.asked is not None:
            with reading(context.database) as session:
                standing.as_of_now(session, claim.asked)
        result = handler(context)
        # What cannot be stored must fail here, where it is told, and not when the job is settled.
        json.dumps(result, allow_nan=False)
    except Cancelled:
        return lambda session: job_leases.cancel(session, claim)
    except Stopping:
        return lambda session: job_leases.give_back(session, claim)
    except LeaseLost:
        return _nothing
    except Retry as error:
        again = problem_of(503, "Not done yet", error.code, error.detail)
        return _again(claim, again, error.after)
    except ShanhaiError as error:
        told = _told(error)
        if error.status < 500:
            return lambda session: job_leases.fail(session, claim, told)
        return _again(claim, told, None)
    except Exception:
        _log.exception("job_attempt_failed", job=claim.job.id, kind=claim.job.kind)
        detail = f"The attempt failed unexpectedly. Tell the operator this id: {claim.job.id}."
        return _again(claim, problem_of(500, "Internal error", "internal_error", detail), None)
    return lambda session: job_leases.complete(session, claim, result)


def _nothing(_session: Session) -> None:
    """Somebody else settles it."""


def _again(claim: Claim, problem: dict[str, Any], after: timedelta | None) -> Callable[[Session], None]:
    if claim.is_last_attempt:
        return lambda session: job_leases.fail(session, claim, problem)
    pause = after if after is not None else backoff(claim.job.attempts)
    return lambda session: job_leases.put_off(session, claim, problem, pause)


def backoff(attempts: int) -> timedelta:
    """The pause after so many attempts: 10 s, 20 s, 40 s and so on, to an hour."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** min(attempts - 1, 20)))


def _told(error: ShanhaiError) -> dict[str, Any]:
    errors = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in error.errors[:MOST_ERRORS]]
    return problem_of(error.status, error.title, error.code, error.detail, errors)


def _settle(context: Context, settle: Callable[[Session], None]) -> None:
    """Store what came of it."""
    claim = context.claim

    def write(session: Session) -> None:
        # How far it came is told of a job that was done between two pulses too.
        job_leases.renew(session, claim, context.moved)
        settle(session)

    try:
        insisting(context.database, write)
    except LeaseLost:
        # Settled by its handler already, or taken on by another process.
        _log.info("job_not_mine", job=claim.job.id, kind=claim.job.kind)
    except Unavailable:
        # Nobody knows how it ended: when the lease lapses it is done again.
        _log.warning("job_not_settled", job=claim.job.id, kind=claim.job.kind)


def insisting(database: Database, write: Callable[[Session], T]) -> T:
    """What a transaction gives; a database that is busy is asked again for as long as a lease lasts.

    For what has happened already, and would happen once more if it were not put on record.
    """
    end = time.monotonic() + job_leases.LEASE.total_seconds()
    while True:
        try:
            with writing(database) as session:
                return write(session)
        except Unavailable:
            if time.monotonic() >= end:
                raise
        time.sleep(0.5)


class _Pulse:
    """The thread beside a handler that renews the lease and hears of cancels."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job-pulse", daemon=True)
        self._stored: tuple[int, int | None] | None = None
        self._renewed = time.monotonic()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(PULSE_SECONDS):
            try:
                self._beat()
            except LeaseLost:
                self._context.lost = True
                return
            except Unavailable as error:
                # While the handler itself writes to SQLite nobody else can take the job on either.
                _log.info("job_pulse_waits", job=self._context.job.id, code=error.code)

    def _beat(self) -> None:
        context, moved = self._context, self._context.moved
        is_due = time.monotonic() - self._renewed > job_leases.LEASE.total_seconds() / 3
        if moved == self._stored and not is_due:
            with reading(context.database) as session:
                context.cancel_requested = job_leases.is_cancel_requested(session, context.claim)
            return
        with writing(context.database) as session:
            context.cancel_requested = job_leases.renew(session, context.claim, moved)
        self._stored, self._renewed = moved, time.monotonic()
