"""Outcomes that contradict one another, or were turned round, do not make a worse model live.

Worse is measured on clean decisions of later, which no training has seen: not by the trainer's own verdict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from service.database import Database, reading
from service.domain import models
from service.domain.outcomes import Outcome
from service.index import MatchIndex, learning
from service.jobs import training
from tests.conftest import World
from tests.jobs.decided import decide, profiles

Poison = Callable[[World, Database, dict[str, str]], None]


@pytest.fixture(scope="module")
def shipped_text() -> Any:
    """The text model of the shipped texts alone."""
    return learning.fit_on_history(())


@pytest.fixture(autouse=True)
def _weights_alone(shipped_text: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text model, which takes most of a training's time, stays as it is."""
    monkeypatch.setattr(learning, "fit_on_history", lambda *_: shipped_text)


def live_version(database: Database) -> str:
    with reading(database) as session:
        return models.live(session).version


def clean_mrr(world: World, database: Database, places: dict[str, str], *versions: str) -> list[float]:
    """Mean reciprocal rank, by each model, of what clean decisions of later chose."""
    with reading(database) as session:
        known = set(session.exec(select(col(Outcome.id))))
    decide(world, database, places, 40, day=9)
    with reading(database) as session:
        snapshot = MatchIndex().current(session)
        rows = [row for row in session.exec(select(Outcome)) if row.id not in known]
        decisions = learning.decisions_of(rows, snapshot)
        found = {row.version: learning.loaded(row) for row in models.versions(session)}
    assert len(decisions) == 40
    return [
        float(learning.reciprocal_ranks_of_choices(found[version], decisions).mean()) for version in versions
    ]


def both_ways(world: World, database: Database, places: dict[str, str]) -> None:
    """What one project chose for a reason, the next refused to choose for the very same."""
    for day in range(-12, 0):
        decide(world, database, places, 4, day=day)
        decide(world, database, places, 4, day=day, against=True)


def accepted_and_refused(world: World, database: Database, places: dict[str, str]) -> None:
    """The same places by the same figures, accepted as often as refused."""
    for day in range(-12, 0):
        decide(world, database, places, 4, day=day)
        decide(world, database, places, 4, day=day, result="refused")


def turned_round_for_a_while(world: World, database: Database, places: dict[str, str]) -> None:
    """After a sound history, fewer decisions the other way, none of them among the last."""
    decide(world, database, places, 80, day=-9)
    decide(world, database, places, 24, day=-5, against=True)
    decide(world, database, places, 32, day=-1)


def turned_round_at_the_end(world: World, database: Database, places: dict[str, str]) -> None:
    """A model that learned from a sound history, then a burst of decisions the other way."""
    decide(world, database, places, 80, day=-9)
    assert training.train(database).verdict == "promoted"
    decide(world, database, places, 16, day=-1, against=True)


def one_project_over_and_over(world: World, database: Database, places: dict[str, str]) -> None:
    """One county gets nearly everything, for no reason that any other case shows."""
    decide(world, database, places, 60, day=-9)
    decide(world, database, places, 60, day=-3, regions=["513225"], against=True)


@pytest.mark.parametrize(
    "poison",
    [
        both_ways,
        accepted_and_refused,
        turned_round_for_a_while,
        turned_round_at_the_end,
        one_project_over_and_over,
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_poisoned_outcomes_do_not_make_a_worse_model_live(
    world: World, database: Database, poison: Poison
) -> None:
    places, first = profiles(world), live_version(database)
    poison(world, database, places)
    before = live_version(database)
    report = training.train(database)
    after = live_version(database)
    assert (after != before) == (report.verdict == "promoted")
    mrr_first, mrr_before, mrr_after = clean_mrr(world, database, places, first, before, after)
    assert mrr_after >= mrr_before - 1e-12
    assert mrr_after >= mrr_first - 1e-12
