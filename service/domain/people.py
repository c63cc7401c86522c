"""People of an organisation: who they are, what their role is, and how it is kept from the wrong hands.

Whoever administers people gives no roles, and whoever gives roles administers no people; nobody
changes the own role.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit, passwords
from service.access.keys import ApiKey
from service.access.policy import GUARDED, Actor, Permission, Role, require
from service.access.sessions import revoke_all
from service.database import UtcDateTime, new_id, now, record_change
from service.domain import organisation_settings
from service.domain.organisations import Organisation
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    StrictBody,
    Versioned,
    created,
    patched,
    replace_fields,
    require_version,
    strict,
)
from service.errors import Conflict, Forbidden, NotFound, invalid
from service.units import Id, Instant, Name, Subject, UserName

# Their passwords and subjects are nobody's to set but the organisation's own key's: whoever sets one can
# sign in as that person.
PROTECTED: frozenset[Role] = frozenset({"administrator", "security_administrator", "auditor"})


class PersonFields(SQLModel):
    """What an administrator enters of a person, typed once for table, bodies and answers."""

    name: Name
    user_name: UserName = Field(description="Signs in; unique in the whole service, lower case.")
    oidc_subject: Subject | None = Field(
        default=None, description="`sub` of the person at the organisation's own sign-in service."
    )


EXAMPLE: dict[str, Any] = {"name": "张三", "user_name": "zhang.san", "oidc_subject": None}


class PersonWrite(PersonFields, StrictBody):
    """What a patched person must be."""

    model_config = strict(EXAMPLE)


class PersonCreate(PersonFields, StrictBody):
    """Body of a new person."""

    model_config = strict({"organisation_id": "org_00000000000000000000000000", **EXAMPLE, "role": "viewer"})

    organisation_id: Id
    role: Role = Field(default="viewer", description="Another one than viewer needs `people:grant` too.")


class RoleWrite(StrictBody):
    """The role that a person is to have."""

    model_config = strict({"role": "clerk"})

    role: Role


class Person(PersonFields, Versioned, table=True):
    """The stored person. ``oidc_issuer`` is the one that the subject was entered for."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("organisation_id", "oidc_issuer", "oidc_subject"),)

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    name: str = Field(max_length=200)
    user_name: str = Field(unique=True, max_length=64)
    role: Role = Field(sa_type=String(24))
    oidc_subject: str | None = Field(default=None, max_length=255)
    oidc_issuer: str | None = Field(default=None, max_length=200)
    password_hash: str | None = Field(default=None, max_length=200)
    must_change_password: bool = Field(default=False)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PersonRead(PersonFields, Answer):
    """A person, without anything to sign in with."""

    id: Id
    organisation_id: Id
    role: Role
    must_change_password: bool = Field(description="Whether the password is a temporary one.")
    disabled_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class PersonCreated(PersonRead):
    """A new person; ``temporary_password`` is in the first answer only, and null on a replay."""

    temporary_password: str | None


def visible_to(actor: Actor) -> SelectOfScalar[Person]:
    """The people of the actor's own organisation; a platform's sight covers all."""
    statement = select(Person)
    if actor.is_platform:
        return statement
    return statement.where(Person.organisation_id == actor.organisation_id)


def listed(
    actor: Actor, q: str | None, role: Role | None, organisation_id: str | None
) -> SelectOfScalar[Person]:
    """Visible people, disabled ones too, oldest first."""
    statement = visible_to(actor).order_by(col(Person.id))
    if q:
        found = (col(name).icontains(q, autoescape=True) for name in (Person.name, Person.user_name))
        statement = statement.where(or_(*found))
    if role:
        statement = statement.where(Person.role == role)
    return statement.where(Person.organisation_id == organisation_id) if organisation_id else statement


