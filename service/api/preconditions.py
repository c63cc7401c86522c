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
from service.domain.approvals import ApprovalRead
from service.domain.shapes import ExpectedVersion, HasVersion
from service.errors import PreconditionRequired, invalid

R = TypeVar("R", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)


V = TypeVar("V", bound=HasVersion)
_ETAG = re.compile(r'"v(\d{1,9})"')


def etag(version: int) -> str:
    """The ETag of a resource's version."""
    return f'"v{version}"'


def tagged(response: Response, answer: V) -> V:
    """The answer, with its version as the ETag of the response."""
    response.headers["ETag"] = etag(answer.version)
    return answer


#: Of a route whose action may have to wait for a second person, among its ``responses``.
WAITS: dict[int | str, dict[str, Any]] = {
    202: {"model": ApprovalRead, "description": "Nothing is done yet: it waits for a second person."}
}


def answered(response: Response, answer: V | ApprovalRead) -> V | Response:
    """What was done, with its ETag; or 202 with the approval where it waits for a second person."""
    return accepted(answer) if isinstance(answer, ApprovalRead) else tagged(response, answer)


def accepted(approval: ApprovalRead, *, is_replayed: bool = False) -> Response:
    """202 with the approval, its ETag and where it is to be found."""
    headers = {"ETag": etag(approval.version), "Location": f"/v1/approvals/{approval.id}"}
    if is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(approval.model_dump_json(), 202, headers, "application/json")


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
        answer, is_replayed = self._done(session, actor, body, answer_type.model_validate, act, secrets)
        if is_replayed:
            self.response.headers["Idempotency-Replayed"] = "true"
        return self._tagged(answer)

    def or_wait(
        self,
        session: Session,
        actor: Actor,
        body: BaseModel,
        answer_type: type[R],
        act: Callable[[], R | ApprovalRead],
    ) -> R | Response:
        """The same for what may have to wait for a second person: then 202 with the approval."""

        def read(kept: dict[str, Any]) -> R | ApprovalRead:
            is_approval = str(kept["id"]).startswith("apv_")
            return (ApprovalRead if is_approval else answer_type).model_validate(kept)

        answer, is_replayed = self._done(session, actor, body, read, act)
        if isinstance(answer, ApprovalRead):
            return accepted(answer, is_replayed=is_replayed)
        if is_replayed:
            self.response.headers["Idempotency-Replayed"] = "true"
        return self._tagged(answer)

    def _done(
        self,
        session: Session,
        actor: Actor,
        body: BaseModel,
        read: Callable[[dict[str, Any]], A],
        act: Callable[[], A],
        secrets: tuple[str, ...] = (),
    ) -> tuple[A, bool]:
        """The answer, and whether it was given before."""
        attempt = self._attempt(actor, body)
        found = retries.earlier(session, attempt) if attempt else None
        if found is not None:
            return read(found.body), True
        answer = act()
        if attempt:
            kept: dict[str, Any] = answer.model_dump(mode="json")
            retries.keep(session, attempt, kept | dict.fromkeys(secrets))
        return answer, False

    def _tagged(self, answer: R) -> R:
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
        # What one person has been answered is not for the next one of the same organisation.
        route = " ".join(filter(None, (self.request.method, self.request.url.path, actor.person_id)))
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
