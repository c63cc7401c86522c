"""Real processes that run jobs: `shanhai work` and `shanhai serve`, with a kind of job that takes its time.

The job stores numbered files in pairs, each pair in a transaction of its own, and looks first what is there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.processes.serving import environment, forked

FILES = 30


def store_files(context: Any) -> dict[str, Any]:
    """Store what is missing of the files: so it goes on where it was."""
    from sqlmodel import col, select

    from service.access.policy import Permission
    from service.database import writing
    from service.domain import files
    from service.domain.files import File

    stored = 0
    while stored < FILES:
        with writing(context.database) as session:
            actor = context.actor(session, Permission.FILES_WRITE)
            names = select(File.name).where(col(File.organisation_id) == actor.organisation_id)
            there = set(session.exec(names).all())
            missing = [name for name in (f"{number:03d}" for number in range(FILES)) if name not in there]
            for name in missing[:2]:
                content = [name.encode() * 100_000]
                files.store(session, actor, name, "text/plain", content, keep=timedelta(days=1))
            context.hold(session)
        stored = FILES - len(missing[2:])
        context.progress(stored, FILES)
        time.sleep(0.01)
    return {"files": stored}


def wait(context: Any) -> dict[str, Any]:
    """Wait to be told to stop, saying that it lives."""
    while True:
        context.progress(1, 2)
        time.sleep(0.01)


def _prepare(settings: Mapping[str, str], lease_seconds: float) -> None:
    os.environ.update(settings)
    from service.access import outgoing
    from service.domain import job_leases
    from service.jobs import work
    from service.jobs.handlers import LANES

    # Where a test kills, it need not wait for half a minute after each time.
    job_leases.LEASE = timedelta(seconds=lease_seconds)  # type: ignore[misc]
    work.PULSE_SECONDS = 0.2  # type: ignore[misc]
    # However slow the machine: a receiver that never answers is still waited for when a test looks.
    outgoing._SECONDS = outgoing._SECONDS_IN_ALL = 600.0  # type: ignore[misc]
    LANES["asked"].update(store_files=store_files, wait=wait)


def _work(settings: Mapping[str, str], lease_seconds: float) -> None:
    _prepare(settings, lease_seconds)
    from service.cli import work

    work(threads=2, once=False)


def _serve(settings: Mapping[str, str], lease_seconds: float) -> None:
    _prepare(settings, lease_seconds)
    from service.cli import serve

    serve(host=None, port=None, workers=1)


@contextmanager
def working(
    database_url: str, data_dir: Path, *, serving: bool = False, lease_seconds: float = 30, **settings: object
) -> Iterator[BaseProcess]:
    """`shanhai work`, or `shanhai serve`, forked from a process that has done the imports."""
    given = environment(database_url, data_dir, **settings)
    process = forked.Process(target=_serve if serving else _work, args=(given, lease_seconds))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(30)
