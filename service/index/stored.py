"""Stored bases: a directory that any worker may map, and that may be deleted at any time.

Each base is a directory of its own: ``arrays.bin`` and ``manifest.json``, written under another name,
brought to the disk and renamed. What is not whole, was written by another version of this program, or
does not belong to the database as it is now, is passed over.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import orjson
import structlog
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from service.access.audit import AuditEvent
from service.database import Change, State

try:
    import fcntl
except ImportError:  # Windows: every worker builds for itself, and the last one's base stays.
    fcntl = None  # type: ignore[assignment]

_ALIGNED: Final = 64
_CHUNK: Final = 4 * 1024 * 1024
_KEPT: Final = 2
_MODELS_KEPT: Final = 2
# No base takes as long to write: whoever began it has ended.
_GIVEN_UP_SECONDS: Final = 600
_MANIFEST, _ARRAYS, _LOCK = "manifest.json", "arrays.bin", "lock"
_log = structlog.get_logger()

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a base was built from; where all of it still holds, so does the base.

    ``changes`` and ``audit_head`` tell the history up to the revision: a database that was put back from
    a backup and went on from there has another.
    """

    program: str
    database: str
    revision: int
    model: str
    changes: str
    audit_sequence: int
    audit_head: str

    @classmethod
    def of(cls, session: Session, model: str) -> Self:
        """Of what this session sees, with the model of this version."""
        state = session.exec(select(State)).one()
        return cls(
            program=_program(),
            database=_digest(state.signing_key),
            revision=state.revision,
            model=model,
            changes=_changes_at(session, state.revision),
            audit_sequence=state.audit_sequence,
            audit_head=state.audit_head,
        )

    def holds(self, session: Session, model: str) -> bool:
        """Whether a base of this origin, with the changes since, is what this session would build."""
        state = session.exec(select(State)).one()
        if (self.program, self.database, self.model) != (_program(), _digest(state.signing_key), model):
            return False
        if self.revision > state.revision or self.changes != _changes_at(session, self.revision):
            return False
        event = session.exec(
            select(AuditEvent.hash).where(AuditEvent.sequence == self.audit_sequence)
        ).first()
        if (event or "") != self.audit_head:
            return False
        relaid = select(Change.sequence).where(Change.noun == "catalogue")
        return session.exec(relaid.where(col(Change.revision) > self.revision)).first() is None


@cache
def _program() -> str:
    """Of all that decides what the arrays say: after an update bases are built anew by themselves."""
    found = hashlib.sha256()
    package = Path(__file__).resolve().parent.parent
    for part in ("matching", "index", "reference"):
        for path in sorted((package / part).rglob("*")):
            if path.suffix in {".py", ".csv", ".toml"}:
                found.update(path.read_bytes())
    return found.hexdigest()


# At once: were the files replaced while this process runs, it would else give its arrays out for theirs.
_program()


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _changes_at(session: Session, revision: int) -> str:
    columns = select(Change.sequence, Change.noun, Change.noun_id, Change.operation)
    rows = session.exec(columns.where(Change.revision == revision).order_by(col(Change.sequence)))
    found = hashlib.sha256()
    for row in rows:
        found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def newest(directory: Path, session: Session, model: str) -> tuple[Origin, Arrays] | None:
    """The newest base that fits this database, mapped; None where there is none."""
    for path in _bases(directory):
        try:
            manifest = orjson.loads((path / _MANIFEST).read_bytes())
            origin = Origin(**manifest["origin"])
            if origin.holds(session, model):
                return origin, _mapped(path / _ARRAYS, manifest)
        except (OSError, ValueError, TypeError, KeyError) as error:
            _log.warning("stored_index_refused", path=str(path), reason=str(error))
    return None


def newer(directory: Path, revision: int, model: str) -> bool:
    """Whether some base says of itself that it is newer; what it holds is not looked at."""
    for path in _bases(directory):
        with contextlib.suppress(OSError, ValueError, KeyError):
            origin = orjson.loads((path / _MANIFEST).read_bytes())["origin"]
            if origin["model"] == model:
                return bool(origin["revision"] > revision)
    return False


def _bases(directory: Path) -> list[Path]:
    """Whole bases, the newest first."""
    return sorted(directory.glob("base-*"), key=lambda path: path.name, reverse=True)


