"""Events 事件: what has happened that an organisation may want to know, written with the change itself.

Each organisation concerned has an event of its own, with an id that stays. Their order is that in which the
changes were committed: whoever has read up to one has missed none before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import JSON, BigInteger, ColumnElement, Index, String, and_, or_
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.database import State, UtcDateTime, before_seal, new_id, now, record_change
from service.domain import deliveries
from service.domain.shapes import Answer
from service.errors import BadRequest, NotFound
from service.units import Id, Instant

#: docs/alerts.md says when each is told, and with which data.
EventType = Literal[
    "opportunity.stage_changed",
    "opportunity.agreed",
    "opportunity.unsealed",
    "opportunity.commented",
    "hold.requested",
    "hold.granted",
    "hold.released",
    "hold.expired",
    "hold.committed",
    "approval.submitted",
    "approval.approved",
    "approval.returned",
    "approval.withdrawn",
    "profile_request.answered",
    "profile_request.accepted",
    "profile_request.declined",
    "profile_request.withdrawn",
    "import.finished",
    "job.finished",
    "saved_search.matched",
    "saved_search.lost",
    "assessment.shortfall",
    "webhook.disabled",
    "webhook.test",
]
#: The feed reaches back so far.
KEPT: Final = timedelta(days=366)
TYPES: Final[tuple[EventType, ...]] = get_args(EventType)


class Event(SQLModel, table=True):
    """One event of one organisation; never changed. ``revision`` and ``number`` are its place in the feed."""

    __tablename__ = "events"
    __table_args__ = (
        Index("uq_events_feed", "organisation_id", "revision", "number", unique=True),
        Index("ix_events_occurred_at", "occurred_at"),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    revision: int = Field(default=0, sa_type=BigInteger)
    number: int = Field(default=0)
    type: EventType = Field(sa_type=String(40))
    subject_id: str = Field(max_length=64)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    occurred_at: datetime = Field(sa_type=UtcDateTime)


class EventRead(Answer):
    """An event as its organisation reads it, and as webhooks deliver it."""

    id: Id
    type: EventType
    occurred_at: Instant
    subject_id: str = Field(description="The id of what it is about; read it for more than the event tells.")
    data: dict[str, Any] = Field(description="Ids and states; never a sealed field.")


class EventPage(Answer):
    """A part of the feed, oldest first unless asked otherwise."""

    items: list[EventRead]
    next_after: Id | None = Field(description="Send it as `after` next time, be it now or in a month.")
    has_more: bool = Field(description="Whether there are more already.")


def emit(
    session: Session,
    type: EventType,
    subject_id: str,
    data: dict[str, Any],
    organisation_ids: Iterable[str | None],
    *,
    deliver: bool = True,
) -> list[Event]:
    """Tell organisations of something, in the transaction in which it happens.

    Parameters
    ----------
    data : dict
        What every one of the organisations may know, and little of it: ids, states, counts.
    organisation_ids : iterable of str or None
        Each is told once; None is nobody.
    deliver : bool
        Whether webhooks deliver it, beside the feed.
    """
    told = [
        Event(
            id=new_id("evt"),
            organisation_id=organisation_id,
            type=type,
            subject_id=subject_id,
            data=data,
            occurred_at=now(session),
        )
        for organisation_id in dict.fromkeys(organisation_ids)
        if organisation_id is not None
    ]
    for event in told if deliver else ():
        deliveries.hand_out(session, event.id, event.organisation_id, type)
    _keep(session, told)
    return told


def _keep(session: Session, told: list[Event]) -> None:
    waiting: list[Event] = session.info.setdefault("events", [])
    if told and not waiting:
        before_seal(session, _number)
        # An event has a revision, also where nothing else has changed.
        record_change(session, "event", "", "emit")
    waiting += told


def _number(session: Session, state: State) -> None:
    """Give the events the revision that this transaction is about to take, under the lock that orders all."""
    told: list[Event] = session.info.pop("events")
    for number, event in enumerate(told):
        event.revision, event.number = state.revision + 1, number
    session.add_all(told)
    # Deliveries refer to them.
    session.flush()
    session.add_all(session.info.pop("deliveries", []))


def visible_to(actor: Actor) -> SelectOfScalar[Event]:
    """The events of the actor's own organisation."""
    return select(Event).where(Event.organisation_id == actor.organisation_id)


def get(session: Session, actor: Actor, event_id: str) -> Event:
    """One of the organisation's events; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Event.id == event_id)).first()
    if found is None:
        raise NotFound()
    return found


def following(
    session: Session,
    actor: Actor,
    after: str | None,
    type: EventType | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> EventPage:
    """The feed after one of its events, or from its beginning; newest first it is read backwards, for people.

    Raises
    ------
    BadRequest
        ``unknown_event``: it is none of the organisation's, or is no longer kept.
    """
    places = (col(Event.revision), col(Event.number))
    order = (place.desc() for place in places) if newest_first else places
    statement = visible_to(actor).order_by(*order)
    if after is not None:
        last = session.exec(visible_to(actor).where(Event.id == after)).first()
        if last is None:
            raise BadRequest(
                "unknown_event", "`after` is none of your events, or no longer kept. Start without it."
            )
        statement = statement.where(_earlier(last) if newest_first else _later(last))
    if type is not None:
        statement = statement.where(Event.type == type)
    found = session.exec(statement.limit(limit + 1)).all()
    shown = found[:limit]
    return EventPage(
        items=[EventRead.model_validate(row) for row in shown],
        next_after=shown[-1].id if shown else after,
        has_more=len(found) > limit,
    )


def _later(last: Event) -> ColumnElement[bool]:
    # The first part alone lets both databases seek in the index.
    return and_(
        col(Event.revision) >= last.revision,
        or_(col(Event.revision) > last.revision, col(Event.number) > last.number),
    )


def _earlier(last: Event) -> ColumnElement[bool]:
    return and_(
        col(Event.revision) <= last.revision,
        or_(col(Event.revision) < last.revision, col(Event.number) < last.number),
    )
