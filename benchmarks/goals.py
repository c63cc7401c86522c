"""The rows of the one table that `make bench-full` ends with, as every benchmark writes them.

A benchmark that is called with ``--json FILE`` writes an object whose key ``goals`` is a list of these.
"""

from __future__ import annotations

from typing import TypedDict

NOT_INSTALLED = "not installed"


class Goal(TypedDict):
    """A task at one size against one peer.

    ``ratio`` says how many times better the own side is; ``met`` is None where nothing was demanded or
    nothing could be measured.
    """

    task: str
    size: str
    what: str
    ours: str
    peer: str
    ratio: float | None
    goal: str
    met: bool | None


def goal_row(
    task: str,
    size: str,
    what: str,
    *,
    ours_ms: float,
    peer_ms: float | None,
    at_least: float | None = None,
) -> Goal:
    """Two durations side by side; a peer without a duration is one that is not installed.

    ``at_least`` is the ratio demanded; None asks for nothing, the row then informs.
    """
    goal = "" if at_least is None else f">= {at_least:g}"
    if peer_ms is None:
        return Goal(
            task=task,
            size=size,
            what=what,
            ours=duration(ours_ms),
            peer=NOT_INSTALLED,
            ratio=None,
            goal=goal,
            met=None,
        )
    ratio = peer_ms / ours_ms
    return Goal(
        task=task,
        size=size,
        what=what,
        ours=duration(ours_ms),
        peer=duration(peer_ms),
        ratio=round(ratio, 2),
        goal=goal,
        met=None if at_least is None else ratio >= at_least,
    )


def duration(milliseconds: float) -> str:
    """Three digits and a unit."""
    if milliseconds < 1:
        return f"{milliseconds * 1000:.3g} µs"
    return f"{milliseconds:.3g} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.3g} s"


def places(count: int) -> str:
    """A size in words."""
    return f"{count:,} places"
