"""Signing in: by password or by an id_token of the organisation's own sign-in service.

Whoever cannot sign in is not told why: a user name that does not exist takes the same work and gets the
same answer as a wrong password. An attempt counts before the password is looked at, in a transaction of
its own, so that neither two workers nor a hundred requests at once try more than they may.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, delete
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit, passwords, sessions
from service.access.oidc import Issuers
from service.access.policy import Actor, Permission, require
from service.access.sessions import Begun, BrowserSession, digest
from service.database import (
    Database,
    UtcDateTime,
    insert_missing,
    now,
    reading,
    record_change,
    writing,
)
from service.domain import organisation_settings, people
from service.domain.people import Person
from service.domain.shapes import StrictBody, replace_fields, strict
from service.errors import Forbidden, NotFound, TooManyRequests, Unauthenticated, invalid
from service.units import Password, TypedPassword

ATTEMPTS = 5
WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)
DIFFERENT_CHARACTERS = 5


class LoginAttempts(SQLModel, table=True):
    """How often a user name was tried since the last success, whether it exists or not.

    Hashed: what is typed into the wrong field may be a password.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_began_at", "began_at"),)

    user_name_hash: str = Field(primary_key=True, max_length=64)
    began_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasswordWrite(StrictBody):
    """A new password. One's own needs the old one; for somebody else it is a temporary one."""

    model_config = strict({"old_password": "old secret words", "new_password": "four new secret words"})

    old_password: TypedPassword | None = Field(default=None, description="Of one's own account.")
    new_password: Password


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever has just signed in, and the token for the cookie."""

    actor: Actor
    begun: Begun


def by_password(database: Database, user_name: str, password: str) -> SignedIn:
    """Begin a session by user name and password.

    Raises
    ------
    Unauthenticated
        ``sign_in_refused``, whatever the reason.
    TooManyRequests
        ``sign_in_locked`` after 5 failures within 15 minutes, for 15 minutes.
    """
    name = user_name.strip().lower()
    with writing(database) as session:
        _count(session, name)
    with reading(database) as session:
        stored = session.exec(select(Person.password_hash).where(Person.user_name == name)).first()
    if not passwords.matches(password, stored):
        raise _refused()
    with writing(database) as session:
        same = select(Person).where(Person.user_name == name, Person.password_hash == stored)
        found = _begin(session, same)
        _forget(session, name)
        return found


def by_id_token(database: Database, organisation_id: str, id_token: str, issuers: Issuers) -> SignedIn:
    """Begin a session by an id_token of the organisation's sign-in service; each begins one.

    Raises
    ------
    Unauthenticated
        ``sign_in_refused``, whatever the reason.
    Unavailable
        ``issuer_unavailable``: its public keys cannot be had at the moment.
    """
    with reading(database) as session:
        settings = organisation_settings.of(session, organisation_id)
    if settings is None or settings.oidc is None:
        raise _refused()
    oidc = settings.oidc
    subject = issuers.subject_of(id_token, oidc.issuer, oidc.audience, oidc.jwks_uri)
    if subject is None:
        raise _refused()
    with writing(database) as session:
        used = select(BrowserSession.id).where(BrowserSession.proof_hash == digest(id_token))
        if session.exec(used).first() is not None:
            raise _refused()
        same = select(Person).where(
            Person.organisation_id == organisation_id,
            Person.oidc_issuer == oidc.issuer,
            Person.oidc_subject == subject,
        )
        return _begin(session, same, proof=id_token)


def sign_out(session: Session, actor: Actor) -> None:
    """End the session that the actor comes with; raises ``NotFound`` where it comes with a key."""
    row = session.get(BrowserSession, actor.key_id)
    if row is None:
        raise NotFound(
            "not_found", "You came with a key, not with a session. DELETE /v1/keys/{id} revokes a key."
        )
    row.revoked_at = now(session)
    session.add(row)
    record_change(session, "session", row.id, "revoke")
    audit.record(session, actor, "session.revoke", "session", row.id)


def set_password(database: Database, actor: Actor, person_id: str, body: PasswordWrite) -> Person:
    """Change one's own password by the old one, or set a temporary one for somebody else.

    Every other session of the person ends.

    Raises
    ------
    Forbidden
        ``wrong_password``; without ``people:write``, or ``administrator_protected``, for somebody else.
    TooManyRequests
        ``sign_in_locked``: trying old passwords counts as trying to sign in.
    """
    with reading(database) as session:
        before = people.get(session, actor, person_id)
    is_own = before.id == actor.person_id
    _check_new(before, body, is_own=is_own)
    if is_own:
        with writing(database) as session:
            _count(session, before.user_name)
        if not passwords.matches(body.old_password or "", before.password_hash):
            raise Forbidden("wrong_password", "The old password is not the one. Type it again.")
    else:
        require(actor, Permission.PEOPLE_WRITE)
    new_hash = passwords.hashed(body.new_password)
    with writing(database) as session:
        row = people.locked(session, actor, person_id, frozenset({before.version}))
        people.require_reach(actor, row)
        replace_fields(session, row, {"password_hash": new_hash, "must_change_password": not is_own})
        sessions.revoke_all(session, row.id, but=actor.key_id if is_own else "")
        _forget(session, row.user_name)
        record_change(session, "person", row.id, "password")
        audit.record(session, actor, "person.password", "person", row.id, {"temporary": not is_own})
        return row


def reset_password(session: Session, user_name: str) -> str:
    """The operator's way back in: a temporary password for a user name, which is returned once."""
    row = session.exec(select(Person).where(Person.user_name == user_name.lower()).with_for_update()).first()
    if row is None:
        raise NotFound("not_found", "Nobody has this user name.")
    password = passwords.temporary()
    replace_fields(session, row, {"password_hash": passwords.hashed(password), "must_change_password": True})
    sessions.revoke_all(session, row.id)
    _forget(session, row.user_name)
    record_change(session, "person", row.id, "password")
    audit.record(session, None, "person.password", "person", row.id, {"temporary": True})
    return password


