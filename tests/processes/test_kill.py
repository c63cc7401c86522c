"""kill -9 of the serving process in the middle of a stream of writes."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlmodel import col, select

from service.access.audit import AuditEvent, chain
from service.database import Database, State, reading
from service.domain.projects import Project
from service.settings import Settings
from tests.conftest import PROJECT
from tests.processes.conftest import Keys
from tests.processes.serving import PLAIN, prepared

CYCLES = 20
WRITERS = 4


@dataclass
class Record:
    """What the writers know: names sent, and the id of each that was acknowledged."""

    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, str] = field(default_factory=dict)
    cut: int = 0


def _post_until_cut(url: str, headers: dict[str, str], writer: str, record: Record) -> None:
    number = 0
    with httpx.Client(base_url=url, headers=headers, timeout=20, verify=PLAIN) as client:
        while True:
            name = f"{writer}-{number}"
            number += 1
            record.sent.add(name)
            try:
                answer = client.post("/v1/projects", json={**PROJECT, "name": name})
            except httpx.TransportError:
                record.cut += 1
                return
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:
                record.acknowledged[name] = answer.json()["id"]


@contextmanager
def _stream(url: str, headers: dict[str, str], cycle: int, record: Record) -> Iterator[None]:
    writers = [
        threading.Thread(target=_post_until_cut, args=(url, headers, f"{cycle}-{writer}", record))
        for writer in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    yield
    for writer in writers:
        writer.join(60)
        assert not writer.is_alive()


def test_kill_9_in_the_middle_of_a_stream_of_posts_loses_no_acknowledged_row(
    settings: Settings, database: Database, keys_of: Keys, tmp_path: Path
) -> None:
    record, dice = Record(), random.Random(2543)
    for cycle in range(CYCLES):
        known = len(record.acknowledged)
        with (
            prepared(settings.database_url, tmp_path) as (url, process),
            _stream(url, keys_of.bureau, cycle, record),
        ):
            enough, end = known + dice.randint(3, 15), time.monotonic() + 30
            while len(record.acknowledged) < enough and time.monotonic() < end:
                time.sleep(0.005)
            time.sleep(dice.random() * 0.02)
            os.kill(process.pid or 0, signal.SIGKILL)
        assert len(record.acknowledged) >= enough
        _assert_nothing_is_lost(database, record)
    # Every writer of every cycle was cut off while it was writing.
    assert record.cut == CYCLES * WRITERS
    _assert_every_row_is_on_record(database)


def _assert_nothing_is_lost(database: Database, record: Record) -> None:
    with reading(database) as session:
        stored = dict(session.exec(select(Project.name, Project.id)).all())
    lost = {name for name, row_id in record.acknowledged.items() if stored.get(name) != row_id}
    assert not lost
    assert stored.keys() <= record.sent


def _assert_every_row_is_on_record(database: Database) -> None:
    """Each project has its one audit event, and the chain is whole: nothing was stored by half."""
    with reading(database) as session:
        created = session.exec(select(AuditEvent.noun_id).where(AuditEvent.action == "project.create")).all()
        assert sorted(created) == sorted(session.exec(select(Project.id)))
        head = ""
        for event in session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence))):
            assert event.previous_hash == head
            head = chain(head, event.content())
            assert event.hash == head
        assert session.get_one(State, 1).audit_head == head
