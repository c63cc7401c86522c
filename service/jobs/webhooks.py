"""Sends one delivery to its webhook, and settles what came of it.

Whoever is killed between the request and its record has sent it without anybody's knowing: it is sent again,
under the same id.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
import structlog
from sqlmodel import Session, col, select
from standardwebhooks import Webhook as Signer

from service.access import audit, outgoing
from service.database import Database, now, reading, record_change, writing
from service.domain import deliveries, events, webhooks
from service.domain.deliveries import (
    FAILURES_BEFORE_REST,
    LONGEST_REST,
    PATIENCE,
    Attempt,
    AttemptError,
    Delivery,
    DisabledBecause,
    Webhook,
)
from service.domain.events import Event
from service.domain.shapes import replace_fields
from service.jobs.work import Context, Retry, insisting
from service.units import rfc_3339

_GONE: Final = 410
#: A receiver that says when to come again is listened to, up to here.
_LONGEST_WISH: Final = timedelta(days=1)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is sent where, apart from the session that read it."""

    url: str
    secrets: list[str]
    event_id: str
    content: bytes

    def headers(self, instant: datetime) -> dict[str, str]:
        """The headers of Standard Webhooks at an instant: one signature for each secret that signs."""
        text = self.content.decode()
        signatures = [Signer(secret).sign(self.event_id, instant, text) for secret in self.secrets]
        return {
            "content-type": "application/json",
            "user-agent": "shanhai",
            "webhook-id": self.event_id,
            "webhook-timestamp": str(int(instant.timestamp())),
            "webhook-signature": " ".join(signatures),
        }


def deliver(context: Context) -> dict[str, Any]:
    """Attempt a delivery; until it is settled the job comes again."""
    asked: dict[str, Any] = context.job.arguments
    found = _envelope(context.database, asked["delivery_id"], urgent=asked["urgent"])
    if isinstance(found, str):
        return {"state": found}
    attempt, wish = _attempt(found, allow_private=context.settings.allow_private_webhooks)
    state, again = _settle(context, asked["delivery_id"], attempt, wish)
    if again is not None:
        raise Retry(again)
    return {"state": state}


def body_of(event: Event) -> bytes:
    """What is sent of an event."""
    told = {
        "id": event.id,
        "type": event.type,
        "timestamp": rfc_3339(event.occurred_at),
        "subject_id": event.subject_id,
        "data": event.data,
    }
    return orjson.dumps(told)


def _envelope(database: Database, delivery_id: str, *, urgent: bool) -> Envelope | str:
    """What is to be sent now, or the state of a delivery that is settled.

    Raises
    ------
    Retry
        Where it is not yet time, for this delivery or, unless it is ``urgent``, for its webhook.
    """
    with reading(database) as session:
        row = session.get(Delivery, delivery_id)
        if row is None:
            # No longer kept.
            return "gone"
        webhook = session.get_one(Webhook, row.webhook_id)
        if row.state == "pending" and webhook.enabled:
            _require_time(session, row, webhook, urgent=urgent)
            event = session.get_one(Event, row.event_id)
            secrets = webhooks.signing_secrets(webhook, now(session))
            return Envelope(webhook.url, secrets, event.id, body_of(event))
    return row.state if row.state != "pending" else _cancelled(database, delivery_id)


def _require_time(session: Session, row: Delivery, webhook: Webhook, *, urgent: bool) -> None:
    instants = [row.next_attempt_at, None if urgent else webhook.rests_until]
    latest = max((instant for instant in instants if instant is not None), default=now(session))
    if latest > now(session):
        raise Retry(latest - now(session))


def _cancelled(database: Database, delivery_id: str) -> str:
    """Settle a delivery whose webhook was disabled meanwhile."""
    with writing(database) as session:
        row, webhook = _locked(session, delivery_id)
        if row.state == "pending" and not webhook.enabled:
            row.state, row.next_attempt_at = "cancelled", None
            session.add(row)
        return row.state


