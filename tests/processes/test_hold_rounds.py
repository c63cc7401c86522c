"""One in a hundred of the rounds that `make prove` plays: no capacity is promised twice by two workers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from service.settings import Settings
from tests.prove import hold_rounds
from tests.prove.arena import CONTESTANTS, opened

ROUNDS = 100
SEED = 7


def test_of_sixteen_who_hold_the_last_unit_at_once_never_one_too_many_does(
    settings: Settings, tmp_path: Path
) -> None:
    played: Counter[str] = Counter()
    with opened(settings.url, tmp_path) as arena:
        for number in range(ROUNDS):
            played += hold_rounds.play(arena, SEED, number)
    assert played["rounds"] == ROUNDS
    assert played["held"] + played["refused"] == ROUNDS * CONTESTANTS
    assert all(played[f"rounds {kind}"] >= ROUNDS // 10 for kind in hold_rounds.KINDS)
