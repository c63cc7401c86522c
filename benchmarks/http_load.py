"""A load of HTTP requests over keep-alive connections, light enough not to be what is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle


@dataclass
class Load:
    """What came of one run. Latencies in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[bytes, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def quantile_ms(self, share: float) -> float:
        """A quantile of the latencies, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], load: Load, ended: asyncio.Future[None]) -> None:
        self.requests, self.load, self.ended = requests, load, ended
        self.head = b""
        self.left = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.head, self.started = b"", time.perf_counter()
        self.transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if self.left:
            self.left -= len(data)
        else:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            status = self.head[9:12]
            self.load.statuses[status] = self.load.statuses.get(status, 0) + 1
            self.left = _length(self.head[: end + 2]) - (len(self.head) - end - 4)
        if not self.left:
            self.load.latencies.append(time.perf_counter() - self.started)
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def _length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(b"content-length:")
    return int(lowered[start + 15 : lowered.find(b"\r\n", start)]) if start >= 0 else 0


async def drive(port: int, requests: Sequence[bytes], count: int, connections: int) -> Load:
    """Send ``count`` requests, the given ones in turn, over so many connections at once.

    Raises
    ------
    RuntimeError
        If a connection breaks before all are answered.
    """
    load = Load()
    turn = cycle(requests)
    following = (next(turn) for _ in range(count))
    loop = asyncio.get_running_loop()
    ended = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for future in ended:
        await loop.create_connection(
            lambda future=future: _Connection(following, load, future),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
    await asyncio.gather(*ended)
    load.seconds = time.perf_counter() - started
    if len(load.latencies) != count:
        raise RuntimeError(f"{len(load.latencies)} of {count} requests were answered")
    return load


async def beside(port: int, request: bytes, load: asyncio.Task[Load], pause_seconds: float) -> Load:
    """One request after the other, with a pause between, as long as a load runs."""
    found = Load()
    while not load.done():
        one = await drive(port, [request], 1, 1)
        found.latencies += one.latencies
        await asyncio.sleep(pause_seconds)
    found.seconds = load.result().seconds
    return found
