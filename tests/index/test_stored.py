"""The stored index says what a freshly built one would, or is passed over."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from service.database import Database, State, reading, record_change, writing
from service.domain import models
from service.index import MatchIndex, Upkeep, stored
from service.index import live as live_index
from service.index import upkeep as upkeep_module
from service.index.base import Base, compacted
from service.index.templates import address_of
from tests.access.chained import tampering
from tests.conftest import World
from tests.index.test_live import changes, content


def _stored(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.glob("base-*"))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "stored"


def test_a_stored_index_with_the_changes_since_is_what_building_anew_gives(
    world: World, database: Database, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.profile(restricted_fields=["land_mu"], quantities={"largest_parcel_mu": 80.5})
    world.profile(materials=[{"name": "毛竹", "quantity_per_year": 1000.5, "unit": "t", "max_haul_km": 80}])
    world.profile(
        "anji",
        region_code="330523",
        restricted_industries=[{"code": "C26", "level": "conditional", "condition": "只收精制"}],
        evidence={"land_mu": {"source": "自然资源局", "document_no": "1号", "as_of": "2026-10-01"}},
    )
    with reading(database) as session:
        built = MatchIndex(directory).current(session)
        assert content(built) == content(MatchIndex().current(session))
    assert len(_stored(directory)) == 1
    with monkeypatch.context() as patched:
        patched.setattr(live_index, "build", _fail)
        for step in changes(world):
            with reading(database) as session:
                found = MatchIndex(directory).current(session)
            codes, addresses = found.addresses()
            assert [addresses[code] for code in codes] == [address_of(row) for row in found.offers.rows]
            with monkeypatch.context() as allowed, reading(database) as session:
                allowed.setattr(live_index, "build", _build)
                assert content(found) == content(MatchIndex().current(session)), step
    assert len(_stored(directory)) == 1


_build = live_index.build


def _fail(*_: object) -> None:
    raise AssertionError("places are read from the database")


def _damaged(path: Path, at: int) -> None:
    whole = bytearray((path / "arrays.bin").read_bytes())
    whole[at] ^= 1
    (path / "arrays.bin").write_bytes(whole)


def _torn(path: Path) -> None:
    whole = (path / "arrays.bin").read_bytes()
    (path / "arrays.bin").write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: _damaged(path, 0),
        lambda path: _damaged(path, -65),
        _torn,
        lambda path: (path / "arrays.bin").unlink(),
        lambda path: (path / "manifest.json").write_bytes(b""),
        lambda path: (path / "manifest.json").write_bytes(b'{"origin": {}}'),
    ],
    ids=["first byte", "last words", "half", "no arrays", "empty manifest", "foreign manifest"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stored_index_that_is_not_whole_is_built_anew(world, database, directory, harm) -> None:
    world.profile()
    with reading(database) as session:
        expected = content(MatchIndex(directory).current(session))
        harm(directory / _stored(directory)[0])
        assert content(MatchIndex(directory).current(session)) == expected
    assert len(_stored(directory)) == 2


def _holds(database: Database, directory: Path) -> bool:
    with reading(database) as session:
        return stored.newest(directory, session, models.live(session).version) is not None


def test_a_stored_index_of_another_history_is_refused(
    world: World, database: Database, directory: Path
) -> None:
    profile = world.profile()
    before = _state(database)
    world.patch("qingyuan", f"/v1/profiles/{profile['id']}", {"land_mu": 1})
    with reading(database) as session:
        MatchIndex(directory).current(session)
    assert _holds(database, directory)
    # A backup is put back: the last change never was.
    _turn_back(database, before)
    assert not _holds(database, directory)
    # And the revision of the stored index is reached again, by another change of the same profile.
    world.patch("qingyuan", f"/v1/profiles/{profile['id']}", {"land_mu": 2})
    assert _state(database)["revision"] == before["revision"] + 1
    assert not _holds(database, directory)


def _state(database: Database) -> dict[str, Any]:
    with reading(database) as session:
        return session.get_one(State, 1).model_dump()


def _turn_back(database: Database, state: dict[str, Any]) -> None:
    """As a backup does, which knows nothing of what guards the record of changes."""
    with tampering(database) as connection:
        connection.execute(text("DELETE FROM changes WHERE revision > :revision"), state)
        connection.execute(text("DELETE FROM audit_events WHERE sequence > :audit_sequence"), state)
        connection.execute(
            text(
                "UPDATE state SET revision = :revision, audit_sequence = :audit_sequence, "
                "audit_head = :audit_head"
            ),
            state,
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stored_index_of_another_database_model_program_or_catalogue_is_refused(
    world: World, database: Database, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.profile()
    with reading(database) as session:
        MatchIndex(directory).current(session)
        assert stored.newest(directory, session, "text-other") is None
    with monkeypatch.context() as patched:
        patched.setattr(stored, "_program", lambda: "another version")
        assert not _holds(database, directory)
    assert _holds(database, directory)
    with writing(database) as session:
        session.get_one(State, 1).signing_key = "of another database"
    with writing(database) as session:
        record_change(session, "profile", "none", "update")
        session.get_one(State, 1).signing_key = "of another database"
    assert not _holds(database, directory)
    with reading(database) as session:
        MatchIndex(directory).current(session)
    assert _holds(database, directory)
    with writing(database) as session:
        record_change(session, "catalogue", "x", "load")
    assert not _holds(database, directory)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_nothing_can_be_stored_the_index_is_held_in_memory(
    world: World, database: Database, tmp_path: Path
) -> None:
    world.profile()
    (tmp_path / "file").write_bytes(b"")
    index = MatchIndex(tmp_path / "file" / "index")
    snapshot = index.start(database)
    with reading(database) as session:
        assert content(snapshot) == content(MatchIndex().current(session))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_newest_two_of_a_model_are_kept_and_what_was_left_half_done_goes(
    world: World, database: Database, directory: Path
) -> None:
    directory.mkdir()
    (directory / "new-1-left").mkdir()
    os.utime(directory / "new-1-left", (0, 0))
    names = []
    for _ in range(4):
        world.profile()
        with reading(database) as session:
            version = models.live(session).version
            origin = stored.Origin.of(session, version)
            assert stored.write(directory, origin, compacted(MatchIndex().current(session)))
        names.append(_stored(directory)[-1])
    assert _stored(directory) == names[-2:]
    assert not list(directory.glob("new-*"))


def test_an_index_laid_out_anew_ranks_as_before_and_as_one_that_is_built(
    world: World, database: Database, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_module, "is_stale", lambda snapshot: snapshot.stale_rows() > 2)
    indexes = [MatchIndex(directory), MatchIndex(directory), MatchIndex()]
    upkeeps = [Upkeep(index, database) for index in indexes]
    for index in indexes:
        index.start(database)
    relaid = 0
    for step in changes(world):
        for number, (index, upkeep) in enumerate(zip(indexes, upkeeps, strict=True)):
            with reading(database) as session:
                before = index.current(session)
            upkeep.once()
            with reading(database) as session:
                after = index.current(session)
                assert content(after) == content(MatchIndex().current(session)), (step, number)
                assert content(before) == content(after)
            relaid += after.places is not before.places
    assert relaid >= 3
    # The second has mapped what the first has laid out.
    assert indexes[0].newest().base_revision == indexes[1].newest().base_revision


def index_so_far(index: MatchIndex, database: Database) -> None:
    with reading(database) as session:
        index.current(session)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_arrays_laid_out_anew_are_those_that_are_built(world: World, database: Database) -> None:
    index = MatchIndex()
    for number in range(3):
        world.profile(land_mu=10 * number, description=f"第{number}块", restricted_fields=["power_kva"])
        index_so_far(index, database)
        world.profile(land_mu=5 * number, description=f"新{number}", floor_area_m2=100)
    for number, profile in enumerate(world.get("qingyuan", "/v1/profiles").json()["items"]):
        changed = {"land_mu": number} if number % 2 else {"description": f"改{number}"}
        world.patch("qingyuan", f"/v1/profiles/{profile['id']}", changed)
    with reading(database) as session:
        grown, built = index.current(session), MatchIndex().current(session)
    ours, theirs = compacted(grown), compacted(built)
    assert ours.keys() == theirs.keys()
    table, other = Base.of(ours).table, Base.of(theirs).table
    assert list(table.rows) == list(other.rows)
    for name, (low, high) in table.number_rows.items():
        there = other.number_rows[name]
        assert np.array_equal(table.numbers[[low, high]], other.numbers[list(there)], equal_nan=True), name
    for name in ("codes", "tie_rank", "public", "ids", "id_order"):
        assert np.array_equal(ours[name], theirs[name]), name


def test_a_model_for_which_places_are_encoded_goes_live_without_reading_them_again(
    world: World, database: Database, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.profile()
    index = MatchIndex(directory)
    index.start(database)
    with reading(database) as session:
        content_of_model = models.live(session).content
        live_index.store_for_model(session, "text-second", content_of_model, directory)
    world.profile("anji", region_code="330523")
    with writing(database) as session:
        models.store(session, "text-second", content_of_model, {})
    with monkeypatch.context() as patched, reading(database) as session:
        patched.setattr(live_index, "build", _fail)
        found = index.current(session)
    with reading(database) as session:
        assert found.model_version == "text-second"
        assert content(found) == content(MatchIndex().current(session))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_several_that_start_at_once_one_builds_and_the_others_map(
    world: World, database: Database, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.profile()
    built = []

    def counted(*given: Any) -> Any:
        built.append(1)
        return _build(*given)

    monkeypatch.setattr(live_index, "build", counted)
    threads = [threading.Thread(target=MatchIndex(directory).start, args=(database,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
