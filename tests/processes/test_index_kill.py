"""kill -9 while the index is built, followed or laid out anew: what is left ranks as one built afresh."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from service.database import Database, open_database, reading, record_change, writing
from service.domain.profiles import Profile
from service.index import MatchIndex, Snapshot, Upkeep, Weights, upkeep
from service.index.stored import building
from service.settings import Settings
from tests.conftest import World
from tests.processes.forked import forked

ROUNDS = 6


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


def test_kill_9_at_any_moment_leaves_an_index_that_ranks_as_one_built_afresh(
    world: World, database: Database, settings: Settings, tmp_path: Path
) -> None:
    directory, dice = tmp_path / "stored", random.Random(1_000_003)
    world.project()
    for number in range(6):
        world.profile(land_mu=50 + 10 * number, description=f"第{number}块", restricted_fields=["power_kva"])
    revisions = set()
    for cycle in range(ROUNDS):
        if cycle % 3 == 0:
            # So that it is the very first building that is killed.
            shutil.rmtree(directory, ignore_errors=True)
        steps = forked.Semaphore(0)
        process = forked.Process(target=_work, args=(settings.url, directory, steps, cycle), daemon=True)
        process.start()
        for _ in range(1 + cycle % 3 * dice.randint(1, 3)):
            assert steps.acquire(timeout=60)
        time.sleep(dice.uniform(0.0, 0.15))
        process.kill()
        process.join(30)
        with reading(database) as session:
            mapped, afresh = MatchIndex(directory).current(session), MatchIndex().current(session)
        assert _rankings(mapped) == _rankings(afresh), cycle
        assert any(ids for ids, *_ in _rankings(afresh))
        revisions.add(afresh.revision)
    # It was killed at work, not before it.
    assert len(revisions) > 1
