"""One flipped bit anywhere in the record of changes is found: every bit of it, literally."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, NullPool, StaticPool, create_engine, text
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import SQLModel

from service.access.audit_chain import Fault, verify
from service.database import Database, State, writing
from service.domain import tables
from service.sqlite import sqlite_module
from tests.access.chained import TABLES, begun, fault, holds, note, tampering

tables.load()
# One of the operator with nulls, and one of a person.
EVENTS = 2


class Image:
    """A SQLite database as the bytes of its file, opened in memory as often as one likes."""

    def __init__(self, path: Path) -> None:
        engine = create_engine(f"sqlite:///{path}", module=sqlite_module())
        SQLModel.metadata.create_all(engine, [SQLModel.metadata.tables[name] for name in TABLES])
        database = Database(engine, True, "")
        with writing(database) as session:
            session.add(State(id=1))
        with writing(database) as session:
            for number in range(EVENTS):
                note(session, number)
        with engine.connect() as connection:
            read = text("SELECT name, rootpage FROM sqlite_master WHERE tbl_name = 'audit_events'")
            self.roots = {row.name: row.rootpage for row in connection.execute(read)}
            self.page_size = connection.execute(text("PRAGMA page_size")).scalar_one()
        engine.dispose()
        self.path, self.content = path, path.read_bytes()
        # Anew for each verification: what SQLite has read already it would not read again.
        self.database = Database(
            create_engine("sqlite://", module=sqlite_module(), creator=self._open, poolclass=NullPool),
            True,
            "",
        )

    def _open(self) -> Any:
        return sqlite_module().connect(f"file:{self.path}?immutable=1", uri=True, check_same_thread=False)

    def used(self, name: str) -> list[int]:
        """Where the bytes of a table or an index lie that mean anything: head, places of cells, cells."""
        start = (self.roots[name] - 1) * self.page_size
        kind, cells, first = (
            self.content[start],
            *(int.from_bytes(self.content[start + at : start + at + 2]) for at in (3, 5)),
        )
        # It is a leaf: all of the table lies on this page.
        assert kind in (0x0D, 0x0A)
        assert cells == EVENTS
        return [*range(start, start + 8 + 2 * cells), *range(start + first, start + self.page_size)]

    def flipped(self, place: int, bit: int) -> Fault | None:
        """What the verifier says with one bit turned over."""
        self._put(place, self.content[place] ^ 1 << bit)
        try:
            return verify(self.database).fault
        finally:
            self._put(place, self.content[place])

    def _put(self, place: int, byte: int) -> None:
        with self.path.open("r+b", buffering=0) as file:
            file.seek(place)
            file.write(bytes([byte]))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    made = Image(tmp_path_factory.mktemp("image") / "audit.db")
    assert verify(made.database).events == EVENTS
    return made


def test_every_bit_of_the_table_and_of_its_indexes_on_the_disk(image: Image) -> None:
    assert len(image.roots) == 4
    unseen = [
        (name, place % image.page_size, bit)
        for name in image.roots
        for place in image.used(name)
        for bit in range(8)
        if image.flipped(place, bit) is None
    ]
    assert unseen == []


TEXTS = ("organisation_id", "key_id", "action", "noun", "noun_id", "detail", "previous_hash", "hash")
EPOCH = "timestamptz '2000-01-01 00:00:00+00'"
MICROSECONDS = f"CAST(extract(epoch FROM (at - {EPOCH})) * 1000000 AS bigint)"


def texts_one_bit_away(stored: str) -> Iterator[str]:
    """The texts that differ in one bit of their UTF-8 and are text still."""
    content = stored.encode()
    for place in range(len(content)):
        for bit in range(8):
            flipped = bytearray(content)
            flipped[place] ^= 1 << bit
            try:
                yield flipped.decode()
            except UnicodeDecodeError:
                continue


def numbers_one_bit_away(stored: int) -> Iterator[int]:
    """The 64 whole numbers of 64 bits, two's complement, that differ in one."""
    for bit in range(64):
        flipped = (stored & (2**64 - 1)) ^ (1 << bit)
        yield flipped - 2**64 if flipped >= 2**63 else flipped


