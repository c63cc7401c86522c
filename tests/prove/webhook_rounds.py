"""Rounds in which the process that sends webhooks is killed: every event arrives, under one id.

Kinds of rounds: the receiver has the request and has not answered (`unanswered`), it has answered a moment
ago and that is about to be noted (`answered`), and whenever it happens to be (`clock`).
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import select

from service.access.policy import Actor, granted_to
from service.database import Database, open_database, reading, writing
from service.domain import organisations, webhooks
from service.domain.deliveries import Delivery
from service.domain.events import emit
from service.domain.organisations import OrganisationWrite
from service.domain.webhooks import WebhookWrite
from tests.conftest import ORGANISATIONS
from tests.processes.working import working
from tests.receiving import Receiver, receiving

KINDS = ("unanswered", "answered", "clock")
EVENTS = 3
#: A process that was killed is taken for dead after so long.
LEASE_SECONDS = 0.5
_PATIENCE_SECONDS = 120.0


@dataclass
class Post:
    """An organisation with a webhook, its receiver, and what was sent to it since the last check."""

    database: Database
    url: str
    directory: Path
    receiver: Receiver
    organisation_id: str
    secret: str
    sent: set[str] = field(default_factory=set)
    busy: int = 0

    def happen(self) -> None:
        """Have a few events happen, in one transaction."""
        with writing(self.database) as session:
            for number in range(EVENTS):
                told = emit(session, "job.finished", f"job_{number}", {}, [self.organisation_id])
                self.sent |= {event.id for event in told}

    def outstanding(self) -> list[Delivery]:
        """What was not delivered, as far as the database knows."""
        with reading(self.database) as session:
            return list(session.exec(select(Delivery).where(Delivery.state != "delivered")))


@contextmanager
def opened(url: str, directory: Path) -> Iterator[Post]:
    """A receiver, and a webhook that leads there, on a migrated database."""
    database = open_database(url)
    with receiving() as receiver:
        with writing(database) as session:
            row = organisations.register(
                session, None, OrganisationWrite.model_validate(ORGANISATIONS["jiashan"])
            )
            actor = Actor(row.id, row.kind, row.region_code, "key_0", granted_to(row.kind))
            body = WebhookWrite(url=receiver.url)
            secret = webhooks.register(session, actor, body, allow_private=True).secret
        yield Post(database, url, directory, receiver, row.id, secret)
    database.engine.dispose()


def play(post: Post, seed: int, number: int) -> Counter[str]:
    """Kill the sending process once; the same seed kills at the same place, as far as clocks allow."""
    dice = random.Random(seed * 1_000_003 + number)
    kind, nth = KINDS[number % len(KINDS)], dice.randint(1, EVENTS)
    moment = dice.uniform(0, 0.01 if kind == "answered" else 0.4)
    post.happen()
    before = len(post.receiver.received)
    killed = threading.Event()
    with working(
        post.url, post.directory, lease_seconds=LEASE_SECONDS, allow_private_webhooks=True
    ) as process:
        pid = process.pid
        assert pid is not None

        def kill(request: int, pause: float) -> None:
            if request == before + nth - 1 and not killed.is_set():
                time.sleep(pause)
                os.kill(pid, signal.SIGKILL)
                killed.set()

        if kind == "unanswered":
            post.receiver.before = lambda request: kill(request, 0.0)
        elif kind == "answered":
            post.receiver.after = lambda request: kill(request, moment)
        else:
            time.sleep(moment)
            os.kill(pid, signal.SIGKILL)
            killed.set()
        assert killed.wait(_PATIENCE_SECONDS), f"nothing was sent within {_PATIENCE_SECONDS} s"
        process.join(30)
    post.receiver.before = post.receiver.after = lambda _request: None
    return Counter({"rounds": 1, f"rounds {kind}": 1})


def check(post: Post) -> Counter[str]:
    """Let what is left be delivered, and see that everything came, nothing else, and the same each time.

    Raises
    ------
    AssertionError
        With what is not as promised.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    with working(post.url, post.directory, lease_seconds=LEASE_SECONDS, allow_private_webhooks=True):
        while left := post.outstanding():
            assert time.monotonic() < end, f"{len(left)} never arrived: {[row.event_id for row in left[:3]]}"
            time.sleep(0.02)
    with post.receiver.lock:
        received = list(post.receiver.received)
        post.receiver.received.clear()
    contents = {(one.id, one.content) for one in received}
    assert {event_id for event_id, _ in contents} == post.sent, "what came is not what happened"
    assert len(contents) == len(post.sent), "an event came with two contents"
    for one in received:
        assert one.is_signed_with(post.secret), one.id
        assert one.event["id"] == one.id, one.id
    with reading(post.database) as session:
        kept = session.exec(select(Delivery.event_id)).all()
    assert len(kept) == len(set(kept)), "an event was handed out twice"
    counts = Counter({"events": len(post.sent), "requests": len(received)})
    counts["duplicates"] = len(received) - len(contents)
    post.sent.clear()
    return counts
