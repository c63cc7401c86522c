"""Pages of lists by keyset, and the signed cursors that carry on from one to the next."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

import orjson
from fastapi import Request
from pydantic import BaseModel, Field
from sqlakeyset import InvalidPage, select_page
from sqlmodel import Session, SQLModel
from sqlmodel.sql.expression import SelectOfScalar

from service.errors import BadRequest

R = TypeVar("R", bound=SQLModel)
A = TypeVar("A")


class Page(BaseModel, Generic[A]):
    """A page of a list; ``next_cursor`` is null on the last one."""

    items: list[A]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page.")


class Signer:
    """Signs cursors, so that nobody can make one up that reaches beyond what was asked."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    @property
    def key(self) -> bytes:
        """The key, for what is signed in another form."""
        return self._key

    def seal(self, query: str, position: Any) -> str:
        """A cursor for a position in the answer to ``query``."""
        content = orjson.dumps([_digest(query), position])
        return base64.urlsafe_b64encode(self._signature(content) + content).decode().rstrip("=")

    def open(self, query: str, cursor: str) -> Any:
        """The position in a cursor.

        Raises
        ------
        BadRequest
            ``bad_cursor`` if it is not one of ours, or belongs to another query.
        """
        refusal = BadRequest(
            "bad_cursor", "This cursor does not belong to this query. Start again without a cursor."
        )
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError as error:
            raise refusal from error
        signature, content = raw[:16], raw[16:]
        if not hmac.compare_digest(signature, self._signature(content)):
            raise refusal
        digest, position = orjson.loads(content)
        if digest != _digest(query):
            raise refusal
        return position

    def _signature(self, content: bytes) -> bytes:
        return hmac.new(self._key, content, hashlib.sha256).digest()[:16]


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:16]


def signer_of(request: Request) -> Signer:
    """The application's signer."""
    signer: Signer = request.app.state.signer
    return signer


def query_of(request: Request) -> str:
    """What must be the same for a cursor to carry on: address and filters, not the size of a page."""
    filters = sorted((k, v) for k, v in request.query_params.multi_items() if k not in {"cursor", "limit"})
    return f"{request.url.path}?{filters}"


def page(
    request: Request,
    session: Session,
    statement: SelectOfScalar[R],
    read: Callable[[R], A],
    limit: int,
    cursor: str | None,
) -> Page[A]:
    """One page of the statement's rows, each as ``read`` shows it."""
    signer, query = signer_of(request), query_of(request)
    place = signer.open(query, cursor) if cursor else None
    try:
        found: Any = select_page(session, cast(Any, statement), per_page=limit, page=place)
    except InvalidPage as error:
        raise BadRequest("bad_cursor", "This cursor is no longer valid. Start again without one.") from error
    following = signer.seal(query, found.paging.bookmark_next) if found.paging.has_next else None
    return Page(items=[read(row[0]) for row in found], next_cursor=following)


def page_of(request: Request, items: Sequence[A], limit: int, cursor: str | None) -> Page[A]:
    """One page of what is at hand as a whole, such as the criteria."""
    signer, query = signer_of(request), query_of(request)
    start: int = signer.open(query, cursor) if cursor else 0
    more = start + limit < len(items)
    return Page(
        items=list(items[start : start + limit]),
        next_cursor=signer.seal(query, start + limit) if more else None,
    )
