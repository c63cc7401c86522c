"""County pairings 结对关系: which region supports which partner, under which programme, and who says so."""

from __future__ import annotations

from datetime import date
from typing import Literal

from sqlalchemy import Date, String, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
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
from service.errors import Conflict, Forbidden, NotFound, invalid
from service.units import Day, Id, Instant, LongText, RegionCode

Programme = Literal["east_west", "mountain_sea", "other"]
# Whoever changes one of these vouches for the pairing anew.
_SCOPE = ("supporting_region_code", "partner_region_code", "since", "until")


class PairingFields(SQLModel):
    """A pairing of two regions; ``evidence`` says how sure it is (explicit, list_order, …)."""

    supporting_region_code: RegionCode
    partner_region_code: RegionCode
    programme: Programme = Field(sa_type=String(12))
    since: Day | None = Field(default=None, sa_type=Date)
    until: Day | None = Field(default=None, sa_type=Date, description="Last day of the pairing.")
    evidence: LongText | None = Field(default=None, sa_type=String(5000))
    source: LongText | None = Field(default=None, sa_type=String(5000))


EXAMPLE = {
    "supporting_region_code": "330421",
    "partner_region_code": "331126",
    "programme": "mountain_sea",
    "evidence": "explicit",
    "source": "结对协议〔2018〕",
}


class PairingWrite(PairingFields, StrictBody):
    """Body of a new pairing."""

    model_config = strict(EXAMPLE)


class Pairing(PairingFields, Versioned, table=True):
    """The stored pairing."""

    __tablename__ = "pairings"
    __table_args__ = (UniqueConstraint("supporting_region_code", "partner_region_code", "programme"),)

    id: str = Field(primary_key=True, max_length=40)
    # Null: shipped, or entered by a platform or by an authority over the side.
    entered_by_region_code: str | None = Field(default=None, foreign_key="regions.code", max_length=6)
    supporting_region_code: str = Field(foreign_key="regions.code", index=True, max_length=6)
    partner_region_code: str = Field(foreign_key="regions.code", index=True, max_length=6)


class PairingRead(PairingFields, Answer):
    """A pairing; the list is open to every organisation."""

    id: Id
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(_actor: Actor) -> SelectOfScalar[Pairing]:
    """Pairings are public among organisations."""
    return select(Pairing)


def listed(actor: Actor, region_code: str | None, programme: Programme | None) -> SelectOfScalar[Pairing]:
    """Pairings in which the region is on either side, under the programme."""
    statement = visible_to(actor).order_by(col(Pairing.id))
    if region_code:
        statement = statement.where(
            or_(
                col(Pairing.supporting_region_code) == region_code,
                col(Pairing.partner_region_code) == region_code,
            )
        )
    return statement.where(Pairing.programme == programme) if programme else statement


def get(session: Session, actor: Actor, pairing_id: str) -> Pairing:
    """One pairing; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Pairing.id == pairing_id)).first()
    if found is None:
        raise NotFound()
    return found


def partners_of(session: Session, region_code: str | None, today: date) -> list[str]:
    """The regions paired with this one today, either direction."""
    rows = session.exec(
        select(Pairing).where(
            or_(
                col(Pairing.supporting_region_code) == region_code,
                col(Pairing.partner_region_code) == region_code,
            )
        )
    )
    return [
        row.partner_region_code if row.supporting_region_code == region_code else row.supporting_region_code
        for row in rows
        if holds_on(row, today)
    ]


def holds_on(row: PairingFields, day: date) -> bool:
    """Whether the pairing is in force on that day; an unknown end is open."""
    return (row.since is None or row.since <= day) and (row.until is None or day <= row.until)


def register(session: Session, actor: Actor | None, body: PairingWrite) -> Pairing:
    """Enter a pairing. A bureau or authority enters those in which its own region takes part."""
    _check(session, actor, body)
    twin = select(Pairing.id).where(
        Pairing.supporting_region_code == body.supporting_region_code,
        Pairing.partner_region_code == body.partner_region_code,
        Pairing.programme == body.programme,
    )
    if session.exec(twin).first() is not None:
        raise Conflict("duplicate", "This pairing is registered already; change that one instead.")
    row = Pairing.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("par"),
            "entered_by_region_code": _one_side(actor, body),
        }
    )
    session.add(row)
    record_change(session, "pairing", row.id, "create")
    audit.record(session, actor, "pairing.create", "pairing", row.id, body.model_dump(mode="json"))
    return row


def change(
    session: Session, actor: Actor, pairing_id: str, expected: ExpectedVersion, patch: dict[str, object]
) -> Pairing:
    """Apply a merge patch to a pairing of one's own region."""
    row = _locked(session, actor, pairing_id, expected)
    body = patched(PairingWrite, row, patch)
    _check(session, actor, body)
    values = body.model_dump()
    if any(values[name] != getattr(row, name) for name in _SCOPE):
        values["entered_by_region_code"] = _one_side(actor, body)
    replace_fields(session, row, values)
    record_change(session, "pairing", row.id, "update")
    audit.record(session, actor, "pairing.update", "pairing", row.id, dict(patch))
    return row


def remove(session: Session, actor: Actor, pairing_id: str, expected: ExpectedVersion) -> None:
    """Remove a pairing of one's own region that was entered by mistake; one that ended gets ``until``."""
    row = _locked(session, actor, pairing_id, expected)
    session.delete(row)
    record_change(session, "pairing", row.id, "delete")
    audit.record(session, actor, "pairing.delete", "pairing", row.id)


def _locked(session: Session, actor: Actor, pairing_id: str, expected: ExpectedVersion) -> Pairing:
    row = session.exec(visible_to(actor).where(Pairing.id == pairing_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    _require_side(session, actor, row)
    return row


def _one_side(actor: Actor | None, body: PairingFields) -> str | None:
    """The side that vouches alone for the pairing; None for whoever stands above both."""
    sides = (body.supporting_region_code, body.partner_region_code)
    return actor.region_code if actor is not None and actor.region_code in sides else None


def _check(session: Session, actor: Actor | None, body: PairingWrite) -> None:
    regions.require_known(
        session,
        {
            "/supporting_region_code": body.supporting_region_code,
            "/partner_region_code": body.partner_region_code,
        },
    )
    if body.supporting_region_code == body.partner_region_code:
        raise invalid("/partner_region_code", "same_region", "A region cannot be paired with itself.")
    if body.since is not None and body.until is not None and body.until < body.since:
        raise invalid("/until", "before_since", "A pairing cannot end before it begins.")
    _require_side(session, actor, body)


def _require_side(session: Session, actor: Actor | None, row: PairingFields) -> None:
    if actor is None or actor.is_platform:
        return
    above = {
        code
        for side in (row.supporting_region_code, row.partner_region_code)
        for code in regions.path(session, side)
    }
    if actor.region_code not in above:
        raise Forbidden("region_not_yours", "You may enter pairings of your own region only.")