def _mapped(path: Path, manifest: Mapping[str, Any]) -> Arrays:
    """The arrays on the mapped file.

    Raises
    ------
    ValueError
        If the file is not the one that was written.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size != manifest["size"]:
            raise ValueError("its size is another than when it was written")
        check = _Check()
        while block := file.read(_CHUNK):
            check.add(block)
        if check.value != manifest["check"]:
            raise ValueError("its content is another than when it was written")
        # A private mapping may be written to, which nobody does: its pages are shared. Arrays that must
        # not be written would be another type to the compiled kernel, to be compiled once more.
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return {
        name: np.ndarray(entry["shape"], dtype=entry["type"], buffer=mapped, offset=entry["at"])
        for name, entry in manifest["arrays"].items()
    }


class _Check:
    """A sum over every word of a file, in chunks whose order counts: against accidents, not attackers."""

    def __init__(self) -> None:
        self.value = 0

    def add(self, block: bytes) -> None:
        """Take in a chunk, padded to whole words."""
        words = np.frombuffer(block, dtype="<u8")
        self.value = zlib.crc32(int(words.sum(dtype=np.uint64)).to_bytes(8, "little"), self.value)


def write(directory: Path, origin: Origin, arrays: Arrays) -> bool:
    """Store a base and remove what is older; False, with a warning, where that cannot be.

    Readers that have mapped what is removed go on reading it.
    """
    temporary = directory / f"new-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.mkdir(mode=0o700)
        entries, size, check = _written(temporary / _ARRAYS, arrays)
        manifest = {"origin": asdict(origin), "size": size, "check": check, "arrays": entries}
        with (temporary / _MANIFEST).open("wb") as file:
            file.write(orjson.dumps(manifest))
            file.flush()
            os.fsync(file.fileno())
        name = f"base-{origin.revision:016d}-{_digest(origin.model)[:12]}-{secrets.token_hex(4)}"
        temporary.rename(directory / name)
        _brought_to_disk(directory)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        _log.warning("index_not_stored", directory=str(directory), reason=str(error))
        return False
    with contextlib.suppress(FileNotFoundError):  # Two that tidy up at once.
        _remove_old(directory)
    return True


def _written(path: Path, arrays: Arrays) -> tuple[dict[str, Any], int, int]:
    entries: dict[str, Any] = {}
    check, at = _Writing(path), 0
    with check:
        for name, array in arrays.items():
            content = np.ascontiguousarray(array)
            entries[name] = {"type": content.dtype.str, "shape": list(array.shape), "at": at}
            at += check.write(content)
    return entries, at, check.check.value


class _Writing:
    """A file that is written in whole chunks, each of which enters the check."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting = bytearray()
        self.check = _Check()

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        with self._file:
            if self._waiting:
                self._out(bytes(self._waiting))
            self._file.flush()
            os.fsync(self._file.fileno())

    def write(self, array: NDArray[Any]) -> int:
        """Append an array, padded so that the next one is aligned; how many bytes that took."""
        content = array.reshape(-1).view(np.uint8).data
        for start in range(0, len(content), _CHUNK):
            self._waiting += content[start : start + _CHUNK]
            while len(self._waiting) >= _CHUNK:
                self._out(bytes(self._waiting[:_CHUNK]))
                del self._waiting[:_CHUNK]
        padding = -len(content) % _ALIGNED
        self._waiting += bytes(padding)
        return len(content) + padding

    def _out(self, block: bytes) -> None:
        self.check.add(block)
        self._file.write(block)


def _brought_to_disk(directory: Path) -> None:
    if os.name == "posix":
        opened = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _remove_old(directory: Path) -> None:
    """Keep the newest bases of the models that were stored last, and nothing that was left half done."""
    kept: dict[str, int] = {}
    for path in sorted(_bases(directory), key=lambda path: path.stat().st_mtime_ns, reverse=True):
        model = path.name.split("-")[2]
        if model not in kept and len(kept) == _MODELS_KEPT:
            shutil.rmtree(path, ignore_errors=True)
            continue
        kept[model] = kept.get(model, 0) + 1
        if kept[model] > _KEPT:
            shutil.rmtree(path, ignore_errors=True)
    for path in directory.glob("new-*"):
        if time.time() - path.stat().st_mtime > _GIVEN_UP_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def building(directory: Path, *, wait: bool = True) -> Iterator[bool]:
    """Be the one process that builds; whether it is this one. A process that dies lets go of it.

    Where the directory cannot be written everybody builds for himself.
    """
    if fcntl is None:
        yield True
        return
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (directory / _LOCK).open("wb")
    except OSError as error:
        _log.warning("index_not_stored", directory=str(directory), reason=str(error))
        yield True
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
