"""Who stands where: by a bulletin, else by what all peers have reported, else nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

RankSource = Literal["bulletin", "submissions"]
WhyUnranked = Literal["no_peers", "peers_missing", "no_figure"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a bulletin says of one organisation."""

    rank: int
    of: int | None
    bulletin_id: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A rank with where it comes from, or why there is none."""

    rank: int | None
    of: int | None
    source: RankSource | None
    why: WhyUnranked | None
    bulletin_id: str | None
    peers: int
    reported: int


def standing(
    organisation_id: str,
    told: Told | None,
    peers: frozenset[str],
    reported: Mapping[str, Fraction | None],
) -> Standing:
    """The rank of an organisation among its peers.

    Parameters
    ----------
    told : Told or None
        What the newest bulletin says; it goes before everything else.
    peers : frozenset of str
        All that are assessed on the same, the organisation among them.
    reported : mapping
        By organisation that has a submission, the figure that it is ranked by; None where it has none.

    Returns
    -------
    Standing
        One more than the number of peers whose figure is better: equals share the better rank.
    """
    count, here = len(peers), sum(name in reported for name in peers)
    if told is not None:
        return Standing(told.rank, told.of, "bulletin", None, told.bulletin_id, count, here)
    why: WhyUnranked | None = None
    own = reported.get(organisation_id)
    if count < 2 or organisation_id not in peers:
        why = "no_peers"
    elif here < count:
        why = "peers_missing"
    elif own is None:
        why = "no_figure"
    if why is not None or own is None:
        return Standing(None, None, None, why, None, count, here)
    better = sum(1 for name in peers if (found := reported[name]) is not None and found > own)
    return Standing(better + 1, count, "submissions", None, None, count, here)
