"""A real server takes in a file as large as is allowed, and never holds it as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx

from service.database import Database, reading
from service.domain.files import File
from service.settings import Settings
from tests.processes.conftest import Keys
from tests.processes.serving import PLAIN, prepared

_MIB = 2**20
_MOST: int = Settings.model_fields["max_file_bytes"].default


def _highest_bytes(pid: int | None) -> int:
    """The highest resident memory that a process has had."""
    (line,) = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")
    ]
    return int(line.split()[1]) * 1024


def _sent(url: str, headers: dict[str, str], size: int) -> httpx.Response:
    def parts() -> Iterator[bytes]:
        for begin in range(0, size, _MIB):
            yield b"x" * min(_MIB, size - begin)

    return httpx.post(
        f"{url}/v1/files", params={"name": "rows.ndjson"}, content=parts(), headers=headers, timeout=120,
        verify=PLAIN,
    )  # fmt: skip


def test_the_largest_file_is_stored_without_being_in_memory_as_a_whole(
    database: Database, database_url: str, tmp_path: Path, keys_of: Keys
) -> None:
    with prepared(database_url, tmp_path) as (url, process):
        # What the first one reads of modules is no file's.
        assert _sent(url, keys_of.bureau, 2 * _MIB).status_code == 201
        before = _highest_bytes(process.pid)
        answer = _sent(url, keys_of.bureau, _MOST)
        assert answer.status_code == 201, answer.text
        assert _highest_bytes(process.pid) - before < _MOST / 4
        refused = _sent(url, keys_of.bureau, _MOST + 1)
        assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    with reading(database) as session:
        assert session.get_one(File, answer.json()["id"]).size_bytes == _MOST