def _attempt(envelope: Envelope, *, allow_private: bool) -> tuple[Attempt, timedelta | None]:
    """One request, and how long the receiver wishes to be left alone, if it says so."""
    at, begun = datetime.now(UTC), time.monotonic()
    status: int | None = None
    error: AttemptError | None = None
    wish: timedelta | None = None
    try:
        answer = outgoing.post(
            envelope.url, envelope.content, envelope.headers(at), allow_private=allow_private
        )
    except outgoing.Unreachable as unreachable:
        error = _error_of(unreachable)
        _log.info("webhook_unreachable", event_id=envelope.event_id, why=str(unreachable))
    else:
        status = answer.status
        said = answer.retry_after or ""
        wish = min(timedelta(seconds=int(said[:9])), _LONGEST_WISH) if said.isdecimal() else None
    milliseconds = int((time.monotonic() - begun) * 1000)
    return Attempt(at=at, status=status, error=error, milliseconds=milliseconds), wish


def _error_of(error: outgoing.Unreachable) -> AttemptError:
    if isinstance(error, outgoing.Refused):
        return "address_refused"
    return "timed_out" if isinstance(error, outgoing.TimedOut) else "unreachable"


def _settle(
    context: Context, delivery_id: str, attempt: Attempt, wish: timedelta | None
) -> tuple[str, timedelta | None]:
    """Put an attempt on record: the state that follows, and in how long to try again."""

    def write(session: Session) -> tuple[str, timedelta | None]:
        again: timedelta | None = None
        row, webhook = _locked(session, delivery_id)
        row.attempts = deliveries.noted(row.attempts, attempt)
        session.add(row)
        if row.state == "pending":
            # Else somebody who was thought dead has settled it.
            again = _outcome(session, row, webhook, attempt, wish)
        if attempt.milliseconds >= deliveries.SLOW_MILLISECONDS:
            deliveries.give_way(session, webhook.id, timedelta(milliseconds=attempt.milliseconds))
        if again is None:
            context.complete(session, {"state": row.state})
        return row.state, again

    # It was sent: while an import holds the one write lock of SQLite that cannot be noted, only waited for.
    return insisting(context.database, write)


def _outcome(
    session: Session, row: Delivery, webhook: Webhook, attempt: Attempt, wish: timedelta | None
) -> timedelta | None:
    """What an attempt has made of a delivery and its webhook; in how long to try again, if at all."""
    if attempt.status is None or not 200 <= attempt.status < 300:
        return _failed(session, row, webhook, attempt, wish)
    row.state, row.delivered_at, row.next_attempt_at = "delivered", now(session), None
    if webhook.failures:
        webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None
        session.add(webhook)
    return None


def _failed(
    session: Session, row: Delivery, webhook: Webhook, attempt: Attempt, wish: timedelta | None
) -> timedelta | None:
    instant = now(session)
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or instant
    delay = max(deliveries.delay_after(len(row.attempts)), wish or timedelta(0))
    if webhook.failures >= FAILURES_BEFORE_REST:
        webhook.rests_until = instant + min(delay, LONGEST_REST)
    session.add(webhook)
    if attempt.status == _GONE:
        _disable(session, webhook, "gone")
    elif webhook.failing_since <= instant - PATIENCE:
        _disable(session, webhook, "failing")
    if instant + delay > row.created_at + PATIENCE or not webhook.enabled:
        row.state, row.next_attempt_at = "failed", None
        return None
    row.next_attempt_at = instant + delay
    return delay


def _disable(session: Session, webhook: Webhook, because: DisabledBecause) -> None:
    if not webhook.enabled:
        return
    replace_fields(session, webhook, {"enabled": False, "disabled_because": because})
    told = {"webhook_id": webhook.id, "because": because}
    events.emit(session, "webhook.disabled", webhook.id, told, [webhook.organisation_id])
    record_change(session, "webhook", webhook.id, "disable")
    audit.record(session, None, "webhook.disable", "webhook", webhook.id, {"because": because})


def _locked(session: Session, delivery_id: str) -> tuple[Delivery, Webhook]:
    """A delivery and its webhook, the webhook first; neither keeps waiting whoever refers to it."""
    row = session.get_one(Delivery, delivery_id)
    for model, row_id in ((Webhook, row.webhook_id), (Delivery, delivery_id)):
        statement = select(model).where(col(model.id) == row_id).with_for_update(key_share=True)
        session.exec(statement.execution_options(populate_existing=True)).one()
    return row, session.get_one(Webhook, row.webhook_id)
