"""Opportunities 合作事项: one record of a project at a place, which both governments see and move.

What is done with them (recommend, move, unseal, appoint) is in ``opportunity_records``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, cast

from sqlalchemy import JSON, ColumnElement, Date, Index, text
from sqlmodel import Field, Session, SQLModel, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.database import UtcDateTime, now
from service.domain import stages
from service.domain.milestones import Milestone, overdue_counts
from service.domain.outcomes import Reason
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.regions import Region
from service.domain.shapes import Answer, StrictBody, Versioned, by_age, strict
from service.domain.stages import Stage
from service.errors import NotFound
from service.units import Day, Id, Instant, LongText, ShortText, shanghai_day

Side = Literal["project", "profile"]
SIDES: tuple[Side, ...] = ("project", "profile")

EXAMPLE: dict[str, Any] = {
    "project_id": "prj_00000000000000000000000000",
    "profile_id": "prf_00000000000000000000000001",
    "note": "竹木家具配套，贵县标准厂房合适",
}


class OpportunityWrite(StrictBody):
    """Body of a recommendation: this project at this place."""

    model_config = strict(EXAMPLE)

    project_id: Id
    profile_id: Id
    note: LongText | None = Field(default=None, description="Seen by both sides.")


class Opportunity(Versioned, table=True):
    """The stored record; of a project and a place one is live.

    ``pending`` is a move that needs both sides and has the word of one: stage, side, and what was said.
    """

    __tablename__ = "opportunities"
    __table_args__ = (
        Index(
            "uq_opportunities_live",
            "project_id",
            "profile_id",
            unique=True,
            sqlite_where=text("stage != 'ended'"),
            postgresql_where=text("stage != 'ended'"),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    project_id: str = Field(foreign_key="projects.id", index=True, max_length=40)
    profile_id: str = Field(foreign_key="profiles.id", index=True, max_length=40)
    project_organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    profile_organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    project_field_team_id: str | None = Field(default=None, foreign_key="organisations.id", max_length=40)
    profile_field_team_id: str | None = Field(default=None, foreign_key="organisations.id", max_length=40)
    recommended_by: str = Field(max_length=8)
    stage: str = Field(default="recommended", max_length=20)
    pending: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    unsealed_by_project_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unsealed_by_profile_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason_code: str | None = Field(default=None, max_length=24)

    def participants(self) -> tuple[str | None, ...]:
        """Who takes part: both organisations, and the field teams that they have appointed."""
        return (
            self.project_organisation_id,
            self.profile_organisation_id,
            self.project_field_team_id,
            self.profile_field_team_id,
        )

    def told(self, **more: Any) -> dict[str, Any]:
        """What an event about the record tells everybody who takes part."""
        ids = {"opportunity_id": self.id, "project_id": self.project_id, "profile_id": self.profile_id}
        return ids | more

    @property
    def is_unsealed(self) -> bool:
        """Whether both sides have agreed to name the investor."""
        return self.unsealed_by_project_at is not None and self.unsealed_by_profile_at is not None


class StageChange(SQLModel, table=True):
    """A move from one stage to the next, never changed afterwards."""

    __tablename__ = "stage_changes"

    id: str = Field(primary_key=True, max_length=40)
    opportunity_id: str = Field(foreign_key="opportunities.id", index=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    from_stage: str | None = Field(default=None, max_length=20)
    to_stage: str = Field(max_length=20)
    occurred_on: date = Field(sa_type=Date)
    document_no: str | None = Field(default=None, max_length=100)
    reason_code: str | None = Field(default=None, max_length=24)
    note: str | None = Field(default=None, max_length=5000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class StageChangeRead(Answer):
    """A move as both sides see it."""

    id: Id
    organisation_id: Id = Field(description="Who recorded it; of a move by both sides, the second.")
    from_stage: Stage | None
    to_stage: Stage
    occurred_on: Day
    document_no: ShortText | None
    reason_code: Reason | None
    note: LongText | None
    recorded_at: Instant


class NextStage(Answer):
    """A stage that the record may move to now, and whose word that takes."""

    to: Stage
    by: stages.By
    needs_reason: bool
    needs_unsealed_investor: bool


class PendingMove(Answer):
    """A move that one side has agreed to and the other has not yet."""

    to: Stage
    agreed_by: Side


class OpportunityRead(Answer):
    """The record as either side sees it."""

    id: Id
    project_id: Id
    profile_id: Id
    project_organisation_id: Id
    profile_organisation_id: Id
    project_field_team_id: Id | None
    profile_field_team_id: Id | None
    project_name: str
    site_name: str
    region_code: str
    investor_name: str | None = Field(description="Null to the place's side until both have unsealed it.")
    unsealed_by: list[Side]
    recommended_by: Side
    stage: Stage
    pending: PendingMove | None
    next_stages: list[NextStage]
    reason_code: Reason | None = Field(description="Why it ended.")
    overdue_milestones: int
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(actor: Actor) -> SelectOfScalar[Opportunity]:
    """Records of one of whose two sides the actor is, by itself or as its field team."""
    return select(Opportunity).where(_takes_part(actor))


def _takes_part(actor: Actor) -> ColumnElement[bool]:
    own = actor.organisation_id
    return or_(
        col(Opportunity.project_organisation_id) == own,
        col(Opportunity.profile_organisation_id) == own,
        col(Opportunity.project_field_team_id) == own,
        col(Opportunity.profile_field_team_id) == own,
    )


def sides_of(actor: Actor, row: Opportunity) -> frozenset[Side]:
    """The sides for which the actor may speak; a field team that both have appointed speaks for both."""
    own = actor.organisation_id
    found: set[Side] = set()
    if own in (row.project_organisation_id, row.project_field_team_id):
        found.add("project")
    if own in (row.profile_organisation_id, row.profile_field_team_id):
        found.add("profile")
    return frozenset(found)


def listed(
    session: Session,
    actor: Actor,
    stage: Stage | None,
    project_id: str | None,
    profile_id: str | None,
    overdue: bool | None,
    *,
    newest_first: bool = False,
) -> SelectOfScalar[Opportunity]:
    """Visible records, oldest first unless asked otherwise.

    ``overdue`` are those with a milestone that is late.
    """
    statement = visible_to(actor).order_by(by_age(Opportunity.id, newest_first=newest_first))
    if stage:
        statement = statement.where(Opportunity.stage == stage)
    if project_id:
        statement = statement.where(Opportunity.project_id == project_id)
    if profile_id:
        statement = statement.where(Opportunity.profile_id == profile_id)
    if overdue is None:
        return statement
    today = shanghai_day(now(session))
    late = select(Milestone.opportunity_id).where(
        and_(col(Milestone.actual_on).is_(None), col(Milestone.planned_on) < today)
    )
    is_late = and_(col(Opportunity.id).in_(late), col(Opportunity.stage) != "ended")
    return statement.where(is_late if overdue else ~is_late)


def get(session: Session, actor: Actor, opportunity_id: str) -> Opportunity:
    """One visible record; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Opportunity.id == opportunity_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(session: Session, actor: Actor, row: Opportunity) -> OpportunityRead:
    """The record as the actor may see it."""
    project = session.get_one(Project, row.project_id)
    profile = session.get_one(Profile, row.profile_id)
    region = session.get_one(Region, profile.region_code)
    stage = cast(Stage, row.stage)
    open_ways = stages.ways_from(stage, rents=rents(project))
    named = row.is_unsealed or "project" in sides_of(actor, row)
    pending = row.pending and PendingMove(to=row.pending["to"], agreed_by=row.pending["side"])
    late = 0 if stage == "ended" else overdue_counts(session, [row.id]).get(row.id, 0)
    return OpportunityRead(
        **row.model_dump(exclude={"pending", "stage", "unsealed_by_project_at", "unsealed_by_profile_at"}),
        project_name=project.name,
        site_name=profile.site_name or region.name,
        region_code=profile.region_code,
        investor_name=project.investor_name if named else None,
        unsealed_by=[side for side in SIDES if _unsealed_at(row, side) is not None],
        stage=stage,
        pending=pending or None,
        next_stages=[
            NextStage(to=way.to, by=way.by, needs_reason=way.reason, needs_unsealed_investor=way.unsealed)
            for way in open_ways
        ],
        overdue_milestones=late,
    )


def _unsealed_at(row: Opportunity, side: Side) -> datetime | None:
    return row.unsealed_by_project_at if side == "project" else row.unsealed_by_profile_at


def rents(project: Project) -> bool:
    """Whether the project may go into a building that stands: it then passes over construction."""
    return project.site_mode in {"rent", "either"}


def history(session: Session, actor: Actor, opportunity_id: str) -> SelectOfScalar[StageChange]:
    """Every move of a visible record, oldest first; raises ``NotFound``."""
    row = get(session, actor, opportunity_id)
    return select(StageChange).where(StageChange.opportunity_id == row.id).order_by(col(StageChange.id))
