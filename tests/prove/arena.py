"""Two worker processes on one database, and sixteen contestants who set off at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from service.database import Database, open_database, writing
from service.domain import keys, organisations
from service.domain.keys import KeyWrite
from service.domain.organisations import OrganisationWrite
from tests.conftest import ORGANISATIONS, PROFILE, PROJECT
from tests.processes.serving import PLAIN, prepared

CONTESTANTS = 16
WORKERS = 2
_PATIENCE = 50


@dataclass
class Arena:
    """What a round needs: the contestants' connections, their projects, two places and their pools."""

    database: Database
    bureau: dict[str, str]
    county: dict[str, str]
    clients: list[httpx.Client]
    threads: ThreadPoolExecutor
    projects: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    busy: int = 0

    def call(self, number: int, who: dict[str, str], method: str, path: str, body: Any = None) -> Any:
        """One request on a contestant's connection; one that was told to come again does."""
        for _ in range(_PATIENCE):
            headers = {"If-Match": "*", **who}
            answer = self.clients[number].request(method, path, json=body, headers=headers)
            if answer.status_code != 503:
                return answer
            self.busy += 1
            time.sleep(0.02)
        raise AssertionError(f"busy {_PATIENCE} times: {answer.text}")

    def done(self, number: int, who: dict[str, str], method: str, path: str, body: Any = None) -> Any:
        """The same, of a request that must succeed."""
        answer = self.call(number, who, method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def at_once(self, act: Callable[[int], Any], count: int = CONTESTANTS) -> list[Any]:
        """What each contestant is answered, where all have waited for one another first."""
        barrier = threading.Barrier(count)

        def run(number: int) -> Any:
            barrier.wait(60)
            return act(number)

        return list(self.threads.map(run, range(count)))


@contextmanager
def opened(url: str, directory: Path) -> Iterator[Arena]:
    """An arena on a migrated database: half of the contestants speak to each worker."""
    database = open_database(url)
    headers = []
    with writing(database) as session:
        for name in ("jiashan", "qingyuan"):
            row = organisations.register(session, None, OrganisationWrite.model_validate(ORGANISATIONS[name]))
            minted = keys.create(session, None, KeyWrite(organisation_id=row.id, name="prove"))
            headers.append({"Authorization": f"Bearer {minted.secret}"})
    with ExitStack() as stack:
        workers = [stack.enter_context(prepared(url, directory))[0] for _ in range(WORKERS)]
        clients = [
            stack.enter_context(httpx.Client(base_url=workers[number % WORKERS], timeout=120, verify=PLAIN))
            for number in range(CONTESTANTS)
        ]
        threads = stack.enter_context(ThreadPoolExecutor(CONTESTANTS))
        stack.callback(database.engine.dispose)
        arena = Arena(database, *headers, clients, threads)
        _enter(arena)
        yield arena


def _enter(arena: Arena) -> None:
    project = {**PROJECT, "visibility": "public"}
    arena.projects = [
        arena.done(number, arena.bureau, "POST", "/v1/projects", project)["id"]
        for number in range(CONTESTANTS)
    ]
    for name in ("东区", "西区"):
        place = {**PROFILE, "site_name": name, "quantities": {"energy_quota_tce": 1e6}, "power_kva": 1e6}
        arena.places.append(arena.done(0, arena.county, "POST", "/v1/profiles", place)["id"])


def share(arena: Arena, capacities: Sequence[tuple[str, float]]) -> list[str]:
    """Pools of which both places are members, by quantity and capacity."""
    return [
        arena.done(
            0,
            arena.county,
            "POST",
            "/v1/capacity-pools",
            {"name": quantity, "quantity": quantity, "capacity": capacity, "members": arena.places},
        )["id"]
        for quantity, capacity in capacities
    ]
