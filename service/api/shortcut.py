from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import anyio
import numpy as np
from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access.policy import Permission, require
from service.api import cookies
from service.api.deps import preferred_language
from service.api.fragments import Fragments, Page
from service.api.match_engine import Engine
from service.api.matches import query_of_plain
from service.api.memory import Answer, AnswerKey, Held, HeldProject, digest_of
from service.api.plain_query import DEFAULT_LIMIT, PlainQuery
from service.api.plain_query import PATH as QUERIES
from service.api.preconditions import is_held
from service.errors import Forbidden, Unavailable
from service.index import FirstPage, Ranking, Weights, normalised_weights

_MATCHES = re.compile(r"/v1/projects/([0-9a-z_]{1,64})/matches")
_RANKING = re.compile(
    r"/v1/(projects|profiles)/[^/]+/(matches|exclusions|supply-chain)(/[^/]+)?|/v1/match-queries"
)
_LIMIT = re.compile(rb"limit=([1-9][0-9]?|100)")
#: More places than this are looked through in a thread: it would take the event loop more than a millisecond.
PLACES_ON_THE_LOOP: Final = 8_192
#: The processors are no more: further threads would only take the interpreter from the event loop.
RANKINGS_AT_ONCE: Final = 2
#: So many pairs are explained before others have their turn: less than a millisecond.
_EXPLAINED_AT_ONCE: Final = 4
_SESSION: Final = cookies.NAME.encode()
_JSON: Final = (b"content-type", b"application/json")
_language: Final = lru_cache(maxsize=64)(preferred_language)


@dataclass(frozen=True, slots=True)
class Question:
    """A request of which everything is at hand."""

    held: Held
    engine: Engine
    project: HeldProject
    known: Fragments | None
    answer_key: AnswerKey
    answer: Answer | None


