"""The error tree. Each error carries a stable code, a status number and what to do about it.

ShanhaiError
├── BadRequest 400          bad_cursor, bad_header …
├── Unauthenticated 401     missing_key, unknown_key, expired_key, revoked_key
├── Forbidden 403           missing_permission, region_not_yours …
├── NotFound 404            not_found (also for what the caller may not see)
├── Conflict 409            duplicate, request_in_progress …
├── PreconditionFailed 412  stale_version
├── Invalid 422             invalid, with one entry per offending field
├── PreconditionRequired 428 if_match_required
└── Unavailable 503         busy, overloaded
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One offending place of a request: an RFC 6901 pointer, a stable code and a sentence."""

    pointer: str
    code: str
    detail: str


class ShanhaiError(Exception):
    """Base of all answers that are not a success."""

    status = 500
    title = "Internal error"

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}
        # Further members of the answer, for programs that would else have to read the sentence.
        self.more = more or {}


class BadRequest(ShanhaiError):
    """The request cannot be understood."""

    status = 400
    title = "Bad request"


class Unauthenticated(ShanhaiError):
    """No valid key came with the request."""

    status = 401
    title = "Not authenticated"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(ShanhaiError):
    """The key is valid, but does not carry the permission."""

    status = 403
    title = "Not permitted"


class NotFound(ShanhaiError):
    """There is no such thing, or none that the caller may know of: the same body for both."""

    status = 404
    title = "Not found"

    def __init__(self, code: str = "not_found", detail: str = "") -> None:
        super().__init__(code, detail or "There is nothing here that you may see. Check the id.")


class Conflict(ShanhaiError):
    """The request contradicts the present state."""

    status = 409
    title = "Conflict"


class PreconditionFailed(ShanhaiError):
    """Somebody else has changed the resource since it was read."""

    status = 412
    title = "Changed since you read it"


class Invalid(ShanhaiError):
    """A payload that must not be stored."""

    status = 422
    title = "Invalid request"

    def __init__(self, errors: Sequence[FieldError], code: str = "invalid", detail: str = "") -> None:
        super().__init__(
            code, detail or "Some fields are not valid; see `errors` for each of them.", errors=errors
        )


def invalid(pointer: str, code: str, detail: str) -> Invalid:
    """An ``Invalid`` for one field."""
    return Invalid([FieldError(pointer, code, detail)])


class PreconditionRequired(ShanhaiError):
    """A change without If-Match would overwrite unseen work."""

    status = 428
    title = "If-Match required"


class TooManyRequests(ShanhaiError):
    """The key has used up its rate."""

    status = 429
    title = "Too many requests"


class Unavailable(ShanhaiError):
    """The service cannot take the request right now; it says when to come back."""

    status = 503
    title = "Busy"

    def __init__(self, code: str, detail: str, retry_after_seconds: int = 1) -> None:
        super().__init__(code, detail, headers={"Retry-After": str(retry_after_seconds)})
