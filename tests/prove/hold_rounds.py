"""Rounds of sixteen holds at once, each of a project of its own, on what is enough for a few of them.

Kinds of rounds: the county holds (`create`), the county grants what was requested (`grant`), a hold that
kept everything has lapsed a moment ago (`lapse`), and two places whose holds cross on shared pools
(`crossed`). After each the winners are exactly those for whom there was enough, and every counter is the sum
of the holds that it counts.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select

from service.database import reading
from service.domain.pools import CapacityPool
from service.domain.promises import HeldQuantity
from tests.domain.holding import counters, summed
from tests.prove.arena import CONTESTANTS, Arena, share

AMOUNTS = (60.0, 0.1, 7.7, 1234.567)
KINDS = ("create", "grant", "crossed", "create", "create", "crossed", "create", "lapse")


def play(arena: Arena, seed: int, number: int) -> Counter[str]:
    """One round; raises AssertionError where it was not as promised. The same seed plays the same round."""
    dice = random.Random(seed * 1_000_003 + number)
    kind, amount, enough = KINDS[number % len(KINDS)], dice.choice(AMOUNTS), dice.randint(1, 3)
    pools: list[str] = []
    if kind == "crossed":
        answers, pools = _crossed(arena, amount, enough, dice)
    else:
        answers = _contest(arena, kind, amount, enough)
    told = Counter(_said(answer) for answer in answers)
    winners = [answer.json()["id"] for answer in answers if answer.is_success]
    assert told == {"held": enough, "capacity_short": CONTESTANTS - enough}, (kind, amount, enough, told)
    _check_counters(arena)
    _let_go(arena, kind, winners)
    assert counters(arena.database) == {}
    for pool in pools:
        arena.done(0, arena.county, "DELETE", f"/v1/capacity-pools/{pool}")
    assert len(set(winners)) == enough
    return Counter({"rounds": 1, "held": enough, "refused": CONTESTANTS - enough, f"rounds {kind}": 1})


def _said(answer: Any) -> str:
    return "held" if answer.is_success else str(answer.json()["code"])


def _times(amount: float, count: int) -> float:
    """A multiple as people write it: three times 0.1 is 0.3."""
    return float(f"{amount * count:.9g}")


def _contest(arena: Arena, kind: str, amount: float, enough: int) -> list[Any]:
    """Sixteen at once on one place's land."""
    place = arena.places[0]
    path = f"/v1/profiles/{place}"
    arena.done(0, arena.county, "PATCH", path, {"land_mu": _times(amount, enough)})
    bodies = [{"project_id": project, "profile_id": place, "land_mu": amount} for project in arena.projects]
    if kind == "grant":
        asked = arena.at_once(lambda n: arena.done(n, arena.bureau, "POST", "/v1/holds", bodies[n])["id"])
        return arena.at_once(lambda n: arena.call(n, arena.county, "POST", f"/v1/holds/{asked[n]}/grant"))
    if kind == "lapse":
        _fill_for_a_moment(arena, place, _times(amount, enough))
    return arena.at_once(lambda n: arena.call(n, arena.county, "POST", "/v1/holds", bodies[n]))


def _fill_for_a_moment(arena: Arena, place: str, land_mu: float) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=0.4)
    body = {
        "project_id": arena.projects[0],
        "profile_id": place,
        "land_mu": land_mu,
        "expires_at": ends.isoformat(),
    }
    arena.done(0, arena.county, "POST", "/v1/holds", body)
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 0.01)


def _crossed(arena: Arena, amount: float, enough: int, dice: random.Random) -> tuple[list[Any], list[str]]:
    """Every other one at each of two places that share two pools, of which one or the other is short."""
    plenty = _times(amount, enough + dice.randint(0, 5))
    shares = [("power_kva", _times(amount, enough)), ("energy_quota_tce", plenty)]
    if dice.random() < 0.5:
        shares = [(shares[0][0], shares[1][1]), (shares[1][0], shares[0][1])]
    pools = share(arena, shares)

    def ask(number: int) -> Any:
        body = {
            "project_id": arena.projects[number],
            "profile_id": arena.places[number // 2 % 2],
            "power_kva": amount,
            "quantities": {"energy_quota_tce": amount},
        }
        return arena.call(number, arena.county, "POST", "/v1/holds", body)

    return arena.at_once(ask), pools


def _check_counters(arena: Arena) -> None:
    assert counters(arena.database) == summed(arena.database)
    with reading(arena.database) as session:
        for row in session.exec(select(HeldQuantity)):
            assert 0 <= row.held <= row.published, row
        for pool in session.exec(select(CapacityPool)):
            assert 0 <= pool.held <= pool.capacity, pool


def _let_go(arena: Arena, kind: str, winners: list[str]) -> None:
    """Release everything that is active, all at once; requests end with the place's being taken back."""

    def release(number: int) -> None:
        path = f"/v1/holds/{winners[number]}/release"
        arena.done(number, arena.county, "POST", path, {"reason": "本轮结束"})

    arena.at_once(release, len(winners))
    if kind == "grant":
        for status in ("withdrawn", "published"):
            arena.done(0, arena.county, "PATCH", f"/v1/profiles/{arena.places[0]}", {"status": status})
