"""Keys as a noun: who may make, see and revoke them. How they are stored is access/keys.py."""

from __future__ import annotations

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.keys import ApiKey, Minted, mint
from service.access.policy import Actor, Permission, granted_to
from service.database import now, record_change
from service.domain.organisations import Organisation
from service.domain.shapes import Answer, ExpectedVersion, StrictBody, require_version
from service.errors import Forbidden, NotFound, invalid
from service.units import Id, Instant, Name


class KeyFields(SQLModel):
    """What is asked of a key."""

    organisation_id: Id
    name: Name
    scopes: list[Permission] = Field(
        default_factory=list,
        sa_type=JSON,
        description="Empty means all permissions of the organisation's kind.",
    )
    expires_at: Instant | None = None


class KeyWrite(KeyFields, StrictBody):
    """Body of a new key."""


class KeyRead(KeyFields, Answer):
    """A key without its secret."""

    id: Id
    prefix: str
    version: int
    created_at: Instant
    revoked_at: Instant | None


class KeyCreated(KeyRead):
    """A new key; ``secret`` is shown in the first answer only, and null on a replay."""

    secret: str | None


def visible_to(actor: Actor | None) -> SelectOfScalar[ApiKey]:
    """An organisation's own keys; a platform's sight covers all."""
    statement = select(ApiKey).order_by(col(ApiKey.id))
    if actor is None or actor.is_platform:
        return statement
    return statement.where(ApiKey.organisation_id == actor.organisation_id)


def create(session: Session, actor: Actor | None, body: KeyWrite) -> Minted:
    """A new key for the actor's own organisation (a platform: for any), with no more scopes than it has."""
    if actor is not None and not actor.is_platform and body.organisation_id != actor.organisation_id:
        raise Forbidden("organisation_not_yours", "A key can be made for your own organisation only.")
    organisation = session.get(Organisation, body.organisation_id)
    if organisation is None:
        raise invalid("/organisation_id", "unknown_organisation", "There is no such organisation.")
    possible = granted_to(organisation.kind)
    if actor is not None and not actor.is_platform:
        possible &= actor.scopes
    wanted = {str(scope) for scope in body.scopes} or possible
    if not wanted <= possible:
        beyond = ", ".join(sorted(wanted - possible))
        raise Forbidden("scope_not_yours", f"These scopes cannot be granted here: {beyond}.")
    if body.expires_at is not None and body.expires_at <= now(session):
        raise invalid("/expires_at", "in_the_past", "A key must expire later than now.")
    minted = mint(session, organisation.id, body.name, sorted(wanted), body.expires_at)
    record_change(session, "key", minted.row.id, "create")
    audit.record(session, actor, "key.create", "key", minted.row.id, {"scopes": minted.row.scopes})
    return minted


def get(session: Session, actor: Actor, key_id: str) -> ApiKey:
    """One key that the actor may see; raises ``NotFound``."""
    row = session.exec(visible_to(actor).where(ApiKey.id == key_id)).first()
    if row is None:
        raise NotFound()
    return row


def revoke(session: Session, actor: Actor | None, key_id: str, expected: ExpectedVersion = "any") -> None:
    """Refuse the key from its very next request on; revoking twice is no error."""
    row = session.exec(visible_to(actor).where(ApiKey.id == key_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    if row.revoked_at is None:
        row.revoked_at = now(session)
        row.version += 1
        session.add(row)
        record_change(session, "key", row.id, "revoke")
        audit.record(session, actor, "key.revoke", "key", row.id)
