"""What stands before every request: an id, limits on bodies and numbers at once, strict JSON.

One pure ASGI middleware, so that nothing is parsed that is too large, too deep or too slow.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time

import structlog
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api import problems
from service.errors import ShanhaiError, Unavailable
from service.settings import Settings
from service.strict_json import parse_json

_log = structlog.get_logger()
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_UNSAFE_PATH = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffd]")


class BodyTooLarge(ShanhaiError):
    """More bytes than this service takes at once."""

    status = 413
    title = "Body too large"


class BodyTooSlow(ShanhaiError):
    """A body that trickles in holds a place that others need."""

    status = 408
    title = "Body too slow"


class Guard:
    """The middleware; ``/livez`` passes even when the service is full."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or pass lifespan messages through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_headers(request_id)]
            await send(message)

        self.in_flight += 1
        try:
            await self._pass(scope, receive, answer, request_id)
        finally:
            self.in_flight -= 1
            # The query string may hold names; the path holds opaque ids only.
            _log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )

    async def _pass(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        refusal: Response | None = None
        try:
            if self.in_flight > self.settings.max_in_flight and scope["path"] != "/livez":
                raise Unavailable("overloaded", "The service is full. Try again in a second.")
            if _UNSAFE_PATH.search(scope["path"]):
                refusal = problems.problem(request_id, 404, "not_found", "There is nothing at this address.")
            elif _has_body(scope):
                async with asyncio.timeout(self.settings.body_timeout_seconds):
                    body = await self._read(scope, receive)
                if _is_json(scope) and body:
                    parse_json(body, self.settings.max_json_depth)
                receive = _replay(body, receive)
        except TimeoutError:
            refusal = problems.of_error(
                request_id, BodyTooSlow("body_too_slow", "The body took too long to arrive. Send it again.")
            )
        except ShanhaiError as error:
            refusal = problems.of_error(request_id, error)
        await (refusal or self.app)(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        limit = self.settings.max_body_bytes
        too_large = BodyTooLarge("body_too_large", f"A body may have {limit} bytes. Send less at once.")
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared[:19]) > limit:
            raise too_large
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise BodyTooSlow("disconnected", "The connection closed before the body was complete.")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise too_large
            if not message.get("more_body", False):
                return b"".join(parts)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(12)


def _headers(request_id: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"x-request-id", request_id.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"authorization, accept-language"),
    ]


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_json(scope: Scope) -> bool:
    media_type = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
