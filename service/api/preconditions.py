"""ETag and If-Match on single resources, Idempotency-Key on POST."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlmodel import Session

from service.access.policy import Actor
from service.domain import retries
from service.domain.shapes import ExpectedVersion, HasVersion
from service.errors import PreconditionRequired, invalid

R = TypeVar("R", bound=BaseModel)


V = TypeVar("V", bound=HasVersion)
_ETAG = re.compile(r'"v(\d{1,9})"')


def etag(version: int) -> str:
    """The ETag of a resource's version."""
    return f'"v{version}"'


def tagged(response: Response, answer: V) -> V:
    """The answer, with its version as the ETag of the response."""
    response.headers["ETag"] = etag(answer.version)
    return answer


def is_held(if_none_match: str, entity_tag: str) -> bool:
    """Whether the caller holds this very answer already, by what it sends as If-None-Match."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return entity_tag in tags or "*" in tags


def not_modified(request: Request, response: Response, entity_tag: str) -> Response | None:
    """A 304 where the caller holds this very answer already; else its ETag goes on the response."""
    response.headers["ETag"] = entity_tag
    if is_held(request.headers.get("if-none-match", ""), entity_tag):
        return Response(status_code=304, headers={"ETag": entity_tag})
    return None


def _expected(
    if_match: Annotated[
        str | None, Header(description="The ETag of the version that you have read.", max_length=500)
    ] = None,
) -> ExpectedVersion:
    if if_match is None:
        raise PreconditionRequired(
            "if_match_required", "Read the resource first, and send its ETag as If-Match."
        )
    if if_match.strip() == "*":
        return "any"
    # A tag that is not ours cannot be the present version: it is answered as a stale one.
    return frozenset(int(version) for version in _ETAG.findall(if_match))


IfMatch = Annotated[ExpectedVersion, Depends(_expected)]


class Once:
    """Runs a POST once per Idempotency-Key and answers repetitions as the first time."""

    def __init__(self, request: Request, response: Response, key: str | None) -> None:
        self.request = request
        self.response = response
        self.key = key

    def __call__(
        self,
        session: Session,
        actor: Actor,
        body: BaseModel,
        answer_type: type[R],
        act: Callable[[], R],
        *,
        secrets: tuple[str, ...] = (),
    ) -> R:
        """The answer of ``act``, or the one it gave before; ``secrets`` are kept as null.

        The actor was authorised for this very request already, on a repetition too.
        """
        attempt = self._attempt(actor, body)
        found = retries.earlier(session, attempt) if attempt else None
        if found is not None:
            self.response.headers["Idempotency-Replayed"] = "true"
            return self._tagged(answer_type.model_validate(found.body))
        answer = act()
        if attempt:
            kept: dict[str, Any] = answer.model_dump(mode="json")
            retries.keep(session, attempt, kept | dict.fromkeys(secrets))
        return self._tagged(answer)

    def _tagged(self, answer: R) -> R:
        if self.request.scope["route"].status_code == 201:
            self.response.headers["Location"] = f"{self.request.url.path}/{getattr(answer, 'id', '')}"
        version = getattr(answer, "version", None)
        if version is not None:
            self.response.headers["ETag"] = etag(version)
        return answer

    def _attempt(self, actor: Actor, body: BaseModel) -> retries.Attempt | None:
        if self.key is None:
            return None
        if not re.fullmatch(r"[\x21-\x7e]{1,200}", self.key):
            raise invalid(
                "/header/idempotency-key", "bad_idempotency_key", "Send 1 to 200 visible ASCII characters."
            )
        route = f"{self.request.method} {self.request.url.path}"
        content = orjson.dumps(body.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
        return retries.Attempt(actor, route[:200], self.key, hashlib.sha256(content).hexdigest())


def _once(
    request: Request,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(description="Makes a repeated POST safe; kept for 7 days.", max_length=200)
    ] = None,
) -> Once:
    return Once(request, response, idempotency_key)


OnceDep = Annotated[Once, Depends(_once)]
