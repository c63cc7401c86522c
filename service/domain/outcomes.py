"""Outcomes of recommendations: what became of a project at a place, and what training learns from it.

Beside what was decided stands what it was decided on, frozen: project and profile go on changing,
often because of the very decision (the land that was taken is no longer free).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import JSON, ColumnElement, Date, Index, String, Text, text
from sqlmodel import Field, Session, SQLModel, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import UtcDateTime, new_id, now, record_change
from service.domain import profiles, projects
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.shapes import Answer, StrictBody, Versioned, created, replace_fields, strict
from service.errors import NotFound, invalid
from service.units import Day, Id, Instant, LongText, shanghai_day

Result = Literal["accepted", "refused", "signed", "funds_in_place", "ended"]
Reason = Literal[
    "land_short",
    "power_short",
    "labour",
    "price",
    "industry_unfit",
    "environment",
    "distance",
    "policy",
    "investor_withdrew",
    "other",
]
POSITIVE: frozenset[str] = frozenset({"accepted", "signed", "funds_in_place"})
# An investor who gives up, or a reason that nobody names, says nothing about the place.
SILENT_REASONS: frozenset[str] = frozenset({"investor_withdrew", "other"})


class OutcomeFields(SQLModel):
    """What was decided, typed once for table, body and answer."""

    project_id: Id
    profile_id: Id
    result: Result = Field(sa_type=String(16))
    reason_code: Reason | None = Field(
        default=None, sa_type=String(24), description="Required where the result is refused or ended."
    )
    decided_on: Day | None = Field(default=None, sa_type=Date, description="Today where it is left out.")
    note: LongText | None = Field(default=None, description="Seen by both sides.")


EXAMPLE: dict[str, Any] = {
    "project_id": "prj_00000000000000000000000000",
    "profile_id": "prf_00000000000000000000000001",
    "result": "refused",
    "reason_code": "power_short",
    "decided_on": "2026-11-20",
    "note": "变电站扩容要到明年底",
}


class OutcomeWrite(OutcomeFields, StrictBody):
    """Body of a new outcome."""

    model_config = strict(EXAMPLE)


class Outcome(OutcomeFields, Versioned, table=True):
    """The stored outcome with what it was decided on; of a pair and an organisation one is live."""

    __tablename__ = "outcomes"
    __table_args__ = (
        Index(
            "uq_outcomes_live",
            "project_id",
            "profile_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    project_id: str = Field(foreign_key="projects.id", index=True, max_length=40)
    profile_id: str = Field(foreign_key="profiles.id", index=True, max_length=40)
    decided_on: date
    note: str | None = Field(default=None, max_length=5000)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    model_version: str = Field(max_length=60)
    industry_code: str = Field(max_length=5)
    region_code: str = Field(max_length=6)
    need_text: str = Field(sa_type=Text)
    place_text: str = Field(sa_type=Text)
    utilities: dict[str, float] = Field(sa_type=JSON)
    alternatives: list[dict[str, Any]] = Field(sa_type=JSON)


class OutcomeRead(OutcomeFields, Answer):
    """An outcome as either side sees it.

    What it was decided on (texts, utilities) is kept for training and never shown: it holds what a
    teaser withholds.
    """

    id: Id
    organisation_id: Id
    decided_on: Day
    model_version: str
    superseded_at: Instant | None = Field(
        description="When the same organisation's later outcome of this pair took its place."
    )
    version: int
    created_at: Instant
    updated_at: Instant


@dataclass(frozen=True, slots=True)
class Alternative:
    """An eligible place that was not the one decided on; utilities by criterion."""

    profile_id: str
    utilities: dict[str, float]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a decision rests on: the pair as the project's organisation was ranked, and alternatives."""

    model_version: str
    industry_code: str
    region_code: str
    need_text: str
    place_text: str
    utilities: dict[str, float]
    alternatives: tuple[Alternative, ...]


def visible_to(session: Session, actor: Actor) -> SelectOfScalar[Outcome]:
    """Own outcomes; and others' of an own project or profile, where the counterpart is visible too.

    A bureau may note what became of a private project at a place that was never told of it: the
    outcome must not tell it either.
    """
    return select(Outcome).where(_own_or_shared(session, actor))


def _own_or_shared(session: Session, actor: Actor) -> ColumnElement[bool]:
    own_projects = select(Project.id).where(Project.organisation_id == actor.organisation_id)
    own_profiles = select(Profile.id).where(
        or_(
            col(Profile.organisation_id) == actor.organisation_id,
            and_(
                col(Profile.unconfirmed).is_(True),
                col(Profile.entered_by_organisation_id) == actor.organisation_id,
            ),
        )
    )
    known_projects = projects.visible_to(session, actor).with_only_columns(col(Project.id))
    known_profiles = profiles.visible_to(actor).with_only_columns(col(Profile.id))
    return or_(
        col(Outcome.organisation_id) == actor.organisation_id,
        and_(
            or_(col(Outcome.project_id).in_(own_projects), col(Outcome.profile_id).in_(own_profiles)),
            col(Outcome.project_id).in_(known_projects),
            col(Outcome.profile_id).in_(known_profiles),
        ),
    )


