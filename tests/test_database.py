"""Revision, record and transaction: what is acknowledged is whole, in order, and on record."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from service.access import audit
from service.access.audit import AuditEvent
from service.database import (
    Change,
    Database,
    State,
    new_id,
    open_database,
    reading,
    record_change,
    revision_of,
    writing,
)
from service.errors import Unavailable
from service.sqlite import journal_mode, sqlite_module
from tests.conftest import PROFILE, PROJECT, World


def broken_links(events: list[AuditEvent], head: str) -> list[int]:
    """Sequence numbers at which the audit chain does not hold; 0 stands for its head."""
    broken, previous = [], ""
    for place, event in enumerate(events, start=1):
        whole = audit.chain(event.previous_hash, event.content()) == event.hash
        if event.sequence != place or event.previous_hash != previous or not whole:
            broken.append(event.sequence)
        previous = event.hash
    return broken if previous == head else [*broken, 0]


def audit_events(database: Database) -> tuple[list[AuditEvent], str]:
    with reading(database) as session:
        events = list(session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence))))
        return events, session.get_one(State, 1).audit_head


class Follower:
    """A reader that applies the changes after the last revision it has seen, as the index does."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with reading(database) as session:
            self.revision = revision_of(session)
        self.seen: list[str] = []

    def follow(self) -> None:
        with reading(self.database) as session:
            newest = revision_of(session)
            changes = select(Change.noun_id).where(
                col(Change.revision) > self.revision, col(Change.revision) <= newest
            )
            self.seen += session.exec(changes.order_by(col(Change.sequence)))
            self.revision = newest


