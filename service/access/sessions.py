"""Sessions of browsers: a random token in a cookie, stored as SHA-256, that expires and can be revoked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import column, delete, table
from sqlmodel import Field, Session, SQLModel, col, select, update

from service.access.policy import Actor, granted_to
from service.database import UtcDateTime, new_id, now
from service.errors import Unauthenticated

#: A working day: whoever comes back the next morning signs in anew.
LIFETIME = timedelta(hours=12)
# Nouns of the domain, above this layer; a session needs few of their columns.
_organisations = table("organisations", column("id"), column("kind"), column("region_code"))
_people = table(
    "people",
    column("id"),
    column("organisation_id"),
    column("role"),
    column("disabled_at"),
    column("must_change_password"),
)


class BrowserSession(SQLModel, table=True):
    """A session as stored: the token itself is not here and cannot be worked out.

    ``proof_hash`` is that of the id_token which began it, so that none begins two.
    """

    __tablename__ = "sessions"

    id: str = Field(primary_key=True, max_length=40)
    person_id: str = Field(foreign_key="people.id", index=True, max_length=40)
    token_hash: str = Field(unique=True, max_length=64)
    proof_hash: str | None = Field(default=None, unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session's row and its token, which only the cookie holds."""

    row: BrowserSession
    token: str


def begin(session: Session, person_id: str, proof: str | None = None) -> Begun:
    """A new session of 256 random bits; the person's lapsed ones are cleared away."""
    instant = now(session)
    lapsed = col(BrowserSession.expires_at) <= instant
    session.execute(delete(BrowserSession).where(lapsed, col(BrowserSession.person_id) == person_id))
    token = secrets.token_urlsafe(32)
    row = BrowserSession(
        id=new_id("ses"),
        person_id=person_id,
        token_hash=digest(token),
        proof_hash=digest(proof) if proof is not None else None,
        created_at=instant,
        expires_at=instant + LIFETIME,
    )
    session.add(row)
    # A twin that was begun by the same id_token shows here.
    session.flush()
    return Begun(row, token)


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal: enough for what is random already."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def revoke_all(session: Session, person_id: str, but: str = "") -> None:
    """End every session of a person, except ``but``; the caller records the change."""
    statement = update(BrowserSession).where(
        col(BrowserSession.person_id) == person_id,
        col(BrowserSession.id) != but,
        col(BrowserSession.revoked_at).is_(None),
    )
    session.execute(statement.values(revoked_at=now(session)))


def authenticate(session: Session, token: str) -> Actor:
    """The actor of a session's cookie.

    Raises
    ------
    Unauthenticated
        ``session_ended``: unknown, lapsed or revoked, or its person was disabled.
    """
    statement = (
        select(BrowserSession, _people.c.organisation_id, _people.c.role, _people.c.must_change_password)
        .join(_people, _people.c.id == col(BrowserSession.person_id))
        .where(BrowserSession.token_hash == digest(token), _people.c.disabled_at.is_(None))
    )
    found = session.exec(statement).first()
    if found is None or found[0].revoked_at is not None or found[0].expires_at <= now(session):
        raise Unauthenticated("session_ended", "Your session has ended. Sign in again.")
    row, organisation_id, role, must_change_password = found
    own = select(_organisations.c.kind, _organisations.c.region_code)
    kind, region_code = session.exec(own.where(_organisations.c.id == organisation_id)).one()
    # A temporary password binds whoever came by it.
    bound = bool(must_change_password) and row.proof_hash is None
    scopes = granted_to(kind, role)
    return Actor(organisation_id, kind, region_code, row.id, scopes, row.person_id, role, bound)
