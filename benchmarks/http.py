"""Task H: match queries over HTTP beside a bare FastAPI endpoint that returns the same bytes.

    python -m benchmarks.http --places 2543

One worker each, the same settings of uvicorn, 16 keep-alive connections from this process. Answers are
checked before anything is timed.

- first seen: every project once, nothing of it at hand; through the database, every sentence written.
- cold: no answer is used twice. Other weights: one project, weights that no request had. Other project:
  each request another one of the projects, of which the sentences are at hand from an earlier round; other
  project and weights: both at once, so that some sentences are still written on the way.
- warm: the same project, unchanged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvloop

from benchmarks.http_data import World, prepare
from benchmarks.http_load import Load, beside, drive
from service.index import DEFAULT_WEIGHTS

SEED = 20_260_801
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=2543)
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--requests", type=int, default=2000, help="per side and round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--data", type=Path, help="data directory, kept; made where it is missing")
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--log-level", default="INFO", help="of the service; the bare side writes no log")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.data or Path(temporary)
        report = run(options, directory)
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def run(options: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """All sides, interleaved."""
    environment = {
        "SHANHAI_DATA_DIR": str(directory),
        "SHANHAI_DATABASE_URL": options.database_url,
        "SHANHAI_LOG_LEVEL": options.log_level,
    }
    world = prepare(environment, options.places, options.projects, SEED)
    port, bare_port = free_port(), free_port()
    serve = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(port)]
    with server(serve, environment, f"http://127.0.0.1:{port}/readyz"):
        first = asyncio.run(first_seen(world, port, options.connections))
        body = check(world, f"http://127.0.0.1:{port}")
        answer = directory / "answer.json"
        answer.write_bytes(body)
        bare = [sys.executable, "-m", "benchmarks.http_bare", str(bare_port), str(answer)]
        with (
            server(bare, {}, f"http://127.0.0.1:{bare_port}/bare"),
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            sides = runner.run(rounds(world, options, port, bare_port))
    return {
        "places": options.places,
        "projects": options.projects,
        "connections": options.connections,
        "seed": SEED,
        "bytes": len(body),
        "cpus": os.cpu_count(),
        "database": "PostgreSQL" if options.database_url else "SQLite",
        "log_level": options.log_level,
        "first_seen": first,
        "sides": sides,
    }


async def rounds(
    world: World, options: argparse.Namespace, port: int, bare_port: int
) -> dict[str, dict[str, float]]:
    """Every side once per round, in an order of its own; medians of the rates, quantiles over all."""
    rng = random.Random(SEED)
    sides = {
        "bare": (bare_port, [b"GET /bare HTTP/1.1\r\nHost: x\r\n\r\n"]),
        "cold, other weights": (port, []),
        "cold, other project": (port, [world.post(project, {}) for project in world.projects]),
        "cold, other project, weights": (port, []),
        "warm": (port, [world.get(world.projects[0])]),
        "304": (port, [world.get(world.projects[0], world.tag)]),
    }
    found: dict[str, list[Load]] = {name: [] for name in sides}
    livez: list[float] = []
    for _ in range(options.rounds + 1):
        for name in rng.sample(list(sides), len(sides)):
            to, requests = sides[name]
            if "weights" in name:
                projects = world.projects if "project" in name else world.projects[:1]
                requests = [
                    world.post(projects[i % len(projects)], weights(rng)) for i in range(options.requests)
                ]
            task = asyncio.create_task(drive(to, requests, options.requests, options.connections))
            if name.startswith("cold"):
                found_beside = await beside(port, LIVEZ, task, 0.01)
                livez += found_beside.latencies
            load = await task
            expected = {b"304"} if name == "304" else {b"200"}
            if set(load.statuses) != expected:
                raise RuntimeError(f"{name}: statuses {load.statuses}")
            found[name].append(load)
    report = {}
    for name, loads in found.items():
        kept = loads[1:]  # the first round warms up
        rates = [load.per_second for load in kept]
        ratios = [
            load.per_second / bare.per_second for load, bare in zip(kept, found["bare"][1:], strict=True)
        ]
        every = Load(latencies=[latency for load in kept for latency in load.latencies])
        report[name] = {
            "per_second": statistics.median(rates),
            "lowest": min(rates),
            "highest": max(rates),
            "of_bare": statistics.median(ratios),
            "p50_ms": every.quantile_ms(0.5),
            "p99_ms": every.quantile_ms(0.99),
        }
    report["/livez under cold load"] = {
        "p50_ms": Load(latencies=livez).quantile_ms(0.5),
        "p99_ms": Load(latencies=livez).quantile_ms(0.99),
        "asked": len(livez),
    }
    return report


def weights(rng: random.Random) -> dict[str, float]:
    """Weights that no request had before."""
    return {name: rng.random() for name in DEFAULT_WEIGHTS}


async def first_seen(world: World, port: int, connections: int) -> dict[str, float]:
    """Every project for the first time: nothing of it is at hand, each goes through the database."""
    await drive(port, [world.get(world.projects[0])], 1, 1)
    requests = [world.get(project) for project in world.projects[1:]]
    task = asyncio.create_task(drive(port, requests, len(requests), connections))
    livez = await beside(port, LIVEZ, task, 0.01)
    load = await task
    return {
        "per_second": load.per_second,
        "p50_ms": load.quantile_ms(0.5),
        "p99_ms": load.quantile_ms(0.99),
        "livez_p99_ms": livez.quantile_ms(0.99),
    }


def check(world: World, url: str) -> bytes:
    """The thin path's answers against the ordinary way's, which a query string in another form takes.

    Raises
    ------
    RuntimeError
        If they differ.
    """
    headers = {"Authorization": world.authorization}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        path = f"/v1/projects/{world.projects[0]}/matches"
        client.get(path)
        thin, ordinary = client.get(path), client.get(path, params={"limit": "020"})
        for name in ("items", "eligible_count", "excluded_count", "model_version", "index_revision"):
            if thin.json()[name] != ordinary.json()[name]:
                raise RuntimeError(f"{name} differs between the thin path and the ordinary way")
        if len(thin.json()["items"]) != 20:
            raise RuntimeError("there are no 20 items to rank")
        world.tag = thin.headers["etag"]
        return thin.content


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(command: list[str], environment: dict[str, str], ready: str) -> Iterator[None]:
    """A server process that answers; ended afterwards."""
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        while True:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{command[-3:]} did not start")
            try:
                if httpx.get(ready, timeout=60).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def show(report: dict[str, Any]) -> None:
    """Print the table."""
    said = (
        "{places} places, {bytes} bytes, {connections} connections, {database}, "
        "log level {log_level}, seed {seed}"
    )
    print(said.format(**report))
    print(f"{'side':28}{'req/s':>8}{'low':>8}{'high':>8}{'of bare':>9}{'p50 ms':>9}{'p99 ms':>9}")
    for name, side in report["sides"].items():
        rates = (
            f"{side['per_second']:8.0f}{side['lowest']:8.0f}{side['highest']:8.0f}{side['of_bare']:9.2f}"
            if "per_second" in side
            else " " * 33
        )
        print(f"{name:28}{rates}{side['p50_ms']:9.2f}{side['p99_ms']:9.2f}")
    first = report["first_seen"]
    print(
        f"{'first seen, once each':28}{first['per_second']:8.0f}{'':25}"
        f"{first['p50_ms']:9.2f}{first['p99_ms']:9.2f}"
        f"  /livez p99 {first['livez_p99_ms']:.2f} ms"
    )


if __name__ == "__main__":
    main()
