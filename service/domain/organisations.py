"""Organisations: who calls the service. A parent gives structure, not sight of a child's records."""

from __future__ import annotations

from sqlalchemy import String
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor, Kind
from service.database import new_id, record_change
from service.domain import regions
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
from service.errors import Forbidden, NotFound, invalid
from service.units import Id, Instant, Name, RegionCode

# Who may stand below whom; a kind that is not here stands on its own.
PARENTS: dict[str, frozenset[str]] = {
    "department": frozenset({"authority", "bureau", "county"}),
    "town": frozenset({"county"}),
    "field_team": frozenset({"authority", "bureau", "county"}),
}


class OrganisationFields(SQLModel):
    """What is known of an organisation."""

    name: Name
    kind: Kind = Field(sa_type=String(12))
    region_code: RegionCode | None = Field(default=None, description="Null only for a platform.")
    parent_organisation_id: Id | None = None


EXAMPLE = {"name": "嘉善县投资促进中心", "kind": "bureau", "region_code": "330421"}


class OrganisationWrite(OrganisationFields, StrictBody):
    """Body of a new organisation, and of a replacement."""

    model_config = strict(EXAMPLE)


class Organisation(OrganisationFields, Versioned, table=True):
    """The stored organisation."""

    __tablename__ = "organisations"

    id: str = Field(primary_key=True, max_length=40)
    region_code: str | None = Field(default=None, foreign_key="regions.code", index=True, max_length=6)
    parent_organisation_id: str | None = Field(default=None, foreign_key="organisations.id", max_length=40)


class OrganisationRead(OrganisationFields, Answer):
    """An organisation; the directory is open to every organisation."""

    id: Id
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(_actor: Actor) -> SelectOfScalar[Organisation]:
    """The directory: names, kinds and regions are public among organisations."""
    return select(Organisation)


def listed(
    actor: Actor, q: str | None, kind: Kind | None, region_code: str | None
) -> SelectOfScalar[Organisation]:
    """The directory, newest last."""
    statement = visible_to(actor).order_by(col(Organisation.id))
    if q:
        statement = statement.where(col(Organisation.name).icontains(q, autoescape=True))
    if kind:
        statement = statement.where(Organisation.kind == kind)
    return statement.where(Organisation.region_code == region_code) if region_code else statement


def get(session: Session, actor: Actor, organisation_id: str) -> Organisation:
    """One organisation; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Organisation.id == organisation_id)).first()
    if found is None:
        raise NotFound()
    return found


def register(session: Session, actor: Actor | None, body: OrganisationWrite) -> Organisation:
    """Enter an organisation. An authority does so in its own region; ``actor`` None is the operator."""
    _check(session, actor, body, None)
    row = Organisation.model_validate(
        {**body.model_dump(), **created(session), "id": new_id("org"), "version": 1}
    )
    session.add(row)
    # Keys refer to the row in the same transaction, so it must be there before them.
    session.flush()
    record_change(session, "organisation", row.id, "create")
    audit.record(session, actor, "organisation.create", "organisation", row.id, body.model_dump(mode="json"))
    return row


def change(
    session: Session, actor: Actor, organisation_id: str, expected: ExpectedVersion, patch: dict[str, object]
) -> Organisation:
    """Apply a merge patch; a platform changes any organisation, an authority those in its region."""
    row = session.exec(visible_to(actor).where(Organisation.id == organisation_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    _require_region(session, actor, row.region_code)
    body = patched(OrganisationWrite, row, patch)
    _check(session, actor, body, row)
    replace_fields(session, row, body.model_dump())
    record_change(session, "organisation", row.id, "update")
    audit.record(session, actor, "organisation.update", "organisation", row.id, dict(patch))
    return row


def _check(session: Session, actor: Actor | None, body: OrganisationWrite, row: Organisation | None) -> None:
    if body.kind == "platform":
        if actor is not None and not actor.is_platform:
            raise Forbidden("kind_not_yours", "Only a platform may enter another platform.")
    elif body.region_code is None:
        raise invalid("/region_code", "missing", "Every organisation but a platform has a region.")
    if body.region_code is not None:
        regions.require_known(session, {"/region_code": body.region_code})
    if actor is not None:
        _require_region(session, actor, body.region_code)
    _check_parent(session, body, row)


def _require_region(session: Session, actor: Actor, region_code: str | None) -> None:
    if not actor.is_platform and actor.region_code not in regions.path(session, region_code):
        raise Forbidden("region_not_yours", "An authority enters organisations of its own region only.")


def _check_parent(session: Session, body: OrganisationWrite, row: Organisation | None) -> None:
    allowed = PARENTS.get(body.kind)
    if body.parent_organisation_id is None:
        if allowed is not None:
            raise invalid("/parent_organisation_id", "missing", f"A {body.kind} belongs to an organisation.")
        return
    parent = session.get(Organisation, body.parent_organisation_id)
    if parent is None:
        raise invalid("/parent_organisation_id", "unknown_organisation", "There is no such organisation.")
    if allowed is not None and parent.kind not in allowed:
        kinds = ", ".join(sorted(allowed))
        raise invalid("/parent_organisation_id", "wrong_kind", f"The parent must be one of: {kinds}.")
    ancestor: Organisation | None = parent
    while ancestor is not None:
        if row is not None and ancestor.id == row.id:
            raise invalid("/parent_organisation_id", "cycle", "An organisation cannot stand below itself.")
        ancestor = (
            session.get(Organisation, ancestor.parent_organisation_id)
            if ancestor.parent_organisation_id
            else None
        )
