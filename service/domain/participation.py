"""Who takes part in the joint record of a project, for the project's own visibility.

Joint records are a noun above projects, and import them: what is asked of them below is asked of their
table alone.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, column, table
from sqlmodel import Session, and_, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor

_opportunities = table(
    "opportunities",
    *map(
        column,
        (
            "project_id",
            "profile_organisation_id",
            "profile_field_team_id",
            "project_field_team_id",
            "unsealed_by_project_at",
            "unsealed_by_profile_at",
        ),
    ),
)


def project_ids(actor: Actor) -> SelectOfScalar[str]:
    """The projects of the joint records that the actor takes part in."""
    return select(_opportunities.c.project_id).where(_takes_part(actor))


def is_unsealed(session: Session, actor: Actor, project_id: str) -> bool:
    """Whether both sides of a joint record that the actor takes part in agreed to name the investor."""
    both = and_(
        _opportunities.c.unsealed_by_project_at.is_not(None),
        _opportunities.c.unsealed_by_profile_at.is_not(None),
    )
    mine = project_ids(actor).where(_opportunities.c.project_id == project_id, both)
    return session.exec(mine).first() is not None


def _takes_part(actor: Actor) -> ColumnElement[bool]:
    """Joint records in which the actor stands on the place's side, or is a field team."""
    parts = ("profile_organisation_id", "profile_field_team_id", "project_field_team_id")
    return or_(*(_opportunities.c[name] == actor.organisation_id for name in parts))
