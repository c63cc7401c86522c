"""Targets 任务数: what an organisation has to reach of an indicator, set by an authority above it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Index, String, text
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, record_change
from service.domain import indicator_packs, oversight, regions
from service.domain.indicators import Period
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing, Programme
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
from service.errors import Conflict, NotFound, invalid
from service.units import AnyQuantity, Id, Instant, LongText, QuantityName, ShortText, Year


class TargetFields(SQLModel):
    """Who has to reach how much of what, until when."""

    organisation_id: Id
    programme: Programme = Field(sa_type=String(12))
    pairing_id: Id | None = Field(default=None, description="Null: over all pairings of the programme.")
    year: Year
    period: Period = Field(
        default="year", sa_type=String(20), description="Cumulative from the start of the window."
    )
    indicator: QuantityName = Field(description="The code of a line of the pack that holds.")
    amount: AnyQuantity = Field(description="In `unit`.")
    document_no: ShortText | None = None
    note: LongText | None = None


EXAMPLE: dict[str, Any] = {
    "organisation_id": "org_00000000000000000000000001",
    "programme": "mountain_sea",
    "pairing_id": None,
    "year": 2026,
    "period": "year",
    "indicator": "funds_in_place",
    "amount": 20000,
    "document_no": "浙山海办〔2026〕2号",
}
# What makes a target another one: a merge patch cannot change it.
SCOPE = ("organisation_id", "programme", "pairing_id", "year", "period", "indicator")


class TargetWrite(TargetFields, StrictBody):
    """Body of a new target."""

    model_config = strict(EXAMPLE)


class TargetChange(StrictBody):
    """What may be changed of a target; for another scope another is set."""

    model_config = strict({"amount": 18000, "document_no": "浙山海办〔2026〕9号"})

    amount: AnyQuantity = Field(description="In `unit`.")
    document_no: ShortText | None = None
    note: LongText | None = None


class Target(TargetFields, Versioned, table=True):
    """The stored target; of one scope there is one, whoever of those above has set it."""

    __tablename__ = "targets"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="not_negative"),
        Index("ix_targets_programme_year_period", "programme", "year", "period"),
        Index(
            "uq_targets_whole",
            *[name for name in SCOPE if name != "pairing_id"],
            unique=True,
            sqlite_where=text("pairing_id IS NULL"),
            postgresql_where=text("pairing_id IS NULL"),
        ),
        Index(
            "uq_targets_pairing",
            *SCOPE,
            unique=True,
            sqlite_where=text("pairing_id IS NOT NULL"),
            postgresql_where=text("pairing_id IS NOT NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    set_by_organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    pairing_id: str | None = Field(default=None, foreign_key="pairings.id", index=True, max_length=40)
    indicator: str = Field(max_length=60)
    unit: str = Field(max_length=100)
    document_no: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=5000)


class TargetRead(TargetFields, Answer):
    """A target as the organisation, and those above it, see it."""

    id: Id
    set_by_organisation_id: Id
    unit: ShortText
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(actor: Actor) -> SelectOfScalar[Target]:
    """Targets of organisations whose assessment the actor may see, and those that it has set."""
    return select(Target).where(
        or_(
            col(Target.organisation_id).in_(oversight.ids_overseen(actor)),
            col(Target.set_by_organisation_id) == actor.organisation_id,
        )
    )


def listed(
    actor: Actor,
    organisation_id: str | None,
    programme: Programme | None,
    year: int | None,
    period: Period | None,
    indicator: str | None,
) -> SelectOfScalar[Target]:
    """Visible targets, oldest first."""
    statement = visible_to(actor).order_by(col(Target.id))
    wanted = {
        Target.organisation_id: organisation_id,
        Target.programme: programme,
        Target.year: year,
        Target.period: period,
        Target.indicator: indicator,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(col(column) == value)
    return statement


def get(session: Session, actor: Actor, target_id: str) -> Target:
    """One visible target; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Target.id == target_id)).first()
    if found is None:
        raise NotFound()
    return found


