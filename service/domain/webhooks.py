"""Webhooks 事件推送: addresses of an organisation's own programs, to which its events are sent."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field as Check
from pydantic import StringConstraints
from sqlalchemy import JSON, func
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit, outgoing
from service.access.policy import Actor
from service.database import new_id, now, record_change
from service.domain import deliveries, events
from service.domain.deliveries import Delivery, DeliveryState, DisabledBecause, Webhook
from service.domain.events import EventType
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    StrictBody,
    created,
    patched,
    replace_fields,
    require_version,
    strict,
)
from service.errors import Conflict, NotFound, invalid
from service.units import Flag, Id, Instant, Name

#: So long both secrets sign after a rotation: the receiver is not changed in the same second.
OVERLAP: Final = timedelta(hours=24)
MOST_WEBHOOKS: Final = 20
_SECRET_BYTES: Final = 32
_FORGOTTEN: Final = ""
_DISABLED: Final = "This webhook is disabled; enable it first."

Address = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s\x22\x27<>\\^`{|}#@]{1,1990}$", max_length=2000)
]


class WebhookFields(SQLModel):
    """What is registered."""

    url: Address = Field(description="https; it may lead to no private address.")
    description: Name | None = None
    event_types: Annotated[list[EventType], Check(max_length=100)] = Field(
        default_factory=list, sa_type=JSON, description="Empty means all."
    )
    enabled: Flag = True


EXAMPLE: dict[str, Any] = {
    "url": "https://hooks.jiashan.example/shanhai",
    "description": "招商局消息平台",
    "event_types": ["opportunity.stage_changed", "saved_search.matched", "saved_search.lost"],
}


class WebhookWrite(WebhookFields, StrictBody):
    """Body of a new webhook."""

    model_config = strict(EXAMPLE)


class RedeliveryWrite(StrictBody):
    """Body of a redelivery: which event to send anew."""

    model_config = strict({"event_id": "evt_00000000000000000000000001"})

    event_id: Id


class WebhookRead(WebhookFields, Answer):
    """A webhook without its secret."""

    id: Id
    organisation_id: Id
    disabled_because: DisabledBecause | None = Field(
        description="`asked`; `gone`: it answered 410; `failing`: for seven days nothing arrived."
    )
    failing_since: Instant | None = Field(description="Since when no delivery has arrived.")
    secret_rotated_at: Instant
    previous_until: Instant | None = Field(description="Until then the secret before this one signs too.")
    version: int
    created_at: Instant
    updated_at: Instant


class WebhookCreated(WebhookRead):
    """A webhook with a new secret, which is shown in this answer only, and null on a replay."""

    secret: str | None = Field(description="`whsec_…`: what signatures are verified with.")


@dataclass(frozen=True, slots=True)
class Issued:
    """A webhook's row and its new secret."""

    row: Webhook
    secret: str


def visible_to(actor: Actor) -> SelectOfScalar[Webhook]:
    """The webhooks of the actor's own organisation."""
    own = col(Webhook.organisation_id) == actor.organisation_id
    return select(Webhook).where(own, col(Webhook.deleted_at).is_(None))


def listed(actor: Actor) -> SelectOfScalar[Webhook]:
    """Visible webhooks, oldest first."""
    return visible_to(actor).order_by(col(Webhook.id))


