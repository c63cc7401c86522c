"""Attempts to sign in: counted, so that nobody guesses for long, and on record when they fail.

What fails for a known person is an event each, since five lock the user name. Names that nobody has may be
tried without end by anybody: of these every tenth power is an event, with how many there were, so that the
record cannot be filled. Either way a refusal writes once: its time tells nothing of who exists.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Index, delete
from sqlmodel import Field, Session, SQLModel, col, select

from service.access import audit
from service.access.policy import Actor
from service.access.sessions import digest
from service.database import UtcDateTime, insert_missing, now
from service.domain.people import Person
from service.errors import TooManyRequests

ATTEMPTS = 5
WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
_NOBODY = "nobody"
Way = Literal["password", "id_token", "old_password"]


class LoginAttempts(SQLModel, table=True):
    """How often a user name was tried since the last success, whether it exists or not.

    Hashed: what is typed into the wrong field may be a password. A row of no name counts what no person
    can be told for.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_began_at", "began_at"),)

    user_name_hash: str = Field(primary_key=True, max_length=64)
    began_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


def count(session: Session, user_name: str) -> int:
    """Count an attempt, before it is known whether it succeeds; which one since the last success it is.

    Raises
    ------
    TooManyRequests
        ``sign_in_locked`` after 5 within 15 minutes, for 15 minutes.
    """
    instant = now(session)
    past = col(LoginAttempts.began_at) < instant - WINDOW - LOCKED_FOR
    session.execute(delete(LoginAttempts).where(past))
    row = _row(session, digest(user_name))
    if row.locked_until is not None and row.locked_until > instant:
        raise _locked(row.locked_until - instant)
    if row.locked_until is not None or row.began_at <= instant - WINDOW:
        row.began_at, row.attempts, row.locked_until = instant, 0, None
    row.attempts += 1
    if row.attempts >= ATTEMPTS:
        row.locked_until = instant + LOCKED_FOR
    session.add(row)
    return row.attempts


def forget(session: Session, user_name: str) -> None:
    """Begin to count anew, after a success."""
    session.execute(delete(LoginAttempts).where(col(LoginAttempts.user_name_hash) == digest(user_name)))


def refuse(
    session: Session, person: Person | None, way: Way, attempt: int, actor: Actor | None = None
) -> None:
    """Put a failure of a user name on record, and that it is locked where this was the last one."""
    if person is None:
        _refuse_nobody(session, _NOBODY, None)
        return
    detail = {"way": way, "attempt": attempt}
    _note(session, actor, "refuse", person.id, detail, person.organisation_id)
    if attempt >= ATTEMPTS:
        until = now(session) + LOCKED_FOR
        _note(session, actor, "lock", person.id, {"until": until.isoformat()}, person.organisation_id)


def refuse_id_token(session: Session, organisation_id: str, person: Person | None) -> None:
    """Put a refused id_token on record: of a person who may not sign in by it, or of nobody known."""
    if person is None:
        _refuse_nobody(session, f"id_token {organisation_id}", organisation_id)
        return
    _note(session, None, "refuse", person.id, {"way": "id_token"}, organisation_id)


def _refuse_nobody(session: Session, key: str, organisation_id: str | None) -> None:
    instant, row = now(session), _row(session, key)
    if row.began_at <= instant - WINDOW:
        row.began_at, row.attempts = instant, 0
    row.attempts += 1
    session.add(row)
    if math.log10(row.attempts).is_integer():
        detail = {"attempts": row.attempts, "since": row.began_at.isoformat()}
        _note(session, None, "refuse", organisation_id or _NOBODY, detail, organisation_id)


def _note(
    session: Session,
    actor: Actor | None,
    deed: str,
    whom: str,
    detail: dict[str, Any],
    organisation_id: str | None,
) -> None:
    audit.record(session, actor, f"sign_in.{deed}", "sign_in", whom, detail, organisation_id=organisation_id)


def _row(session: Session, key: str) -> LoginAttempts:
    """The row, locked; a new one where there is none."""
    insert_missing(session, LoginAttempts(user_name_hash=key, began_at=now(session), attempts=0))
    same = select(LoginAttempts).where(LoginAttempts.user_name_hash == key)
    return session.exec(same.with_for_update()).one()


def _locked(remaining: timedelta) -> TooManyRequests:
    seconds = math.ceil(remaining.total_seconds())
    return TooManyRequests(
        "sign_in_locked",
        f"Too many failed attempts. Wait {seconds} seconds, or ask an administrator for a new password.",
        headers={"Retry-After": str(seconds)},
    )
