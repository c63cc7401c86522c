"""What is done with visits: plan, replace, change, remove; each on record with its transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, record_change
from service.domain import profiles, projects
from service.domain.profiles import Profile
from service.domain.shapes import ExpectedVersion, created, patched, replace_fields, require_version
from service.domain.visits import Stop, Visit, VisitFields, VisitStop, VisitWrite, visible_to
from service.errors import FieldError, Forbidden, Invalid, NotFound


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
