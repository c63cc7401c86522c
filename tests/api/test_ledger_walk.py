"""Whatever is asked of the ledger in whatever order, what it counts stays within what was claimed once."""

from __future__ import annotations

import random
from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlmodel import select

from service.database import Database, reading
from service.domain.ledger_entries import LedgerEntry
from tests.api.ledger import (
    AUTHORITY,
    BUREAU,
    COUNTY,
    ENTRIES,
    act,
    body_of,
    other_pairing,
    pairing_of,
    record_of,
)
from tests.conftest import World

STEPS = 120


def step(world: World, draw: random.Random, pairings: list[str], record: str, ids: list[str]) -> Any:
    """One thing that somebody asks, sensible or not."""
    if len(ids) < 3 or draw.random() < 0.25:
        fields = {
            "pairing_id": draw.choice(pairings),
            "opportunity_id": record,
            "amount": draw.choice([0.1, 33.3, 100]),
            "separate": draw.random() < 0.8,
        }
        return world.post(draw.choice([BUREAU, COUNTY]), ENTRIES, body_of(world, **fields))
    action = draw.choice(["confirm"] * 5 + ["recognise"] * 4 + ["reject"] + ["reverse"] * 3)
    bodies: dict[str, Any] = {
        "recognise": draw.choice([{}, {"eligible_share": draw.choice([0, 0.333333, 0.5, 1])}]),
        "reject": {"reason": "材料不全"},
        "reverse": {"reason": "误", **draw.choice([{}, {"amount": 0.1}, {"amount": 33.3}])},
    }
    deciding = action in {"recognise", "reject"}
    who = AUTHORITY if deciding else draw.choice([BUREAU, COUNTY])
    return act(world, who, {"id": draw.choice(ids[-8:])}, action, bodies.get(action))


def require_sound(rows: list[LedgerEntry], pairings: list[str]) -> None:
    families: dict[str, list[LedgerEntry]] = defaultdict(list)
    for row in rows:
        families[row.reverses_id or row.id].append(row)
    recognised: dict[str, Decimal] = defaultdict(Decimal)
    for original_id, members in families.items():
        original = next(row for row in members if row.id == original_id)
        taken = sum(
            (-row.amount for row in members if row.reverses_id and row.state != "rejected"), Decimal(0)
        )
        claimed = sum((row.amount for row in members if row.state != "rejected"), Decimal(0))
        counts = sum((row.recognised_amount or Decimal(0) for row in members), Decimal(0))
        if original.state != "rejected":
            assert original.reversed_amount == taken
        assert 0 <= claimed <= original.amount
        assert 0 <= counts <= original.amount
        recognised[original.pairing_id] += counts
    assert len({row.pairing_id for row in rows if row.living_opportunity_id}) <= 1
    assert sum(1 for pairing in pairings if recognised[pairing] > 0) <= 1


def test_whatever_is_asked_nothing_counts_twice_or_beyond_what_was_claimed(
    world: World, database: Database
) -> None:
    draw = random.Random(20261128)
    pairings, record = [pairing_of(world), other_pairing(world)], record_of(world)
    ids: list[str] = []
    refusals: set[str] = set()
    rows: list[LedgerEntry] = []
    for _ in range(STEPS):
        answer = step(world, draw, pairings, record, ids)
        assert answer.status_code in {200, 201, 403, 409, 422}, answer.text
        if answer.status_code == 201:
            ids.append(answer.json()["id"])
        elif answer.status_code > 201:
            refusals.add(answer.json()["code"])
        with reading(database) as session:
            rows = list(session.exec(select(LedgerEntry)))
        require_sound(rows, pairings)
    # A walk that is refused everywhere would pass all of this.
    assert {(row.state, row.reverses_id is None) for row in rows} >= {
        ("confirmed", True), ("recognised", True), ("recognised", False), ("rejected", True),
    }  # fmt: skip
    assert refusals >= {"counted_elsewhere", "duplicate", "more_than_left", "transition_not_allowed"}
