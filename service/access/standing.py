"""Whether somebody who asked for something a while ago may still have it: by what they are now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import column, table
from sqlmodel import Session, select

from service.access.keys import ApiKey
from service.access.policy import Actor, Permission, Role, granted_to
from service.database import now
from service.errors import Forbidden

# Nouns of the domain, above this layer; few of their columns are needed.
_organisations = table("organisations", column("id"), column("kind"), column("region_code"))
_people = table("people", column("id"), column("organisation_id"), column("role"), column("disabled_at"))


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, and what they might do when they asked."""

    organisation_id: str
    key_id: str
    person_id: str | None
    scopes: frozenset[str]


def present(session: Session, asked: Asked, *needs: Permission) -> Actor:
    """``as_of_now``, where what is needed is still granted.

    Where no ``needs`` are named, everything that the actor could do then is needed.

    Raises
    ------
    Forbidden
        ``not_authorised``.
    """
    actor = as_of_now(session, asked)
    missing = sorted({str(need) for need in needs} - actor.scopes if needs else asked.scopes - actor.scopes)
    if missing:
        raise _refusal(f"`{missing[0]}` is not granted any more")
    return actor


def as_of_now(session: Session, asked: Asked) -> Actor:
    """Whoever asked, with what they may do at this moment of what they could do then.

    A session of a browser may have ended meanwhile; a key must not have.

    Raises
    ------
    Forbidden
        ``not_authorised``: the key was revoked or has expired, or the person was disabled.
    """
    own = select(_organisations.c.kind, _organisations.c.region_code)
    organisation = session.exec(own.where(_organisations.c.id == asked.organisation_id)).first()
    if organisation is None:
        raise _refusal("the organisation is gone")
    kind, region_code = organisation
    role = _role(session, asked)
    scopes = asked.scopes & granted_to(kind, role) & _scopes_of_key(session, asked)
    return Actor(asked.organisation_id, kind, region_code, asked.key_id, scopes, asked.person_id, role)


def _role(session: Session, asked: Asked) -> Role | None:
    if asked.person_id is None:
        return None
    found = session.exec(
        select(_people.c.role).where(
            _people.c.id == asked.person_id,
            _people.c.organisation_id == asked.organisation_id,
            _people.c.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        raise _refusal("the person was disabled")
    role: Role = found
    return role


def _scopes_of_key(session: Session, asked: Asked) -> frozenset[str]:
    # A session's id, or the name of an operator's command, is no key.
    if not asked.key_id.startswith("key_"):
        return asked.scopes
    key = session.get(ApiKey, asked.key_id, populate_existing=True)
    if key is None or key.revoked_at is not None:
        raise _refusal("the key was revoked")
    if key.expires_at is not None and key.expires_at <= now(session):
        raise _refusal("the key has expired")
    return frozenset(key.scopes)


def _refusal(why: str) -> Forbidden:
    return Forbidden(
        "not_authorised",
        f"Whoever asked for this may not have it any more: {why}. Somebody who may has to ask anew.",
    )
