"""Tasks S and F: the stored index of many synthetic places, its start, its memory, and one changed place.

    python -m benchmarks.index --places 100000
    python -m benchmarks.index --places 1000000 --data DIR

S: `serve` with one and with four workers from start to `/readyz`, beside a FastAPI application that does
nothing; memory by the kernel's own count. F: one changed place until the snapshot has it, and until the
next ranking over HTTP shows it. The kernel's compiled code is cached before anything is timed. What is
mapped is compared with an index built in memory, digit by digit.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import col, select

from benchmarks.http_data import World
from benchmarks.index_build import digest, ranking
from benchmarks.index_data import prepared
from benchmarks.index_goals import goals_of
from service.database import Database, now, open_database, reading, record_change, revision_of, writing
from service.domain import models
from service.domain.profiles import Profile
from service.index import MatchIndex, stored
from service.index.base import Base, compacted

SEED = 20_260_801
_BARE = (
    "import sys, uvicorn, fastapi\napp = fastapi.FastAPI()\n@app.get('/readyz')\nasync def ready():\n"
    "    return {}\nuvicorn.run(app, port=int(sys.argv[1]), log_config=None)"
)
_SERVE = "from service.cli import main; main()"
_MIB = 1024 * 1024


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=200, help="places changed one after the other")
    parser.add_argument("--rounds", type=int, default=3, help="starts of each kind")
    parser.add_argument("--data", type=Path, help="data directory, kept; made where it is missing")
    parser.add_argument("--build", action="store_true", help="build anew, though an index is stored")
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        report = run(options, options.data or Path(temporary))
    for name, value in report.items():
        print(f"{name:52} {value:>12,.2f}" if isinstance(value, float) else f"{name:52} {value:>12}")
    report["goals"] = goals_of(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def run(options: argparse.Namespace, directory: Path) -> dict[str, Any]:
    """All figures, by name."""
    settings, world = prepared(directory, options.places, SEED)
    database = open_database(settings.url)
    report: dict[str, Any] = {"places": options.places, "seed": SEED, "cpus": os.cpu_count()}
    with reading(database) as session:
        there = stored.newest(settings.index_path, session, models.live(session).version)
    if options.build or there is None:
        report |= built_elsewhere(directory)
    index = MatchIndex(settings.index_path)
    snapshot = index.start(database)
    if report.pop("digest", digest(snapshot)) != digest(snapshot):
        raise RuntimeError("what is mapped ranks otherwise than what was built in memory")
    base = snapshot.offers.segments[0].table
    arrays = sum(array.nbytes for array in base.arrays().values())
    files = max(settings.index_path.glob("base-*/arrays.bin"), key=lambda path: path.stat().st_mtime)
    report |= {"arrays, MiB": arrays / _MIB, "file, MiB": files.stat().st_size / _MIB}
    report |= starts(options.rounds, directory, arrays)
    report |= changed(options.changes, database, index)
    report |= over_http(options.changes // 4, directory, world, database)
    report |= laid_out_anew(index, database)
    return report


def built_elsewhere(directory: Path) -> dict[str, Any]:
    """The figures of ``benchmarks.index_build``, in a process of its own for the sake of its memory."""
    command = [sys.executable, "-m", "benchmarks.index_build", str(directory)]
    found: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return found


def starts(rounds: int, directory: Path, arrays: int) -> dict[str, Any]:
    """Seconds until `/readyz` answers, and memory then and after rankings."""
    found: dict[str, list[float]] = {}
    report: dict[str, Any] = {}
    for _ in range(rounds):
        with served(["-c", _BARE], directory) as (seconds, _, process):
            found.setdefault("bare FastAPI: start, s", []).append(seconds)
            found.setdefault("bare FastAPI: processor, s", []).append(worked(process.pid))
            report["bare FastAPI: Pss, MiB"] = memory([process.pid])["Pss"]
        for workers in (1, 4):
            given = ["-c", _SERVE, "serve", "--workers", str(workers), "--port"]
            with served(given, directory, workers) as (seconds, _, process):
                found.setdefault(f"{workers} worker(s): start, s", []).append(seconds)
                pids = children(process.pid) if workers > 1 else [process.pid]
                each = sum(worked(pid) for pid in pids) / workers
                found.setdefault(f"{workers} worker(s): processor of each, s", []).append(each)
                used = memory(pids)
                report[f"{workers} worker(s): Pss of all, MiB"] = used["Pss"]
                report[f"{workers} worker(s): private of all, MiB"] = used["Private_Dirty"]
                report[f"{workers} worker(s): resident of one, MiB"] = used["Rss"] / len(pids)
                report[f"{workers} worker(s): mapped index, Pss of all, MiB"] = mapped(pids)
    medians = {name: statistics.median(values) for name, values in found.items()}
    spread = {f"{name} (most)": max(values) for name, values in found.items() if "start" in name}
    report["1 worker: resident / arrays"] = report["1 worker(s): resident of one, MiB"] * _MIB / arrays
    return {**medians, **spread, **report}


@contextmanager
def served(
    command: list[str], directory: Path, workers: int = 1
) -> Iterator[tuple[float, int, subprocess.Popen[bytes]]]:
    """A server that has just become ready, with every worker: the seconds that it took, port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "SHANHAI_DATA_DIR": str(directory), "SHANHAI_LOG_LEVEL": "INFO"}
    with tempfile.TemporaryFile() as log:
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *command, str(port)], env=environment, stdout=log, stderr=subprocess.DEVNULL
        )
        try:
            while True:
                if process.poll() is not None or time.monotonic() - begun > 300:
                    raise RuntimeError("the server did not start")
                log.seek(0)
                started = log.read().count(b'"started"')
                ready = workers == 1 or started >= workers
                try:
                    if ready and httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60).status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                time.sleep(0.02)
            yield time.monotonic() - begun, port, process
        finally:
            process.terminate()
            process.wait(timeout=60)


