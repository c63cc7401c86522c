"""Errors as ``application/problem+json`` (RFC 9457); the only place where they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from service.domain.shapes import field_errors
from service.errors import FieldError, ShanhaiError
from service.units import Instant

MEDIA_TYPE = "application/problem+json"
_log = structlog.get_logger()

_PLAIN_CODES = {
    400: ("bad_request", "The request could not be read. Check its syntax."),
    404: ("not_found", "There is nothing at this address. See /docs for the addresses there are."),
    405: ("method_not_allowed", "This address does not take that method; see the Allow header."),
    413: ("body_too_large", "The body is too large. Send less at once."),
    415: ("unsupported_media_type", "Send application/json."),
}


class ProblemField(BaseModel):
    """One offending place of a request."""

    pointer: str = Field(description="JSON pointer into the body; /query, /path or /header otherwise.")
    code: str
    detail: str


class Problem(BaseModel):
    """What every error looks like."""

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "type": "https://shanhai.invalid/problems/invalid",
                    "title": "Invalid request",
                    "status": 422,
                    "detail": "Some fields are not valid; see `errors` for each of them.",
                    "code": "invalid",
                    "request_id": "0f1e2d3c4b5a69788796a5b4",
                    "errors": [
                        {
                            "pointer": "/land_mu",
                            "code": "not_a_number",
                            "detail": "Send a JSON number, without quotes.",
                        }
                    ],
                }
            ]
        }
    }

    type: str
    title: str
    status: int
    detail: str = Field(description="A sentence that says what to do.")
    code: str = Field(description="Stable: programs may rely on it.")
    request_id: str
    errors: list[ProblemField] = Field(default_factory=list)
    allowed: list[str] | None = Field(
        default=None, description="Of a step that the present state does not allow: the steps that it does."
    )
    next_hold_ends_at: Instant | None = Field(
        default=None, description="Of capacity that is short: when the next hold on it ends."
    )


def problem(
    request_id: str,
    status: int,
    code: str,
    detail: str,
    *,
    title: str = "",
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """The answer that tells an error."""
    body: dict[str, Any] = {
        "type": f"https://shanhai.invalid/problems/{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
        **(more or {}),
    }
    if status == 422 or errors:
        body["errors"] = [{"pointer": _sent(e.pointer), "code": e.code, "detail": e.detail} for e in errors]
    return Response(orjson.dumps(body), status, {**(headers or {})}, MEDIA_TYPE)


def _sent(text: str) -> str:
    # A name from the request may hold a lone surrogate; an answer about it must not fail for it.
    return text.encode("utf-8", "replace").decode()


def request_id_of(request: Request) -> str:
    """The id that the middleware gave to this request."""
    value: str = request.scope.get("state", {}).get("request_id", "")
    return value


def install(app: FastAPI) -> None:
    """Have the application answer all its errors this way."""

    @app.exception_handler(ShanhaiError)
    async def _shanhai(request: Request, error: ShanhaiError) -> Response:
        return of_error(request_id_of(request), error)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        errors = [_located(entry) for entry in error.errors()]
        detail = "Some fields are not valid; see `errors` for each of them."
        return problem(request_id_of(request), 422, "invalid", detail, title="Invalid request", errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code, detail = _PLAIN_CODES.get(error.status_code, ("http_error", "The request was refused."))
        headers = dict(error.headers or {})
        if error.status_code == 405:
            # The framework names the methods of one route, where several share the address.
            headers["Allow"] = _methods_at(app, request.url.path) or headers.get("Allow", "")
        return problem(request_id_of(request), error.status_code, code, detail, headers=headers)

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Response:
        _log.error("unexpected_error", request_id=request_id_of(request), exc_info=error)
        return unexpected(request_id_of(request))


def _methods_at(app: FastAPI, path: str) -> str:
    """The methods of all documented operations at an address."""
    parts = path.split("/")
    methods = set()
    for template, operations in app.openapi()["paths"].items():
        named = template.split("/")
        if len(named) == len(parts) and all(
            name == part or name.startswith("{") for name, part in zip(named, parts, strict=True)
        ):
            methods |= {method.upper() for method in operations}
    return ", ".join(sorted(methods))


def of_error(request_id: str, error: ShanhaiError) -> Response:
    """The answer for an error of the service's own tree."""
    return problem(
        request_id,
        error.status,
        error.code,
        error.detail,
        title=error.title,
        errors=error.errors,
        headers=error.headers,
        more=error.more,
    )


def unexpected(request_id: str) -> Response:
    """The answer for a fault of the service; the log has the rest under the same id."""
    detail = f"The service failed. Nothing was stored. Tell the operator this id: {request_id}."
    return problem(request_id, 500, "internal_error", detail)


def _located(entry: Mapping[str, Any]) -> FieldError:
    """A framework's error with its pointer: into the body, or to a parameter by its kind and name."""
    (found,) = field_errors([entry], skip=1 if entry["loc"][:1] == ("body",) else 0)
    return found


def documented(*statuses: int, is_open: bool = False) -> dict[int | str, dict[str, Any]]:
    """OpenAPI ``responses`` for these error statuses, and for those that every route may give.

    A route that ``is_open`` asks for no key, so it never answers 401, 403 or 429.
    """
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = (422, 503) if is_open else (401, 403, 422, 429, 503)
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted({*statuses, *every})
    }
