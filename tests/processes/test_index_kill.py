"""kill -9 while the index is built, followed or laid out anew: what is left ranks as one built afresh."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from service.access.policy import Actor, granted_to
from service.database import Database, now, open_database, reading, record_change, writing
from service.domain import hold_records
from service.domain.holds import Hold, HoldRelease, HoldWrite
from service.domain.organisations import Organisation
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.errors import Conflict
from service.index import MatchIndex, Snapshot, Upkeep, Weights, upkeep
from service.index.stored import building
from service.settings import Settings
from tests.access.chained import holds
from tests.conftest import World
from tests.domain.holding import COUNTY, counters, shared_project, summed
from tests.index.test_live import content
from tests.processes.forked import forked

ROUNDS = 6
# Each of the three moments once.
HOLD_ROUNDS = 3


def _work(url: str, directory: Path, steps: Any, seed: int) -> None:
    """Change places one after the other, follow, and lay out anew after each, for ever."""
    upkeep.is_stale = lambda snapshot: snapshot.stale_rows() > 0  # type: ignore[assignment]
    database, dice = open_database(url), random.Random(seed)
    steps.release()
    index = MatchIndex(directory)
    with building(directory), reading(database) as session:
        index.current(session)
    beside = Upkeep(index, database)
    while True:
        with writing(database) as session:
            ids = list(session.exec(select(Profile.id).order_by(col(Profile.id))))
            row = session.get_one(Profile, dice.choice(ids))
            row.land_mu, row.description = dice.uniform(20, 300), f"第{dice.random()}次"
            row.status = dice.choice(["published", "published", "withdrawn"])
            session.add(row)
            record_change(session, "profile", row.id, "update")
        beside.once()
        steps.release()


def _hold(url: str, directory: Path, steps: Any, seed: int) -> None:
    """Hold, let go, extend and let lapse, follow, and lay out anew after each, for ever."""
    upkeep.is_stale = lambda snapshot: snapshot.stale_rows() > 0  # type: ignore[assignment]
    database, dice = open_database(url), random.Random(seed)
    steps.release()
    index = MatchIndex(directory)
    with building(directory), reading(database) as session:
        index.current(session)
    beside = Upkeep(index, database)
    while True:
        # What is short, or held already, is refused: that is part of the day.
        with contextlib.suppress(Conflict), writing(database) as session:
            _hold_or_let_go(session, dice)
        beside.once()
        steps.release()


def _hold_or_let_go(session: Session, dice: random.Random) -> None:
    live = list(session.exec(select(Hold).where(Hold.state == "active").order_by(col(Hold.id))))
    county = session.exec(select(Profile)).first()
    assert county is not None
    owner = session.get_one(Organisation, county.organisation_id)
    actor = Actor(owner.id, owner.kind, owner.region_code, "key_test", granted_to(owner.kind))
    if live and dice.random() < 0.4:
        hold_records.release(session, actor, dice.choice(live).id, "any", HoldRelease(reason="试"))
        return
    places = list(session.exec(select(Profile.id).order_by(col(Profile.id))))
    projects = list(session.exec(select(Project.id).order_by(col(Project.id))))
    # Some lapse while the test still looks: their end is nobody's write.
    lasts = timedelta(seconds=dice.choice([0.2, 1, 3600]))
    body = HoldWrite(
        project_id=dice.choice(projects),
        profile_id=dice.choice(places),
        land_mu=dice.choice([0.1, 7.0, 20.0]),
        power_kva=dice.choice([None, 300.0]),
        labour_persons=dice.choice([None, 900.0]),
        expires_at=now(session) + lasts,
    )
    hold_records.create(session, actor, body)


def _rankings(snapshot: Snapshot) -> list[Any]:
    """Every digit of the ranking of each project, for its own organisation."""
    found = []
    for row, card in enumerate(snapshot.projects):
        ranking = snapshot.matcher.rank_offers(
            snapshot.needs.take([row]),
            snapshot.offers,
            visible=snapshot.visible_places(card.organisation_id),
            k=100,
            today=snapshot.today,
            weights=Weights(defaults=snapshot.matcher.default_weights),
        )
        ids = [snapshot.places[position].id for position in ranking.positions.tolist()]
        digits = (ranking.scores.tobytes(), ranking.utilities.tobytes(), ranking.unknown.tolist())
        found.append((ids, digits, ranking.eligible_count, ranking.excluded_count))
    return found


def _killed(
    work: Any, rounds: int, database: Database, settings: Settings, directory: Path, seed: int
) -> Iterator[tuple[Snapshot, Snapshot]]:
    """Kill the work at one moment or another; each time what is mapped, and what is built afresh."""
    dice = random.Random(seed)
    for cycle in range(rounds):
        if cycle % 3 == 0:
            # So that it is the very first building that is killed.
            shutil.rmtree(directory, ignore_errors=True)
        steps = forked.Semaphore(0)
        process = forked.Process(target=work, args=(settings.url, directory, steps, cycle), daemon=True)
        process.start()
        for _ in range(1 + cycle % 3 * dice.randint(1, 3)):
            assert steps.acquire(timeout=60)
        time.sleep(dice.uniform(0.0, 0.15))
        process.kill()
        process.join(30)
        with reading(database) as session:
            yield MatchIndex(directory).current(session), MatchIndex().current(session)


def test_kill_9_at_any_moment_leaves_an_index_that_ranks_as_one_built_afresh(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    world.project()
    for number in range(6):
        world.profile(land_mu=50 + 10 * number, description=f"第{number}块", restricted_fields=["power_kva"])
    revisions = set()
    for mapped, afresh in _killed(_work, ROUNDS, database, settings, tmp_path / "stored", 1_000_003):
        assert _rankings(mapped) == _rankings(afresh)
        assert any(ids for ids, *_ in _rankings(afresh))
        revisions.add(afresh.revision)
    # It was killed at work, not before it.
    assert len(revisions) > 1


def test_kill_9_while_capacity_is_held_leaves_an_index_whose_offers_are_net_of_what_is_held(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    for _ in range(3):
        shared_project(world, land_mu=30)
    here, there, *_ = [
        world.profile(land_mu=60 + 10 * number, power_kva=1500, restricted_fields=["power_kva"])["id"]
        for number in range(4)
    ]
    pool = {"name": "站", "quantity": "power_kva", "capacity": 2000, "members": [here, there]}
    assert world.post(COUNTY, "/v1/capacity-pools", pool).status_code == 201
    nets, revisions = set(), set()
    for mapped, afresh in _killed(_hold, HOLD_ROUNDS, database, settings, tmp_path / "stored", 1_000_033):
        assert content(mapped) == content(afresh)
        assert _rankings(mapped) == _rankings(afresh)
        nets |= {offer.figures["land_mu"] for _, offer in afresh.living()}
        revisions.add(afresh.revision)
        # What is counted is what the holds keep that the killed one has left.
        assert counters(database) == summed(database)
        holds(database)
    # It was killed at work, and something was held.
    assert len(revisions) > 1
    assert nets - {60.0, 70.0, 80.0, 90.0}
