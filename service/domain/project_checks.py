"""What a project must satisfy before it is stored; one project or a hundred thousand, by the same code.

The checks are pure: what the database knows is read beforehand, for one body by ``mentioned``, for all
bodies there may be by ``everything``.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from service.access.policy import Actor
from service.domain import industries, quantities, regions
from service.domain.industries import Industry
from service.domain.organisations import Organisation
from service.domain.projects import CEILINGS, NEEDS, Project, ProjectWrite, visible_ids, visible_to
from service.domain.quantities import Limit
from service.domain.regions import Region
from service.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of the codes and names that a project may mention."""

    regions: Set[str]
    industries: Set[str]
    limits: Mapping[str, Limit]
    needs: Set[str]
    organisations: Set[str]
    # Every import enters more of them; none that it was checked against goes away by that.
    projects: Set[str] = field(compare=False)


def mentioned(session: Session, actor: Actor, body: ProjectWrite) -> Known:
    """What is known of that which this one body mentions."""
    found: set[str] = set()
    if body.incubated_project_id is not None:
        incubated = visible_to(session, actor).where(Project.id == body.incubated_project_id)
        found = {row.id for row in session.exec(incubated)}
    sharing = col(Organisation.id).in_(body.shared_with)
    return Known(
        regions=frozenset(
            session.exec(select(Region.code).where(col(Region.code) == body.origin_region_code))
        ),
        industries=frozenset(
            session.exec(select(Industry.code).where(col(Industry.code) == body.industry_code))
        ),
        limits=quantities.registry(session) if body.quantities else {},
        needs=_needs(session),
        organisations=frozenset(session.exec(select(Organisation.id).where(sharing)))
        if body.shared_with
        else frozenset(),
        projects=found,
    )


def everything(session: Session, actor: Actor) -> Known:
    """What is known of all that a body may mention."""
    return Known(
        regions=frozenset(session.exec(select(Region.code))),
        industries=frozenset(session.exec(select(Industry.code))),
        limits=quantities.registry(session),
        needs=_needs(session),
        organisations=frozenset(session.exec(select(Organisation.id))),
        projects=frozenset(visible_ids(session, actor)),
    )


def check(known: Known, body: ProjectWrite, at: str = "") -> None:
    """Raise ``Invalid`` where the body, which stands at pointer ``at``, refers to what does not exist."""
    regions.require_among(known.regions, {f"{at}/origin_region_code": body.origin_region_code})
    industries.require_among(known.industries, {f"{at}/industry_code": body.industry_code})
    quantities.validate_among(known.limits, body.quantities, at)
    errors = [
        FieldError(f"{at}/must/{i}", "unknown_need", "Name a need, a quantity or a ceiling of this project.")
        for i, name in enumerate(body.must)
        if name not in known.needs
    ]
    errors += [
        FieldError(f"{at}/shared_with/{i}", "unknown_organisation", "There is no such organisation.")
        for i, organisation_id in enumerate(body.shared_with)
        if organisation_id not in known.organisations
    ]
    if body.incubated_project_id is not None and body.incubated_project_id not in known.projects:
        pointer = f"{at}/incubated_project_id"
        errors.append(FieldError(pointer, "unknown_project", "There is no such project."))
    if errors:
        raise Invalid(errors)


def _needs(session: Session) -> frozenset[str]:
    return frozenset((*NEEDS, *CEILINGS, *session.exec(select(quantities.Quantity.name))))
