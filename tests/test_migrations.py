"""The schema: what the models say, up and down on data, and by many processes at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, text
from sqlmodel import SQLModel

from service import schema
from service.access import audit
from service.access.audit import AuditEvent
from service.access.audit_chain import verify
from service.database import Database, State, open_database, reading, revision_of, writing
from service.domain import catalogue, tables
from service.domain.catalogue import Catalogue
from service.index import upkeep
from tests.conftest import World
from tests.databases import DATABASES, run_on_server, url_of
from tests.processes.forked import forked


def counts(database: Database) -> dict[str, int]:
    with reading(database) as session:
        return {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
        }


def test_models_and_migrations_do_not_differ(database: Database) -> None:
    tables.load()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def test_every_module_with_a_table_is_on_the_list() -> None:
    service = Path(schema.__file__).parent
    with_tables = {
        ".".join(("service", *path.relative_to(service).with_suffix("").parts))
        for path in service.rglob("*.py")
        if "table=True" in path.read_text(encoding="utf-8")
    }
    assert with_tables == set(tables.MODULES)


@pytest.fixture
def no_upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody follows the tables while they are dropped: each would wait for the other, and one be refused."""
    monkeypatch.setattr(upkeep, "SECONDS_BETWEEN", 3600.0)


def test_the_schema_goes_down_on_data_and_up_again(no_upkeep: None, world: World, database: Database) -> None:
    world.project()
    world.profile()
    world.person("jiashan", "clerk")
    app: Any = world.client.app
    with reading(database) as session:
        # What takes in changes beside the requests would else read tables, and wait for one that is dropped.
        app.state.index.current(session)
    (head,) = ScriptDirectory.from_config(schema.config()).get_heads()
    for revision in (step.revision for step in ScriptDirectory.from_config(schema.config()).walk_revisions()):
        below = ScriptDirectory.from_config(schema.config()).get_revision(revision).down_revision
        schema.downgrade(database, str(below or "base"))
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    with reading(database) as session:
        assert not schema.is_current(session)
    # What serves says so, instead of failing request by request.
    assert world.get(None, "/readyz").status_code == 503
    schema.migrate(database, head)
    with reading(database) as session:
        assert schema.is_current(session)
        assert revision_of(session) == 0
        assert len(session.get_one(State, 1).signing_key) == 64
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_a_detail_that_was_written_otherwise_is_written_as_it_was_hashed(
    world: World, database: Database
) -> None:
    world.project()
    (below,) = (
        step.down_revision
        for step in ScriptDirectory.from_config(schema.config()).walk_revisions()
        if step.revision == "20261128_audit"
    )
    spaced = '{ "person_id": "\\u4ea9", "a" : 1.0 }'
    with writing(database) as session:
        audit.record(session, None, "test.write", "test", "tst_1", json.loads(spaced))
    schema.downgrade(database, str(below))
    as_json = ":detail" if database.is_sqlite else "CAST(:detail AS json)"
    with database.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        for detail, noun_id in ((spaced, "tst_1"), ("{} ", world.organisations["anji"])):
            told = f"UPDATE audit_events SET detail = {as_json} WHERE noun_id = :noun_id"
            connection.execute(text(told), {"detail": detail, "noun_id": noun_id})
        connection.commit()
    schema.migrate(database)
    report = verify(database)
    # What parses to something else than was hashed is not put right.
    assert report.fault is not None
    with reading(database) as session:
        same = select(AuditEvent.sequence).where(AuditEvent.noun_id == world.organisations["anji"])
        whose = session.execute(same).scalar_one()
        written = text("SELECT CAST(detail AS TEXT) FROM audit_events WHERE noun_id = 'tst_1'")
        assert session.execute(written).scalar_one() == '{"a":1.0,"person_id":"亩"}'
    assert report.fault.sequence == whose


def test_loading_the_catalogue_again_changes_nothing(database: Database) -> None:
    with reading(database) as session:
        revision = revision_of(session)
    before = counts(database)
    schema.migrate(database)
    assert counts(database) == before
    with writing(database) as session:
        assert revision_of(session) == revision
        assert catalogue.load(session) is False


def test_a_changed_catalogue_is_loaded_over_the_old_without_doubling_a_row(database: Database) -> None:
    before = counts(database)
    with writing(database) as session:
        row = session.get_one(Catalogue, 1)
        row.content_hash = "of an older release"
        session.add(row)
    with writing(database) as session:
        revision = revision_of(session)
        assert catalogue.load(session) is True
    after = counts(database)
    assert after == before | {"changes": before["changes"] + 1, "audit_events": before["audit_events"] + 1}
    with reading(database) as session:
        assert revision_of(session) == revision + 1


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server_url: str = request.getfixturevalue("server_url")
    name = run_on_server(server_url, "CREATE DATABASE {name}")
    yield url_of(server_url, name)
    run_on_server(server_url, "DROP DATABASE {name} WITH (FORCE)", name)


def _migrate_when_all_are_ready(url: str, start: Any) -> None:
    database = open_database(url, busy_timeout_seconds=60)
    start.wait(60)
    schema.migrate(database)


def test_two_processes_that_migrate_at_once_both_succeed(empty_url: str) -> None:
    start = forked.Barrier(2)
    both = [forked.Process(target=_migrate_when_all_are_ready, args=(empty_url, start)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    database = open_database(empty_url)
    rows = counts(database)
    with reading(database) as session:
        assert schema.is_current(session)
        assert revision_of(session) == 1
    assert (rows["catalogue"], rows["models"], rows["state"]) == (1, 1, 1)
    assert rows["zones"] > 2500
    database.engine.dispose()
