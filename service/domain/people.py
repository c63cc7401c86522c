"""People of an organisation: their fields, and who may know of them.

What is done with people (enter, change, give a role, disable) is in ``person_records``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor, Role
from service.database import UtcDateTime
from service.domain.shapes import (
    Answer,
    StrictBody,
    Versioned,
    strict,
)
from service.errors import NotFound
from service.units import Id, Instant, Name, Subject, UserName


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
