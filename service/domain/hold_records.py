"""What is done with holds: create, grant, release, extend, commit; each under the lock of its place.

Whoever asks more than is left is told what is short and when the next hold ends, never who holds it; and of
a figure that is withheld from it, no more than its band.
"""

from __future__ import annotations

from typing import Any, Final

from sqlmodel import Session, col, select

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, now, record_change
from service.domain import approvals, events, holds, profile_records, profiles, projects, promises, quantities
from service.domain.approvals import Approval
from service.domain.capacity import Pool, exact
from service.domain.events import EventType
from service.domain.hold_checks import (
    checked_end,
    checked_units,
    require_open,
    require_room,
    require_shared,
)
from service.domain.holds import (
    DEFAULT_LENGTH,
    LIVE,
    SIDES,
    TRANSITIONS,
    Action,
    Commitment,
    Hold,
    HoldCommit,
    HoldExtension,
    HoldRelease,
    HoldWrite,
    Warned,
    is_binding,
)
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.promises import Sharing
from service.domain.shapes import ExpectedVersion, created, replace_fields, require_version
from service.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, invalid
from service.units import rfc_3339

RELEASE: Final = "hold.release"


def create(session: Session, actor: Actor, body: HoldWrite) -> tuple[Hold, list[Warned]]:
    """Hold capacity: at once where the place's own organisation does, else on its granting it.

    Raises
    ------
    NotFound
        Unless the actor sees both project and place and one of them is its own.
    Conflict
        ``capacity_short``, ``capacity_unknown``, ``duplicate``, ``place_not_open``, ``project_not_shared``.
    Invalid
        For a quantity that cannot be held, or an end that is past or too far.
    """
    # The project first, everywhere: whoever removes it goes on to the places that are held for it.
    project = session.exec(
        projects.visible_to(session, actor)
        .where(Project.id == body.project_id)
        .with_for_update(key_share=True)
    ).first()
    profile = profiles.get(session, actor, body.profile_id)
    if project is None or actor.organisation_id not in {project.organisation_id, *profile.owners()}:
        raise NotFound()
    units = checked_units(session, body)
    expires_at = checked_end(session, body.expires_at or now(session) + DEFAULT_LENGTH)
    sharing = promises.lock(session, [profile.id])
    owner = require_open(session, profile)
    if any(row.project_id == project.id for row in sharing.holds if row.profile_id == profile.id):
        raise Conflict("duplicate", "This project has a live hold at this place. Extend or release that one.")
    if owner != actor.organisation_id:
        require_shared(session, project, owner)
    warnings = require_room(sharing, profile, body.amounts(), actor.organisation_id, units)
    row = Hold.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("hld"),
            "project_organisation_id": project.organisation_id,
            "profile_organisation_id": owner,
            "state": "active" if owner == actor.organisation_id else "requested",
            "expires_at": expires_at,
        }
    )
    session.add(row)
    sharing.holds.append(row)
    detail = {"state": row.state, "project_id": row.project_id, "profile_id": row.profile_id}
    _settled(session, actor, sharing, row, "create", detail)
    told: EventType = "hold.granted" if row.state == "active" else "hold.requested"
    events.emit(session, told, row.id, row.told(), row.participants())
    return row, warnings


def grant(
    session: Session, actor: Actor, hold_id: str, expected: ExpectedVersion
) -> tuple[Hold, list[Warned]]:
    """Agree to what was requested; from now on it is kept.

    Raises
    ------
    Conflict
        ``wrong_state``, ``place_not_open``, ``capacity_short``, ``capacity_unknown``.
    """
    row, sharing = _taken_up(session, actor, hold_id, expected, "grant")
    profile = sharing.profiles[row.profile_id]
    require_open(session, profile)
    units = quantities.units_of_capacities(session)
    warnings = require_room(sharing, profile, row.amounts(), actor.organisation_id, units)
    replace_fields(session, row, {"state": "active"})
    _settled(session, actor, sharing, row, "grant")
    events.emit(session, "hold.granted", row.id, row.told(), row.participants())
    return row, warnings


def release(
    session: Session, actor: Actor, hold_id: str, expected: ExpectedVersion, body: HoldRelease
) -> Hold | Approval:
    """Let go of what is held or requested. The place's organisation says why it takes a promise back.

    An active hold stays as it is until another person approves, where the organisation wants that.
    """
    row, sharing = _taken_up(session, actor, hold_id, expected, "release")
    if row.state == "active" and "project" not in row.sides_of(actor.organisation_id) and not body.reason:
        raise invalid("/reason", "missing", "Say why the place is no longer held for the project.")
    if row.state == "active" and approvals.required(session, actor, RELEASE):
        payload = body.model_dump(mode="json")
        return approvals.submit(session, actor, RELEASE, "hold", row.id, payload, noun_version=row.version)
    promises.end(session, actor, row, body.reason)
    promises.settle(session, sharing)
    return row


@approvals.carries_out("hold.release")
def _release_approved(session: Session, actor: Actor, approval: Approval) -> None:
    row, sharing = _taken_up(session, actor, approval.noun_id, "any", "release")
    if row.version != approval.noun_version:
        raise Conflict(
            "changed_since", "The hold was changed after this was submitted. Return it, to be submitted anew."
        )
    promises.end(session, actor, row, approval.payload["reason"])
    promises.settle(session, sharing)


