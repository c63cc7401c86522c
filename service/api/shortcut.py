"""The thin path of rankings: an answer from memory, or the ordinary way.

It takes the plain form of the two rankings that are asked for most, and answers one only with what the
ordinary way would answer, 200 or 304: a key, a project and a revision that are at hand, known to be valid
now. Whatever else comes (another parameter, a new key, a body that is not valid, a project that was never
asked for, a database that is busy) goes on to the routes, which know every error; so nothing is refused
here, and nothing is let in that they would refuse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import anyio
import orjson
from anyio.to_thread import run_sync
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.policy import Permission, require
from service.api import cookies
from service.api.deps import preferred_language
from service.api.filters import Filters
from service.api.fragments import Fragments
from service.api.match_engine import Engine, weights_of
from service.api.matches import MatchQuery, query_of_body
from service.api.memory import Held, HeldProject, digest_of
from service.api.preconditions import is_held
from service.errors import Forbidden, Invalid, Unavailable

_MATCHES = re.compile(r"/v1/projects/([0-9a-z_]{1,64})/matches")
_RANKING = re.compile(
    r"/v1/(projects|profiles)/[^/]+/(matches|exclusions|supply-chain)(/[^/]+)?|/v1/match-queries"
)
_LIMIT = re.compile(rb"limit=([1-9][0-9]?|100)")
_DEFAULT_LIMIT: Final = 20
_NO_FILTERS: Final = Filters()
#: More places than this are ranked in a thread: it would take the event loop more than a millisecond.
PLACES_ON_THE_LOOP: Final = 8_192
#: The processors are no more: further threads would only take the interpreter from the event loop.
RANKINGS_AT_ONCE: Final = 2
_SESSION: Final = cookies.NAME.encode()
_JSON: Final = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in the plain form, as its bytes say it."""

    authorization: bytes
    language: str
    held_tags: str
    content_type: bytes
    has_session: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A request of which everything is at hand."""

    held: Held
    engine: Engine
    project: HeldProject
    known: Fragments


class Shortcut:
    """The middleware; stands behind the guard and before the routes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._room: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory where that is possible."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        found = _MATCHES.fullmatch(scope["path"]) if scope["method"] == "GET" else None
        if found is not None:
            answer = await self._list(scope, found[1])
        elif scope["method"] == "POST" and scope["path"] == "/v1/match-queries":
            message = await receive()
            receive = _again(message, receive)
            answer = None if message.get("more_body") else await self._query(scope, message.get("body", b""))
        else:
            answer = None
        if answer is not None:
            for message in answer:
                await send(message)
        elif _RANKING.fullmatch(scope["path"]):
            await self._in_turn(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ordinary way, few at once: each holds the interpreter for milliseconds."""
        room = self._room = self._room or anyio.CapacityLimiter(RANKINGS_AT_ONCE)
        ticket = object()
        await room.acquire_on_behalf_of(ticket)
        holds = True

        def leave() -> None:
            nonlocal holds
            if holds:
                holds = False
                room.release_on_behalf_of(ticket)

        async def answer(message: Message) -> None:
            # The work is done: a client that reads slowly must not keep others waiting.
            leave()
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            leave()

    async def _list(self, scope: Scope, project_id: str) -> tuple[Message, ...] | None:
        """The answer of ``list_project_matches``."""
        query: bytes = scope["query_string"]
        chosen = _LIMIT.fullmatch(query)
        if query and chosen is None:
            return None
        asked = _asked(scope)
        question = await _question(scope, asked, project_id, {})
        if question is None:
            return None
        engine, project, answers = question.engine, question.project, question.held.answers
        tag = engine.tag(query.decode(), project.id, project.version)
        if asked.held_tags and is_held(asked.held_tags, tag):
            return _not_modified(tag)
        body = answers.get(tag)
        if body is None:
            limit = int(chosen[1]) if chosen else _DEFAULT_LIMIT
            body = await self._page(question, limit, engine.query(f"{scope['path']}?[]")) + b"}"
            answers.put(tag, body)
        return _answer(body, (b"etag", tag.encode()))

    async def _query(self, scope: Scope, content: bytes) -> tuple[Message, ...] | None:
        """The answer of ``query_matches``, of a registered project with no filters, pages or extras."""
        asked = _asked(scope)
        if scope["query_string"] or asked.content_type.partition(b";")[0].strip() != b"application/json":
            return None
        try:
            body = MatchQuery.model_validate(orjson.loads(content))
        except (orjson.JSONDecodeError, ValidationError):
            return None
        if body.project_id is None or body.cursor or body.exclusions_cursor or body.include:
            return None
        if body.filters != _NO_FILTERS:
            return None
        question = await _question(scope, asked, body.project_id, body.weights)
        if question is None:
            return None
        query = question.engine.query(query_of_body(body))
        page = await self._page(question, body.limit, query)
        return _answer(page + b',"exclusions":null}')

    async def _page(self, question: Question, limit: int, query: str) -> bytes:
        """The page without its closing brace."""
        engine, known = question.engine, question.known
        visible = question.held.visible_places(engine.actor.organisation_id)
        room = self._room = self._room or anyio.CapacityLimiter(RANKINGS_AT_ONCE)

        def page() -> bytes:
            return engine.match_bytes(known, visible, limit=limit, query=query)

        if len(visible) > PLACES_ON_THE_LOOP:
            return await run_sync(page, limiter=room)
        ranking = engine.rank(known.need, visible, limit=limit, query=query)
        if known.missing(ranking):
            await run_sync(engine.explain, known, ranking, limiter=room)
        return engine.written(known, ranking, query=query)


async def _question(
    scope: Scope, asked: Asked, project_id: str, weights: Mapping[str, float]
) -> Question | None:
    """Everything that the answer rests on, if it is at hand and valid at this moment."""
    state = scope["app"].state
    # Beside the cookie of a session a key is refused, and a session is looked up the ordinary way.
    if not asked.authorization or asked.has_session or state.revisions is None:
        return None
    try:
        newest = await state.revisions.newest()
    except Unavailable:
        return None
    held: Held | None = state.memory.at(newest.revision)
    if held is None or not held.snapshot.is_of(newest.instant):
        return None
    key = held.keys.get(digest_of(asked.authorization))
    if key is None or (key.expires_at is not None and key.expires_at <= newest.instant):
        return None
    actor = key.actor
    project = held.projects.get((actor.organisation_id, project_id))
    if project is None:
        return None
    language = preferred_language(asked.language)
    own = project.organisation_id == actor.organisation_id
    known = held.fragments.get(((project.id, project.version), own, language))
    if known is None:
        return None
    engine = Engine(actor, held.snapshot, language, state.signer, newest.instant, held.fragments)
    try:
        require(actor, Permission.MATCHES_READ)
        if weights:
            engine.chosen = weights_of(weights, held.snapshot.matcher.default_weights)
    except (Forbidden, Invalid):
        return None
    # Counted last, since a request that goes on from here is answered here.
    if state.limiter is not None and not state.limiter.take(actor.key_id):
        return None
    return Question(held, engine, project, known)


def _asked(scope: Scope) -> Asked:
    found: dict[bytes, bytes] = {}
    has_session = False
    for name, value in scope["headers"]:
        has_session = has_session or (name == b"cookie" and _SESSION in value)
        # Of repeated ones the first, as the framework reads them.
        found.setdefault(name, value)
    return Asked(
        authorization=found.get(b"authorization", b""),
        language=found.get(b"accept-language", b"").decode("latin-1"),
        held_tags=found.get(b"if-none-match", b"").decode("latin-1"),
        content_type=found.get(b"content-type", b""),
        has_session=has_session,
    )


def _answer(body: bytes, *headers: tuple[bytes, bytes]) -> tuple[Message, ...]:
    length = (b"content-length", b"%d" % len(body))
    return (
        {"type": "http.response.start", "status": 200, "headers": [_JSON, length, *headers]},
        {"type": "http.response.body", "body": body},
    )


def _not_modified(tag: str) -> tuple[Message, ...]:
    return (
        {"type": "http.response.start", "status": 304, "headers": [(b"etag", tag.encode())]},
        {"type": "http.response.body", "body": b""},
    )


def _again(first: Message, receive: Receive) -> Receive:
    """What was looked at here, for those who come after."""
    waiting = [first]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read
