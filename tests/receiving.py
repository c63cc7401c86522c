"""A receiver of webhooks on this machine: what it was sent, and answers as the test wants them."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Received:
    """One request."""

    headers: dict[str, str]
    content: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found

    def is_signed_with(self, secret: str) -> bool:
        return Webhook(secret).verify(self.content, self.headers) == self.event


@dataclass
class Receiver:
    """Where it listens, what came, and what is answered to the request of a number, from zero."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Callable[[int], tuple[int, dict[str, str]]] = lambda _number: (204, {})
    #: Called with the number of a request before it is answered, and after.
    before: Callable[[int], None] = lambda _number: None
    after: Callable[[int], None] = lambda _number: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ids(self) -> list[str]:
        with self.lock:
            return [one.id for one in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers 204 until it is told otherwise."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            content = self.rfile.read(length)
            if len(content) < length:
                # Who sent it was killed in the middle of a request: that is none.
                self.close_connection = True
                return
            with receiver.lock:
                number = len(receiver.received)
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append(Received(headers, content))
            receiver.before(number)
            status, more = receiver.answer(number)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.flush()
            receiver.after(number)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@dataclass
class Silent:
    """Where it listens, and how many have connected."""

    url: str
    connections: list[socket.socket] = field(default_factory=list)


@contextmanager
def silent() -> Iterator[Silent]:
    """A receiver that takes every connection and never says a word; at the end it hangs up on all of them."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = Silent(f"http://127.0.0.1:{listening.getsockname()[1]}/hook")

        def take() -> None:
            while True:
                try:
                    receiver.connections.append(listening.accept()[0])
                except OSError:
                    # It listens no more.
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            # On Linux alone this wakes whoever accepts; a close does not.
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for connection in receiver.connections:
                connection.close()
