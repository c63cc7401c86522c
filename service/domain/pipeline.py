"""What the joint records of an organisation still promise: plain values for the projection of the year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import cast

from sqlmodel import Session, col, or_, select

from service.domain import regions
from service.domain.assessing.counting import exact
from service.domain.assessing.projecting import CASES, Cases, Prospective, Step
from service.domain.bands import band_of
from service.domain.indicators import Brings
from service.domain.milestones import Milestone
from service.domain.opportunities import Opportunity
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.stages import Stage


def prospects(
    session: Session, organisation: Organisation, pairs: Sequence[Pairing]
) -> tuple[Prospective, ...]:
    """The live joint records of an organisation that join the regions of one of these pairings.

    What the other side's project brings is known to a place as it is shown to it: under a teaser as a band,
    of which the cautious take the lower end.
    """
    own = organisation.id
    statement = (
        select(Opportunity, Project, Profile, Organisation.region_code)
        .join(Project, col(Project.id) == col(Opportunity.project_id))
        .join(Profile, col(Profile.id) == col(Opportunity.profile_id))
        .join(Organisation, col(Organisation.id) == col(Opportunity.project_organisation_id))
        .where(
            Opportunity.stage != "ended",
            or_(
                col(Opportunity.project_organisation_id) == own,
                col(Opportunity.profile_organisation_id) == own,
            ),
        )
        .order_by(col(Opportunity.id))
    )
    paths: dict[str, frozenset[str]] = {}
    found = [
        (record, project)
        for record, project, profile, from_region in session.exec(statement)
        if _joined(session, paths, pairs, from_region, (profile.region_code, *profile.home_region_codes))
    ]
    steps = _steps(session, [record.id for record, _project in found])
    return tuple(
        Prospective(
            record.id, cast(Stage, record.stage), _brings(own, project), tuple(steps.get(record.id, ()))
        )
        for record, project in found
    )


def _joined(
    session: Session,
    paths: dict[str, frozenset[str]],
    pairs: Sequence[Pairing],
    from_region: str | None,
    to_regions: tuple[str, ...],
) -> bool:
    def path(code: str | None) -> frozenset[str]:
        key = code or ""
        if key not in paths:
            paths[key] = frozenset(regions.path(session, code))
        return paths[key]

    here, there = path(from_region), frozenset().union(*(path(code) for code in to_regions))
    return any(
        (pair.supporting_region_code in here and pair.partner_region_code in there)
        or (pair.partner_region_code in here and pair.supporting_region_code in there)
        for pair in pairs
    )


def _brings(own: str, project: Project) -> Mapping[Brings, Cases]:
    is_banded = project.organisation_id != own and project.disclosure != "full"
    figures: dict[Brings, float | None] = {
        "fixed_investment": project.fixed_investment_10k_cny,
        "labour": project.labour_persons,
    }
    known = {
        name: _band(value) if is_banded else _figure(exact(value))
        for name, value in figures.items()
        if value is not None
    }
    return known | {"firm": _figure(Fraction(1))}


def _figure(value: Fraction) -> Cases:
    return dict.fromkeys(CASES, value)


def _band(value: float) -> Cases:
    band = band_of(value)
    low, high = exact(band.low), exact(band.high)
    return {"low": low, "expected": (low + high) / 2, "high": high}


def _steps(session: Session, opportunity_ids: Sequence[str]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    statement = select(Milestone).where(col(Milestone.opportunity_id).in_(opportunity_ids))
    for row in session.exec(statement.order_by(col(Milestone.id))):
        found.setdefault(row.opportunity_id, []).append(Step(row.kind, row.planned_on, row.actual_on))
    return found