def extend(
    session: Session, actor: Actor, hold_id: str, expected: ExpectedVersion, body: HoldExtension
) -> Hold:
    """Have a hold, or a request, end later."""
    row, sharing = _taken_up(session, actor, hold_id, expected, "extend")
    until = checked_end(session, body.expires_at)
    if until <= row.expires_at:
        raise invalid("/expires_at", "not_later", f"It lasts until {rfc_3339(row.expires_at)} already.")
    replace_fields(session, row, {"expires_at": until})
    _settled(session, actor, sharing, row, "extend", {"expires_at": rfc_3339(until)})
    return row


def commit(session: Session, actor: Actor, hold_id: str, expected: ExpectedVersion, body: HoldCommit) -> Hold:
    """Turn what documents prove from held into taken: off the published figure, and off its pools.

    A hold is committed when every quantity is but labour; until then the rest stays held.
    """
    row, sharing = _taken_up(session, actor, hold_id, expected, "commit")
    still_held = {name: amount for name, amount in row.open_amounts().items() if is_binding(name)}
    errors = [
        FieldError(f"/documents/{name}", "not_held", f"Held and not committed: {', '.join(still_held)}.")
        for name in body.documents
        if name not in still_held
    ]
    if errors:
        raise Invalid(errors)
    taken = {name: still_held[name] for name in body.documents}
    at = now(session)
    proven = {
        name: Commitment(amount=amount, document_no=body.documents[name], committed_at=at)
        for name, amount in taken.items()
    }
    values: dict[str, Any] = {"commitments": row.commitments | proven}
    if taken.keys() == still_held.keys():
        values |= {"state": "committed", "ended_at": at}
    replace_fields(session, row, values)
    sharing.pools = [_less(pool, row.profile_id, taken) for pool in sharing.pools]
    _deduct(session, actor, sharing.profiles[row.profile_id], taken)
    _settled(session, actor, sharing, row, "commit", {"documents": body.documents})
    told = row.told(quantities=sorted(taken))
    events.emit(session, "hold.committed", row.id, told, row.participants())
    return row


def give_up(session: Session, actor: Actor, project_id: str) -> None:
    """Release every live hold of a project that is removed; the caller has locked the project."""
    statement = select(Hold).where(Hold.project_id == project_id, col(Hold.state).in_(LIVE))
    found = session.exec(statement).all()
    if not found:
        return
    sharing = promises.lock(session, {row.profile_id for row in found})
    own = [row for row in sharing.holds if row.project_id == project_id]
    if any(row.state == "active" for row in own) and approvals.required(session, actor, RELEASE):
        raise Conflict(
            "live_holds", "Holds for this project are active, and releasing one takes a second person here."
        )
    for row in own:
        promises.end(session, actor, row, "The project was withdrawn.")
    promises.settle(session, sharing)


def let_go(session: Session, actor: Actor, project_id: str, profile_id: str, reason: str) -> None:
    """Release what is held for a project at one place, once the two have ended; the project is locked.

    An active hold stays where releasing one takes a second person of the actor's: it ends by its own
    release, or by the clock.
    """
    sharing = promises.lock(session, {profile_id})
    waits = approvals.required(session, actor, RELEASE)
    for row in sharing.holds:
        if (row.project_id, row.profile_id) == (project_id, profile_id) and not (
            waits and row.state == "active"
        ):
            promises.end(session, actor, row, reason)
    promises.settle(session, sharing)


def _taken_up(
    session: Session, actor: Actor, hold_id: str, expected: ExpectedVersion, action: Action
) -> tuple[Hold, Sharing]:
    """The hold and its place under lock, once it is sure that the action is allowed now, and the actor's."""
    row = holds.get(session, actor, hold_id)
    sharing = promises.lock(session, [row.profile_id])
    session.refresh(row)
    require_version(row, expected)
    state = row.state_at(sharing.instant)
    if state not in TRANSITIONS[action]:
        allowed = [name for name, steps in TRANSITIONS.items() if state in steps]
        said = f"Allowed now: {', '.join(allowed)}." if allowed else "Nothing is allowed any more."
        raise Conflict(
            "wrong_state", f"A hold that is {state} takes no {action}. {said}", more={"allowed": allowed}
        )
    if not row.sides_of(actor.organisation_id) & SIDES[action, state]:
        theirs = " or ".join(sorted(SIDES[action, state]))
        raise Forbidden("not_your_side", f"That is for the {theirs}'s organisation to do.")
    return row, sharing


def _settled(
    session: Session,
    actor: Actor,
    sharing: Sharing,
    row: Hold,
    action: str,
    detail: dict[str, Any] | None = None,
) -> None:
    promises.settle(session, sharing)
    record_change(session, "hold", row.id, action)
    audit.record(session, actor, f"hold.{action}", "hold", row.id, detail)


def _less(pool: Pool, profile_id: str, taken: dict[str, float]) -> Pool:
    if profile_id not in pool.members or pool.quantity not in taken:
        return pool
    left = exact(pool.capacity) - exact(taken[pool.quantity])
    return Pool(pool.id, pool.quantity, float(left), pool.members)


def _deduct(session: Session, actor: Actor, profile: Profile, taken: dict[str, float]) -> None:
    """Publish the figures without what was taken, as a new version."""
    figures = profile.figures()
    values: dict[str, Any] = {"quantities": dict(profile.quantities)}
    for name, amount in taken.items():
        left = float(exact(figures[name] or 0.0) - exact(amount))
        (values if name in holds.FIELDS else values["quantities"])[name] = left
    replace_fields(session, profile, values)
    profile_records.published(session, profile)
    record_change(session, "profile", profile.id, "update")
    audit.record(session, actor, "profile.update", "profile", profile.id, {"fields": sorted(taken)})