def get(session: Session, actor: Actor, webhook_id: str) -> Webhook:
    """One visible webhook; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Webhook.id == webhook_id)).first()
    if found is None:
        raise NotFound()
    return found


def register(session: Session, actor: Actor, body: WebhookWrite, *, allow_private: bool) -> Issued:
    """Have events of the actor's organisation sent to an address, from the next one on.

    Raises
    ------
    Conflict
        ``too_many_webhooks``.
    Invalid
        For an address that may not be asked.
    """
    require_address(body.url, allow_private=allow_private)
    counted = select(func.count()).select_from(visible_to(actor).subquery())
    if session.exec(counted).one() >= MOST_WEBHOOKS:
        raise Conflict("too_many_webhooks", f"An organisation has {MOST_WEBHOOKS} at most. Remove one first.")
    secret = _new_secret()
    row = Webhook.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("whk"),
            "organisation_id": actor.organisation_id,
            "disabled_because": None if body.enabled else "asked",
            "secret": secret,
            "secret_rotated_at": now(session),
        }
    )
    session.add(row)
    # The audit event refers to a row that the database has accepted.
    session.flush()
    _note(session, actor, row, "create", {"event_types": row.event_types})
    return Issued(row, secret)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def require_address(url: str, *, allow_private: bool) -> None:
    """Raise ``Invalid`` for an address that will never be asked; where a name leads is asked each time."""
    try:
        outgoing.check_url(url, allow_private=allow_private)
    except outgoing.Unreachable as error:
        raise invalid(
            "/url", "address_refused", "Give an https address that everybody can reach, without a password."
        ) from error


def change(
    session: Session,
    actor: Actor,
    webhook_id: str,
    expected: ExpectedVersion,
    patch: dict[str, Any],
    *,
    allow_private: bool,
) -> Webhook:
    """Apply a merge patch; one that is enabled again begins anew, and is sent what happens from now on."""
    row = _locked(session, actor, webhook_id, expected)
    body = patched(WebhookWrite, row, patch)
    require_address(body.url, allow_private=allow_private)
    values = body.model_dump()
    if body.enabled != row.enabled or body.url != row.url:
        values |= {"failing_since": None, "failures": 0, "rests_until": None}
    if body.enabled != row.enabled:
        values["disabled_because"] = None if body.enabled else "asked"
    replace_fields(session, row, values)
    _note(session, actor, row, "update", {"fields": sorted(patch)})
    return row


def rotate(session: Session, actor: Actor, webhook_id: str, expected: ExpectedVersion) -> Issued:
    """Sign with a new secret from now on; with the one before it too, for a day."""
    row = _locked(session, actor, webhook_id, expected)
    secret, instant = _new_secret(), now(session)
    values = {
        "secret": secret,
        "secret_rotated_at": instant,
        "previous_secret": row.secret,
        "previous_until": instant + OVERLAP,
    }
    replace_fields(session, row, values)
    _note(session, actor, row, "rotate")
    return Issued(row, secret)


def remove(session: Session, actor: Actor, webhook_id: str, expected: ExpectedVersion) -> None:
    """Send nothing to it any more, not even what waits; its secrets are forgotten."""
    row = _locked(session, actor, webhook_id, expected)
    replace_fields(
        session,
        row,
        {
            "enabled": False,
            "disabled_because": "asked",
            "deleted_at": now(session),
            "secret": _FORGOTTEN,
            **dict.fromkeys(("previous_secret", "previous_until")),
        },
    )
    _note(session, actor, row, "delete")


def send_test(session: Session, actor: Actor, webhook_id: str) -> Delivery:
    """Send a ``webhook.test`` event to this webhook alone.

    Raises
    ------
    Conflict
        ``webhook_disabled``.
    """
    row = _enabled(session, actor, webhook_id)
    told = {"webhook_id": row.id}
    (event,) = events.emit(session, "webhook.test", row.id, told, [actor.organisation_id], deliver=False)
    return deliveries.hand_to(session, row.id, event.id, event.type)


def redeliver(session: Session, actor: Actor, webhook_id: str, body: RedeliveryWrite) -> Delivery:
    """Send an event anew, or for the first time; its id is the same, so that the receiver knows it.

    Raises
    ------
    Conflict
        ``webhook_disabled``.
    Invalid
        Where there is no such event of the organisation's.
    """
    row = _enabled(session, actor, webhook_id)
    event = session.exec(events.visible_to(actor).where(events.Event.id == body.event_id)).first()
    if event is None:
        raise invalid("/event_id", "unknown_event", "There is no such event, or it is no longer kept.")
    return deliveries.hand_to(session, row.id, event.id, event.type, is_stored=True)


def delivered_to(
    session: Session, actor: Actor, webhook_id: str, state: DeliveryState | None
) -> SelectOfScalar[Delivery]:
    """The deliveries of a visible webhook, newest first; raises ``NotFound``."""
    row = get(session, actor, webhook_id)
    statement = select(Delivery).where(Delivery.webhook_id == row.id).order_by(col(Delivery.id).desc())
    return statement.where(Delivery.state == state) if state else statement


def delivery(session: Session, actor: Actor, webhook_id: str, delivery_id: str) -> Delivery:
    """One delivery of a visible webhook; raises ``NotFound``."""
    statement = delivered_to(session, actor, webhook_id, None).where(Delivery.id == delivery_id)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound()
    return found


def _enabled(session: Session, actor: Actor, webhook_id: str) -> Webhook:
    row = get(session, actor, webhook_id)
    if not row.enabled:
        raise Conflict("webhook_disabled", _DISABLED)
    return row


def _locked(session: Session, actor: Actor, webhook_id: str, expected: ExpectedVersion) -> Webhook:
    statement = visible_to(actor).where(Webhook.id == webhook_id)
    # No key changes: an event that is about to refer to the row does not wait for this.
    row = session.exec(statement.with_for_update(key_share=True)).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def _note(
    session: Session, actor: Actor, row: Webhook, deed: str, detail: dict[str, Any] | None = None
) -> None:
    record_change(session, "webhook", row.id, deed)
    audit.record(session, actor, f"webhook.{deed}", "webhook", row.id, detail)


def signing_secrets(row: Webhook, instant: datetime) -> list[str]:
    """The secrets that sign at an instant, the newest first."""
    overlapping = row.previous_until is not None and instant < row.previous_until
    return [row.secret, *([row.previous_secret] if row.previous_secret and overlapping else [])]
