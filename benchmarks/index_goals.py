"""The goals of tasks S and F, read from what benchmarks.index found."""

from __future__ import annotations

from typing import Any

from benchmarks.goals import Goal, duration, places

_START_SECONDS, _OF_ARRAYS, _CHANGE_MS = 5.0, 1.5, 5.0


def goals_of(report: dict[str, Any]) -> list[Goal]:
    """Start and memory beside a bare application, and what one changed place costs."""
    size = places(int(report["places"]))
    bare = report["bare FastAPI: start, s"] * 1000
    found = []
    for workers in (1, 4):
        seconds = report[f"{workers} worker(s): start, s"]
        found.append(
            Goal(
                task="S",
                size=size,
                what=f"bare FastAPI, start to ready, {workers} worker{'s' * (workers > 1)}",
                ours=duration(seconds * 1000),
                peer=duration(bare),
                ratio=round(bare / (seconds * 1000), 3),
                goal=f"<= {_START_SECONDS:g} s" if workers == 1 else "",
                met=seconds <= _START_SECONDS if workers == 1 else None,
            )
        )
    of_arrays = report["1 worker: resident / arrays"]
    # Of few places the program itself is most of what is resident: then it says nothing of the index.
    is_large = int(report["places"]) >= 1_000_000
    found.append(
        _plain(
            "S",
            size,
            "resident of one worker / bytes of the arrays",
            f"{of_arrays:.2f}",
            f"<= {_OF_ARRAYS:g}" if is_large else "",
            of_arrays <= _OF_ARRAYS if is_large else None,
        )
    )
    shared = report["4 worker(s): mapped index, Pss of all, MiB"]
    arrays = report["file, MiB"]
    found.append(
        _plain(
            "S",
            size,
            "mapped index of four workers together",
            f"{shared:.0f} of {arrays:.0f} MiB",
            "one copy",
            shared <= 1.05 * arrays,
        )
    )
    change = report["F: snapshot after one change, ms"]
    found.append(
        _plain(
            "F",
            size,
            "one changed row, in process",
            duration(change),
            f"<= {_CHANGE_MS:g} ms",
            change <= _CHANGE_MS,
        )
    )
    after = report["F over HTTP: ranking after a change, ms"]
    again = report["F over HTTP: the same once more, ms"]
    found.append(
        _plain(
            "F",
            size,
            f"ranking after a change over HTTP; once more {duration(again)}",
            duration(after),
            "",
            None,
        )
    )
    return found


def _plain(task: str, size: str, what: str, ours: str, goal: str, met: bool | None) -> Goal:
    return Goal(task=task, size=size, what=what, ours=ours, peer="", ratio=None, goal=goal, met=met)
