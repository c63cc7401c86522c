"""The verifier: whatever is altered, removed, moved or added in the record of changes is found."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from service.access import audit, audit_chain
from service.access.audit_chain import Mark, verify
from service.database import Database, writing
from service.errors import Conflict, Invalid
from tests.access.chained import CLERK, begun, fault, holds, note, rewrite, tampering, undone, write


@pytest.fixture
def chained(database: Database) -> Database:
    return begun(database, 7)


def change(database: Database, *statements: str, **values: Any) -> None:
    with tampering(database) as connection:
        for statement in statements:
            connection.execute(text(statement), values)


def test_a_whole_chain_holds_and_tells_its_head(chained: Database) -> None:
    steps: list[tuple[int, int]] = []
    report = verify(chained, step=lambda done, of: steps.append((done, of)))
    assert (report.first, report.events, report.head.sequence, report.fault) == (1, 7, 7, None)
    assert steps[-1] == (7, 7)
    assert Mark.parse(str(report.head)) == report.head


def test_it_is_followed_in_pieces_whatever_their_size(
    chained: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = holds(chained)
    for size in (1, 2, 3, 7, 8):
        monkeypatch.setattr(audit_chain, "_EVENTS_AT_ONCE", size)
        assert holds(chained) == whole
    monkeypatch.setattr(audit_chain, "_EVENTS_AT_ONCE", 2)
    change(chained, "UPDATE audit_events SET action = 'hold.release' WHERE sequence = 4")
    found = fault(chained)
    assert found is not None
    assert (found.sequence, found.reason) == (4, "altered")


def test_what_is_written_while_it_is_followed_is_followed_too(
    chained: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "_EVENTS_AT_ONCE", 2)
    more = iter(range(4))

    def step(_done: int, _of: int) -> None:
        if next(more, None) is not None:
            write(chained, 1)

    assert verify(chained, step=step).events == 11


SWAPPED = (
    "UPDATE audit_events SET sequence = -1 WHERE sequence = 4",
    "UPDATE audit_events SET sequence = 4 WHERE sequence = 5",
    "UPDATE audit_events SET sequence = 5 WHERE sequence = -1",
)
FOREIGN = """
INSERT INTO audit_events (sequence, at, action, noun, noun_id, detail, previous_hash, hash)
SELECT {number}, at, action, noun, noun_id, detail, hash, previous_hash FROM audit_events WHERE sequence = 7
"""
# What is done, and which event does not hold, and why.
DEEDS: list[tuple[tuple[str, ...], int, str]] = [
    (("DELETE FROM audit_events WHERE sequence = 4",), 4, "missing"),
    (("DELETE FROM audit_events WHERE sequence = 1",), 1, "missing"),
    (("DELETE FROM audit_events WHERE sequence = 7",), 7, "missing"),
    (("DELETE FROM audit_events",), 1, "missing"),
    (SWAPPED, 4, "reordered"),
    (("UPDATE audit_events SET sequence = 40 WHERE sequence = 4",), 4, "reordered"),
    (("UPDATE audit_events SET sequence = -4 WHERE sequence = 4",), 1, "altered"),
    ((FOREIGN.format(number=8),), 8, "appended"),
    ((FOREIGN.format(number=0),), 1, "altered"),
    ((FOREIGN.format(number=99),), 99, "appended"),
    (("UPDATE state SET audit_sequence = 6",), 7, "appended"),
    (("UPDATE state SET audit_sequence = 9",), 8, "missing"),
    (("UPDATE state SET audit_head = upper(audit_head)",), 7, "head_differs"),
    (("UPDATE audit_events SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 4",), 4, "altered"),
    (("UPDATE audit_events SET organisation_id = '' WHERE sequence = 3",), 3, "altered"),
    (("UPDATE audit_events SET organisation_id = NULL WHERE sequence = 4",), 4, "altered"),
    (("UPDATE audit_events SET key_id = 'null' WHERE sequence = 4",), 4, "altered"),
    (("UPDATE audit_events SET noun = upper(noun) WHERE sequence = 4",), 4, "altered"),
    (("UPDATE audit_events SET noun_id = noun_id || ' ' WHERE sequence = 4",), 4, "altered"),
    (("UPDATE audit_events SET hash = upper(hash) WHERE sequence = 4",), 4, "altered"),
    (("UPDATE audit_events SET previous_hash = hash WHERE sequence = 4",), 4, "altered"),
]


def test_the_first_event_that_does_not_hold_is_named_with_the_reason(chained: Database) -> None:
    for statements, sequence, reason in DEEDS:
        with undone(chained):
            change(chained, *statements)
            found = fault(chained)
            assert found is not None, statements
            assert (found.sequence, found.reason) == (sequence, reason), (statements, found)
        holds(chained)


def test_a_chain_that_was_cut_off_with_its_head_put_right_shows_by_a_head_that_was_noted(
    chained: Database,
) -> None:
    noted = holds(chained).head
    last = "(SELECT hash FROM audit_events WHERE sequence = 6)"
    change(
        chained,
        "DELETE FROM audit_events WHERE sequence = 7",
        f"UPDATE state SET audit_sequence = 6, audit_head = {last}",
    )
    assert holds(chained).head.sequence == 6
    found = fault(chained, anchor=noted)
    assert found is not None
    assert (found.sequence, found.reason) == (7, "missing")


# The same JSON, written otherwise.
ALIKE = [
    ('{"a":{"y":1e-07,"z":0}', '{"a":{"y":1E-07,"z":0}'),
    ('{"a":{"y":1e-07,"z":0}', '{"a": {"y":1e-07,"z":0}'),
    ('{"a":{"y":1e-07,"z":0}', '{"a":{"z":0,"y":1e-07}'),
    ('"z":0', '"z":-0'),
    ('"z":0', '"z":1,"z":0'),
    ("亩", "\\u4ea9"),
    ("[1,2.5", "[1,2.50"),
    ("[1,2.5", "[1,\n2.5"),
]


def test_a_detail_that_parses_alike_but_is_written_otherwise_is_found(chained: Database) -> None:
    as_json = ":detail" if chained.is_sqlite else "CAST(:detail AS json)"
    statement = f"UPDATE audit_events SET detail = {as_json} WHERE sequence = 2"
    with tampering(chained) as connection:
        told = text("SELECT CAST(detail AS TEXT) FROM audit_events WHERE sequence = 2")
        detail = connection.execute(told).scalar_one()
    for stored, instead in ALIKE:
        assert stored in detail, stored
        with undone(chained):
            change(chained, statement, detail=detail.replace(stored, instead))
            found = fault(chained)
            assert found is not None, instead
            assert (found.sequence, found.reason) == (2, "altered")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_instant_that_is_written_otherwise_is_found(chained: Database) -> None:
    for instead in (
        "replace(at, ' ', 'T')",
        "at || '0'",
        "at || '1'",
        "at || '+00:00'",
        "at || '+08:00'",
        "at || 'Z'",
        "' ' || at",
        "substr(at, 1, 25)",
        "CAST(at AS BLOB)",
        "julianday(at)",
    ):
        with undone(chained):
            change(chained, f"UPDATE audit_events SET at = {instead} WHERE sequence = 4")
            found = fault(chained)
            assert found is not None, instead
            assert (found.sequence, found.reason) == (4, "altered"), instead


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_instant_is_compared_to_the_microsecond_and_without_its_zone(chained: Database) -> None:
    for instead, same in (
        ("at AT TIME ZONE 'UTC' AT TIME ZONE 'UTC'", True),
        ("at + interval '1 microsecond'", False),
        ("at + interval '8 hours'", False),
        ("'infinity'", False),
        ("'-infinity'", False),
        ("at - interval '4052 years'", False),
        ("at + interval '10000 years'", False),
    ):
        with undone(chained):
            change(chained, f"UPDATE audit_events SET at = {instead} WHERE sequence = 4")
            found = fault(chained)
            assert (found is None) == same, instead
            assert found is None or (found.sequence, found.reason) == (4, "altered")


def test_a_chain_that_was_written_anew_holds_in_itself_and_shows_by_a_head_that_was_noted(
    chained: Database,
) -> None:
    noted = holds(chained).head
    write(chained, 3)
    later = holds(chained, anchor=noted).head
    with tampering(chained) as connection:
        connection.execute(text("UPDATE audit_events SET noun_id = 'hld_other' WHERE sequence = 5"))
        rewrite(connection, 5)
    assert holds(chained).events == 10
    found = fault(chained, anchor=noted)
    assert found is not None
    assert (found.sequence, found.reason) == (7, "other_history")
    found = fault(chained, since=later)
    assert found is not None
    assert (found.sequence, found.reason) == (10, "other_history")
    # Written anew after what was noted, the noted head is none the wiser.
    early = Mark(4, _hash_of(chained, 4))
    assert holds(chained, anchor=early).events == 10


def _hash_of(database: Database, sequence: int) -> str:
    with tampering(database) as connection:
        told = text("SELECT hash FROM audit_events WHERE sequence = :n")
        return str(connection.execute(told, {"n": sequence}).scalar_one())


def test_what_is_before_a_noted_head_need_not_be_followed_again(chained: Database) -> None:
    noted = holds(chained).head
    write(chained, 3)
    report = holds(chained, since=noted)
    assert (report.first, report.events, report.head.sequence) == (7, 4, 10)
    change(chained, "UPDATE audit_events SET noun_id = 'hld_other' WHERE sequence = 2")
    assert holds(chained, since=noted) == report
    assert fault(chained) is not None
    change(chained, "UPDATE audit_events SET noun_id = 'hld_other' WHERE sequence = 9")
    found = fault(chained, since=noted)
    assert found is not None
    assert (found.sequence, found.reason) == (9, "altered")


def test_a_noted_head_that_the_chain_does_not_reach_any_more_is_found(chained: Database) -> None:
    for number in (8, 9, 10_000):
        for way in ("since", "anchor"):
            found = fault(chained, **{way: Mark(number, "0" * 64)})
            assert found is not None
            assert (found.sequence, found.reason) == (number, "missing")


def test_a_head_is_what_was_printed_and_nothing_else() -> None:
    digits = "0123456789abcdef" * 4
    assert Mark.parse(f" 12:{digits}\n") == Mark(12, digits)
    for given in (
        "", "12", f"12:{digits}0", f"12:{digits[1:]}", f"0:{digits}", f"-1:{digits}", f"١:{digits}",
        f"12:{digits.upper()}", f"{2**63}:{digits}", f"12;{digits}", digits,
    ):  # fmt: skip
        with pytest.raises(Invalid):
            Mark.parse(given)


def test_events_of_one_transaction_hold_whichever_way_they_were_put_on_record(database: Database) -> None:
    before = holds(database).events
    with writing(database) as session:
        note(session, 1)
        audit.record_many(session, CLERK, "profile.create", "profile", [(f"prf_{i}", {}) for i in range(40)])
        note(session, 2)
        audit.record_many(session, CLERK, "profile.create", "profile", [])
    assert holds(database).events == before + 42


def test_a_platform_that_prunes_nothing_has_no_anchor_and_a_noted_head_is_never_too_old(
    chained: Database,
) -> None:
    head = Mark(1, _hash_of(chained, 1))
    assert holds(chained, anchor=head, since=head).events == 7
    change(chained, "INSERT INTO audit_anchors (sequence, hash) VALUES (3, 'x')")
    with pytest.raises(Conflict):
        verify(chained, anchor=head)
