"""The demo's index, which `shanhai demo` makes: the shipped zones with made-up figures, and one project."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from service.database import open_database, reading
from service.index import MatchIndex, Snapshot


def demo_snapshot(kept: Path | None = None) -> Snapshot:
    """Read the demo's index.

    Parameters
    ----------
    kept : Path, optional
        A data directory that several benchmarks share; the demo is made there where it is missing.
    """
    with tempfile.TemporaryDirectory() if kept is None else nullcontext(kept) as directory:
        file = Path(directory) / "shanhai.db"
        if not file.exists():
            environment = {**os.environ, "SHANHAI_DATA_DIR": str(directory), "SHANHAI_DATABASE_URL": ""}
            command = [sys.executable, "-c", "from service.cli import main; main()", "demo"]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        database = open_database(f"sqlite:///{file}")
        with reading(database) as session:
            snapshot = MatchIndex().current(session)
        database.engine.dispose()
    return snapshot
