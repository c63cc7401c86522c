"""Reversals: what is wrong is taken back by an entry of its own, and never more than is left."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.database import Database, reading
from service.domain.amounts import decimals_of, exact, rounded, unscaled
from service.domain.ledger_counting import counted
from service.domain.ledger_entries import LedgerEntry
from service.domain.ledger_families import Family
from service.domain.ledger_records import _recognised
from tests.api.ledger import (
    AUTHORITY,
    BUREAU,
    COUNTY,
    ENTRIES,
    act,
    brought_to,
    claim,
    done,
    record_of,
    told,
    total,
)
from tests.conftest import World


def reverse(world: World, entry: Any, amount: float | None = None, **fields: Any) -> Any:
    return act(world, BUREAU, entry, "reverse", {"amount": amount, "reason": "退回", **fields})


def test_a_reversal_takes_back_a_part_or_what_is_left_and_never_more(world: World) -> None:
    entry = claim(world, amount=100)
    part = done(reverse(world, entry, 40.25))
    assert (part["amount"], part["reverses_id"], part["reason"]) == (-40.25, entry["id"], "退回")
    assert told(reverse(world, entry, 59.750001)) == (409, "more_than_left")
    assert told(reverse(world, entry, 0)) == (422, "/amount nothing_claimed")
    assert told(reverse(world, entry, 0.0000001)) == (422, "/amount too_many_decimals")
    rest = done(reverse(world, entry))
    assert rest["amount"] == -59.75
    assert told(reverse(world, entry)) == (409, "nothing_left")
    assert told(act(world, BUREAU, rest, "reverse")) == (409, "acts_with_original")
    after = world.get(COUNTY, f"{ENTRIES}/{entry['id']}").json()
    assert (after["is_reversed"], after["reversed_amount"], after["actions"]) == (True, 100, [])
    for who, action in ((COUNTY, "confirm"), (AUTHORITY, "reject")):
        assert told(act(world, who, entry, action)) == (409, "taken_back")
    assert total(world) == {"claimed": 0, "confirmed": 0, "recognised": 0}


def test_what_is_taken_back_of_an_open_claim_goes_with_it(world: World) -> None:
    entry = claim(world, amount=100)
    back = done(reverse(world, entry, 30))
    for who, action in ((COUNTY, "confirm"), (AUTHORITY, "reject")):
        assert told(act(world, who, back, action)) == (409, "acts_with_original")
    done(act(world, COUNTY, entry, "confirm"))
    second = done(reverse(world, entry, 10))
    assert second["state"] == "confirmed"
    assert total(world) == {"claimed": 60, "confirmed": 60, "recognised": 0}
    done(act(world, AUTHORITY, entry, "recognise", {"eligible_share": 0.5}))
    shown = [world.get(COUNTY, f"{ENTRIES}/{row['id']}").json() for row in (entry, back, second)]
    assert [row["state"] for row in shown] == ["recognised"] * 3
    assert [row["recognised_amount"] for row in shown] == [50, -15, -5]
    assert total(world) == {"claimed": 60, "confirmed": 60, "recognised": 30}


def test_a_claim_that_is_rejected_takes_its_reversals_with_it(world: World) -> None:
    entry = claim(world, amount=100)
    back = done(reverse(world, entry, 30))
    done(act(world, AUTHORITY, entry, "reject", {"reason": "超出范围"}))
    shown = world.get(BUREAU, f"{ENTRIES}/{back['id']}").json()
    assert (shown["state"], shown["rejection_reason"]) == ("rejected", "超出范围")
    assert total(world) == {"claimed": 0, "confirmed": 0, "recognised": 0}
    assert told(reverse(world, entry)) == (409, "transition_not_allowed")


def test_what_is_taken_back_of_a_recognised_entry_counts_until_that_is_recognised_too(world: World) -> None:
    entry = brought_to(world, claim(world, amount=100), "recognised", 0.8)
    back = done(reverse(world, entry, 25, occurred_on="2026-11-02"))
    assert (back["state"], back["occurred_on"]) == ("claimed", "2026-11-02")
    assert total(world) == {"claimed": 75, "confirmed": 100, "recognised": 80}
    done(act(world, COUNTY, back, "confirm"))
    assert told(act(world, AUTHORITY, back, "recognise", {"eligible_share": 1})) == (
        422, "/eligible_share other_share",
    )  # fmt: skip
    assert done(act(world, AUTHORITY, back, "recognise"))["recognised_amount"] == -20
    assert total(world) == {"claimed": 75, "confirmed": 75, "recognised": 60}
    # One that is rejected takes nothing back, and what it named may be taken back anew.
    refused = done(reverse(world, entry))
    done(act(world, AUTHORITY, refused, "reject"))
    assert total(world) == {"claimed": 75, "confirmed": 75, "recognised": 60}
    assert world.get(BUREAU, f"{ENTRIES}/{entry['id']}").json()["reversed_amount"] == 25
    assert told(reverse(world, back)) == (409, "is_a_reversal")
    brought_to(world, done(reverse(world, entry)), "recognised")
    assert total(world) == {"claimed": 0, "confirmed": 0, "recognised": 0}


def test_a_reversal_has_a_day_that_its_entry_allows(world: World) -> None:
    flow = claim(world, amount=10, occurred_on="2026-09-15")
    stock = claim(world, measure="jobs", amount=10, occurred_on="2026-09-30")
    for entry, day, code in (
        (flow, "2026-09-14", "not_of_the_entry"),
        (flow, "2199-01-01", "in_the_future"),
        (stock, "2026-10-31", "not_of_the_entry"),
        (stock, "2026-10-01", "not_a_month_end"),
    ):
        assert told(reverse(world, entry, 1, occurred_on=day)) == (422, f"/occurred_on {code}")
    assert done(reverse(world, stock, 1))["occurred_on"] == "2026-09-30"
    assert total(world, "jobs")["claimed"] == 9


@pytest.mark.parametrize("state", ["claimed", "recognised"])
def test_of_reversals_that_come_at_once_none_takes_more_than_is_left(world: World, state: str) -> None:
    entry = brought_to(world, claim(world, amount=100), state)
    for amount, passes in ((40, 2), (20, 1), (1, 0)):
        start = threading.Barrier(4)

        def send(_: int, amount: float = amount, start: threading.Barrier = start) -> int:
            start.wait(10)
            while (answer := reverse(world, entry, amount)).status_code == 503:
                pass
            assert answer.status_code in {201, 409}, answer.text
            return int(answer.status_code)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(send, range(4))).count(201) == passes
    shown = world.get(BUREAU, f"{ENTRIES}/{entry['id']}").json()
    assert (shown["reversed_amount"], shown["is_reversed"]) == (100, True)
    assert total(world)["claimed"] == 0


def test_an_assessment_computes_on_plain_exact_values(world: World, database: Database) -> None:
    record = record_of(world)
    kept = brought_to(world, claim(world, opportunity_id=record, amount=0.3), "recognised", 0.5)
    gone = claim(world, amount=7, occurred_on="2026-11-01")
    back = done(reverse(world, gone))
    brought_to(world, claim(world, amount=9), "rejected")
    with reading(database) as session:
        rows = {row.entry_id: row for row in counted(session)}
        assert set(rows) == {kept["id"], gone["id"], back["id"]}
        assert (rows[kept["id"]].amount, rows[kept["id"]].recognised_amount) == (
            Decimal("0.3"),
            Decimal("0.15"),
        )
        assert (rows[kept["id"]].opportunity_id, rows[kept["id"]].programme) == (record, "mountain_sea")
        assert [rows[key].amount for key in (gone["id"], back["id"])] == [7, -7]
        assert [rows[key].is_reversed for key in (kept["id"], gone["id"])] == [False, True]
        until = counted(session, until=rows[kept["id"]].occurred_on, pairing_ids=[kept["pairing_id"]])
        assert [row.entry_id for row in until] == [kept["id"]]
        assert counted(session, organisation_id=world.organisations[COUNTY]) == []
        assert counted(session, pairing_ids=[]) == []


millionths = st.integers(1, 10**14)


@given(amount=millionths, share=st.integers(0, 10**6), parts=st.lists(millionths, max_size=6))
def test_however_an_entry_is_taken_back_its_shares_add_up_to_the_share_of_what_is_left(
    amount: int, share: int, parts: list[int]
) -> None:
    part = unscaled(share)
    original = LedgerEntry(id="led_0", amount=unscaled(amount), state="recognised")
    family = Family(original, [])
    recognised, left = rounded(part * original.amount), original.amount
    for number, wanted in enumerate(parts):
        taken = min(unscaled(wanted), left)
        if taken == 0:
            break
        row = LedgerEntry(id=f"led_{number + 1}", amount=-taken, state="confirmed", reverses_id="led_0")
        family.reversals.append(row)
        added = _recognised(family, row, part)
        assert -taken <= added <= 0
        row.state = "recognised"
        recognised, left = recognised + added, left - taken
        assert recognised == rounded(part * left)


@given(millionths)
def test_an_amount_is_the_decimal_that_was_written(number: int) -> None:
    amount = unscaled(number)
    assert exact(float(amount)) == amount
    assert decimals_of(amount) <= 6
