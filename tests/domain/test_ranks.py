"""Ranks: from a bulletin, or when all peers have reported."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from service.domain.assessing.ranks import Told, standing

PEERS = frozenset({"org_1", "org_2", "org_3"})


@pytest.mark.parametrize(
    ("told", "peers", "reported", "rank", "of", "source", "why"),
    [
        (None, PEERS, {"org_1": 1, "org_2": 2}, None, None, None, "peers_missing"),
        (None, PEERS, {"org_1": 1, "org_2": 2, "org_3": 3}, 3, 3, "submissions", None),
        (None, PEERS, {"org_1": 2, "org_2": 2, "org_3": 3}, 2, 3, "submissions", None),
        (None, PEERS, {"org_1": 3, "org_2": 3, "org_3": 3}, 1, 3, "submissions", None),
        (None, PEERS, {"org_1": 1, "org_2": None, "org_3": None}, 1, 3, "submissions", None),
        (None, PEERS, {"org_1": None, "org_2": 1, "org_3": 1}, None, None, None, "no_figure"),
        (None, frozenset({"org_1"}), {"org_1": 1}, None, None, None, "no_peers"),
        (None, frozenset({"org_2", "org_3"}), {"org_2": 1, "org_3": 1}, None, None, None, "no_peers"),
        (None, frozenset(), {}, None, None, None, "no_peers"),
        (Told(7, 26, "bul_1"), PEERS, {"org_1": 1, "org_2": 0, "org_3": 0}, 7, 26, "bulletin", None),
        (Told(7, None, "bul_1"), frozenset(), {}, 7, None, "bulletin", None),
    ],
)
def test_a_rank_comes_from_a_bulletin_or_when_all_peers_have_reported(
    told: Told | None,
    peers: frozenset[str],
    reported: dict[str, int | None],
    rank: Any,
    of: Any,
    source: Any,
    why: Any,
) -> None:
    figures = {name: None if value is None else Fraction(value) for name, value in reported.items()}
    found = standing("org_1", told, peers, figures)
    assert (found.rank, found.of, found.source, found.why) == (rank, of, source, why)
