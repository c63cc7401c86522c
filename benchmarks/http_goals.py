"""Task H's goals, read from what benchmarks.http writes."""

from __future__ import annotations

from typing import Any

from benchmarks.goals import Goal, places

_FEWEST_OF_BARE = {"warm": 0.8}
_COLD_SMALL, _COLD_LARGE = 0.5, 0.3
_LARGE = 50_000
_LIVEZ_MS = 50.0


def goals_of(report: dict[str, Any]) -> list[Goal]:
    """A row per side of the report but the bare one, and one for how long ``/livez`` waits."""
    sides, count = report["sides"], int(report["places"])
    bare, found = sides["bare"]["per_second"], []
    for name, side in sides.items():
        if name == "bare" or "per_second" not in side:
            continue
        cold = _COLD_LARGE if count >= _LARGE else _COLD_SMALL
        wanted = cold if name.startswith("cold") else _FEWEST_OF_BARE.get(name)
        found.append(
            Goal(
                task="H",
                size=places(count),
                what=f"{name}, beside a bare endpoint",
                ours=f"{side['per_second']:,.0f} req/s",
                peer=f"{bare:,.0f} req/s",
                ratio=round(side["of_bare"], 3),
                goal="" if wanted is None else f">= {wanted:g}",
                met=None if wanted is None else side["of_bare"] >= wanted,
            )
        )
    livez = sides["/livez under cold load"]["p99_ms"]
    found.append(
        Goal(
            task="H",
            size=places(count),
            what="/livez under cold load, p99",
            ours=f"{livez:.3g} ms",
            peer="",
            ratio=None,
            goal=f"<= {_LIVEZ_MS:g} ms",
            met=livez <= _LIVEZ_MS,
        )
    )
    return found
