"""The guards of capacity, each by itself: the order of locks, the counters, the CHECK, the bounded retry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from service.database import Database, reading, writing
from service.domain import capacity, hold_records, pool_records, promises
from service.domain.holds import HoldCommit, HoldWrite
from service.domain.pools import CapacityPool, PoolWrite
from service.domain.profiles import Profile
from service.domain.promises import HeldQuantity
from service.errors import Conflict, ShanhaiError, Unavailable
from tests.conftest import World
from tests.domain.holding import COUNTY, counters, hold, shared_project, summed

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def entered(world: World, *members: str, quantity: str = "power_kva", size: float = 1e6) -> PoolWrite:
    return PoolWrite(name=quantity, quantity=quantity, capacity=size, members=list(members))


def test_amounts_add_up_as_the_decimals_that_people_write() -> None:
    cases = [(0.1, 0.2, 0.3), (1e-9, 60.0, 60.000000001), (0.7, 0.1, 0.8), (1e12, 1.0, 1000000000001.0)]
    for one, other, total in cases:
        assert capacity.exact(one) + capacity.exact(other) == capacity.exact(total)
    assert float(capacity.exact(0.1)) == 0.1


def test_the_database_itself_refuses_a_counter_beyond_what_is_published(
    world: World, database: Database
) -> None:
    place = world.profile(land_mu=100)
    hold(world, COUNTY, shared_project(world), place, land_mu=60)
    pool = world.post(
        COUNTY,
        "/v1/capacity-pools",
        {"name": "站", "quantity": "land_mu", "capacity": 70, "members": [place["id"]]},
    ).json()
    changes: list[Any] = [
        update(HeldQuantity).values(held=100.000000001),
        update(HeldQuantity).values(held=-0.1),
        update(HeldQuantity).values(published=59.9),
        update(CapacityPool).where(col(CapacityPool.id) == pool["id"]).values(held=70.1),
        update(CapacityPool).where(col(CapacityPool.id) == pool["id"]).values(capacity=59),
    ]
    for change in changes:
        with pytest.raises(Conflict), writing(database) as session:
            session.execute(change)
    assert counters(database) == summed(database)


def test_a_second_live_hold_of_a_pair_is_refused_by_the_database_too(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, project = world.profile(), shared_project(world)
    assert hold(world, COUNTY, project, place, land_mu=1).status_code == 201

    def blind(*_: Any) -> promises.Sharing:
        found = own(*_)
        found.holds.clear()
        return found

    own = promises.lock
    monkeypatch.setattr(promises, "lock", blind)
    body = HoldWrite(project_id=project["id"], profile_id=place["id"], land_mu=1)
    with pytest.raises(Conflict), writing(database) as session:
        hold_records.create(session, world.actors[COUNTY], body)


@ON_POSTGRESQL
def test_with_the_lock_away_the_counter_alone_lets_one_of_many_through(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = world.profile(land_mu=100)
    hold(world, COUNTY, shared_project(world), place, land_mu=1)
    projects = [shared_project(world)["id"] for _ in range(6)]
    read = threading.Barrier(len(projects))
    count = promises._count

    def unlocked(session: Session, profile_ids: Any) -> promises.Sharing:
        rows = session.exec(select(Profile).where(col(Profile.id).in_(set(profile_ids)))).all()
        live = capacity.live(session, profile_ids, promises.now(session))
        return promises.Sharing(promises.now(session), {row.id: row for row in rows}, [], live)

    def counted(session: Session, seen: HeldQuantity | None, *rest: Any) -> None:
        # Everybody has seen the same counter by now, and nobody has moved it.
        read.wait(30)
        count(session, seen, *rest)

    monkeypatch.setattr(promises, "lock", unlocked)
    monkeypatch.setattr(promises, "_count", counted)

    def attempt(project_id: str) -> str:
        body = HoldWrite(project_id=project_id, profile_id=place["id"], land_mu=60)
        try:
            with writing(database) as session:
                hold_records.create(session, world.actors[COUNTY], body)
        except ShanhaiError as error:
            return error.code
        return "held"

    with ThreadPoolExecutor(len(projects)) as pool:
        told = list(pool.map(attempt, projects))
    assert told.count("held") == 1, told
    assert counters(database) == summed(database) == {(place["id"], "land_mu"): 61}


def test_whoever_shares_a_pool_is_locked_together_however_many_steps_away(
    world: World, database: Database
) -> None:
    ids = [world.profile()["id"] for _ in range(4)]
    for members in ((ids[0], ids[1]), (ids[1], ids[2])):
        with writing(database) as session:
            pool_records.create(session, world.actors[COUNTY], entered(world, *members))
    with writing(database) as session:
        for start in ids[:3]:
            sharing = promises.lock(session, [start])
            assert (set(sharing.profiles), len(sharing.pools)) == (set(ids[:3]), 2)
        assert set(promises.lock(session, [ids[3]]).profiles) == {ids[3]}


@ON_POSTGRESQL
def test_a_deadlock_that_the_database_breaks_is_tried_again_and_both_get_through(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program locks in the other order, and ours is the victim."""
    first, second = sorted(world.profile()["id"] for _ in range(2))
    attempts: list[int] = []
    locked = promises._locked

    def counted(session: Session, wanted: set[str]) -> promises.Sharing:
        attempts.append(1)
        return locked(session, wanted)

    monkeypatch.setattr(promises, "_locked", counted)
    one_row = text("SELECT id FROM profiles WHERE id = :id FOR UPDATE")
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    holding = threading.Event()

    def other_way_round() -> None:
        with database.engine.connect() as connection:
            # Whoever's timer runs out while there is a cycle is the victim.
            connection.execute(text("SET LOCAL deadlock_timeout = '60s'"))
            connection.execute(one_row, {"id": second})
            holding.set()
            while not connection.execute(waits).scalar_one():
                time.sleep(0.01)
            connection.execute(one_row, {"id": first})

    def ours() -> set[str]:
        holding.wait(30)
        with writing(database) as session:
            return set(promises.lock(session, [first, second]).profiles)

    with ThreadPoolExecutor(2) as pool:
        theirs, mine = pool.submit(other_way_round), pool.submit(ours)
        theirs.result(60)
        assert mine.result(60) == {first, second}
    assert len(attempts) == 2