def listed(
    session: Session, actor: Actor, project_id: str | None, profile_id: str | None, result: Result | None
) -> SelectOfScalar[Outcome]:
    """Visible outcomes, superseded ones too, oldest first."""
    statement = visible_to(session, actor).order_by(col(Outcome.id))
    if project_id:
        statement = statement.where(Outcome.project_id == project_id)
    if profile_id:
        statement = statement.where(Outcome.profile_id == profile_id)
    return statement.where(Outcome.result == result) if result else statement


def get(session: Session, actor: Actor, outcome_id: str) -> Outcome:
    """One visible outcome; raises ``NotFound``."""
    found = session.exec(visible_to(session, actor).where(Outcome.id == outcome_id)).first()
    if found is None:
        raise NotFound()
    return found


def record(
    session: Session, actor: Actor, body: OutcomeWrite, basis_of: Callable[[Project, Profile], Basis]
) -> Outcome:
    """Enter what was decided; the organisation's earlier outcome of the same pair is superseded.

    Parameters
    ----------
    basis_of : callable
        Works out what the decision rests on; called once the actor may know of both sides.

    Raises
    ------
    NotFound
        Unless the actor sees both and one of them is its own.
    Invalid
        Where a reason is missing or out of place, or the day is yet to come.
    """
    project = projects.get(session, actor, body.project_id)
    profile = profiles.get(session, actor, body.profile_id)
    if actor.organisation_id not in {project.organisation_id} | profile.owners():
        raise NotFound()
    return note(session, actor, actor.organisation_id, body, basis_of)


def note(
    session: Session,
    actor: Actor,
    organisation_id: str,
    body: OutcomeWrite,
    basis_of: Callable[[Project, Profile], Basis],
) -> Outcome:
    """Enter what was decided as the word of an organisation for which the actor has been found to speak.

    Raises
    ------
    Invalid
        Where a reason is missing or out of place, or the day is yet to come.
    """
    decided_on = _checked_day(session, body)
    _supersede(session, organisation_id, body)
    project = session.get_one(Project, body.project_id)
    basis = asdict(basis_of(project, session.get_one(Profile, body.profile_id)))
    row = Outcome.model_validate(
        {
            **body.model_dump(),
            **created(session),
            **basis,
            "alternatives": list(basis["alternatives"]),
            "id": new_id("out"),
            "organisation_id": organisation_id,
            "decided_on": decided_on,
        }
    )
    session.add(row)
    # A rival that was recorded meanwhile shows here, inside the operation that it spoils.
    session.flush()
    record_change(session, "outcome", row.id, "create")
    detail = {"result": row.result, "project_id": row.project_id, "profile_id": row.profile_id}
    audit.record(session, actor, "outcome.create", "outcome", row.id, detail)
    return row


def _checked_day(session: Session, body: OutcomeWrite) -> date:
    needs_reason = body.result in {"refused", "ended"}
    if needs_reason and body.reason_code is None:
        raise invalid("/reason_code", "missing", f"Say why it was {body.result}.")
    if not needs_reason and body.reason_code is not None:
        raise invalid("/reason_code", "not_expected", "Only what is refused or ended has a reason.")
    today = shanghai_day(now(session))
    # A day of tolerance: a clerk's clock may be ahead of the database's.
    if body.decided_on is not None and body.decided_on > today + timedelta(days=1):
        raise invalid("/decided_on", "in_the_future", "What is decided has a day that has come.")
    return body.decided_on or today


def _supersede(session: Session, organisation_id: str, body: OutcomeWrite) -> None:
    earlier = select(Outcome).where(
        Outcome.project_id == body.project_id,
        Outcome.profile_id == body.profile_id,
        Outcome.organisation_id == organisation_id,
        col(Outcome.superseded_at).is_(None),
    )
    row = session.exec(earlier.with_for_update()).first()
    if row is not None:
        replace_fields(session, row, {"superseded_at": now(session)})
        record_change(session, "outcome", row.id, "supersede")


def word_on_each_pair(session: Session) -> list[Outcome]:
    """What counts of each pair of project and profile, oldest first: what the project's side says.

    Only where that is silent does the place's own word count: it was not the place that chose, and a
    county must not turn a refusal of itself into a choice.
    """
    live = (
        select(Outcome, Project.organisation_id)
        .join(Project, col(Project.id) == col(Outcome.project_id))
        .where(col(Outcome.superseded_at).is_(None))
    )
    rows = list(session.exec(live.order_by(col(Outcome.created_at), col(Outcome.id))))
    by_place = {(row.project_id, row.profile_id): row for row, owner in rows if row.organisation_id != owner}
    by_chooser = {
        (row.project_id, row.profile_id): row for row, owner in rows if row.organisation_id == owner
    }
    return sorted((by_place | by_chooser).values(), key=lambda row: (row.created_at, row.id))
