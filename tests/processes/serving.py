"""Real processes that serve: started as an operator starts them, stopped as a power cut stops them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
from uvicorn import _subprocess

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


def children_of(pid: int, command: str) -> list[int]:
    """The process ids of the children of a process whose command line has this in it."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed if command in Path(f"/proc/{child}/cmdline").read_text()]


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
        # Python's resource tracker is a child too.
        return children_of(self.process.pid, "spawn_main")

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


class Forked:
    """The same serving code, forked from a process that has done the imports."""

    def __init__(self, settings: Mapping[str, str], workers: int = 1) -> None:
        self.url = f"http://127.0.0.1:{settings['SHANHAI_PORT']}"
        self.process = forked.Process(target=_serve, args=(dict(settings), workers))
        self.process.start()

    def wait(self) -> None:
        """Until it can serve, with every worker."""
        wait_until_ready(self.url, self.process.is_alive)

    def children(self) -> list[int]:
        """The process ids of the workers, where there are several."""
        assert self.process.pid is not None
        return children_of(self.process.pid, "forkserver")

    def kill(self) -> None:
        """End the whole group at once, as a power cut would: nothing is flushed or said."""
        if self.process.is_alive():
            assert self.process.pid is not None
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            # Before it had a group of its own.
            self.process.kill()
        self.process.join(30)


def _serve(settings: dict[str, str], workers: int) -> None:
    os.setsid()
    os.environ.update(settings)
    # As its parent has done the imports for it, so has it for its workers.
    _subprocess.spawn = multiprocessing.get_context("fork")  # type: ignore[assignment]
    from service.cli import serve

    serve(host=None, port=None, workers=workers)


@contextmanager
def forked_server(
    database_url: str, data_dir: Path, workers: int = 1, **settings: object
) -> Iterator[Forked]:
    """A forked server that is ready; killed at the end, if it still runs."""
    server = Forked(environment(database_url, data_dir, **settings), workers)
    try:
        server.wait()
        yield server
    finally:
        server.kill()


@contextmanager
def prepared(database_url: str, data_dir: Path) -> Iterator[tuple[str, BaseProcess]]:
    """The URL and the process of a forked server that is ready."""
    with forked_server(database_url, data_dir) as server:
        yield server.url, server.process