def children(pid: int) -> list[int]:
    """The workers below a supervisor."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]


def worked(pid: int) -> float:
    """Seconds of processor time that a process has used so far, which other work does not lengthen."""
    line = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(line[11]) + int(line[12])) / os.sysconf("SC_CLK_TCK")


def memory(pids: list[int]) -> dict[str, float]:
    """Sums over processes in MiB, by the kernel's names."""
    sums: dict[str, float] = {}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, kilobytes = line.split(":")[0], line.split()[1]
            sums[name] = sums.get(name, 0.0) + int(kilobytes) / 1024
    return sums


def mapped(pids: list[int]) -> float:
    """What the processes hold of the mapped index together, in MiB."""
    found = 0.0
    for pid in pids:
        inside = False
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            if "-" in line.split(" ")[0]:
                inside = line.endswith("arrays.bin")
            elif inside and line.startswith("Pss:"):
                found += int(line.split()[1]) / 1024
    return found


def changed(changes: int, database: Database, index: MatchIndex) -> dict[str, Any]:
    """F in process: one changed place until the next snapshot has it, in milliseconds."""
    with reading(database) as session:
        ids = list(session.exec(select(Profile.id).order_by(col(Profile.id)).limit(changes)))
        snapshot = index.current(session)
    taken, busy, ranked, visible = [], [], [], []
    need = snapshot.needs.take([0])
    ranking(snapshot, need, snapshot.visible_places("org_nobody"))
    for number, profile_id in enumerate(ids):
        change(database, profile_id, 20.0 + number)
        with reading(database) as session:
            revision_of(session), now(session)
            begun, used = time.perf_counter(), time.thread_time()
            snapshot = index.current(session)
            taken.append((time.perf_counter() - begun) * 1000)
            busy.append((time.thread_time() - used) * 1000)
        begun = time.perf_counter()
        mask = snapshot.visible_places("org_nobody")
        visible.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        ranking(snapshot, need, mask)
        ranked.append((time.perf_counter() - begun) * 1000)
    return {
        "F: snapshot after one change, ms": statistics.median(taken),
        "F: the same, processor, ms": statistics.median(busy),
        "F: the same, 99 of 100, ms": sorted(taken)[int(len(taken) * 0.99) - 1],
        "F: the same, most, ms": max(taken),
        "F: visible places, ms": statistics.median(visible),
        "F: the next ranking of that need, ms": statistics.median(ranked),
    }


def change(database: Database, profile_id: str, land_mu: float) -> None:
    """Another figure, as a committed change."""
    with writing(database) as session:
        row = session.get_one(Profile, profile_id)
        row.land_mu = land_mu
        session.add(row)
        record_change(session, "profile", profile_id, "update")


def over_http(changes: int, directory: Path, world: World, database: Database) -> dict[str, Any]:
    """F over HTTP: a ranking right after a change, beside the same ranking once more."""
    headers = {"Authorization": world.authorization}
    after, again = [], []
    with served(["-c", _SERVE, "serve", "--port"], directory) as (_, port, _):
        url = f"http://127.0.0.1:{port}/v1/projects/{world.projects[0]}/matches"
        with httpx.Client(headers=headers, timeout=60) as client:
            items = client.get(url).json()["items"]
            for number in range(changes):
                profile_id = items[number % len(items)]["profile"]["id"]
                with reading(database) as session:
                    land_mu = session.get_one(Profile, profile_id).land_mu
                change(database, profile_id, (land_mu or 0.0) + 0.5)
                with reading(database) as session:
                    revision = revision_of(session)
                begun = time.perf_counter()
                answer = client.get(url)
                after.append((time.perf_counter() - begun) * 1000)
                if answer.json()["index_revision"] != revision:
                    raise RuntimeError("a ranking does not know the change before it")
                begun = time.perf_counter()
                client.get(url)
                again.append((time.perf_counter() - begun) * 1000)
    return {
        "F over HTTP: ranking after a change, ms": statistics.median(after),
        "F over HTTP: the same once more, ms": statistics.median(again),
    }


def laid_out_anew(index: MatchIndex, database: Database) -> dict[str, Any]:
    """Seconds of laying out the grown index anew, in memory; its rankings are compared with the grown one's.

    Raises
    ------
    RuntimeError
        If a digit differs.
    """
    with reading(database) as session:
        grown = index.current(session)
    begun = time.perf_counter()
    relaid = replace(grown, **Base.of(compacted(grown)).fields())
    seconds = time.perf_counter() - begun
    if digest(grown) != digest(relaid):
        raise RuntimeError("rankings differ after laying out anew")
    return {"laying out anew, beside requests, s": seconds}


if __name__ == "__main__":
    main()
