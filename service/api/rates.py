"""How many requests a key may send: off unless SHANHAI_RATE_LIMIT is set. Counted per worker."""

from __future__ import annotations

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class RateLimiter:
    """A moving window per key."""

    def __init__(self, rate: str) -> None:
        self._rate = parse(rate)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, key_id: str) -> bool:
        """Count one request; False when the key has used up its rate."""
        return self._limiter.hit(self._rate, key_id)


def limiter_of(rate: str) -> RateLimiter | None:
    """The limiter for a rate such as ``600/minute``; none for an empty one."""
    return RateLimiter(rate) if rate else None
