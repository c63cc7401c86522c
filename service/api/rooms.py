"""Rooms: work of which only so much is done at once, and for which only so many wait, in order of arrival."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from service.errors import Unavailable


class Room:
    """Lets a few in at once, and few wait; for one event loop. Who waits keeps no thread waiting.

    Parameters
    ----------
    at_once : int
        How many are inside together.
    most_waiting : int
        Whoever comes when so many wait already is sent away at once.
    patience_seconds : float
        Whoever has waited so long is sent away too.
    code, detail : str
        What those are told.
    """

    def __init__(
        self, at_once: int, most_waiting: int, patience_seconds: float, code: str, detail: str
    ) -> None:
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._patience_seconds = patience_seconds
        self._code = code
        self._detail = detail
        self._limiter: anyio.CapacityLimiter | None = None

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """Wait for room; raises ``Unavailable`` where too many wait, or it takes too long."""
        # Made here: a limiter belongs to the event loop that it is made in.
        limiter = self._limiter = self._limiter or anyio.CapacityLimiter(self._at_once)
        if limiter.available_tokens < 1 and limiter.statistics().tasks_waiting >= self._most_waiting:
            raise Unavailable(self._code, self._detail)
        ticket = object()
        with anyio.move_on_after(self._patience_seconds) as waited:
            await limiter.acquire_on_behalf_of(ticket)
        if waited.cancelled_caught:
            raise Unavailable(self._code, self._detail)
        try:
            yield
        finally:
            limiter.release_on_behalf_of(ticket)


def hashing_room() -> Room:
    """Room for password hashing: each takes much memory and tens of milliseconds, and anybody may ask for it.

    As many at once as there are processors on a small machine; further ones would only wait for these.
    """
    return Room(2, 16, 30.0, "overloaded", "Too many sign in at this moment. Try again in a second.")


#: Connections that stay for what opens a session of its own: sign-in, rankings, health.
_APART = 4


def session_room(connections: int, patience_seconds: float) -> Room:
    """Room for sessions: fewer at once than there are connections.

    A session is opened in one thread and used in others. Were all threads to wait for a connection, none
    would be left for those who have one, and nobody would go on.
    """
    return _of_database(max(1, connections - _APART), patience_seconds)


def writing_room(patience_seconds: float) -> Room:
    """Room for the one writer that SQLite has: in a queue each is served in its turn.

    Without one, writers would sleep and look again whether the lock is free, ever more seldom, each in a
    thread that readers need.
    """
    return _of_database(1, patience_seconds)


def _of_database(at_once: int, patience_seconds: float) -> Room:
    detail = "The database is busy; nothing was stored. Try again in a second."
    return Room(at_once, 100, patience_seconds, "busy", detail)
