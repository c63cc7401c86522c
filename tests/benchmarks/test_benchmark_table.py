"""One table at the end of all tasks: it never takes for passed what was not measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import __main__ as bench
from benchmarks.goals import Goal, duration, goal_row
from benchmarks.http_goals import goals_of
from benchmarks.machine import machine

TASK = bench.Task("R1", "dense", ("--places", "5"))


def _goal(**changes: Any) -> Goal:
    return Goal(
        **{
            "task": "R1",
            "size": "5 places",
            "what": "NumPy",
            "ours": "1 ms",
            "peer": "2 ms",
            "ratio": 2.0,
            "goal": ">= 1",
            "met": True,
        }
        | changes
    )


@pytest.mark.parametrize(
    ("ours", "peer", "least", "ratio", "met"),
    [
        (1.0, 5.0, 5.0, 5.0, True),
        (1.0, 4.9, 5.0, 4.9, False),
        (1.0, 4.996, 5.0, 5.0, False),
        (1.0, 4.9, None, 4.9, None),
        (1.0, None, 5.0, None, None),
    ],
)
def test_a_goal_is_met_from_its_ratio_on(
    ours: float, peer: float | None, least: float | None, ratio: float | None, met: bool | None
) -> None:
    goal = goal_row("R1", "5 places", "x", ours_ms=ours, peer_ms=peer, at_least=least)
    assert (goal["ratio"], goal["met"]) == (ratio, met)


@pytest.mark.parametrize(
    ("milliseconds", "text"), [(0.0142, "14.2 µs"), (3.14159, "3.14 ms"), (72_000, "72 s")]
)
def test_durations_have_three_digits_and_a_unit(milliseconds: float, text: str) -> None:
    assert duration(milliseconds) == text


def test_the_table_says_yes_no_and_not_measured() -> None:
    drawn = bench.table(
        [
            _goal(),
            _goal(met=False, ratio=0.5),
            _goal(met=None, ratio=None, peer="not installed"),
            _goal(met=None, goal=""),
        ]
    )
    ends = [line.split("  ")[-1].strip() for line in drawn.splitlines()[3:]]
    assert ends == ["yes", "NO", "not measured", "2"]
    assert drawn.splitlines()[1].split() == ["task", "size", "peer", "ours", "peer's", "ratio", "goal", "met"]


@pytest.mark.parametrize(
    ("written", "code", "why"),
    [
        ({"seed": 1}, 0, bench.WITHOUT_GOALS),
        ({"goals": []}, 3, bench.FAILED),
        (None, 0, bench.FAILED),
    ],
)
def test_a_task_that_gives_no_goals_has_a_line_that_says_so(
    written: Any, code: int, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "task.json"

    def process(command: list[str], *, check: bool) -> subprocess.CompletedProcess[bytes]:
        if written is not None:
            file.write_text(json.dumps(written), encoding="utf-8")
        return subprocess.CompletedProcess(command, code)

    monkeypatch.setattr(subprocess, "run", process)
    [goal], _ = bench.run(TASK, file, tmp_path)
    assert (goal["peer"], goal["met"]) == (why, None)
    assert "not measured" in bench.table([goal])


def test_a_benchmark_that_is_not_there_is_told(tmp_path: Path) -> None:
    [goal], _ = bench.run(bench.Task("Z", "no_such_benchmark", ()), tmp_path / "x.json", tmp_path)
    assert "no such benchmark" in goal["peer"]


def test_a_goal_that_is_missed_is_no_failure_but_a_run_that_fails_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome(goal: Goal) -> int:
        monkeypatch.setattr(bench, "run", lambda task, file, demo: ([goal], "R1 1 s"))
        return bench.main(["--only", "R1", "--json", str(tmp_path / "all.json")])

    assert outcome(_goal(met=False)) == 0
    assert outcome(_goal(met=None, peer=bench.FAILED)) == 1
    report = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert report["machine"]["numpy"] == machine()["numpy"]
    assert report["goals"][0]["peer"] == bench.FAILED


def test_the_http_benchmark_is_read_as_it_is_written() -> None:
    side = {"per_second": 400.0, "of_bare": 0.4, "p50_ms": 1.0, "p99_ms": 2.0}
    report = {
        "places": 50_000,
        "sides": {
            "bare": side | {"per_second": 1000.0, "of_bare": 1.0},
            "cold, other weights": side,
            "warm": side,
            "304": side,
            "/livez under cold load": {"p50_ms": 1.0, "p99_ms": 51.0, "asked": 10},
        },
    }
    assert [(goal["what"], goal["met"]) for goal in goals_of(report)] == [
        ("cold, other weights, beside a bare endpoint", True),
        ("warm, beside a bare endpoint", False),
        ("304, beside a bare endpoint", None),
        ("/livez under cold load, p99", False),
    ]
    assert goals_of(report | {"places": 2543})[0]["met"] is False


def test_help_names_every_task() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"], capture_output=True, text=True, check=True
    )
    assert all(name in shown.stdout for name in ("R1", "R2", "H", "S", "F", "I", "B"))
