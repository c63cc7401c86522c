"""Real processes that serve: started as an operator starts them, stopped as a power cut stops them."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from tests.processes.forked import forked

ROOT = Path(__file__).resolve().parent.parent.parent
SHANHAI = Path(sys.executable).with_name("shanhai")
START_SECONDS = 90.0
#: Nothing here speaks TLS, yet every client would read all certificates anew: 24 ms, and more than the rest.
PLAIN = ssl.create_default_context()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(database_url: str, data_dir: Path, **settings: object) -> dict[str, str]:
    """The settings of a server as its environment."""
    given = {"database_url": database_url, "data_dir": data_dir, "port": free_port(), "log_level": "ERROR"}
    return {f"SHANHAI_{name.upper()}": str(value) for name, value in (given | settings).items()}


def wait_until_ready(url: str, alive: object) -> None:
    """Wait for ``/readyz``; ``alive()`` false ends the wait at once."""
    end = time.monotonic() + START_SECONDS
    said = "nothing"
    while time.monotonic() < end:
        assert callable(alive)
        assert alive(), f"the server ended before it was ready; it last said {said}"
        try:
            answer = httpx.get(f"{url}/readyz", timeout=10, verify=PLAIN)
            if answer.status_code == 200:
                return
            said = answer.text
        except httpx.TransportError as error:
            said = repr(error)
        time.sleep(0.02)
    raise AssertionError(f"not ready within {START_SECONDS} s; it last said {said}")


class Server:
    """`shanhai serve` as a process group of its own."""

    def __init__(self, settings: Mapping[str, str], workers: int = 1) -> None:
        self.url = f"http://127.0.0.1:{settings['SHANHAI_PORT']}"
        self.process = subprocess.Popen(
            [SHANHAI, "serve", "--workers", str(workers)],
            env={**os.environ, **settings},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        self.workers = workers

    def wait(self) -> None:
        """Until it can serve, with every worker."""
        wait_until_ready(self.url, lambda: self.process.poll() is None)

    def children(self) -> list[int]:
        """The process ids of the workers, where there are several."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_text() for pid in listed}
        # Python's resource tracker is a child too.
        return [pid for pid, command in commands.items() if "spawn_main" in command]

    def kill(self) -> None:
        """End the whole group at once, as a power cut would: nothing is flushed or said."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)


@contextmanager
def serving(database_url: str, data_dir: Path, workers: int = 1, **settings: object) -> Iterator[Server]:
    """A server that is ready; killed at the end, if it still runs."""
    server = Server(environment(database_url, data_dir, **settings), workers)
    try:
        server.wait()
        yield server
    finally:
        server.kill()


def _serve(settings: dict[str, str]) -> None:
    os.environ.update(settings)
    from service.cli import serve

    serve(host=None, port=None, workers=1)


@contextmanager
def prepared(database_url: str, data_dir: Path) -> Iterator[tuple[str, BaseProcess]]:
    """The same serving code, forked from a process that has done the imports; with its URL."""
    settings = environment(database_url, data_dir)
    process = forked.Process(target=_serve, args=(settings,), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{settings['SHANHAI_PORT']}"
    try:
        wait_until_ready(url, process.is_alive)
        yield url, process
    finally:
        process.kill()
        process.join(30)
