"""Lanes: no kind of job waits for another lane's, and no receiver of webhooks for a slow one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from service.access import outgoing
from service.database import Database, open_database, writing
from service.domain import deliveries as delivering
from service.domain.events import emit
from service.index import MatchIndex
from service.jobs.handlers import HANDLERS, LANES
from service.jobs.runner import Runner, drain
from service.jobs.work import Context, Handler
from service.settings import Settings
from tests.alerting import deliveries, hooked, work
from tests.api.importing import asked, sheet
from tests.api.test_opportunities import opened
from tests.conftest import World
from tests.jobs.jobbing import until
from tests.receiving import receiving, silent


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_private_webhooks": True})


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver that says nothing is waited for as long as a test may take, however slow the machine."""
    for name in ("_SECONDS", "_SECONDS_IN_ALL"):
        monkeypatch.setattr(outgoing, name, 600.0)


@contextmanager
def running(
    world: World,
    database: Database,
    settings: Settings,
    lanes: Mapping[str, Mapping[str, Handler]] = LANES,
    threads: int = 1,
) -> Iterator[Runner]:
    app: Any = world.client.app
    runner = Runner(database, settings, app.state.index, threads=threads, lanes=lanes)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def happen(database: Database, world: World, who: str = "jiashan") -> None:
    with writing(database) as session:
        emit(session, "job.finished", "job_1", {"job_id": "job_1"}, [world.organisations[who]])


def test_every_kind_is_in_one_lane_and_deliveries_have_one_to_themselves() -> None:
    kinds = [kind for lane in LANES.values() for kind in lane]
    assert sorted(kinds) == sorted(set(kinds)) == sorted(HANDLERS)
    assert list(LANES["deliveries"]) == [delivering.KIND]


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("threads", [1, 2])
def test_an_import_and_an_export_end_while_a_receiver_that_never_answers_is_still_asked(
    world: World, database: Database, settings: Settings, threads: int
) -> None:
    with silent() as receiver, running(world, database, settings, threads=threads):
        webhook = hooked(world, receiver.url)
        for _ in range(threads + 2):
            happen(database, world)
        until(lambda: len(receiver.connections) == threads)
        imported = asked(world, "jiashan", sheet()).json()
        exported = world.post("jiashan", "/v1/exports", {"kind": "projects", "format": "xlsx"})
        assert exported.status_code == 202, exported.text
        paths = [f"/v1/imports/{imported['id']}", f"/v1/jobs/{exported.json()['id']}"]
        until(lambda: [world.get("jiashan", path).json()["state"] for path in paths] == ["done", "done"])
        # Of so many as there are threads each is tried still, and the others wait behind them.
        assert len(receiver.connections) == threads
        assert {(one["state"], len(one["attempts"])) for one in deliveries(world, webhook)} == {
            ("pending", 0)
        }
        # It hangs up, so that nobody waits for it any longer.
        for connection in list(receiver.connections):
            connection.close()


def test_what_happens_is_found_and_delivered_while_an_import_is_still_at_it(
    world: World, database: Database, settings: Settings
) -> None:
    began, may_end = threading.Event(), threading.Event()

    def long(_context: Context) -> dict[str, Any]:
        began.set()
        may_end.wait(120)
        return {}

    slow = {**LANES, "asked": {"import": long}}
    with receiving() as receiver, running(world, database, settings, slow):
        webhook = hooked(world, receiver.url)
        project = world.project()
        body = {"name": "新地块", "project_id": project["id"]}
        search = world.post("jiashan", "/v1/saved-searches", body)
        assert search.status_code == 201, search.text
        import_id = asked(world, "jiashan", sheet()).json()["id"]
        assert began.wait(60)
        hits = f"/v1/saved-searches/{search.json()['id']}/hits"
        opened(world)
        until(lambda: bool(world.get("jiashan", hits).json()["items"]))
        until(lambda: {one["state"] for one in deliveries(world, webhook)} == {"delivered"})
        assert world.get("jiashan", f"/v1/imports/{import_id}").json()["state"] not in ("done", "failed")
        may_end.set()


def test_a_slow_receiver_is_asked_once_before_the_others_are_sent_what_waits_for_them(
    world: World, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "SLOW_MILLISECONDS", 50)
    order: list[str] = []
    with receiving() as slow, receiving() as quick:
        hook = hooked(world, slow.url)
        for _ in range(3):
            happen(database, world)
        # Asked for by hand, which no rest keeps back.
        assert world.post("jiashan", f"/v1/webhooks/{hook['id']}/test", None).status_code == 201
        hooked(world, quick.url, "anji")
        happen(database, world, "anji")

        def take_time(_number: int) -> None:
            order.append("slow")
            time.sleep(0.06)

        slow.before = take_time
        quick.before = lambda _number: order.append("quick")

        def is_all_sent() -> bool:
            work(world, database, settings)
            return len(order) == 5

        until(is_all_sent)
    assert order == ["slow", "quick", "slow", "slow", "slow"]
    assert {one["state"] for one in deliveries(world, hook)} == {"delivered"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_sent_while_somebody_held_the_write_lock_is_noted_and_not_sent_again(
    world: World, database: Database, settings: Settings
) -> None:
    impatient = open_database(settings.url, busy_timeout_seconds=0.05)
    holds, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(database):
            holds.set()
            may_end.wait(60)

    holder = threading.Thread(target=hold)
    with receiving() as receiver:
        webhook = hooked(world, receiver.url)
        happen(database, world)

        def lock(_number: int) -> None:
            holder.start()
            assert holds.wait(60)
            # Longer than the note of it waits at once: it is asked for again.
            threading.Timer(0.5, may_end.set).start()

        receiver.before = lock
        assert drain(impatient, settings, MatchIndex()) == 1
        holder.join(60)
        assert len(receiver.received) == 1
    (delivery,) = deliveries(world, webhook)
    assert (delivery["state"], len(delivery["attempts"])) == ("delivered", 1)
    impatient.engine.dispose()
