"""What a rematch writes: one file per chunk, named by its hash, and a manifest.

A chunk is there whole or not at all: it is written under another name, brought to the disk, and renamed.
Its name says what it holds, so that a run which goes on need trust nothing but its own eyes.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from service.errors import Conflict

MANIFEST: Final = "manifest.json"
_LOCK: Final = ".lock"
_UNFINISHED: Final = ".part-"
_DIGITS: Final = 32


def digest_of(content: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Run:
    """What decides every byte of a run's chunks."""

    shanhai: str  # the version of the program
    index_revision: int
    model_version: str
    day: date
    limit: int
    chunk: int
    projects: int
    projects_sha256: str

    @property
    def chunks(self) -> int:
        """How many files it has."""
        return -(-self.projects // self.chunk)

    @property
    def name(self) -> str:
        """What its directory is called where nobody chooses."""
        return f"{self.index_revision}-{self.model_version}-{self.day:%Y%m%d}-top{self.limit}"

    def size_of(self, number: int) -> int:
        """How many projects a chunk has."""
        return min(self.chunk, self.projects - number * self.chunk)

    def values(self) -> dict[str, Any]:
        """As the manifest has it."""
        return asdict(self) | {"day": self.day.isoformat()}


def unfinished_runs(base: Path) -> dict[Path, int]:
    """Directories below ``base`` with a run that was not brought to its end, and its revision."""
    found = {}
    for path in sorted(base.glob(f"*/{MANIFEST}")):
        manifest = _read(path)
        if manifest.get("finished_at") is None:
            found[path.parent] = int(manifest["run"]["index_revision"])
    return found


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The directory of one run, while this process alone writes there."""

    path: Path
    run: Run
    started_at: str

    @classmethod
    @contextmanager
    def opened(cls, path: Path, run: Run, started_at: datetime) -> Iterator[RunDirectory]:
        """Make the directory, or go on in it.

        Raises
        ------
        Conflict
            ``another_run``, ``run_in_progress``.
        """
        # It tells who plans to go where: nobody else on the machine may read it.
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path):
            for leftover in path.glob(f"{_UNFINISHED}*"):
                leftover.unlink()
            manifest = path / MANIFEST
            began = started_at.isoformat()
            if manifest.exists():
                known = _read(manifest)
                _require_same(path, run.values(), known["run"])
                began = known["started_at"]
            out = cls(path, run, began)
            if not manifest.exists():
                out._write(MANIFEST, _json(out._manifest(None, [])))
            yield out

    def whole_chunks(self) -> dict[int, Path]:
        """The chunks that are there whole; a file that is not what its name says is removed."""
        found = {}
        for path in sorted(self.path.glob("chunk-*.ndjson")):
            _, number, digest = path.stem.split("-")
            if digest_of(path.read_bytes())[:_DIGITS] == digest and int(number) < self.run.chunks:
                found[int(number)] = path
            else:
                path.unlink()
        return found

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A file for this process and its children; one that a kill leaves goes when the run goes on."""
        handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=self.path)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            os.unlink(name)

    def store(self, number: int, lines: bytes) -> None:
        """Keep a chunk."""
        self._write(f"chunk-{number:06d}-{digest_of(lines)[:_DIGITS]}.ndjson", lines)

    def finish(self, project_ids: Sequence[str], finished_at: datetime) -> None:
        """Read every chunk once more, see that each project stands where it belongs, and say so.

        Raises
        ------
        Conflict
            ``run_damaged``.
        """
        chunks = self.whole_chunks()
        listed = []
        for number in range(self.run.chunks):
            expected = project_ids[number * self.run.chunk : (number + 1) * self.run.chunk]
            content = chunks[number].read_bytes() if number in chunks else b""
            if _projects_of(content) != expected:
                raise Conflict(
                    "run_damaged",
                    f"Chunk {number} in {self.path} does not hold the projects that belong there. "
                    "Run it again: what is whole stays.",
                )
            listed.append(
                {
                    "file": chunks[number].name,
                    "projects": len(expected),
                    "bytes": len(content),
                    "sha256": digest_of(content),
                }
            )
        self._write(MANIFEST, _json(self._manifest(finished_at.isoformat(), listed)))

    def _manifest(self, finished_at: str | None, chunks: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "run": self.run.values(),
            "started_at": self.started_at,
            "finished_at": finished_at,
            "chunks": chunks,
        }

    def _write(self, name: str, content: bytes) -> None:
        # mkstemp makes it readable for its owner alone.
        handle, unfinished = tempfile.mkstemp(prefix=_UNFINISHED, dir=self.path)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, self.path / name)
        if sys.platform != "win32":
            # The name itself is part of the directory.
            directory = os.open(self.path, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held by the process, so that it ends with it, however that ends. Not on Windows."""
    with os.fdopen(os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)) as file:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Conflict(
                    "run_in_progress", f"Another rematch writes in {path}. Wait for it, or choose --out."
                ) from error
        yield


def _require_same(path: Path, run: dict[str, Any], known: dict[str, Any]) -> None:
    differing = [name for name, value in run.items() if known.get(name) != value]
    if differing:
        said = ", ".join(f"{name} {known.get(name)} there, {run[name]} now" for name in differing)
        raise Conflict(
            "another_run", f"{path} holds another run ({said}). Choose another --out, or remove it."
        )


def _projects_of(content: bytes) -> list[str]:
    return [orjson.loads(line)["project_id"] for line in content.splitlines()]


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(path.read_bytes())
    return found


def _json(manifest: dict[str, Any]) -> bytes:
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
