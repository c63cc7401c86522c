"""One in a hundred of the kills that `make prove` tries: no event is lost with the process that sends it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from service.settings import Settings
from tests.prove import webhook_rounds

ROUNDS = 5
SEED = 7


def test_a_killed_sender_loses_no_event_and_what_comes_twice_has_one_id(
    settings: Settings, tmp_path: Path
) -> None:
    played: Counter[str] = Counter()
    with webhook_rounds.opened(settings.url, tmp_path) as post:
        for number in range(ROUNDS):
            played += webhook_rounds.play(post, SEED, number)
        played += webhook_rounds.check(post)
    assert (played["rounds"], played["events"]) == (ROUNDS, ROUNDS * webhook_rounds.EVENTS)
    # Whoever was killed before the answer had sent what is sent again.
    assert played["duplicates"] >= played["rounds unanswered"] == 2
