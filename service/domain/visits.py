"""Visits 考察: a delegation's round of places, with members, days, results and what is to follow.

Whoever is visited sees the visit and its own stop, never where else the delegation goes. What is done
with visits (plan, replace, change, remove) is in ``visit_records``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field as Check
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Date, Text
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.domain import projects
from service.domain.profiles import Profile
from service.domain.regions import Region
from service.domain.shapes import Answer, JsonOf, StrictBody, Versioned, by_age, strict
from service.errors import NotFound
from service.units import Day, Id, Instant, LongText, Name, ShortText, WrittenText


class Member(StrictBody):
    """Who goes along. No telephone numbers: the record is read by another government."""

    name: ShortText
    office: Name | None = None
    title: ShortText | None = None


class Stop(StrictBody):
    """A place on a day."""

    profile_id: Id
    on: Day
    note: LongText | None = Field(default=None, description="Seen by the place.")
    result: LongText | None = Field(default=None, description="What came of it; seen by the place.")


class FollowUp(StrictBody):
    """What is to be done; with a place's id, that place sees it too."""

    text: WrittenText
    profile_id: Id | None = None
    due_on: Day | None = None
    done_on: Day | None = None


class VisitFields(SQLModel):
    """What a visit is, typed once for table, body and answer."""

    purpose: WrittenText = Field(sa_type=Text)
    project_id: Id | None = None
    starts_on: Day = Field(sa_type=Date)
    ends_on: Day = Field(sa_type=Date)
    members: Annotated[list[Member], Check(max_length=100)] = Field(
        default_factory=list, sa_type=JsonOf(list[Member])
    )
    follow_ups: Annotated[list[FollowUp], Check(max_length=100)] = Field(
        default_factory=list, sa_type=JsonOf(list[FollowUp])
    )


EXAMPLE: dict[str, Any] = {
    "purpose": "家具配套企业考察庆元竹木产业",
    "starts_on": "2026-12-08",
    "ends_on": "2026-12-09",
    "members": [{"name": "张明", "office": "嘉善县投资促进中心", "title": "科长"}],
    "stops": [{"profile_id": "prf_00000000000000000000000001", "on": "2026-12-08", "note": "看标准厂房"}],
    "follow_ups": [{"text": "发送用电方案", "due_on": "2026-12-20"}],
}


class VisitWrite(VisitFields, StrictBody):
    """Body of a new visit, and of a replacement."""

    model_config = strict(EXAMPLE)

    stops: Annotated[list[Stop], Check(max_length=30)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _days_in_order(self) -> VisitWrite:
        if self.ends_on < self.starts_on:
            raise PydanticCustomError("before_starts_on", "A visit cannot end before it starts.")
        if any(not self.starts_on <= stop.on <= self.ends_on for stop in self.stops):
            raise PydanticCustomError("outside_the_visit", "A stop must fall on a day of the visit.")
        return self


class Visit(VisitFields, Versioned, table=True):
    """The stored visit."""

    __tablename__ = "visits"

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    project_id: str | None = Field(default=None, foreign_key="projects.id", index=True, max_length=40)
    starts_on: date
    ends_on: date


class VisitStop(SQLModel, table=True):
    """A stored stop, with the organisation that is visited there."""

    __tablename__ = "visit_stops"

    id: str = Field(primary_key=True, max_length=40)
    visit_id: str = Field(foreign_key="visits.id", index=True, max_length=40)
    position: int
    profile_id: str = Field(foreign_key="profiles.id", max_length=40)
    host_organisation_id: str | None = Field(
        default=None, foreign_key="organisations.id", index=True, max_length=40
    )
    on: date = Field(sa_type=Date)
    note: str | None = Field(default=None, sa_type=Text)
    result: str | None = Field(default=None, sa_type=Text)


class StopRead(Answer):
    """A stop with the name of its place."""

    profile_id: Id
    site_name: str
    region_name: str
    host_organisation_id: Id | None
    on: Day
    note: LongText | None
    result: LongText | None


class VisitRead(VisitFields, Answer):
    """A visit; whoever is visited sees its own stops and what is to follow there."""

    id: Id
    organisation_id: Id
    stops: list[StopRead]
    version: int
    created_at: Instant
    updated_at: Instant


def visible_to(actor: Actor) -> SelectOfScalar[Visit]:
    """Own visits, and those that stop at a place of the actor's."""
    hosted = select(VisitStop.visit_id).where(col(VisitStop.host_organisation_id) == actor.organisation_id)
    return select(Visit).where(
        or_(col(Visit.organisation_id) == actor.organisation_id, col(Visit.id).in_(hosted))
    )


def listed(
    actor: Actor, project_id: str | None, since: date | None, *, newest_first: bool = False
) -> SelectOfScalar[Visit]:
    """Visible visits in the order in which they were entered, oldest first unless asked otherwise.

    Those that end on a day or later, of one's own project.
    """
    statement = visible_to(actor).order_by(by_age(Visit.id, newest_first=newest_first))
    if project_id:
        statement = statement.where(
            Visit.project_id == project_id, Visit.organisation_id == actor.organisation_id
        )
    return statement.where(col(Visit.ends_on) >= since) if since else statement


def get(session: Session, actor: Actor, visit_id: str) -> Visit:
    """One visible visit; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Visit.id == visit_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(session: Session, actor: Actor, row: Visit) -> VisitRead:
    """The visit as the actor may see it."""
    stops = _stops(session, actor, row)
    shown = VisitRead(**row.model_dump(), stops=stops)
    if row.organisation_id == actor.organisation_id:
        return shown
    own = {stop.profile_id for stop in stops}
    shown.follow_ups = [line for line in shown.follow_ups if line.profile_id in own]
    if row.project_id is not None:
        known = projects.visible_to(session, actor).where(projects.Project.id == row.project_id)
        shown.project_id = row.project_id if session.exec(known).first() else None
    return shown


def _stops(session: Session, actor: Actor, row: Visit) -> list[StopRead]:
    statement = (
        select(VisitStop, Profile.site_name, Region.name, Region.full_name)
        .join(Profile, col(Profile.id) == col(VisitStop.profile_id))
        .join(Region, col(Region.code) == col(Profile.region_code))
        .where(VisitStop.visit_id == row.id)
        .order_by(col(VisitStop.on), col(VisitStop.position))
    )
    if row.organisation_id != actor.organisation_id:
        statement = statement.where(VisitStop.host_organisation_id == actor.organisation_id)
    return [
        StopRead(
            **stop.model_dump(include=set(StopRead.model_fields)),
            site_name=site_name or region_name,
            region_name=full_name,
        )
        for stop, site_name, region_name, full_name in session.exec(statement)
    ]
