"""Rooms: in order of arrival, never more inside than may be, and nobody waits for ever."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest

from service.api.rooms import Room
from service.database import Database, writing
from service.errors import Unavailable
from service.settings import Settings
from tests.conftest import PROJECT, World


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Patience for longer than any test: whoever is answered has not been sent away."""
    return Settings(database_url=database_url, data_dir=tmp_path, pool_size=10, busy_timeout_seconds=60)


def room(at_once: int = 1, most_waiting: int = 100, patience_seconds: float = 30.0) -> Room:
    return Room(at_once, most_waiting, patience_seconds, "busy", "Try again in a second.")


def test_whoever_came_first_is_served_first_and_one_at_a_time() -> None:
    one, inside, order = room(), [], []

    async def visit(number: int) -> None:
        async with one.enter():
            inside.append(number)
            assert len(inside) == 1
            await anyio.sleep(0)
            inside.remove(number)
            order.append(number)

    async def play() -> None:
        async with anyio.create_task_group() as group:
            for number in range(20):
                group.start_soon(visit, number)

    anyio.run(play)
    assert order == list(range(20))


@pytest.mark.parametrize(("most_waiting", "served"), [(0, 1), (1, 2), (3, 4), (9, 5)])
def test_whoever_comes_when_the_queue_is_full_is_sent_away_at_once(most_waiting: int, served: int) -> None:
    one, done, refused = room(most_waiting=most_waiting), [], []

    async def visit(leave: anyio.Event) -> None:
        try:
            async with one.enter():
                await leave.wait()
                done.append(1)
        except Unavailable as error:
            refused.append(error.code)

    async def play() -> None:
        leave = anyio.Event()
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(visit, leave)
            await anyio.wait_all_tasks_blocked()
            assert refused == ["busy"] * (5 - served)
            leave.set()

    anyio.run(play)
    assert len(done) == served


def test_whoever_has_waited_too_long_is_sent_away_and_holds_nobody_up() -> None:
    one, told = room(patience_seconds=0.02), []

    async def late() -> None:
        with pytest.raises(Unavailable) as refused:
            async with one.enter():
                raise AssertionError("it was let in")
        told.append(refused.value.headers["Retry-After"])

    async def play() -> None:
        async with one.enter(), anyio.create_task_group() as group:
            group.start_soon(late)
        with anyio.fail_after(5):
            async with one.enter():
                told.append("free")

    anyio.run(play)
    assert told == ["1", "free"]


def test_a_failure_inside_gives_the_place_back() -> None:
    one = room()

    async def play() -> None:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with one.enter():
                    raise ZeroDivisionError

    anyio.run(play)


def test_more_writers_than_threads_do_not_keep_readers_waiting(world: World, database: Database) -> None:
    """While another process writes, writers queue without a thread, and a list is still answered."""
    held, leave = threading.Event(), threading.Event()

    def write_long() -> None:
        with writing(database) as session:
            # The transaction has begun; on SQLite nobody else can write.
            assert session.in_transaction()
            held.set()
            leave.wait(55)

    with ThreadPoolExecutor(64) as threads:
        threads.submit(write_long)
        assert held.wait(10)
        writes = [threads.submit(world.post, "jiashan", "/v1/projects", PROJECT) for _ in range(60)]
        answer = threads.submit(world.get, "jiashan", "/v1/projects").result(50)
        if database.is_sqlite:
            assert not any(write.done() for write in writes)
        leave.set()
        statuses = {write.result(60).status_code for write in writes}
    assert answer.status_code == 200
    assert statuses == {201}


def test_more_readers_than_connections_are_all_answered(world: World) -> None:
    """Were connections taken in all threads at once, those who have one would find no thread to go on in."""
    with ThreadPoolExecutor(64) as threads:
        lists = [threads.submit(world.get, "jiashan", "/v1/projects") for _ in range(64)]
        assert {answer.result(25).status_code for answer in lists} == {200}
