"""Visits 考察: a delegation's round of places, with members, days, results and what is to follow.

Whoever is visited sees the visit and its own stop, never where else the delegation goes.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field as Check
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Date, Text, delete
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, record_change
from service.domain import profiles, projects
from service.domain.profiles import Profile
from service.domain.regions import Region
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    JsonOf,
    StrictBody,
    Versioned,
    by_age,
    created,
    patched,
    replace_fields,
    require_version,
    strict,
)
from service.errors import FieldError, Forbidden, Invalid, NotFound
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


def plan(session: Session, actor: Actor, body: VisitWrite) -> Visit:
    """Enter a visit of the actor's organisation; the places on it see it from now on.

    Raises
    ------
    Invalid
        Where a project or a place is not known to the actor.
    """
    hosts = _check(session, actor, body, None)
    row = Visit.model_validate(
        {
            **body.model_dump(exclude={"stops"}),
            **created(session),
            "id": new_id("vis"),
            "organisation_id": actor.organisation_id,
        }
    )
    session.add(row)
    # The stops refer to the row.
    session.flush()
    _put_stops(session, row, body, hosts)
    _note(session, actor, row, "create")
    return row


def replace(
    session: Session, actor: Actor, visit_id: str, expected: ExpectedVersion, body: VisitWrite
) -> Visit:
    """Put a whole new body in place of the old."""
    return _write(session, actor, _own_locked(session, actor, visit_id, expected), body)


def change(
    session: Session, actor: Actor, visit_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> Visit:
    """Apply a merge patch (RFC 7396); a list is replaced as a whole."""
    row = _own_locked(session, actor, visit_id, expected)
    stored = VisitWrite(**row.model_dump(include=set(VisitFields.model_fields)), stops=_bodies(session, row))
    return _write(session, actor, row, patched(VisitWrite, stored, patch))


def remove(session: Session, actor: Actor, visit_id: str, expected: ExpectedVersion) -> None:
    """Call off a visit that did not take place; the audit record keeps that it was planned."""
    row = _own_locked(session, actor, visit_id, expected)
    session.execute(delete(VisitStop).where(col(VisitStop.visit_id) == row.id))
    session.delete(row)
    _note(session, actor, row, "delete")


def _bodies(session: Session, row: Visit) -> list[Stop]:
    statement = select(VisitStop).where(VisitStop.visit_id == row.id).order_by(col(VisitStop.position))
    return [Stop(**stop.model_dump(include=set(Stop.model_fields))) for stop in session.exec(statement)]


def _write(session: Session, actor: Actor, row: Visit, body: VisitWrite) -> Visit:
    hosts = _check(session, actor, body, row)
    values = Visit.model_validate(row.model_dump() | body.model_dump(exclude={"stops"}))
    replace_fields(session, row, {name: getattr(values, name) for name in VisitFields.model_fields})
    session.execute(delete(VisitStop).where(col(VisitStop.visit_id) == row.id))
    _put_stops(session, row, body, hosts)
    _note(session, actor, row, "update")
    return row


def _put_stops(session: Session, row: Visit, body: VisitWrite, hosts: dict[str, str | None]) -> None:
    session.add_all(
        VisitStop(
            id=new_id("vst"),
            visit_id=row.id,
            position=position,
            host_organisation_id=hosts[stop.profile_id],
            **stop.model_dump(),
        )
        for position, stop in enumerate(body.stops)
    )


def _own_locked(session: Session, actor: Actor, visit_id: str, expected: ExpectedVersion) -> Visit:
    row = session.exec(visible_to(actor).where(Visit.id == visit_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    if row.organisation_id != actor.organisation_id:
        raise Forbidden("not_yours", "Only the organisation whose visit this is can change it.")
    require_version(row, expected)
    return row


def _check(session: Session, actor: Actor, body: VisitWrite, before: Visit | None) -> dict[str, str | None]:
    """Who is visited at each place; raises ``Invalid`` for what the actor does not know.

    What the visit named before stays on it: a place that was taken back was visited all the same.
    """
    wanted = {stop.profile_id for stop in body.stops}
    seen = profiles.visible_to(actor).where(col(Profile.id).in_(wanted))
    hosts = {row.id: row.organisation_id for row in session.exec(seen)}
    if before is not None:
        stops = session.exec(select(VisitStop).where(VisitStop.visit_id == before.id))
        hosts = {stop.profile_id: stop.host_organisation_id for stop in stops} | hosts
    unknown = "There is no such place."
    errors = [
        FieldError(f"/stops/{i}/profile_id", "unknown_profile", unknown)
        for i, stop in enumerate(body.stops)
        if stop.profile_id not in hosts
    ]
    errors += [
        FieldError(f"/follow_ups/{i}/profile_id", "not_a_stop", "Name a place of this visit.")
        for i, line in enumerate(body.follow_ups)
        if line.profile_id is not None and line.profile_id not in wanted
    ]
    if body.project_id is not None and (before is None or before.project_id != body.project_id):
        own = select(projects.Project.id).where(
            projects.Project.id == body.project_id,
            projects.Project.organisation_id == actor.organisation_id,
            col(projects.Project.deleted_at).is_(None),
        )
        if session.exec(own).first() is None:
            errors.append(FieldError("/project_id", "unknown_project", "Name a project of your own."))
    if errors:
        raise Invalid(errors)
    return hosts


def _note(session: Session, actor: Actor, row: Visit, deed: str) -> None:
    record_change(session, "visit", row.id, deed)
    detail = {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}
    audit.record(session, actor, f"visit.{deed}", "visit", row.id, detail)
