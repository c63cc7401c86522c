"""What must hold of a hold before it is stored: its body, its place, its project, and the room for it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from service.access.policy import Actor
from service.database import now
from service.domain import projects, quantities
from service.domain.capacity import exact, free_as_known
from service.domain.holds import LONGEST, HoldWrite, Warned, is_binding, pointer_of
from service.domain.organisations import Organisation
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.promises import Sharing
from service.errors import Conflict, FieldError, Invalid, NotFound, invalid
from service.units import rfc_3339, shanghai_day


def checked_units(session: Session, body: HoldWrite) -> dict[str, str]:
    """The units of what can be held, once the body asks for nothing else."""
    units = quantities.units_of_capacities(session)
    quantities.validate(session, body.quantities)
    amounts = body.amounts()
    errors = [
        FieldError(
            pointer_of(name), "not_a_capacity", "Only what is used up can be held; see GET /v1/quantities."
        )
        for name in amounts
        if name not in units
    ]
    errors += [
        FieldError(pointer_of(name), "nothing_held", "Hold more than nothing, or leave it out.")
        for name, amount in amounts.items()
        if amount == 0
    ]
    if not any(is_binding(name) for name in amounts):
        errors.append(FieldError("", "nothing_held", "Name land_mu, power_kva or another capacity to hold."))
    if errors:
        raise Invalid(errors)
    return units


def checked_end(session: Session, expires_at: datetime) -> datetime:
    """The end of a hold, once it is sure that it lies ahead, and not too far."""
    instant = now(session)
    if expires_at <= instant:
        raise invalid("/expires_at", "in_the_past", "Send an instant that is yet to come.")
    if expires_at > instant + LONGEST:
        said = f"A hold ends within {LONGEST.days} days; extend it when the time comes."
        raise invalid("/expires_at", "too_far", said)
    return expires_at


def require_open(session: Session, profile: Profile) -> str:
    """The organisation whose word the place's figures are, as long as they stand."""
    owner = profile.organisation_id
    if profile.deleted_at is not None:
        raise NotFound()
    if profile.unconfirmed or owner is None:
        raise Conflict(
            "place_not_open", "The county has yet to confirm this profile; nothing can be held on it."
        )
    if profile.status != "published":
        raise Conflict("place_not_open", "This profile is not published; nothing can be held on it.")
    if profile.valid_until is not None and profile.valid_until < shanghai_day(now(session)):
        raise Conflict("place_not_open", "This profile has lapsed; have it brought up to date first.")
    return owner


def require_shared(session: Session, project: Project, owner: str) -> None:
    """A request tells the place's organisation of the project: only one that it may know of."""
    row = session.get_one(Organisation, owner)
    asked = Actor(row.id, row.kind, row.region_code, "", frozenset())
    if session.exec(projects.visible_to(session, asked).where(Project.id == project.id)).first() is None:
        raise Conflict(
            "project_not_shared",
            "The place's organisation may not know of this project. Share it first: see its `visibility`.",
        )


def require_room(
    sharing: Sharing, profile: Profile, amounts: dict[str, float], organisation_id: str, units: dict[str, str]
) -> list[Warned]:
    """Raise where less is left than is asked for; labour that is short is only told."""
    free = sharing.free(profile.id)
    errors, warnings = [], []
    withheld = set(profile.restricted_fields) if organisation_id not in profile.owners() else set()
    for name, amount in amounts.items():
        left = free_as_known(profile, free, name, organisation_id)
        if left is not None and exact(amount) <= left:
            continue
        if left is None:
            code, said = "unknown", "The place has not published how much there is."
        else:
            about = "less than " if name in withheld else ""
            code = "short"
            said = f"{amount:.12g} asked for, {about}{float(left):.12g} left, in {units[name]}."
        if is_binding(name):
            errors.append(FieldError(pointer_of(name), code, said))
        else:
            warnings.append(Warned(quantity=name, code=code, detail=said))
    if errors:
        raise _refusal(sharing, profile, errors)
    return warnings


def _refusal(sharing: Sharing, profile: Profile, errors: list[FieldError]) -> Conflict:
    short = [error.pointer.rsplit("/", 1)[1] for error in errors if error.code == "short"]
    if not short:
        unknown = ", ".join(error.pointer.rsplit("/", 1)[1] for error in errors)
        said = f"The place has not published how much there is of: {unknown}. Ask it to publish the figure."
        return Conflict("capacity_unknown", said, errors=errors)
    end = sharing.next_end(profile.id, short)
    when = f"The next hold on it ends at {rfc_3339(end)}." if end else "No hold on it will end."
    return Conflict(
        "capacity_short",
        f"The place does not have that much left of: {', '.join(short)}. {when}",
        errors=errors,
        more={"next_hold_ends_at": rfc_3339(end) if end else None},
    )
