"""What a profile must satisfy before it is stored; one profile or a hundred thousand, by the same code.

The checks are pure: what the database knows is read beforehand, for one body by ``mentioned``, for all
bodies there may be by ``everything``.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, or_, select

from service.access.policy import Actor, governs
from service.database import now
from service.domain import approvals, industries, pairings, quantities, regions, zones
from service.domain.industries import Industry
from service.domain.organisations import Organisation
from service.domain.profiles import FIGURES, ProfileWrite
from service.domain.quantities import Limit, Quantity
from service.domain.regions import Region
from service.domain.zones import Zone
from service.errors import FieldError, Forbidden, Invalid
from service.units import shanghai_day

PUBLISH: Final = "profile.publish"


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of the codes, names and regions that a profile may mention.

    ``parents`` leads from a region to the one above it; ``partners`` are paired with the actor's region
    today; ``counties`` has the first county organisation of each region.
    """

    parents: Mapping[str, str | None]
    industries: Set[str]
    zones: Set[str]
    limits: Mapping[str, Limit]
    figures: Set[str]
    partners: Set[str]
    counties: Mapping[str, str]
    #: Whether what the actor's organisation publishes takes a second person.
    publishing_waits: bool
    # A file that is checked before midnight and stored after it was still checked against the same things.
    today: date = field(compare=False)

    def path(self, code: str | None) -> tuple[str, ...]:
        """The region and everything above it, itself first."""
        codes = []
        while code:
            codes.append(code)
            code = self.parents.get(code)
        return tuple(codes)


class Ownership(NamedTuple):
    """Whose a new profile is, and whether the county still has to confirm it."""

    organisation_id: str | None
    entered_by_organisation_id: str | None
    unconfirmed: bool


def mentioned(session: Session, actor: Actor, body: ProfileWrite) -> Known:
    """What is known of that which this one body mentions."""
    codes = {*body.industry_codes, *(entry.code for entry in body.restricted_industries)}
    zone = or_(col(Zone.code) == body.zone_code, col(Zone.key) == body.zone_code)
    today = shanghai_day(now(session))
    return Known(
        parents=_parents(session, {body.region_code, *body.home_region_codes}),
        industries=frozenset(session.exec(select(Industry.code).where(col(Industry.code).in_(codes)))),
        zones=_zones(session, zone) if body.zone_code is not None else frozenset(),
        counties=_counties(session, col(Organisation.region_code) == body.region_code),
        limits=quantities.registry(session) if body.quantities else {},
        figures=_figures(session),
        partners=_partners(session, actor, today),
        publishing_waits=approvals.required(session, actor, PUBLISH),
        today=today,
    )


def everything(session: Session, actor: Actor) -> Known:
    """What is known of all that a body may mention; a few thousand codes."""
    today = shanghai_day(now(session))
    return Known(
        parents=dict(session.exec(select(Region.code, Region.parent_code)).all()),
        industries=frozenset(session.exec(select(Industry.code))),
        zones=_zones(session, true()),
        counties=_counties(session, true()),
        limits=quantities.registry(session),
        figures=_figures(session),
        partners=_partners(session, actor, today),
        publishing_waits=approvals.required(session, actor, PUBLISH),
        today=today,
    )


def check(known: Known, body: ProfileWrite) -> None:
    """Raise ``Invalid`` where the body refers to what does not exist or contradicts itself."""
    codes = {f"/home_region_codes/{i}": code for i, code in enumerate(body.home_region_codes)}
    regions.require_among(known.parents, {"/region_code": body.region_code, **codes})
    listed = {f"/industry_codes/{i}": code for i, code in enumerate(body.industry_codes)}
    restricted = {
        f"/restricted_industries/{i}/code": entry.code for i, entry in enumerate(body.restricted_industries)
    }
    industries.require_among(known.industries, listed | restricted)
    zones.require_among(known.zones, "/zone_code", body.zone_code)
    quantities.validate_among(known.limits, body.quantities)
    errors = _contradictions(known.today, body)
    figures = [(f"/restricted_fields/{i}", name) for i, name in enumerate(body.restricted_fields)]
    figures += [(f"/evidence/{name}", name) for name in body.evidence]
    errors += [
        FieldError(pointer, "unknown_figure", "Name a figure of this profile or a registered quantity.")
        for pointer, name in figures
        if name not in known.figures
    ]
    if errors:
        raise Invalid(errors)


def ownership(known: Known, actor: Actor, body: ProfileWrite) -> Ownership:
    """Whose the profile is: the actor's own, or a partner county's, still to be confirmed by it.

    Raises
    ------
    Forbidden
        ``region_not_yours``: neither the actor's region nor paired with it.
    """
    paths = tuple(known.path(code) for code in (body.region_code, *body.home_region_codes))
    if governs(actor, paths):
        return Ownership(actor.organisation_id, None, False)
    if not any(known.partners & set(path) for path in paths):
        raise Forbidden(
            "region_not_yours", "Enter profiles of your own region, or of a region paired with yours."
        )
    return Ownership(known.counties.get(body.region_code), actor.organisation_id, True)


def _contradictions(today: date, body: ProfileWrite) -> list[FieldError]:
    errors = []
    # A day of tolerance: a clerk's clock may be ahead of the database's.
    if body.as_of > today + timedelta(days=1):
        errors.append(FieldError("/as_of", "in_the_future", "A figure cannot be as of a day to come."))
    if body.valid_until is not None and body.valid_until < body.as_of:
        errors.append(FieldError("/valid_until", "before_as_of", "A profile cannot lapse before it begins."))
    if (body.lon is None) != (body.lat is None):
        errors.append(FieldError("/lon", "half_a_point", "Send both lon and lat, or neither."))
    return errors


def _figures(session: Session) -> frozenset[str]:
    return frozenset((*FIGURES, *session.exec(select(Quantity.name))))


def _partners(session: Session, actor: Actor, today: date) -> frozenset[str]:
    return frozenset(pairings.partners_of(session, actor.region_code, today))


def _parents(session: Session, codes: set[str]) -> dict[str, str | None]:
    """The regions of these codes and all above them, a level at a time."""
    parents: dict[str, str | None] = {}
    while codes:
        found = session.exec(select(Region.code, Region.parent_code).where(col(Region.code).in_(codes))).all()
        parents.update(found)
        codes = {above for _, above in found if above is not None} - parents.keys()
    return parents


def _zones(session: Session, wanted: ColumnElement[bool]) -> frozenset[str]:
    """Codes and keys: either names a zone."""
    rows = session.exec(select(Zone.code, Zone.key).where(wanted))
    return frozenset(name for row in rows for name in row)


def _counties(session: Session, wanted: ColumnElement[bool]) -> dict[str, str]:
    statement = select(Organisation.region_code, Organisation.id).where(Organisation.kind == "county", wanted)
    # From the last to the first, so that the first one stays.
    rows = session.exec(statement.order_by(col(Organisation.id).desc()))
    return {region_code: row_id for region_code, row_id in rows if region_code is not None}
