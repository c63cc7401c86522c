"""Webhooks over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.deps import Cursor, Limit, PathId, ReadSession, WebhookReader, WebhookWriter, WriteSession
from service.api.pages import Page, page
from service.api.patches import MergePatch, patch_of
from service.api.preconditions import IfMatch, OnceDep, tagged
from service.api.problems import documented
from service.domain import webhooks
from service.domain.deliveries import DeliveryRead, DeliveryState
from service.domain.shapes import StrictBody
from service.domain.webhooks import RedeliveryWrite, WebhookCreated, WebhookRead, WebhookWrite

router = APIRouter(prefix="/v1/webhooks", tags=["alerts"])
CHANGING = documented(404, 408, 409, 412, 413, 428)


def _allow_private(request: Request) -> bool:
    allowed: bool = request.app.state.allow_private_webhooks
    return allowed


AllowPrivate = Annotated[bool, Depends(_allow_private)]


@router.get("", summary="List webhooks", responses=documented(400))
def list_webhooks(
    request: Request, session: ReadSession, actor: WebhookReader, limit: Limit = 20, cursor: Cursor = None
) -> Page[WebhookRead]:
    """The webhooks of the caller's organisation, without their secrets."""
    statement = webhooks.listed(actor)
    return page(request, session, statement, WebhookRead.model_validate, limit, cursor)


@router.post("", status_code=201, summary="Register a webhook", responses=documented(408, 409, 413))
def create_webhook(
    body: WebhookWrite,
    session: WriteSession,
    actor: WebhookWriter,
    once: OnceDep,
    allow_private: AllowPrivate,
) -> WebhookCreated:
    """Have events sent to an address, signed as Standard Webhooks says.

    The secret is in this answer only. A repetition answers without it.
    """

    def act() -> WebhookCreated:
        made = webhooks.register(session, actor, body, allow_private=allow_private)
        return WebhookCreated.model_validate(made.row, update={"secret": made.secret})

    return once(session, actor, body, WebhookCreated, act, secrets=("secret",))


@router.get("/{webhook_id}", summary="Read a webhook", responses=documented(404))
def get_webhook(
    webhook_id: PathId, session: ReadSession, actor: WebhookReader, response: Response
) -> WebhookRead:
    """One webhook: whether it is enabled, and since when nothing arrives."""
    return tagged(response, WebhookRead.model_validate(webhooks.get(session, actor, webhook_id)))


@router.patch(
    "/{webhook_id}", summary="Change a webhook", responses=CHANGING, openapi_extra=patch_of(WebhookWrite)
)
def change_webhook(
    webhook_id: PathId,
    body: MergePatch,
    session: WriteSession,
    actor: WebhookWriter,
    if_match: IfMatch,
    response: Response,
    allow_private: AllowPrivate,
) -> WebhookRead:
    """Another address or other types, or off and on again, by a JSON merge patch (RFC 7396)."""
    row = webhooks.change(session, actor, webhook_id, if_match, body, allow_private=allow_private)
    return tagged(response, WebhookRead.model_validate(row))


@router.delete("/{webhook_id}", status_code=204, summary="Remove a webhook", responses=CHANGING)
def delete_webhook(
    webhook_id: PathId, session: WriteSession, actor: WebhookWriter, if_match: IfMatch
) -> None:
    """Send nothing to it any more, not even what waits."""
    webhooks.remove(session, actor, webhook_id, if_match)


@router.post("/{webhook_id}/secret", summary="Rotate a webhook's secret", responses=CHANGING)
def rotate_webhook_secret(
    webhook_id: PathId, session: WriteSession, actor: WebhookWriter, if_match: IfMatch, response: Response
) -> WebhookCreated:
    """Sign with a new secret, shown in this answer only; for 24 hours the one before it signs too."""
    made = webhooks.rotate(session, actor, webhook_id, if_match)
    return tagged(response, WebhookCreated.model_validate(made.row, update={"secret": made.secret}))


@router.post(
    "/{webhook_id}/test", status_code=201, summary="Send a test event", responses=documented(404, 409)
)
def send_webhook_test(
    webhook_id: PathId, session: WriteSession, actor: WebhookWriter, once: OnceDep
) -> DeliveryRead:
    """Send a `webhook.test` event to this webhook; its delivery says what came of it."""

    def act() -> DeliveryRead:
        return DeliveryRead.model_validate(webhooks.send_test(session, actor, webhook_id))

    return once(session, actor, StrictBody(), DeliveryRead, act)


@router.get("/{webhook_id}/deliveries", summary="List deliveries", responses=documented(400, 404))
def list_deliveries(
    request: Request,
    webhook_id: PathId,
    session: ReadSession,
    actor: WebhookReader,
    state: Annotated[DeliveryState | None, Query(description="In this state alone.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[DeliveryRead]:
    """What was sent to a webhook or waits to be, newest first, with every attempt."""
    statement = webhooks.delivered_to(session, actor, webhook_id, state)
    return page(request, session, statement, DeliveryRead.model_validate, limit, cursor)


@router.get("/{webhook_id}/deliveries/{delivery_id}", summary="Read a delivery", responses=documented(404))
def get_delivery(
    webhook_id: PathId, delivery_id: PathId, session: ReadSession, actor: WebhookReader
) -> DeliveryRead:
    """One delivery, with every attempt."""
    return DeliveryRead.model_validate(webhooks.delivery(session, actor, webhook_id, delivery_id))


@router.post(
    "/{webhook_id}/deliveries",
    status_code=201,
    summary="Deliver an event again",
    responses=documented(404, 408, 409, 413),
)
def redeliver_event(
    webhook_id: PathId, body: RedeliveryWrite, session: WriteSession, actor: WebhookWriter, once: OnceDep
) -> DeliveryRead:
    """Send one of the organisation's events anew, or one that was missed, under the same event id."""

    def act() -> DeliveryRead:
        return DeliveryRead.model_validate(webhooks.redeliver(session, actor, webhook_id, body))

    return once(session, actor, body, DeliveryRead, act)
