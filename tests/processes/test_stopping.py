"""What a server does when it is asked to stop, and when it is asked for more than it can do."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from service.settings import Settings
from tests.conftest import PROJECT
from tests.processes.conftest import Keys
from tests.processes.serving import PLAIN, forked_server


class SlowPost:
    """A POST of a project whose body has arrived only by half: it is in flight until it is finished."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        host = httpx.URL(url)
        body = json.dumps(PROJECT).encode()
        self._rest = body[10:]
        lines = [
            "POST /v1/projects HTTP/1.1",
            f"Host: {host.host}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self._socket = socket.create_connection((host.host, host.port or 80), timeout=20)
        self._socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body[:10])

    def finish(self) -> int:
        """Send the rest; the status of the answer."""
        with self._socket:
            self._socket.sendall(self._rest)
            answer = b""
            while part := self._socket.recv(65536):
                answer += part
        return int(answer.split(b" ", 2)[1])


@contextmanager
def _in_flight(url: str, headers: dict[str, str], count: int) -> Iterator[list[SlowPost]]:
    posts = [SlowPost(url, headers) for _ in range(count)]
    # The server reads what has arrived within a turn of its event loop.
    time.sleep(0.3)
    yield posts


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_that_is_asked_to_stop_finishes_what_it_has_begun(
    settings: Settings, keys_of: Keys, tmp_path: Path
) -> None:
    with (
        forked_server(settings.database_url, tmp_path) as server,
        _in_flight(server.url, keys_of.bureau, 1) as (post,),
    ):
        assert server.process.pid is not None
        os.kill(server.process.pid, signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.is_alive()
        assert post.finish() == 201
        # Ended in good order: by itself, or by the very signal, raised again once all was done.
        server.process.join(20)
        assert server.process.exitcode in (0, -signal.SIGTERM)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_server_says_when_to_come_back_and_still_says_that_it_lives(
    settings: Settings, keys_of: Keys, tmp_path: Path
) -> None:
    with (
        forked_server(settings.database_url, tmp_path, max_in_flight=2) as server,
        _in_flight(server.url, keys_of.bureau, 2) as posts,
    ):
        refused = httpx.get(f"{server.url}/v1/projects", headers=keys_of.bureau, verify=PLAIN)
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.elapsed.total_seconds() < 1
        assert httpx.get(f"{server.url}/livez", verify=PLAIN).status_code == 200
        assert [post.finish() for post in posts] == [201, 201]
        assert httpx.get(f"{server.url}/v1/projects", headers=keys_of.bureau, verify=PLAIN).status_code == 200
