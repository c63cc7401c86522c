"""Deliveries 推送: what goes to which webhook, handed out in the transaction of the event itself.

A delivery is sent by a job of its own, again and again over seven days, and says what came of each attempt.
What is done with webhooks is in ``webhooks``.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field as Check
from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlmodel import Field, Session, SQLModel, col, select, update

from service.database import UtcDateTime, new_id, now
from service.domain import jobs
from service.domain.jobs import Job
from service.domain.shapes import Answer, JsonOf, StrictBody, Versioned
from service.units import Id, Instant

KIND: Final = "webhook.deliver"
#: For so long a delivery is tried; and a webhook that has failed for so long is disabled.
PATIENCE: Final = timedelta(days=7)
#: After each failure; the last one goes on to the end.
DELAYS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200)
)
#: So many failures in a row, of whatever deliveries, and the webhook rests before it is asked again.
FAILURES_BEFORE_REST: Final = 3
LONGEST_REST: Final = timedelta(hours=1)
#: A receiver that takes longer lets the others pass before it is sent anything more.
SLOW_MILLISECONDS: Final = 1000
#: Beyond what seven days and a few redeliveries by hand take.
_MOST_ATTEMPTS_KEPT: Final = 60

DeliveryState = Literal["pending", "delivered", "failed", "cancelled"]
DisabledBecause = Literal["asked", "gone", "failing"]
#: What came of an attempt that was not answered with a status: see docs/alerts.md.
AttemptError = Literal["address_refused", "unreachable", "timed_out"]


class Attempt(StrictBody):
    """One request to the receiver."""

    at: Instant
    status: Annotated[int, Check(ge=100, le=999)] | None = Check(None, description="What it answered.")
    error: AttemptError | None = Check(None, description="Why it gave no answer.")
    milliseconds: Annotated[int, Check(ge=0, json_schema_extra={"unit": "ms"})]


class Webhook(Versioned, table=True):
    """The stored webhook. The secrets are what deliveries are signed with, so they cannot be hashed."""

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint(
            "(enabled AND disabled_because IS NULL) OR (NOT enabled AND disabled_because IS NOT NULL)",
            name="disabled_for_a_reason",
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    url: str = Field(max_length=2000)
    description: str | None = Field(default=None, max_length=200)
    event_types: list[str] = Field(default_factory=list, sa_type=JSON)
    enabled: bool = Field(default=True)
    disabled_because: DisabledBecause | None = Field(default=None, sa_type=String(8))
    secret: str = Field(max_length=100)
    secret_rotated_at: datetime = Field(sa_type=UtcDateTime)
    previous_secret: str | None = Field(default=None, max_length=100)
    previous_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = Field(default=0)
    rests_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # Kept when it is removed: an event that is being written may be about to refer to it.
    deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Delivery(SQLModel, table=True):
    """The stored delivery of one event to one webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'delivered', 'failed', 'cancelled')", name="known_state"),
        Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),
    )

    id: str = Field(primary_key=True, max_length=40)
    webhook_id: str = Field(foreign_key="webhooks.id", max_length=40)
    event_id: str = Field(foreign_key="events.id", index=True, max_length=40)
    event_type: str = Field(max_length=40)
    state: DeliveryState = Field(default="pending", sa_type=String(10))
    attempts: list[Attempt] = Field(default_factory=list, sa_type=JsonOf(list[Attempt]))
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeliveryRead(Answer):
    """A delivery, and every attempt at it."""

    id: Id
    webhook_id: Id
    event_id: Id = Field(description="Also the `webhook-id` header of each attempt.")
    event_type: str
    state: DeliveryState
    attempts: list[Attempt]
    next_attempt_at: Instant | None = Field(description="Of a pending one.")
    created_at: Instant
    delivered_at: Instant | None


def hand_out(session: Session, event_id: str, organisation_id: str, event_type: str) -> None:
    """Have an event delivered to every webhook of its organisation that wants its type."""
    for webhook in _listening(session, organisation_id):
        if not webhook.event_types or event_type in webhook.event_types:
            _hand_to(session, webhook.id, event_id, event_type)


def hand_to(
    session: Session, webhook_id: str, event_id: str, event_type: str, *, is_stored: bool = False
) -> Delivery:
    """Have an event delivered to this webhook at once, whatever types it wants, and if it rests or not.

    ``is_stored`` is false of an event of this very transaction.
    """
    return _hand_to(session, webhook_id, event_id, event_type, urgent=True, is_stored=is_stored)


def _listening(session: Session, organisation_id: str) -> list[Webhook]:
    # Asked once a transaction: a batch tells thousands of events to a few organisations.
    known: dict[str, list[Webhook]] = session.info.setdefault("listening", {})
    if organisation_id not in known:
        statement = select(Webhook).where(
            Webhook.organisation_id == organisation_id, col(Webhook.enabled).is_(True)
        )
        known[organisation_id] = list(session.exec(statement))
    return known[organisation_id]


def _hand_to(
    session: Session,
    webhook_id: str,
    event_id: str,
    event_type: str,
    *,
    urgent: bool = False,
    is_stored: bool = False,
) -> Delivery:
    at = now(session)
    row = Delivery(
        id=new_id("dlv"),
        webhook_id=webhook_id,
        event_id=event_id,
        event_type=event_type,
        next_attempt_at=at,
        created_at=at,
    )
    if is_stored:
        session.add(row)
    else:
        # Stored with the event, when that has got its revision.
        session.info.setdefault("deliveries", []).append(row)
    arguments: dict[str, Any] = {"delivery_id": row.id, "urgent": urgent}
    jobs.enqueue(session, None, KIND, arguments, most_attempts=MOST_RUNS)
    return row


#: The handler itself says when it is enough: by the clock, not by a count.
MOST_RUNS: Final = 10_000


def delay_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, give or take a fifth: receivers are not flooded."""
    delay = DELAYS[min(failures, len(DELAYS)) - 1]
    return delay * (0.8 + secrets.randbelow(401) / 1000)


def noted(attempts: list[Attempt], attempt: Attempt) -> list[Attempt]:
    """The attempts with one more; of too many the first are forgotten."""
    return [*attempts, attempt][-_MOST_ATTEMPTS_KEPT:]


def give_way(session: Session, webhook_id: str, pause: timedelta) -> None:
    """Have all that waits for this webhook, urgent or not, wait so long: the others are sent theirs first.

    Else a receiver with a thousand deliveries due, each taken in at the last moment, would be asked a
    thousand times before anybody else.
    """
    until = now(session) + pause
    pending = select(Delivery.id).where(Delivery.webhook_id == webhook_id, Delivery.state == "pending")
    ahead = update(Job).where(
        col(Job.kind) == KIND,
        col(Job.state) == "queued",
        col(Job.due_at) < until,
        col(Job.arguments)["delivery_id"].as_string().in_(pending),
    )
    later = ahead.values(run_after=until, due_at=until)
    session.execute(later.execution_options(synchronize_session=False))
