"""Milestones 节点 of a joint record: planned and actual days, with the number of the document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Date, String, func
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, now, record_change
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
from service.errors import NotFound, invalid
from service.units import Day, Id, Instant, LongText, ShortText, shanghai_day

#: 备案, 环评, 能评, 公司注册, 摘牌, 施工许可, 供电答复, 竣工验收, 投产, 资金到位.
Kind = Literal[
    "project_filing",
    "environmental_assessment",
    "energy_assessment",
    "company_registration",
    "land_auction",
    "construction_permit",
    "grid_supply",
    "completion_acceptance",
    "start_of_operation",
    "funds_in_place",
    "other",
]


class MilestoneFields(SQLModel):
    """What is planned, when it happened, and on which document it rests."""

    kind: Kind = Field(sa_type=String(28))
    name: ShortText | None = Field(default=None, description="In the office's own words.")
    planned_on: Day | None = Field(default=None, sa_type=Date)
    actual_on: Day | None = Field(default=None, sa_type=Date)
    document_no: ShortText | None = None
    note: LongText | None = None


EXAMPLE: dict[str, Any] = {
    "kind": "land_auction",
    "planned_on": "2026-12-20",
    "document_no": None,
    "note": "挂牌公告已发",
}


class MilestoneWrite(MilestoneFields, StrictBody):
    """Body of a new milestone, and of a change."""

    model_config = strict(EXAMPLE)


class Milestone(MilestoneFields, Versioned, table=True):
    """The stored milestone."""

    __tablename__ = "milestones"

    id: str = Field(primary_key=True, max_length=40)
    opportunity_id: str = Field(foreign_key="opportunities.id", index=True, max_length=40)
    name: str | None = Field(default=None, max_length=100)
    planned_on: date | None = Field(default=None)
    actual_on: date | None = Field(default=None)
    document_no: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=5000)


class MilestoneRead(MilestoneFields, Answer):
    """A milestone as both sides see it."""

    id: Id
    opportunity_id: Id
    overdue: bool = Field(description="Planned for a day that has passed, and not reached.")
    version: int
    created_at: Instant
    updated_at: Instant


def overdue_counts(session: Session, opportunity_ids: Sequence[str]) -> dict[str, int]:
    """How many milestones of each of these records are late today; none where it is missing."""
    statement = (
        select(Milestone.opportunity_id, func.count())
        .where(
            col(Milestone.opportunity_id).in_(opportunity_ids),
            col(Milestone.actual_on).is_(None),
            col(Milestone.planned_on) < shanghai_day(now(session)),
        )
        .group_by(col(Milestone.opportunity_id))
    )
    return dict(session.exec(statement).all())


def of_opportunity(opportunity_id: str) -> SelectOfScalar[Milestone]:
    """All milestones of a record that the caller has been found to see, oldest first."""
    return select(Milestone).where(Milestone.opportunity_id == opportunity_id).order_by(col(Milestone.id))


def read(session: Session, row: Milestone) -> MilestoneRead:
    """The milestone, and whether it is late today."""
    late = (
        row.actual_on is None and row.planned_on is not None and row.planned_on < shanghai_day(now(session))
    )
    return MilestoneRead(**row.model_dump(), overdue=late)


def get(session: Session, opportunity_id: str, milestone_id: str) -> Milestone:
    """One milestone of a record that the caller has been found to see; raises ``NotFound``."""
    found = session.exec(of_opportunity(opportunity_id).where(Milestone.id == milestone_id)).first()
    if found is None:
        raise NotFound()
    return found


def add(session: Session, actor: Actor, opportunity_id: str, body: MilestoneWrite) -> Milestone:
    """Enter a milestone of a record whose side the caller has been found to be."""
    _check(session, body)
    row = Milestone.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("mst"),
            "opportunity_id": opportunity_id,
        }
    )
    session.add(row)
    # A record that went meanwhile shows here.
    session.flush()
    _note(session, actor, row, "create", {"kind": row.kind})
    return row


def change(
    session: Session,
    actor: Actor,
    opportunity_id: str,
    milestone_id: str,
    expected: ExpectedVersion,
    patch: dict[str, Any],
) -> Milestone:
    """Apply a merge patch: a new plan, the actual day, the document's number."""
    row = _locked(session, opportunity_id, milestone_id, expected)
    body = patched(MilestoneWrite, row, patch)
    _check(session, body)
    replace_fields(session, row, body.model_dump())
    _note(session, actor, row, "update", dict(patch))
    return row


def remove(
    session: Session, actor: Actor, opportunity_id: str, milestone_id: str, expected: ExpectedVersion
) -> None:
    """Remove a milestone that was entered by mistake."""
    row = _locked(session, opportunity_id, milestone_id, expected)
    session.delete(row)
    _note(session, actor, row, "delete", {"kind": row.kind})


def _locked(session: Session, opportunity_id: str, milestone_id: str, expected: ExpectedVersion) -> Milestone:
    statement = of_opportunity(opportunity_id).where(Milestone.id == milestone_id)
    row = session.exec(statement.with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def _check(session: Session, body: MilestoneWrite) -> None:
    # A day of tolerance: a clerk's clock may be ahead of the database's.
    if body.actual_on is not None and body.actual_on > shanghai_day(now(session)) + timedelta(days=1):
        raise invalid("/actual_on", "in_the_future", "What has happened has a day that has come.")


def _note(session: Session, actor: Actor, row: Milestone, deed: str, detail: dict[str, Any]) -> None:
    record_change(session, "opportunity", row.opportunity_id, "milestone")
    audit.record(session, actor, f"milestone.{deed}", "milestone", row.id, detail)
