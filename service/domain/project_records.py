"""What is done with projects: register, replace, change, remove; each on record with its transaction."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from service.access import audit
from service.access.policy import Actor, require_own
from service.database import new_id, now, record_change
from service.domain import hold_records, project_checks
from service.domain.projects import Project, ProjectWrite, visible_to
from service.domain.shapes import ExpectedVersion, created, patched, replace_fields, require_version
from service.errors import NotFound


def register(session: Session, actor: Actor, body: ProjectWrite) -> Project:
    """Enter a project for the actor's organisation."""
    check(session, actor, body)
    row = Project.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("prj"),
            "organisation_id": actor.organisation_id,
        }
    )
    session.add(row)
    # The audit event refers to a row that the database has accepted.
    session.flush()
    record_change(session, "project", row.id, "create")
    audit.record(session, actor, "project.create", "project", row.id)
    return row


def replace(
    session: Session, actor: Actor, project_id: str, expected: ExpectedVersion, body: ProjectWrite
) -> Project:
    """Put a whole new body in place of the old."""
    row = _own_locked(session, actor, project_id, expected)
    return _write(session, actor, row, body)


def change(
    session: Session, actor: Actor, project_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> Project:
    """Apply a merge patch (RFC 7396)."""
    row = _own_locked(session, actor, project_id, expected)
    return _write(session, actor, row, patched(ProjectWrite, row, patch))


def remove(session: Session, actor: Actor, project_id: str, expected: ExpectedVersion) -> None:
    """Take the project out of every list and ranking; its live holds end, the record keeps it."""
    row = _own_locked(session, actor, project_id, expected)
    hold_records.give_up(session, actor, row.id)
    replace_fields(session, row, {"deleted_at": now(session)})
    record_change(session, "project", row.id, "delete")
    audit.record(session, actor, "project.delete", "project", row.id)


def _own_locked(session: Session, actor: Actor, project_id: str, expected: ExpectedVersion) -> Project:
    # Locked while it is checked: two writers that hold the same ETag must not both pass.
    row = session.exec(visible_to(session, actor).where(Project.id == project_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_own(actor, row.organisation_id)
    require_version(row, expected)
    return row


def _write(session: Session, actor: Actor, row: Project, body: ProjectWrite) -> Project:
    check(session, actor, body)
    values = Project.model_validate(row.model_dump() | body.model_dump())
    before = {name: getattr(row, name) for name in ProjectWrite.model_fields}
    after = {name: getattr(values, name) for name in ProjectWrite.model_fields}
    replace_fields(session, row, after)
    record_change(session, "project", row.id, "update")
    changed = sorted(name for name in after if after[name] != before[name])
    audit.record(session, actor, "project.update", "project", row.id, {"fields": changed})
    return row


def check(session: Session, actor: Actor, body: ProjectWrite, at: str = "") -> None:
    """Raise ``Invalid`` where the body, which stands at pointer ``at``, refers to what does not exist."""
    project_checks.check(project_checks.mentioned(session, actor, body), body, at)