def get(session: Session, actor: Actor, person_id: str) -> Person:
    """One visible person; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Person.id == person_id)).first()
    if found is None:
        raise NotFound()
    return found


def create(session: Session, actor: Actor | None, body: PersonCreate) -> tuple[Person, str]:
    """Enter a person with a temporary password, which is returned and stored nowhere.

    ``actor`` None is the operator's command.

    Raises
    ------
    Forbidden
        ``organisation_not_yours``; without ``people:grant`` for any role but viewer.
    Conflict
        ``user_name_taken``.
    """
    if actor is not None and not actor.is_platform and body.organisation_id != actor.organisation_id:
        raise Forbidden("organisation_not_yours", "A person can be entered for your own organisation only.")
    if actor is not None and body.role != "viewer":
        require(actor, Permission.PEOPLE_GRANT)
    if session.get(Organisation, body.organisation_id) is None:
        raise invalid("/organisation_id", "unknown_organisation", "There is no such organisation.")
    _require_free(session, body.user_name, None)
    password = passwords.temporary()
    row = Person.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("usr"),
            "password_hash": passwords.hashed(password),
            "must_change_password": True,
            "oidc_issuer": _issuer_for(session, body.organisation_id, body.oidc_subject),
        }
    )
    session.add(row)
    # A rival of the same name shows here, inside the operation that it spoils.
    session.flush()
    record_change(session, "person", row.id, "create")
    audit.record(session, actor, "person.create", "person", row.id, {"role": row.role})
    return row, password


def change(
    session: Session, actor: Actor, person_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> Person:
    """Apply a merge patch to what an administrator enters.

    Raises
    ------
    Forbidden
        ``administrator_protected`` for the subject of somebody with an administration's role.
    """
    row = locked(session, actor, person_id, expected)
    body = patched(PersonWrite, row, patch)
    _require_free(session, body.user_name, row.id)
    values = body.model_dump()
    if body.oidc_subject != row.oidc_subject:
        require_reach(actor, row)
        values["oidc_issuer"] = _issuer_for(session, row.organisation_id, body.oidc_subject)
        # Whoever signed in by the subject before is not known to be this person any more.
        revoke_all(session, row.id)
    changed = sorted(name for name in PersonWrite.model_fields if getattr(row, name) != values[name])
    replace_fields(session, row, values)
    record_change(session, "person", row.id, "update")
    audit.record(session, actor, "person.update", "person", row.id, {"fields": changed})
    return row


def grant(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion, role: Role) -> Person:
    """Give a person another role; it holds from the very next request on.

    Raises
    ------
    Forbidden
        ``own_role``.
    Conflict
        ``last_administrator``.
    """
    row = locked(session, actor, person_id, expected)
    if row.id == actor.person_id:
        raise Forbidden("own_role", "Nobody changes the own role. Ask another security administrator.")
    if role != row.role:
        _require_successor(session, row)
    before = row.role
    replace_fields(session, row, {"role": role})
    record_change(session, "person", row.id, "grant")
    audit.record(session, actor, "person.grant", "person", row.id, {"from": before, "to": role})
    return row


def disable(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion) -> Person:
    """Refuse a person, with every session and personal key, from the very next request on.

    Raises
    ------
    Conflict
        ``last_administrator``.
    """
    row = locked(session, actor, person_id, expected)
    if row.disabled_at is None:
        _require_successor(session, row)
        replace_fields(session, row, {"disabled_at": now(session)})
        # A person who is enabled again signs in again.
        revoke_all(session, row.id)
        record_change(session, "person", row.id, "disable")
        audit.record(session, actor, "person.disable", "person", row.id)
    return row


def enable(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion) -> Person:
    """Let a disabled person in again, in the role they had."""
    row = locked(session, actor, person_id, expected)
    if row.disabled_at is not None:
        require_reach(actor, row)
        replace_fields(session, row, {"disabled_at": None})
        record_change(session, "person", row.id, "enable")
        audit.record(session, actor, "person.enable", "person", row.id)
    return row


def locked(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion) -> Person:
    """The row, locked while it is checked: two writers that hold the same ETag must not both pass."""
    row = session.exec(visible_to(actor).where(Person.id == person_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def require_reach(actor: Actor, row: Person) -> None:
    """Raise ``Forbidden`` where somebody would get hold of an administration's role that is another's.

    A key that an administrator has made for a program is without a person too: but it cannot grant.
    """
    is_own_key = actor.person_id is None and Permission.PEOPLE_GRANT in actor.scopes
    if row.role in PROTECTED and row.id != actor.person_id and not is_own_key:
        raise Forbidden(
            "administrator_protected",
            f"What a person with the role {row.role} signs in with is set by the organisation's own key or "
            "the operator, not by another person.",
        )


def _require_free(session: Session, user_name: str, own_id: str | None) -> None:
    taken = session.exec(select(Person.id).where(Person.user_name == user_name)).first()
    if taken is not None and taken != own_id:
        raise Conflict("user_name_taken", "Somebody has this user name. Choose another one.")


def _issuer_for(session: Session, organisation_id: str, subject: str | None) -> str | None:
    """The issuer that a subject is entered for: another issuer's `sub` may be another person's."""
    if subject is None:
        return None
    settings = organisation_settings.of(session, organisation_id)
    if settings is None or settings.oidc is None:
        raise invalid("/oidc_subject", "no_issuer", "Set `oidc` in the organisation's settings first.")
    return settings.oidc.issuer


def _require_successor(session: Session, row: Person) -> None:
    """Raise ``Conflict`` where nobody could do any more what this person's role is there for."""
    permission = GUARDED.get(row.role)
    if permission is None or row.disabled_at is not None:
        return
    # Locked: of two that are disabled at once, neither must count on the other.
    own = select(Organisation.id).where(Organisation.id == row.organisation_id)
    session.exec(own.with_for_update(key_share=True)).one()
    other = select(Person.id).where(
        Person.organisation_id == row.organisation_id,
        Person.role == row.role,
        Person.id != row.id,
        col(Person.disabled_at).is_(None),
    )
    if session.exec(other).first() is not None or _has_own_key(session, row.organisation_id, permission):
        return
    raise Conflict(
        "last_administrator",
        f"This is the last active {row.role} of an organisation that has no key of its own. Give somebody "
        "else the role first.",
    )


def _has_own_key(session: Session, organisation_id: str, permission: Permission) -> bool:
    keys = select(ApiKey).where(
        ApiKey.organisation_id == organisation_id,
        col(ApiKey.person_id).is_(None),
        col(ApiKey.revoked_at).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now(session)),
    )
    return any(permission in key.scopes for key in session.exec(keys))
