"""Who may look into whose assessment: the organisation itself, and the authorities above its region."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor, governs
from service.domain import regions
from service.domain.organisations import Organisation
from service.errors import NotFound


def overseen(actor: Actor) -> ColumnElement[bool]:
    """The condition on organisations whose assessment the actor may see; a platform sees all."""
    if actor.is_platform:
        return true()
    own = col(Organisation.id) == actor.organisation_id
    if actor.kind != "authority":
        return own
    return or_(own, col(Organisation.region_code).in_(regions.at_or_below(actor.region_code)))


def ids_overseen(actor: Actor) -> SelectOfScalar[str]:
    """Their ids, as a subquery."""
    return select(Organisation.id).where(overseen(actor))


def get(session: Session, actor: Actor, organisation_id: str | None) -> Organisation:
    """An organisation whose assessment the actor may see, its own where none is named.

    Raises
    ------
    NotFound
        For any other, whether or not there is one.
    """
    wanted = organisation_id or actor.organisation_id
    found = session.exec(select(Organisation).where(Organisation.id == wanted, overseen(actor))).first()
    if found is None:
        raise NotFound()
    return found


def is_set_by(session: Session, actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor stands above the organisation, and may set what it has to reach."""
    if actor.organisation_id == organisation.id:
        return False
    path = regions.path(session, organisation.region_code)
    return actor.is_platform or (actor.kind == "authority" and governs(actor, (path,)))
