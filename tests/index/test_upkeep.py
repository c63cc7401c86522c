"""Beside the requests: a bulk of changes is taken in once, and what is laid out stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.database import Database, reading
from service.index import MatchIndex, Upkeep, stored
from service.index import live as live_index
from service.index import upkeep as upkeep_module
from tests.conftest import World
from tests.domain.holding import BUREAU, COUNTY, hold, shared_project
from tests.index.test_live import content

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _now(index: MatchIndex, database: Database) -> Any:
    with reading(database) as session:
        return index.current(session)


@pytest.fixture
def index(tmp_path: Path) -> MatchIndex:
    return MatchIndex(tmp_path / "stored")


@pytest.fixture
def bulk_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_index, "_MOST_TAKEN_IN", 2)


@pytest.mark.usefixtures("bulk_of_three")
def test_a_bulk_of_changes_is_taken_in_as_building_anew_gives_it_and_net_of_holds(
    world: World, database: Database, index: MatchIndex
) -> None:
    held, project = world.profile(land_mu=100), shared_project(world)
    assert hold(world, COUNTY, project, held, land_mu=60).json()["state"] == "active"
    index.start(database)
    for number in range(3):
        world.profile(land_mu=10 + number, restricted_fields=["land_mu"][: number % 2])
    found = _now(index, database)
    # Of the three no object is left; beside the base there is only what holds make of a place.
    assert len(found.offers.segments) == 2
    assert len(found.offers.segments[1].table) == 1
    assert content(found) == content(_now(MatchIndex(), database))
    # A change after that is one beside the base again, also of a place that came in the bulk.
    world.patch(COUNTY, f"/v1/profiles/{world.profile(land_mu=7)['id']}", {"land_mu": 8})
    world.patch(COUNTY, f"/v1/profiles/{held['id']}", {"land_mu": 90})
    later = _now(index, database)
    assert later.base_revision == found.base_revision
    assert content(later) == content(_now(MatchIndex(), database))


@ON_SQLITE
@pytest.mark.usefixtures("bulk_of_three")
def test_a_bulk_is_left_to_come_until_it_rests_or_somebody_asks(
    world: World, database: Database, index: MatchIndex
) -> None:
    started, upkeep = index.start(database), Upkeep(index, database)
    for _ in range(3):
        world.profile()
    for _ in range(3):
        world.profile()
        upkeep.once()
        assert index.newest() is started
    asked = _now(index, database)
    assert len(list(asked.living())) == 6
    upkeep.once()
    for _ in range(4):
        world.profile()
    upkeep.once()
    before = index.newest()
    assert len(list(before.living())) == 6
    upkeep.once()
    rested = index.newest()
    assert content(rested) == content(_now(MatchIndex(), database))


@ON_SQLITE
@pytest.mark.usefixtures("bulk_of_three")
def test_a_bulk_that_never_rests_is_taken_in_after_so_many_looks(
    world: World, database: Database, index: MatchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_module, "MOST_LOOKS", 2)
    started, upkeep = index.start(database), Upkeep(index, database)
    for _ in range(3):
        world.profile()
    taken_in = []
    for _ in range(3):
        world.profile()
        upkeep.once()
        taken_in.append(index.newest() is not started)
    assert taken_in == [False, False, True]


@ON_SQLITE
def test_a_few_changes_are_followed_at_every_look(
    world: World, database: Database, index: MatchIndex
) -> None:
    index.start(database)
    upkeep = Upkeep(index, database)
    for number in range(3):
        world.profile()
        upkeep.once()
        assert len(list(index.newest().living())) == number + 1


@pytest.mark.usefixtures("bulk_of_three")
def test_a_base_that_was_read_anew_is_stored_and_shared(
    world: World, database: Database, index: MatchIndex
) -> None:
    other = MatchIndex(index.directory)
    for one in (index, other):
        one.start(database)
    for _ in range(4):
        world.profile()
    first, second = _now(index, database), _now(other, database)
    assert not first.is_mapped
    assert not second.is_mapped
    Upkeep(index, database).once()
    Upkeep(other, database).once()
    assert index.newest().is_mapped
    assert other.newest().is_mapped
    with reading(database) as session:
        origin, _ = stored.newest(index.directory, session, first.model_version)
    assert origin.revision == index.newest().base_revision == other.newest().base_revision
    assert content(_now(other, database)) == content(_now(MatchIndex(), database))


@ON_SQLITE
@pytest.mark.usefixtures("bulk_of_three")
def test_where_nothing_can_be_stored_that_is_tried_once(
    world: World, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    index, tried = MatchIndex(tmp_path / "file" / "index"), []
    index.start(database)
    for _ in range(4):
        world.profile()
    written = stored.write

    def counted(*given: Any) -> bool:
        tried.append(1)
        return written(*given)

    monkeypatch.setattr(stored, "write", counted)
    upkeep = Upkeep(index, database)
    for _ in range(4):
        upkeep.once()
    assert len(tried) == 1
    assert content(_now(index, database)) == content(_now(MatchIndex(), database))


@ON_SQLITE
def test_places_of_which_something_is_held_do_not_make_a_base_stale_for_ever(
    world: World, database: Database, index: MatchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep_module, "FEWEST_STALE_ROWS", 1)
    for _ in range(2):
        project, profile = shared_project(world), world.profile(land_mu=100)
        assert hold(world, COUNTY, project, profile, land_mu=60).json()["state"] == "active"
        world.profile()
    index.start(database)
    upkeep = Upkeep(index, database)
    upkeep.once()
    laid_out = index.newest().base_revision, index.newest().places
    for _ in range(3):
        upkeep.once()
    assert (index.newest().base_revision, index.newest().places) == laid_out
    # What changes besides still counts.
    for profile in world.get(BUREAU, "/v1/profiles").json()["items"]:
        world.patch(COUNTY, f"/v1/profiles/{profile['id']}", {"land_mu": 120})
    upkeep.once()
    assert index.newest().base_revision > laid_out[0]
    assert content(_now(index, database)) == content(_now(MatchIndex(), database))