def attempts(connection: Connection, statement: str, values: Any) -> Iterator[Any]:
    """Commit the statement with each value that the database takes at all."""
    for value in values:
        try:
            connection.execute(text(statement), {"value": value})
        except (DataError, IntegrityError):
            connection.rollback()
            continue
        connection.commit()
        yield value


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_every_bit_of_every_value_that_postgresql_takes(database: Database) -> None:
    begun(database, 3)
    # The operator's event with nulls, and a person's.
    for sequence in (1, 2):
        with tampering(database) as connection:
            connection.execute(text("SET synchronous_commit = off"))
            # What the database refuses is rolled back; the guards stay away.
            connection.commit()
            read = f"SELECT *, CAST(detail AS text) AS written, {MICROSECONDS} AS us FROM audit_events"
            row = connection.execute(text(f"{read} WHERE sequence = {sequence}")).mappings().one()
            whole = dict(row) | {"detail": row["written"]}
            cases: list[tuple[str, str, Any, Any]] = [
                ("sequence", ":value", numbers_one_bit_away(sequence), sequence),
                (
                    "at",
                    f"{EPOCH} + CAST(:value AS bigint) * interval '1 microsecond'",
                    numbers_one_bit_away(row["us"]),
                    row["us"],
                ),
            ]
            for name in TEXTS:
                stored = whole[name]
                others = ["", "null"] if stored is None else texts_one_bit_away(stored)
                cases.append((name, "CAST(:value AS json)" if name == "detail" else ":value", others, stored))
            for name, form, others, stored in cases:
                where = f"hash = '{row['hash']}'" if name == "sequence" else f"sequence = {sequence}"
                statement = f"UPDATE audit_events SET {name} = {form} WHERE {where}"
                taken = 0
                for value in attempts(connection, statement, others):
                    taken += 1
                    assert fault(database) is not None, (sequence, name, value)
                connection.execute(text(statement), {"value": stored})
                connection.commit()
                # Nothing that differs from {} in one bit is JSON, and what is empty has none.
                assert taken > 1 or stored in ("{}", ""), name
                holds(database)


def test_every_bit_of_the_head_in_the_state_row(database: Database) -> None:
    begun(database, 3)
    with tampering(database) as connection:
        connection.commit()
        for name, stored, others in (
            ("audit_sequence", 3, numbers_one_bit_away(3)),
            ("audit_head", (head := holds(database).head.hash), texts_one_bit_away(head)),
        ):
            for value in attempts(connection, f"UPDATE state SET {name} = :value", others):
                assert fault(database) is not None, (name, value)
            connection.execute(text(f"UPDATE state SET {name} = :value"), {"value": stored})
            connection.commit()
        holds(database)


ANY_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
ANY_VALUE = st.one_of(
    st.none(), ANY_TEXT, st.integers(-(2**63), 2**63 - 1), st.floats(), st.binary(max_size=12)
)


@pytest.fixture(scope="module")
def in_memory() -> Database:
    """A record of seven events, all in one connection."""
    engine = create_engine("sqlite://", module=sqlite_module(), poolclass=StaticPool)
    SQLModel.metadata.create_all(engine, [SQLModel.metadata.tables[name] for name in TABLES])
    database = Database(engine, True, "")
    with writing(database) as session:
        session.add(State(id=1))
    return begun(database, 7)


@given(
    sequence=st.integers(1, 7),
    column=st.sampled_from(["sequence", "at", *TEXTS]),
    value=ANY_VALUE,
)
@example(sequence=3, column="detail", value="{} ")
@example(sequence=3, column="at", value=None)
@settings(max_examples=300, deadline=None)
def test_no_value_can_be_put_in_the_place_of_another(
    in_memory: Database, sequence: int, column: str, value: Any
) -> None:
    _check_a_change(
        in_memory, f"UPDATE audit_events SET {column} = :value WHERE sequence = {sequence}", value
    )


@given(sequence=st.integers(1, 7), column=st.sampled_from(TEXTS), place=st.integers(0, 200), put=ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_nothing_can_be_put_into_a_value_or_taken_out(
    in_memory: Database, sequence: int, column: str, place: int, put: str
) -> None:
    cut = f"substr({column}, 1, {place}) || :value || substr({column}, {place} + 1 + length(:value) / 2)"
    _check_a_change(in_memory, f"UPDATE audit_events SET {column} = {cut} WHERE sequence = {sequence}", put)


def _check_a_change(database: Database, statement: str, value: Any) -> None:
    """Whatever is not as it was is found; what the database refuses to store changes nothing."""
    with database.engine.connect() as connection:
        before = _bytes(connection)
        try:
            connection.execute(text(statement), {"value": value})
        except IntegrityError:
            connection.rollback()
            return
        changed = _bytes(connection) != before
        found = verify(database).fault
        connection.rollback()
    assert (found is not None) == changed, (statement, value)


def _bytes(connection: Connection) -> list[Any]:
    columns = ("sequence", "at", *TEXTS)
    shown = ", ".join(f"typeof({name}), CAST({name} AS BLOB)" for name in columns)
    return list(connection.execute(text(f"SELECT {shown} FROM audit_events ORDER BY rowid")))
