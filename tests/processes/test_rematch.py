"""`shanhai rematch` in real processes: killed, its workers killed, and on a Dask cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest
from rich.console import Console

from service import cli
from service.access.policy import Actor, granted_to
from service.database import Database, writing
from service.domain import organisations, profile_records, project_records
from service.domain.organisations import OrganisationWrite
from service.domain.profiles import ProfileWrite
from service.domain.projects import ProjectWrite
from service.jobs.rematch import rematch
from service.jobs.rematch_files import MANIFEST, RunDirectory
from service.jobs.rematch_pools import Here
from service.settings import Settings
from tests.conftest import ORGANISATIONS, PROFILE, PROJECT
from tests.processes.forked import forked
from tests.processes.serving import ROOT, children_of, environment, free_port

PLACES, PROJECTS, CHUNK = 60, 240, 1
CHUNKS = PROJECTS // CHUNK
#: How many chunks are there before something is killed: it is at work, and far from its end.
UNDER_WAY = 5
PATIENCE_SECONDS = 240.0
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def filled(database: Database) -> Database:
    """Places of a county, some with figures of its own, and projects of a bureau and of the county."""
    with writing(database) as session:
        actors = []
        for name in ("jiashan", "qingyuan"):
            row = organisations.register(session, None, OrganisationWrite.model_validate(ORGANISATIONS[name]))
            actors.append(Actor(row.id, row.kind, row.region_code, "test", granted_to(row.kind)))
        _, county = actors
        for number in range(PLACES):
            body = {**PROFILE, "site_name": f"园{number}", "land_mu": 40 + 7 * number % 300}
            body |= {"restricted_fields": ["land_mu"]} if number % 5 == 0 else {}
            profile_records.register(session, county, ProfileWrite.model_validate(body))
        for number in range(PROJECTS):
            body = {**PROJECT, "name": f"项目{number}", "land_mu": 30 + number % 90}
            project_records.register(session, actors[number % 2], ProjectWrite.model_validate(body))
    return database


@pytest.fixture
def undisturbed(filled: Database, tmp_path: Path) -> dict[str, Any]:
    """What a run that nobody disturbs writes, in this very process."""
    path = tmp_path / "undisturbed"
    rematch(filled, lambda _: path, Here(1), limit=50, chunk=CHUNK)
    return content(path)


def content(path: Path) -> dict[str, Any]:
    """Every byte of a finished run but the times in its manifest."""
    manifest = orjson.loads((path / MANIFEST).read_bytes())
    assert manifest.pop("started_at") < manifest.pop("finished_at")
    chunks = {file.name: file.read_bytes() for file in path.glob("chunk-*")}
    assert len(chunks) == CHUNKS
    assert {file.name for file in path.iterdir()} == {*chunks, MANIFEST, ".lock"}, "something was left behind"
    return {MANIFEST: manifest, **chunks}


class Run:
    """`shanhai rematch` as an operator calls it, forked from a process that has done the imports."""

    def __init__(self, settings: Settings, out: Path, *options: str, pause_seconds: float = 0.0) -> None:
        self.out = out
        self._said = out.with_name(f"{out.name}.{uuid.uuid4().hex}.said")
        self.process = forked.Process(
            target=_rematch,
            args=(
                environment(settings.database_url, settings.data_dir),
                ["--chunk", str(CHUNK), "--out", str(out), *options],
                self._said,
                pause_seconds,
            ),
        )
        self.process.start()

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def wait_until_under_way(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while len(list(self.out.glob("chunk-*"))) < UNDER_WAY:
            assert self.process.is_alive(), self._said.read_text()
            assert time.monotonic() < end
            time.sleep(0.002)

    def workers(self) -> list[int]:
        return children_of(self.pid, "LokyProcess")

    def finish(self, code: int = 0) -> str:
        self.process.join(PATIENCE_SECONDS)
        said = self._said.read_text()
        assert self.process.exitcode == code, said
        return said


def _rematch(settings: dict[str, str], options: list[str], said: Path, pause_seconds: float) -> None:
    os.environ.update(settings)
    store = RunDirectory.store

    def store_and_pause(*given: Any) -> None:
        store(*given)
        time.sleep(pause_seconds)

    RunDirectory.store = store_and_pause  # type: ignore[method-assign]
    with said.open("wb") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    # Its own workers would else import what this process is called by: all of pytest.
    sys.modules["__main__"] = ModuleType("__main__")
    cli.console = Console()
    sys.argv = ["shanhai", "rematch", *options]
    cli.main()


@contextmanager
def running(settings: Settings, out: Path, *options: str, pause_seconds: float = 0.0) -> Iterator[Run]:
    """A run; with a pause after each chunk a test has the time to disturb it, however busy the machine."""
    run = Run(settings, out, *options, pause_seconds=pause_seconds)
    try:
        yield run
    finally:
        run.process.kill()
        run.process.join(30)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


# Between its first look at the database and its end a run reads and writes files alone.
@on_sqlite
def test_a_run_that_is_killed_goes_on_and_ends_like_an_undisturbed_one(
    settings: Settings, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    with running(settings, out, "--jobs", "2", pause_seconds=0.05) as run:
        run.wait_until_under_way()
        workers = run.workers()
        run.process.kill()
        run.process.join(30)
    assert len(workers) == 2
    wait_for(lambda: all(gone(worker) for worker in workers))
    there = {file.name: file.read_bytes() for file in out.glob("chunk-*")}
    assert UNDER_WAY <= len(there) < CHUNKS
    assert there.items() <= undisturbed.items()
    with running(settings, out, "--jobs", "2") as run:
        assert f"{len(there)} of them from before" in run.finish()
    assert content(out) == undisturbed


@on_sqlite
def test_ctrl_c_and_then_a_worker_that_is_killed_cost_nothing_but_time(
    settings: Settings, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    with running(settings, tmp_path / "out", "--jobs", "2", pause_seconds=0.05) as run:
        run.wait_until_under_way()
        os.kill(run.pid, signal.SIGINT)
        said = run.finish(130)
    assert "What is done stays" in said
    assert "Traceback" not in said
    with running(settings, tmp_path / "out", "--jobs", "2", pause_seconds=0.01) as run:
        wait_for(lambda: len(run.workers()) == 2)
        os.kill(run.workers()[0], signal.SIGKILL)
        assert "Workers died" in run.finish()
    assert content(tmp_path / "out") == undisturbed


class Cluster:
    """A Dask scheduler and its workers on this machine, each a process of its own."""

    def __init__(self, directory: Path, workers: int) -> None:
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.directory = directory
        self.scheduler = self._start("scheduler", "--host", self.address, "--no-show")
        self.workers = [
            self._start(
                *("worker", self.address, "--nthreads", "1", "--no-nanny", "--name", f"worker-{number}"),
                *("--host", "127.0.0.1", "--local-directory", str(directory / f"worker-{number}")),
            )
            for number in range(workers)
        ]

    def _start(self, role: str, *options: str) -> subprocess.Popen[bytes]:
        command = Path(sys.executable).with_name("dask")
        # The workers must find the program that the run was started from.
        places = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        with (self.directory / f"{role}.log").open("ab") as log:
            return subprocess.Popen(
                [command, role, "--no-dashboard", *options],
                env={**os.environ, "PYTHONPATH": places},
                cwd=self.directory,
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        return "".join(log.read_text() for log in self.directory.glob("*.log"))

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(30)


@on_postgresql
def test_a_dask_cluster_of_which_a_worker_is_killed_gives_the_same(
    settings: Settings, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    cluster = Cluster(tmp_path, workers=2)
    try:
        wait_for(lambda: cluster.said().count("Registered to:") == 2)
        with running(settings, tmp_path / "out", "--scheduler", cluster.address, pause_seconds=0.01) as run:
            run.wait_until_under_way()
            cluster.workers[0].kill()
            run.finish()
        assert cluster.workers[1].poll() is None
        assert content(tmp_path / "out") == undisturbed
    finally:
        cluster.stop()
