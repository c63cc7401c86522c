"""Room for password hashing: each takes much memory and tens of milliseconds, and anybody may ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from fastapi import Request

from service.errors import Unavailable

#: As many as there are processors on a small machine; further ones would only wait for these.
AT_ONCE = 2
#: Whoever comes when so many wait already is sent away at once.
WAITING = 16


class HashingRoom:
    """Lets a few in at once, and few wait; for one event loop."""

    def __init__(self) -> None:
        self._limiter: anyio.CapacityLimiter | None = None

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """Wait for room; raises ``Unavailable`` (``overloaded``) where too many wait."""
        # Made here: a limiter belongs to the event loop that it is made in.
        limiter = self._limiter = self._limiter or anyio.CapacityLimiter(AT_ONCE)
        if limiter.statistics().tasks_waiting >= WAITING:
            raise Unavailable("overloaded", "Too many sign in at this moment. Try again in a second.")
        ticket = object()
        await limiter.acquire_on_behalf_of(ticket)
        try:
            yield
        finally:
            limiter.release_on_behalf_of(ticket)


@asynccontextmanager
async def hashing(request: Request) -> AsyncIterator[None]:
    """The application's room, for the time of one hashing."""
    room: HashingRoom = request.app.state.hashing_room
    async with room.enter():
        yield