def _check_new(row: Person, body: PasswordWrite, *, is_own: bool) -> None:
    if is_own and body.old_password is None:
        raise invalid("/old_password", "missing", "Send your old password too.")
    if not is_own and body.old_password is not None:
        raise invalid("/old_password", "not_expected", "Somebody else's password is set without the old one.")
    new = body.new_password.lower()
    if row.user_name in new:
        raise invalid("/new_password", "contains_user_name", "A password must not contain the user name.")
    if body.new_password == body.old_password:
        raise invalid("/new_password", "unchanged", "Choose another password than the old one.")
    if len(set(new)) < DIFFERENT_CHARACTERS:
        raise invalid("/new_password", "too_simple", "Use more different characters.")


def _begin(session: Session, same: SelectOfScalar[Person], proof: str | None = None) -> SignedIn:
    # Read again under a lock: the person may have been disabled while the password was looked at.
    person = session.exec(same.with_for_update()).first()
    if person is None or person.disabled_at is not None:
        raise _refused()
    begun = sessions.begin(session, person.id, proof)
    actor = sessions.authenticate(session, begun.token)
    audit.record(session, actor, "session.create", "session", begun.row.id)
    return SignedIn(actor, begun)


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "sign_in_refused",
        "These do not go together, or may not sign in. Check them, or ask an administrator.",
    )


def _count(session: Session, user_name: str) -> None:
    """Count an attempt, before it is known whether it succeeds."""
    instant = now(session)
    past = col(LoginAttempts.began_at) < instant - WINDOW - LOCKED_FOR
    session.execute(delete(LoginAttempts).where(past))
    key = digest(user_name)
    insert_missing(session, LoginAttempts(user_name_hash=key, began_at=instant, attempts=0))
    same = select(LoginAttempts).where(LoginAttempts.user_name_hash == key)
    row = session.exec(same.with_for_update()).one()
    if row.locked_until is not None and row.locked_until > instant:
        raise _locked(row.locked_until - instant)
    if row.locked_until is not None or row.began_at <= instant - WINDOW:
        row.began_at, row.attempts, row.locked_until = instant, 0, None
    row.attempts += 1
    if row.attempts >= ATTEMPTS:
        row.locked_until = instant + LOCKED_FOR
    session.add(row)


def _locked(remaining: timedelta) -> TooManyRequests:
    seconds = math.ceil(remaining.total_seconds())
    return TooManyRequests(
        "sign_in_locked",
        f"Too many failed attempts. Wait {seconds} seconds, or ask an administrator for a new password.",
        headers={"Retry-After": str(seconds)},
    )


def _forget(session: Session, user_name: str) -> None:
    session.execute(delete(LoginAttempts).where(col(LoginAttempts.user_name_hash) == digest(user_name)))
