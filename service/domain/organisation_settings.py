"""What an organisation decides for itself: what needs a second person, and whose sign-in it trusts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator
from pydantic import Field as Check
from pydantic_core import PydanticCustomError
from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, select

from service.access import audit
from service.access.policy import Actor
from service.database import record_change
from service.domain import organisations
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    JsonOf,
    StrictBody,
    Versioned,
    created,
    patched,
    replace_fields,
    require_version,
    strict,
)
from service.errors import NotFound
from service.units import Id, Instant, Name

#: What can be made to need a second person.
Action = Literal["profile.publish", "opportunity.recommend", "hold.release", "assessment.submit"]


def _each_once(value: list[Action]) -> list[Action]:
    return sorted(set(value))


def _web_address(value: str) -> str:
    # Whether it may be reached is decided when it is: names lead elsewhere from one day to the next.
    if not value.startswith(("https://", "http://")) or any(c.isspace() for c in value):
        raise PydanticCustomError("not_an_address", "Send an address such as https://login.example.cn/keys.")
    return value


Address = Annotated[Name, AfterValidator(_web_address)]


class Oidc(StrictBody):
    """Whose id_tokens begin a session: signed with a key of ``jwks_uri``, for this audience."""

    issuer: Name
    audience: Name = Field(description="The client id that the issuer knows this service by.")
    jwks_uri: Address = Field(description="Where the issuer's public keys are; https.")


class SettingsFields(SQLModel):
    """The settings, typed once for table, body and answer."""

    second_person_for: Annotated[list[Action], Check(max_length=20), AfterValidator(_each_once)] = Field(
        default_factory=list, sa_type=JSON, description="Actions that wait until another person approves."
    )
    oidc: Oidc | None = Field(default=None, sa_type=JsonOf(Oidc | None), description="Null: passwords alone.")


EXAMPLE: dict[str, Any] = {
    "second_person_for": ["hold.release", "profile.publish"],
    "oidc": {
        "issuer": "https://login.example.cn",
        "audience": "shanhai",
        "jwks_uri": "https://login.example.cn/keys",
    },
}


class SettingsWrite(SettingsFields, StrictBody):
    """What the patched settings must be."""

    model_config = strict(EXAMPLE)


class OrganisationSettings(SettingsFields, Versioned, table=True):
    """The stored settings; an organisation that never set any has no row."""

    __tablename__ = "organisation_settings"

    organisation_id: str = Field(primary_key=True, foreign_key="organisations.id", max_length=40)


class SettingsRead(SettingsFields, Answer):
    """The settings of an organisation; version 0 until some were set."""

    organisation_id: Id
    version: int
    updated_at: Instant | None


def of(session: Session, organisation_id: str) -> OrganisationSettings | None:
    """The settings of an organisation, if it ever set any."""
    return session.get(OrganisationSettings, organisation_id)


def read(session: Session, actor: Actor, organisation_id: str) -> SettingsRead:
    """The settings of the actor's own organisation (a platform: of any); raises ``NotFound``."""
    _require_own(session, actor, organisation_id)
    return shown(organisation_id, of(session, organisation_id))


def shown(organisation_id: str, row: OrganisationSettings | None) -> SettingsRead:
    """The row as an answer, or the defaults."""
    if row is None:
        return SettingsRead(organisation_id=organisation_id, version=0, updated_at=None)
    return SettingsRead.model_validate(row)


def change(
    session: Session, actor: Actor, organisation_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> SettingsRead:
    """Apply a merge patch (RFC 7396)."""
    _require_own(session, actor, organisation_id)
    statement = select(OrganisationSettings).where(OrganisationSettings.organisation_id == organisation_id)
    row = session.exec(statement.with_for_update()).first()
    if row is None:
        row = OrganisationSettings.model_validate({"organisation_id": organisation_id, **created(session)})
        # As it was read before there was a row.
        row.version = 0
    require_version(row, expected)
    body = patched(SettingsWrite, row, patch)
    replace_fields(session, row, {name: getattr(body, name) for name in SettingsWrite.model_fields})
    record_change(session, "settings", organisation_id, "update")
    audit.record(session, actor, "settings.update", "settings", organisation_id, body.model_dump(mode="json"))
    return shown(organisation_id, row)


def _require_own(session: Session, actor: Actor, organisation_id: str) -> None:
    if actor.is_platform:
        organisations.get(session, actor, organisation_id)
    elif organisation_id != actor.organisation_id:
        raise NotFound()
