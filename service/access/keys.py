"""API keys: a public prefix and 256 random bits, stored as SHA-256, scoped, expiring, revocable."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, and_, column, table
from sqlmodel import Field, Session, SQLModel, col, select

from service.access.policy import Actor, granted_to
from service.database import UtcDateTime, new_id, now
from service.errors import Unauthenticated

# Organisations and people are nouns of the domain, above this layer; a key needs few of their columns.
_organisations = table("organisations", column("id"), column("kind"), column("region_code"))
_people = table("people", column("id"), column("role"), column("disabled_at"))


class ApiKey(SQLModel, table=True):
    """A key as stored: the secret itself is not here and cannot be worked out.

    A personal key, one with a person, does no more than that person's role at the moment.
    """

    __tablename__ = "api_keys"

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    person_id: str | None = Field(default=None, foreign_key="people.id", index=True, max_length=40)
    name: str = Field(max_length=200)
    prefix: str = Field(unique=True, max_length=20)
    secret_hash: str = Field(max_length=64)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    version: int = Field(default=1)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Minted:
    """A new key's row and its secret, which is shown this once."""

    row: ApiKey
    secret: str


def mint(
    session: Session,
    organisation_id: str,
    name: str,
    scopes: list[str],
    expires_at: datetime | None,
    person_id: str | None = None,
) -> Minted:
    """A new key, added to the session. The secret reads ``shk_<prefix>_<random>``."""
    prefix = secrets.token_hex(6)
    secret = f"shk_{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey(
        id=new_id("key"),
        organisation_id=organisation_id,
        person_id=person_id,
        name=name,
        prefix=prefix,
        secret_hash=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=sorted(scopes),
        created_at=now(session),
        expires_at=expires_at,
    )
    session.add(row)
    return Minted(row, secret)


def authenticate(session: Session, authorization: str | None) -> Actor:
    """The actor of an ``Authorization: Bearer <key>`` header.

    Raises
    ------
    Unauthenticated
        ``missing_key``, ``unknown_key``, ``expired_key``, ``revoked_key`` or ``person_disabled``.
    """
    scheme, _, secret = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated("missing_key", "Send your key as `Authorization: Bearer <key>`.")
    parts = secret.strip().split("_", 2)
    if len(parts) != 3 or parts[0] != "shk" or not parts[1].isalnum() or len(parts[1]) > 20:
        raise Unauthenticated("unknown_key", "This key is not known. Check it, or ask for a new one.")
    is_active = _people.c.disabled_at.is_(None)
    statement = (
        select(ApiKey, _organisations.c.kind, _organisations.c.region_code, _people.c.role)
        .join(_organisations, _organisations.c.id == col(ApiKey.organisation_id))
        .outerjoin(_people, and_(_people.c.id == col(ApiKey.person_id), is_active))
        .where(ApiKey.prefix == parts[1])
    )
    found = session.exec(statement).first()
    given = hashlib.sha256(secret.strip().encode("utf-8", "replace")).hexdigest()
    # The comparison runs for an unknown prefix too, so that its time tells nothing.
    matches = hmac.compare_digest(given, found[0].secret_hash if found else "0" * 64)
    if found is None or not matches:
        raise Unauthenticated("unknown_key", "This key is not known. Check it, or ask for a new one.")
    key, kind, region_code, role = found
    if key.revoked_at is not None:
        raise Unauthenticated("revoked_key", "This key was revoked. Ask for a new one.")
    if key.expires_at is not None and key.expires_at <= now(session):
        raise Unauthenticated("expired_key", "This key has expired. Ask for a new one.")
    if key.person_id is None:
        return Actor(key.organisation_id, kind, region_code, key.id, frozenset(key.scopes))
    if role is None:
        raise Unauthenticated("person_disabled", "The person of this key was disabled. Ask an administrator.")
    allowed = granted_to(kind, role).intersection(key.scopes)
    return Actor(key.organisation_id, kind, region_code, key.id, allowed, key.person_id, role)