def test_the_journal_is_a_write_ahead_log_only_where_sqlite_is_safe_with_it() -> None:
    for version, mode in (
        ((3, 7, 0), "DELETE"),
        ((3, 40, 1), "DELETE"),
        ((3, 51, 0), "DELETE"),
        ((3, 51, 2), "DELETE"),
        ((3, 51, 3), "WAL"),
        ((3, 52, 0), "WAL"),
        ((3, 53, 4), "WAL"),
        ((4, 0, 0), "WAL"),
    ):
        assert journal_mode(version) == mode, version


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_opened_with_the_habits_that_keep_data_safe(database: Database) -> None:
    with database.engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("foreign_keys", "synchronous", "busy_timeout", "journal_mode")
        }
    mode = journal_mode(sqlite_module().sqlite_version_info)
    assert said == {"foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000, "journal_mode": mode.lower()}
    assert mode in database.description


def test_a_new_file_in_which_another_writes_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    writer = sqlite_module().connect(str(path), isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("CREATE TABLE t (a INTEGER)")
    patient = open_database(f"sqlite:///{path}", busy_timeout_seconds=60)
    impatient = open_database(f"sqlite:///{path}", busy_timeout_seconds=0.05)
    with pytest.raises(OperationalError, match="locked"):
        impatient.engine.connect()
    end = threading.Timer(0.3, writer.execute, ["COMMIT"])
    end.start()
    with patient.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 0
    end.join()
    writer.close()


def test_ids_sort_by_time_and_do_not_repeat() -> None:
    ids = [new_id("prj") for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert all(len(one) == 30 and one.startswith("prj_") for one in ids)
    earlier = new_id("prj")
    time.sleep(0.002)
    assert earlier < new_id("prj")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_commits_in_the_opposite_order_of_their_start_are_numbered_as_they_are_committed(
    database: Database,
) -> None:
    follower = Follower(database)
    first = follower.revision
    with ExitStack() as early, ExitStack() as late:
        slow = early.enter_context(writing(database))
        record_change(slow, "profile", "slow", "update")
        quick = late.enter_context(writing(database))
        record_change(quick, "profile", "quick", "update")
        late.close()
        follower.follow()
        assert (follower.seen, follower.revision) == (["quick"], first + 1)
    follower.follow()
    assert (follower.seen, follower.revision) == (["quick", "slow"], first + 2)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_revision_that_is_sealed_but_not_committed_holds_back_the_next_one(database: Database) -> None:
    sealed, go = threading.Event(), threading.Event()
    follower = Follower(database)

    def holder() -> None:
        with writing(database) as session:
            record_change(session, "profile", "holder", "update")

            def wait(_session: Any, _state: State) -> None:
                sealed.set()
                assert go.wait(10)

            session.info.setdefault("finishers", []).append(wait)

    def follower_up() -> None:
        with writing(database) as session:
            record_change(session, "profile", "follower", "update")

    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(holder)
        assert sealed.wait(10)
        waiting = pool.submit(follower_up)
        time.sleep(0.2)
        follower.follow()
        assert (follower.seen, waiting.done()) == ([], False)
        go.set()
        held.result(10)
        waiting.result(10)
    follower.follow()
    assert follower.seen == ["holder", "follower"]


@pytest.mark.parametrize("seed", [1, 2])
def test_no_schedule_of_writers_lets_a_reader_skip_a_change(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    plans = [
        [(f"{writer}-{number}", chance.random() * 0.01, chance.random() < 0.2) for number in range(5)]
        for writer in range(5)
    ]
    follower, done = Follower(database), threading.Event()
    start = follower.revision

    def write(plan: list[tuple[str, float, bool]]) -> None:
        for name, pause, fails in plan:
            try:
                with writing(database) as session:
                    record_change(session, "profile", name, "update")
                    audit.record(session, None, "test.write", "profile", name)
                    time.sleep(pause)
                    if fails:
                        raise KeyError(name)
            except KeyError:
                pass

    def read() -> None:
        while not done.is_set():
            follower.follow()
            time.sleep(0.001)

    with ThreadPoolExecutor(6) as pool:
        reader = pool.submit(read)
        for writer in [pool.submit(write, plan) for plan in plans]:
            writer.result(60)
        done.set()
        reader.result(60)
    follower.follow()
    committed = sorted(name for plan in plans for name, _, fails in plan if not fails)
    assert sorted(follower.seen) == committed
    assert follower.revision == start + len(committed)
    events, head = audit_events(database)
    assert broken_links(events, head) == []
    assert sorted(event.noun_id for event in events if event.action == "test.write") == committed


def test_every_change_over_http_is_on_record_with_who_did_it(world: World, database: Database) -> None:
    project, profile = world.project(), world.profile()
    path = f"/v1/projects/{project['id']}"
    assert world.patch("jiashan", path, {"land_mu": 61, "power_kva": 1300}).status_code == 200
    assert world.put("qingyuan", f"/v1/profiles/{profile['id']}", PROFILE).status_code == 200
    assert world.delete("jiashan", path).status_code == 204
    # Reading and being refused leave no change behind.
    assert world.patch("jiashan", path, {"land_mu": 1}).status_code == 404
    assert world.get("jiashan", "/v1/projects").status_code == 200
    events, head = audit_events(database)
    assert broken_links(events, head) == []
    told = [(event.action, event.noun_id, event.organisation_id, event.key_id) for event in events[-5:]]
    bureau, county = world.actors["jiashan"], world.actors["qingyuan"]
    assert told == [
        ("project.create", project["id"], bureau.organisation_id, bureau.key_id),
        ("profile.create", profile["id"], county.organisation_id, county.key_id),
        ("project.update", project["id"], bureau.organisation_id, bureau.key_id),
        ("profile.update", profile["id"], county.organisation_id, county.key_id),
        ("project.delete", project["id"], bureau.organisation_id, bureau.key_id),
    ]
    assert events[-3].detail == {"fields": ["land_mu", "power_kva"]}


def test_an_altered_removed_or_swapped_event_shows_in_the_chain(world: World, database: Database) -> None:
    for number in range(3):
        world.project(name=f"项目{number}")
    events, head = audit_events(database)
    assert broken_links(events, head) == []
    altered, _ = audit_events(database)
    altered[-2].noun_id = "prj_other"
    assert broken_links(altered, head) == [altered[-2].sequence]
    assert broken_links(events[:-1], head) == [0]
    assert broken_links([*events[:-2], events[-1]], head) == [events[-1].sequence]
    assert broken_links([*events[:-2], events[-1], events[-2]], head)


def test_a_commit_that_fails_is_no_success_and_stores_nothing(world: World, database: Database) -> None:
    with database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        deferred = "REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED"
        connection.exec_driver_sql(f"CREATE TABLE dangling (id VARCHAR(40) {deferred})")
        insert = "INSERT INTO dangling VALUES ('nowhere');"
        if database.is_sqlite:
            connection.exec_driver_sql(f"CREATE TRIGGER dangle AFTER INSERT ON projects BEGIN {insert} END")
        else:
            connection.exec_driver_sql(
                "CREATE FUNCTION dangle() RETURNS trigger LANGUAGE plpgsql "
                f"AS $$BEGIN {insert} RETURN NEW; END$$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER dangle AFTER INSERT ON projects FOR EACH ROW EXECUTE FUNCTION dangle()"
            )
        connection.commit()
    before = audit_events(database)
    with reading(database) as session:
        revision = revision_of(session)
    for headers in ({}, {"Idempotency-Key": "one"}):
        answer = world.post("jiashan", "/v1/projects", PROJECT, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict"), answer.text
    assert world.get("jiashan", "/v1/projects").json()["items"] == []
    with reading(database) as session:
        assert revision_of(session) == revision
    assert [event.sequence for event in audit_events(database)[0]] == [event.sequence for event in before[0]]
    # The connection on which it failed is as good as new.
    for _ in range(12):
        assert world.post("qingyuan", "/v1/profiles", PROFILE).status_code == 201


def test_a_change_that_cannot_be_put_on_record_does_not_happen(world: World, database: Database) -> None:
    profile = world.profile()
    with database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        if database.is_sqlite:
            refuse = "BEGIN SELECT RAISE(ABORT, 'no'); END"
            connection.exec_driver_sql(f"CREATE TRIGGER mute BEFORE INSERT ON audit_events {refuse}")
        else:
            connection.exec_driver_sql(
                "ALTER TABLE audit_events ADD CONSTRAINT mute CHECK (hash = '') NOT VALID"
            )
        connection.commit()
    path = f"/v1/profiles/{profile['id']}"
    for answer in (
        world.post("jiashan", "/v1/projects", PROJECT),
        world.patch("qingyuan", path, {"land_mu": 1}),
        world.delete("qingyuan", path),
        world.post("jiashan", "/v1/keys", {"organisation_id": world.organisations["jiashan"], "name": "k"}),
    ):
        assert answer.status_code >= 400, answer.text
    assert world.get("jiashan", "/v1/projects").json()["items"] == []
    assert world.get("qingyuan", path).json() == profile
    assert len(world.get("jiashan", "/v1/keys").json()["items"]) == 1


def test_a_writer_that_waits_too_long_is_told_to_come_back(settings: Any, database: Database) -> None:
    impatient = open_database(settings.url, busy_timeout_seconds=0.1)
    with writing(database) as holder:
        record_change(holder, "profile", "held", "update")
        holder.exec(select(State).with_for_update())
        with pytest.raises(Unavailable) as told, writing(impatient) as session:
            record_change(session, "profile", "waiting", "update")
        assert (told.value.code, told.value.status, told.value.headers) == ("busy", 503, {"Retry-After": "1"})
    impatient.engine.dispose()
    with reading(database) as session:
        names = session.exec(select(Change.noun_id).where(Change.noun == "profile"))
        assert list(names) == ["held"]