def create(session: Session, actor: Actor, body: TargetWrite) -> Target:
    """Set a target for an organisation below the actor.

    Raises
    ------
    NotFound
        Unless the actor governs the organisation's region.
    Invalid
        ``unknown_indicator``, ``unknown_pairing``, ``not_above_zero``.
    Conflict
        ``duplicate``: the scope has one already.
    """
    organisation = session.get(Organisation, body.organisation_id)
    if organisation is None or not oversight.is_set_by(session, actor, organisation):
        raise NotFound()
    unit = _checked_unit(session, organisation, body)
    _check_pairing(session, organisation, body)
    found = session.exec(_of_scope(body)).first()
    if found is not None:
        raise Conflict("duplicate", f"{found} is the target of this scope already; change that one.")
    row = Target.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("tgt"),
            "set_by_organisation_id": actor.organisation_id,
            "unit": unit,
        }
    )
    session.add(row)
    # A rival that was set meanwhile shows here.
    session.flush()
    _note(session, actor, row, "create")
    return row


def change(
    session: Session, actor: Actor, target_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> Target:
    """Apply a merge patch to the amount, the document and the note of a target below the actor."""
    row = _locked(session, actor, target_id, expected)
    body = patched(TargetChange, row, patch)
    scope = TargetWrite(**row.model_dump(include=set(SCOPE)), **body.model_dump())
    _checked_unit(session, session.get_one(Organisation, row.organisation_id), scope)
    replace_fields(session, row, body.model_dump())
    _note(session, actor, row, "update")
    return row


def remove(session: Session, actor: Actor, target_id: str, expected: ExpectedVersion) -> None:
    """Take back a target that was set by mistake."""
    row = _locked(session, actor, target_id, expected)
    session.delete(row)
    _note(session, actor, row, "delete")


def _locked(session: Session, actor: Actor, target_id: str, expected: ExpectedVersion) -> Target:
    row = session.exec(visible_to(actor).where(Target.id == target_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    # Whoever has to reach it sees it, and cannot change it.
    organisation = session.get_one(Organisation, row.organisation_id)
    if not oversight.is_set_by(session, actor, organisation):
        raise NotFound()
    require_version(row, expected)
    return row


def _checked_unit(session: Session, organisation: Organisation, body: TargetWrite) -> str:
    pack = indicator_packs.holding(session, organisation, body.programme, body.year)
    known = {line.code: line for line in pack.indicators} if pack else {}
    line = known.get(body.indicator)
    if line is None:
        names = ", ".join(sorted(known)) or "none"
        raise invalid("/indicator", "unknown_indicator", f"The pack that holds has the indicators: {names}.")
    if line.direction == "higher" and body.amount <= 0:
        raise invalid("/amount", "not_above_zero", "Where more is better a target is more than nothing.")
    return line.unit


def _check_pairing(session: Session, organisation: Organisation, body: TargetWrite) -> None:
    if body.pairing_id is None:
        return
    pairing = session.get(Pairing, body.pairing_id)
    if pairing is None or pairing.programme != body.programme:
        raise invalid("/pairing_id", "unknown_pairing", "Name a pairing of this programme.")
    sides = {pairing.supporting_region_code, pairing.partner_region_code}
    if sides.isdisjoint(regions.path(session, organisation.region_code)):
        raise invalid("/pairing_id", "unknown_pairing", "The organisation takes no part in this pairing.")


def _of_scope(body: TargetWrite) -> SelectOfScalar[str]:
    statement = select(Target.id)
    for name in SCOPE:
        statement = statement.where(col(getattr(Target, name)).is_not_distinct_from(getattr(body, name)))
    return statement


def _note(session: Session, actor: Actor, row: Target, deed: str) -> None:
    record_change(session, "target", row.id, deed)
    detail = {name: getattr(row, name) for name in (*SCOPE, "amount", "document_no")}
    audit.record(session, actor, f"target.{deed}", "target", row.id, detail)