def test_locks_that_cannot_be_had_are_given_up_after_a_few_attempts(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []

    def moved(*_: Any) -> promises.Sharing:
        attempts.append(1)
        raise promises._Moved

    monkeypatch.setattr(promises, "_locked", moved)
    with pytest.raises(Unavailable) as refused, writing(database) as session:
        promises.lock(session, [world.organisations[COUNTY]])
    assert refused.value.code == "busy"
    assert len(attempts) == promises.ATTEMPTS


@ON_POSTGRESQL
def test_a_pool_that_is_entered_while_a_place_waits_for_its_lock_counts(
    world: World, database: Database
) -> None:
    here, there = world.profile(power_kva=1000)["id"], world.profile(power_kva=1000)["id"]
    project = shared_project(world)["id"]
    entering, waiting = threading.Event(), threading.Event()

    def enter() -> None:
        with writing(database) as session:
            pool_records.create(session, world.actors[COUNTY], entered(world, here, there, size=100))
            entering.set()
            # The hold is at the lock now, or will come to it: either way it must find the pool.
            waiting.wait(2)

    def ask() -> str:
        entering.wait(30)
        body = HoldWrite(project_id=project, profile_id=here, power_kva=101)
        try:
            with writing(database) as session:
                hold_records.create(session, world.actors[COUNTY], body)
        except ShanhaiError as error:
            return error.code
        finally:
            waiting.set()
        return "held"

    with ThreadPoolExecutor(2) as pool:
        entered_by, told = pool.submit(enter), pool.submit(ask)
        entered_by.result(60)
        assert told.result(60) == "capacity_short"


def test_a_hold_can_be_acted_on_up_to_the_microsecond_before_its_end(
    world: World, database: Database
) -> None:
    tick = timedelta(microseconds=1)
    for after, allowed in [(-tick, True), (timedelta(0), False), (tick, False)]:
        place, other = world.profile(land_mu=60), shared_project(world)["id"]
        held = hold(world, COUNTY, shared_project(world), place, land_mu=60).json()
        instant = datetime.fromisoformat(held["expires_at"]) + after
        body = HoldCommit(documents={"land_mu": "一号"})
        rival = HoldWrite(project_id=other, profile_id=place["id"], land_mu=60)

        def commit(session: Session, id_: str = held["id"], wanted: HoldCommit = body) -> Any:
            return hold_records.commit(session, world.actors[COUNTY], id_, "any", wanted)

        def create(session: Session, wanted: HoldWrite = rival) -> Any:
            return hold_records.create(session, world.actors[COUNTY], wanted)

        # What one may still commit, no other can have; and the other way round.
        assert _outcome(database, instant, create) == ("capacity_short" if allowed else "done")
        assert _outcome(database, instant, commit) == ("done" if allowed else "wrong_state")


def _outcome(database: Database, instant: datetime, act: Callable[[Session], Any]) -> str:
    try:
        with writing(database) as session:
            session.info["now"] = instant
            act(session)
    except Conflict as error:
        return error.code
    return "done"


def test_of_many_places_the_same_is_held_as_of_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    database: Database = world.client.app.state.database
    places = [world.profile(land_mu=100)["id"] for _ in range(3)]
    for number, place in enumerate(places[:2]):
        hold(world, COUNTY, shared_project(world), {"id": place}, land_mu=10 + number)
    with writing(database) as session:
        pool_records.create(session, world.actors[COUNTY], entered(world, *places[1:], quantity="land_mu"))
    with reading(database) as session:
        instant = promises.now(session)
        few = capacity.held(session, places[:2], instant)
        monkeypatch.setattr(capacity, "_MANY", 1)
        assert capacity.held(session, places[:2], instant) == few
        everything = capacity.held(session, None, instant)
    assert set(few) == set(places[:2])
    assert {place: everything[place] for place in few} == few
    assert set(everything) == set(places)
