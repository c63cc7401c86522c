"""Events stay as they were written for 36 months; then a prune may take them, and the rest still verifies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from service.access import audit_retention
from service.access.audit import AuditEvent
from service.access.audit_chain import Mark
from service.access.audit_retention import AuditAnchor, before, prune
from service.database import Database, now, reading
from service.errors import Conflict
from tests.access.chained import begun, fault, holds, tampering, write


@pytest.fixture
def aged(database: Database) -> Database:
    """Four events of long ago, then three of today."""
    begun(database, 0)
    with reading(database) as session:
        instant = now(session)
    write(database, 4, before(instant) - timedelta(minutes=1))
    write(database, 3)
    return database


def kept(database: Database) -> list[int]:
    with reading(database) as session:
        return list(session.exec(select(AuditEvent.sequence).order_by(col(AuditEvent.sequence))))


def test_thirty_six_months_before_an_instant_is_a_day_of_the_calendar() -> None:
    for instant, expected in (
        (datetime(2026, 11, 28, 7, 8, 9, tzinfo=UTC), datetime(2023, 11, 28, 7, 8, 9, tzinfo=UTC)),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2027, 1, 31, tzinfo=UTC), datetime(2024, 1, 31, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), datetime(2023, 12, 31, tzinfo=UTC)),
    ):
        assert before(instant) == expected


def test_a_prune_takes_what_is_older_and_the_rest_still_verifies(aged: Database) -> None:
    noted = holds(aged).head
    old = Mark(3, _hash(aged, 3))
    last = Mark(4, _hash(aged, 4))
    steps: list[tuple[int, int]] = []
    done = prune(aged, removing=lambda *step: steps.append(step))
    assert (done.through, done.removed, steps[-1]) == (4, 4, (4, 4))
    assert kept(aged) == [5, 6, 7, 8]
    report = holds(aged, anchor=noted)
    assert (report.first, report.events, report.head.sequence) == (5, 4, 8)
    # The last that was pruned is known; what is before it cannot be compared any more.
    holds(aged, anchor=last, since=last)
    with pytest.raises(Conflict) as told:
        holds(aged, anchor=old)
    assert told.value.code == "head_pruned"
    with reading(aged) as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.sequence == 8)).one()
        assert (event.action, event.noun_id, event.detail["hash"]) == ("audit.prune", "4", last.hash)
    # There is nothing more to prune, and nothing on record of it.
    assert prune(aged).removed == 0
    assert kept(aged) == [5, 6, 7, 8]
    write(aged, 2)
    assert holds(aged).events == 6


def _hash(database: Database, sequence: int) -> str:
    with reading(database) as session:
        return session.exec(select(AuditEvent.hash).where(AuditEvent.sequence == sequence)).one()


def test_a_chain_that_ends_with_what_is_pruned_goes_on(database: Database) -> None:
    begun(database, 0)
    write(database, 3, datetime(2020, 1, 1, tzinfo=UTC))
    assert prune(database).removed == 3
    assert kept(database) == [4]
    assert holds(database).events == 1
    write(database, 1)
    assert holds(database).events == 2


def test_an_old_event_among_young_ones_stays(database: Database) -> None:
    begun(database, 2)
    write(database, 2, datetime(2020, 1, 1, tzinfo=UTC))
    assert prune(database).removed == 0
    assert kept(database) == [1, 2, 3, 4]


def test_a_prune_that_was_killed_leaves_a_chain_that_holds_and_the_next_one_goes_on(
    aged: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_retention, "_EVENTS_AT_ONCE", 1)

    def killed(done: int, _of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(aged, removing=killed)
    assert kept(aged) == [3, 4, 5, 6, 7, 8]
    assert holds(aged).first == 3
    with tampering(aged) as connection:
        connection.execute(text("UPDATE audit_events SET noun_id = 'x' WHERE sequence = 3"))
    assert fault(aged) is not None
    with pytest.raises(Conflict):
        prune(aged)
    with tampering(aged) as connection:
        connection.execute(text("UPDATE audit_events SET noun_id = 'hld_2' WHERE sequence = 3"))
    done = prune(aged)
    assert (done.through, done.removed) == (4, 2)
    assert (holds(aged).first, kept(aged)) == (5, [5, 6, 7, 8])


def test_nothing_is_pruned_from_a_chain_that_does_not_hold(aged: Database) -> None:
    with tampering(aged) as connection:
        connection.execute(text("UPDATE audit_events SET noun_id = 'x' WHERE sequence = 2"))
    with pytest.raises(Conflict) as told:
        prune(aged)
    assert told.value.code == "audit_chain_broken"
    assert kept(aged) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("right", [True, False])
def test_a_removal_that_looks_like_a_prune_but_is_not_on_record_is_found(aged: Database, right: bool) -> None:
    last = _hash(aged, 5) if right else "0" * 64
    with tampering(aged) as connection:
        connection.execute(text("DELETE FROM audit_events WHERE sequence <= 5"))
        values = {"hash": last}
        connection.execute(text("INSERT INTO audit_anchors (sequence, hash) VALUES (5, :hash)"), values)
    found = fault(aged)
    assert found is not None
    assert (found.sequence, found.reason) == ((5, "not_pruned") if right else (6, "altered"))


def test_an_anchor_that_was_altered_or_removed_is_found(aged: Database) -> None:
    prune(aged)
    for statement in (
        "UPDATE audit_anchors SET hash = upper(hash)",
        "UPDATE audit_anchors SET sequence = 5",
        "UPDATE audit_anchors SET sequence = 3",
        "DELETE FROM audit_anchors",
        "INSERT INTO audit_anchors SELECT 6, hash FROM audit_events WHERE sequence = 6",
    ):
        with aged.engine.connect() as plain:
            kept_rows = plain.execute(text("SELECT sequence, hash FROM audit_anchors")).all()
        with tampering(aged) as connection:
            connection.execute(text(statement))
        assert fault(aged) is not None, statement
        with tampering(aged) as connection:
            connection.execute(text("DELETE FROM audit_anchors"))
            for row in kept_rows:
                put = text("INSERT INTO audit_anchors (sequence, hash) VALUES (:sequence, :hash)")
                connection.execute(put, row._asdict())
        holds(aged)


# What the database itself refuses, whoever asks.
REFUSED = (
    "UPDATE audit_events SET noun_id = 'x' WHERE sequence = 4",
    "UPDATE audit_events SET noun_id = noun_id",
    "DELETE FROM audit_events WHERE sequence = 7",
    "DELETE FROM audit_events",
    "DELETE FROM audit_events WHERE sequence = 1",
    "INSERT INTO audit_events SELECT * FROM audit_events WHERE sequence = 4",
    # Young events.
    "INSERT INTO audit_anchors SELECT sequence, hash FROM audit_events WHERE sequence = 5",
    # No such event, and another hash.
    "INSERT INTO audit_anchors VALUES (99, 'x')",
    "INSERT INTO audit_anchors VALUES (4, 'x')",
)
OF_ANCHORS = (
    "UPDATE audit_anchors SET sequence = 7",
    "DELETE FROM audit_anchors",
    "DELETE FROM audit_events WHERE sequence = 5",
)


def _refused(database: Database, statement: str) -> None:
    with database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        with pytest.raises(IntegrityError):
            connection.execute(text(statement))
        connection.rollback()


def test_the_database_refuses_to_change_or_remove_an_event(aged: Database) -> None:
    for statement in REFUSED:
        _refused(aged, statement)
    if aged.is_sqlite:
        _refused(aged, "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE sequence = 4")
    else:
        _refused(aged, "TRUNCATE audit_events")
        _refused(aged, "TRUNCATE audit_anchors")
    holds(aged)
    assert prune(aged).removed == 4
    for statement in OF_ANCHORS:
        _refused(aged, statement)
    with reading(aged) as session:
        assert [row.sequence for row in session.exec(select(AuditAnchor))] == [4]
    holds(aged)