class Shortcut:
    """The middleware; stands behind the guard and before the routes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._room: anyio.CapacityLimiter | None = None
        self._explaining: asyncio.Lock | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory where that is possible."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        path, answer = scope["path"], None
        if scope["method"] == "GET":
            if (found := _MATCHES.fullmatch(path)) is not None:
                answer = await self._list(scope, found[1])
        elif path == QUERIES and (plain := scope["state"].get("plain_query")) is not None:
            answer = await self._query(scope, plain)
        if answer is not None:
            for message in answer:
                await send(message)
        elif _RANKING.fullmatch(path):
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
        chosen = _LIMIT.fullmatch(query) if query else None
        if query and chosen is None:
            return None
        question = await _question(scope, project_id, query)
        if question is None:
            return None
        engine, project, answer = question.engine, question.project, question.answer
        tag = answer[0] if answer else engine.tag(query.decode(), project.id, project.version)
        held_tags = scope["state"]["headers"].get(b"if-none-match")
        if held_tags is not None and is_held(held_tags.decode("latin-1"), tag):
            return _not_modified(tag)
        if answer is None:
            limit = int(chosen[1]) if chosen else DEFAULT_LIMIT
            page = await self._page(question, limit, {}, partial(engine.query, f"{scope['path']}?[]"), b"}")
            answer = (tag, page)
            question.held.answers.put(question.answer_key, answer)
        return _answer(answer[1], (b"etag", tag.encode()))

    async def _query(self, scope: Scope, asked: PlainQuery) -> tuple[Message, ...] | None:
        """The answer of ``query_matches``, of a registered project with no filters, pages or extras."""
        if scope["query_string"] or scope["method"] != "POST":
            return None
        question = await _question(scope, asked.project_id, None)
        if question is None:
            return None
        page = await self._page(
            question,
            asked.limit,
            asked.weights,
            lambda: question.engine.query(query_of_plain(asked)),
            b',"exclusions":null}',
        )
        return _answer(page)

    async def _page(
        self,
        question: Question,
        limit: int,
        chosen: Mapping[str, float],
        query: Callable[[], str],
        end: bytes,
    ) -> bytes:
        """The page, closed by ``end``."""
        engine, known, held = question.engine, question.known, question.held
        if known is None:
            raise AssertionError("asked for a page of a project of which nothing is at hand")
        organisation_id = engine.actor.organisation_id
        room = self._room = self._room or anyio.CapacityLimiter(RANKINGS_AT_ONCE)
        on_the_loop = len(held.snapshot.offers) <= PLACES_ON_THE_LOOP
        found = held.candidates_at_hand(organisation_id, question.project)
        if found is None:
            find = partial(held.find_candidates, organisation_id, question.project, known.need)
            found = find() if on_the_loop else await run_sync(find, limiter=room)
        defaults = engine.snapshot.matcher.default_weights
        page: FirstPage | Ranking
        weights = np.array(normalised_weights(chosen, defaults))
        if found.kept is None:
            engine.chosen = Weights(chosen, defaults)
            visible = held.visible_places(organisation_id)
            rank = partial(engine.rank, known.need, visible, limit=limit, query="")
            page = ranking = await run_sync(rank, limiter=room)
            in_full: Callable[[], Ranking] = partial(_itself, ranking)
            eligible, excluded = ranking.eligible_count, ranking.excluded_count
        else:
            page = first = found.kept.first_page(weights, limit)
            in_full = partial(found.kept.ranking, first)
            eligible, excluded = len(found.kept), found.kept.excluded_count
        try:
            items = known.items(page, weights)
        except KeyError:
            await self._explain(engine, known, page, in_full)
            items = known.items(page, weights)
        return engine.page_bytes(
            items,
            query=query,
            following=page.next_cursor,
            eligible_count=eligible,
            excluded_count=excluded,
            end=end,
        )

    async def _explain(
        self, engine: Engine, known: Fragments, page: Page, in_full: Callable[[], Ranking]
    ) -> None:
        """Bring to hand what is missing of a page, a few pairs at a time.

        On the event loop, between other requests: a thread would take the interpreter from it for whole
        switch intervals. One page after the other, so that the first are soon done.
        """
        turn = self._explaining = self._explaining or asyncio.Lock()
        async with turn:
            missing = known.missing(page)
            if missing:
                for _ in engine.explained(known, in_full(), missing, _EXPLAINED_AT_ONCE):
                    await asyncio.sleep(0)


def _itself(ranking: Ranking) -> Ranking:
    return ranking


async def _question(scope: Scope, project_id: str, query: bytes | None) -> Question | None:
    """Everything that the answer rests on, if it is at hand and valid at this moment.

    With a ``query`` of the list, its answer will do.
    """
    state, headers = scope["app"].state, scope["state"]["headers"]
    authorization = headers.get(b"authorization")
    # Beside the cookie of a session a key is refused, and a session is looked up the ordinary way.
    if not authorization or _has_session(scope) or state.revisions is None:
        return None
    try:
        newest = await state.revisions.newest()
    except Unavailable:
        return None
    held: Held | None = state.memory.at(newest.revision)
    if held is None or not held.snapshot.is_of(newest.instant):
        return None
    key = held.keys.get(digest_of(authorization))
    if key is None or (key.expires_at is not None and key.expires_at <= newest.instant):
        return None
    actor = key.actor
    project = held.projects.get((actor.organisation_id, project_id))
    if project is None:
        return None
    language = _language(headers.get(b"accept-language", b"").decode("latin-1"))
    own = project.organisation_id == actor.organisation_id
    answer_key = (actor.organisation_id, project_id, language, query or b"")
    answer = None if query is None else held.answers.get(answer_key)
    known = held.fragments.get(((project.id, project.version), own, language))
    if known is None and answer is None:
        return None
    try:
        require(actor, Permission.MATCHES_READ)
    except Forbidden:
        return None
    # Counted last, since a request that goes on from here is answered here.
    if state.limiter is not None and not state.limiter.take(actor.key_id):
        return None
    engine = Engine(
        actor, held.snapshot, language, newest.instant, signer=state.signer, fragments=held.fragments
    )
    return Question(held, engine, project, known, answer_key, answer)


def _has_session(scope: Scope) -> bool:
    return any(name == b"cookie" and _SESSION in value for name, value in scope["headers"])


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
