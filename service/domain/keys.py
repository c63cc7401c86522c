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
from service.domain.shapes import Answer, ExpectedVersion, StrictBody, require_version, strict
from service.errors import Forbidden, NotFound, invalid
from service.units import Id, Instant, Name


class PersonalKeyFields(SQLModel):
    """What is asked of any key."""

    name: Name
    scopes: list[Permission] = Field(
        default_factory=list,
        sa_type=JSON,
        description="Empty means all permissions of the organisation's kind and of the caller.",
    )
    expires_at: Instant | None = None


class KeyFields(PersonalKeyFields):
    """What is asked of an organisation's key."""

    organisation_id: Id


class KeyWrite(KeyFields, StrictBody):
    """Body of a new key."""


class PersonalKeyWrite(PersonalKeyFields, StrictBody):
    """Body of a new personal key."""

    model_config = strict({"name": "大屏", "scopes": ["matches:read"], "expires_at": None})


class KeyRead(KeyFields, Answer):
    """A key without its secret."""

    id: Id
    person_id: Id | None = Field(description="Whose personal key it is; null: the organisation's own.")
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


def personal(actor: Actor) -> SelectOfScalar[ApiKey]:
    """The keys that a person has made for programs of their own."""
    # A key of no person finds none: what is null equals nothing.
    return visible_to(actor).where(ApiKey.person_id == actor.person_id, col(ApiKey.person_id).is_not(None))


def create(session: Session, actor: Actor | None, body: KeyWrite) -> Minted:
    """A new key for the actor's own organisation (a platform: for any), with no more scopes than it has."""
    if actor is not None and not actor.is_platform and body.organisation_id != actor.organisation_id:
        raise Forbidden("organisation_not_yours", "A key can be made for your own organisation only.")
    organisation = session.get(Organisation, body.organisation_id)
    if organisation is None:
        raise invalid("/organisation_id", "unknown_organisation", "There is no such organisation.")
    possible = granted_to(organisation.kind)
    if actor is not None:
        # What no platform has by its kind, such as a county's word, it may still give to that kind.
        foreign = (
            possible - granted_to(actor.kind) if actor.is_platform and not actor.person_id else frozenset()
        )
        possible &= actor.scopes | foreign
    return _mint(session, actor, organisation.id, body, possible, None)


def create_personal(session: Session, actor: Actor, body: PersonalKeyWrite) -> Minted:
    """A new key of the person who acts; it never does more than the person's role at the moment.

    Raises
    ------
    Forbidden
        ``person_required``; ``password_change_required``; ``scope_not_yours``.
    """
    if actor.person_id is None:
        raise Forbidden("person_required", "This key is the organisation's own. Use POST /v1/keys.")
    if actor.must_change_password:
        raise Forbidden("password_change_required", "Change your temporary password first.")
    return _mint(session, actor, actor.organisation_id, body, actor.scopes, actor.person_id)


def _mint(
    session: Session,
    actor: Actor | None,
    organisation_id: str,
    body: PersonalKeyFields,
    possible: frozenset[str],
    person_id: str | None,
) -> Minted:
    wanted = {str(scope) for scope in body.scopes} or possible
    if not wanted <= possible:
        beyond = ", ".join(sorted(wanted - possible))
        raise Forbidden("scope_not_yours", f"These scopes cannot be granted here: {beyond}.")
    if body.expires_at is not None and body.expires_at <= now(session):
        raise invalid("/expires_at", "in_the_past", "A key must expire later than now.")
    minted = mint(session, organisation_id, body.name, sorted(wanted), body.expires_at, person_id)
    record_change(session, "key", minted.row.id, "create")
    audit.record(session, actor, "key.create", "key", minted.row.id, {"scopes": minted.row.scopes})
    return minted


def get_personal(session: Session, actor: Actor, key_id: str) -> ApiKey:
    """One key of the person who acts; raises ``NotFound``."""
    row = session.exec(personal(actor).where(ApiKey.id == key_id)).first()
    if row is None:
        raise NotFound()
    return row


def get(session: Session, actor: Actor, key_id: str) -> ApiKey:
    """One key that the actor may see; raises ``NotFound``."""
    row = session.exec(visible_to(actor).where(ApiKey.id == key_id)).first()
    if row is None:
        raise NotFound()
    return row


def revoke(session: Session, actor: Actor | None, key_id: str, expected: ExpectedVersion = "any") -> None:
    """Refuse the key from its very next request on; revoking twice is no error."""
    _revoke(session, actor, visible_to(actor).where(ApiKey.id == key_id), expected)


def revoke_personal(session: Session, actor: Actor, key_id: str, expected: ExpectedVersion) -> None:
    """``revoke`` for one's own personal keys alone."""
    _revoke(session, actor, personal(actor).where(ApiKey.id == key_id), expected)


def _revoke(
    session: Session, actor: Actor | None, statement: SelectOfScalar[ApiKey], expected: ExpectedVersion
) -> None:
    row = session.exec(statement.with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    if row.revoked_at is None:
        row.revoked_at = now(session)
        row.version += 1
        session.add(row)
        record_change(session, "key", row.id, "revoke")
        audit.record(session, actor, "key.revoke", "key", row.id)
