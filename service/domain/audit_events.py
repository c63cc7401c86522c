"""Audit events 审计记录 as they are searched: each organisation's own, all of them for a platform.

How they are written and chained is in ``access/audit``, how the chain is verified in ``access/audit_chain``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.audit import AuditEvent
from service.access.policy import Actor
from service.domain.shapes import Answer
from service.errors import NotFound
from service.units import Id, Instant

_ROWS_AT_ONCE = 1_000


class AuditEventRead(Answer):
    """Who did what to which thing, and when."""

    sequence: int = Field(description="Its place in the chain of all events of the service.")
    at: Instant
    organisation_id: Id | None = Field(
        description="Who acted; of what nobody signed in has done, whom it concerns."
    )
    person_id: Id | None = Field(description="Null where no person stands behind the key, or nobody acted.")
    key_id: str | None = Field(description="The key, or the session; null for the operator's commands.")
    action: str = Field(description="Such as `hold.grant`.")
    noun: str = Field(description="Such as `hold`.")
    noun_id: str
    detail: dict[str, Any] = Field(description="What the action says of itself.")
    previous_hash: str = Field(description="Of the event before, which may be another organisation's.")
    hash: str = Field(description="SHA-256 over the hash before and this event.")


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What is searched for; what is None filters nothing."""

    noun: str | None = None
    noun_id: str | None = None
    action: str | None = None
    person: str | None = None
    organisation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def visible_to(actor: Actor | None) -> SelectOfScalar[AuditEvent]:
    """The events of the actor's own organisation; all of them for a platform, and the operator (None)."""
    statement = select(AuditEvent)
    if actor is None or actor.is_platform:
        return statement
    return statement.where(AuditEvent.organisation_id == actor.organisation_id)


def listed(actor: Actor | None, filters: AuditFilters) -> SelectOfScalar[AuditEvent]:
    """Visible events that pass the filters, newest first; ``until`` itself is out."""
    return _filtered(actor, filters).order_by(col(AuditEvent.sequence).desc())


def get(session: Session, actor: Actor, sequence: int) -> AuditEvent:
    """One visible event; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(AuditEvent.sequence == sequence)).first()
    if found is None:
        raise NotFound()
    return found


def read(row: AuditEvent) -> AuditEventRead:
    """The event, with the person out of its detail."""
    detail = dict(row.detail)
    return AuditEventRead(
        **row.model_dump(exclude={"detail"}), person_id=detail.pop("person_id", None), detail=detail
    )


def rows(session: Session, actor: Actor | None, filters: AuditFilters) -> Iterator[AuditEventRead]:
    """Visible events that pass the filters, oldest first; no more than a page of them is held."""
    statement = _filtered(actor, filters).order_by(col(AuditEvent.sequence)).limit(_ROWS_AT_ONCE)
    last = 0
    while True:
        found = session.exec(statement.where(AuditEvent.sequence > last)).all()
        for row in found:
            yield read(row)
        if len(found) < _ROWS_AT_ONCE:
            return
        last = found[-1].sequence


def _filtered(actor: Actor | None, filters: AuditFilters) -> SelectOfScalar[AuditEvent]:
    statement = visible_to(actor)
    for column, wanted in (
        (AuditEvent.noun, filters.noun),
        (AuditEvent.noun_id, filters.noun_id),
        (AuditEvent.action, filters.action),
        (AuditEvent.organisation_id, filters.organisation_id),
    ):
        if wanted is not None:
            statement = statement.where(col(column) == wanted)
    if filters.person is not None:
        person_id = col(AuditEvent.detail)["person_id"].as_string()
        statement = statement.where(person_id == filters.person)
    if filters.since is not None:
        statement = statement.where(AuditEvent.at >= filters.since)
    if filters.until is not None:
        statement = statement.where(AuditEvent.at < filters.until)
    return statement
