"""All tasks one after the other, and one table of what each came to.

    python -m benchmarks          # small sizes
    python -m benchmarks --full   # all sizes

Each task runs in a process of its own and writes its goals as JSON; a task that fails, or says nothing of
goals, has its line in the table too. The exit code is 1 where a task failed, not where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.goals import Goal
from benchmarks.http_goals import goals_of
from benchmarks.machine import machine


@dataclass(frozen=True)
class Task:
    """A benchmark and how it is called.

    Attributes
    ----------
    name : str
        As in the table: R1, R2, H …
    module : str
        Of benchmarks.
    arguments : tuple of str
    is_demo_shared : bool
        Whether it reads the demo's index, which is made once.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    is_demo_shared: bool = False


SMALL = (
    Task("R1", "dense", ("--places", "2543", "--rounds", "15"), is_demo_shared=True),
    Task("R2", "places", ("--places", "2543", "--rounds", "15"), is_demo_shared=True),
    Task("H", "http", ("--places", "2543", "--requests", "400", "--rounds", "2")),
    Task("S F", "index", ("--places", "2543")),
    Task("I", "imports", ("--rows", "2000")),
    Task("B", "all_pairs", ("--projects", "400", "--places", "2543"), is_demo_shared=True),
)
FULL = (
    Task("R1", "dense", ("--places", "2543", "100000", "1000000"), is_demo_shared=True),
    Task(
        "R2",
        "places",
        ("--places", "2543", "100000", "1000000", "--own-texts", "100000", "--rounds", "9"),
        is_demo_shared=True,
    ),
    Task("H", "http", ("--places", "2543", "--requests", "1000", "--rounds", "3")),
    Task("H", "http", ("--places", "50000", "--requests", "600", "--rounds", "3")),
    Task("S F", "index", ("--places", "1000000")),
    Task("I", "imports", ("--rows", "100000", "--rounds", "1")),
    Task(
        "B",
        "all_pairs",
        ("--projects", "100000", "--places", "50000", "--timed", "8192", "--rounds", "1"),
        is_demo_shared=True,
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tasks, print the table, and write it where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all sizes; takes many minutes")
    parser.add_argument("--only", nargs="+", metavar="TASK", help="R1, R2, H, S, F, I or B")
    parser.add_argument("--json", type=Path, help="write the table and the machine here")
    parser.add_argument("--directory", type=Path, help="keep each task's JSON here")
    options = parser.parse_args(arguments)
    tasks = [
        task
        for task in (FULL if options.full else SMALL)
        if options.only is None or set(options.only) & set(task.name.split())
    ]
    with (
        tempfile.TemporaryDirectory() as temporary,
        nullcontext(options.directory) if options.directory else tempfile.TemporaryDirectory() as directory,
    ):
        Path(directory).mkdir(parents=True, exist_ok=True)
        outcomes = [
            run(task, Path(directory) / f"{number}-{task.module}.json", Path(temporary))
            for number, task in enumerate(tasks)
        ]
    goals = [goal for found, _ in outcomes for goal in found]
    found_on = machine()
    print(table(goals))
    print(", ".join(f"{name} {value}" for name, value in found_on.items()))
    print("; ".join(said for _, said in outcomes))
    if options.json:
        report = {"machine": found_on, "goals": goals, "tasks": [said for _, said in outcomes]}
        options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if any(goal["peer"] == FAILED for goal in goals) else 0


FAILED = "the run failed"
WITHOUT_GOALS = "says nothing of goals"


def run(task: Task, file: Path, demo: Path) -> tuple[list[Goal], str]:
    """One task in a process of its own; its goals, and how long it took with what seed."""
    if find_spec(f"benchmarks.{task.module}") is None:
        return [_instead(task, "there is no such benchmark yet")], f"{task.name} not there"
    shared = ("--demo", str(demo)) if task.is_demo_shared else ()
    command = [
        sys.executable,
        "-m",
        f"benchmarks.{task.module}",
        *task.arguments,
        "--json",
        str(file),
        *shared,
    ]
    print(f"\n$ python -m benchmarks.{task.module} {' '.join(task.arguments)}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, check=False).returncode
    said = f"{task.name} {time.monotonic() - started:.0f} s"
    if code or not file.exists():
        return [_instead(task, FAILED)], f"{said}, exit code {code}"
    report = json.loads(file.read_text(encoding="utf-8"))
    told = [f"{name} {report[name]}" for name in ("seed", "threads", "pass_rate") if name in report]
    return _goals(task, report), ", ".join([said, *told])


def _goals(task: Task, report: dict[str, Any]) -> list[Goal]:
    if "goals" in report:
        return list(report["goals"])
    return goals_of(report) if task.module == "http" else [_instead(task, WITHOUT_GOALS)]


def _instead(task: Task, why: str) -> Goal:
    """A line for a task that gave none, so that it is not taken for one that passed."""
    size = " ".join(task.arguments)
    return Goal(
        task=task.name, size=size, what=f"benchmarks.{task.module}", ours="", peer=why, ratio=None, goal="",
        met=None,
    )  # fmt: skip


def table(goals: Iterable[Goal]) -> str:
    """The one table, in columns; ``met`` is empty where nothing was demanded."""
    lines = [("task", "size", "peer", "ours", "peer's", "ratio", "goal", "met")]
    for goal in goals:
        ratio = "" if goal["ratio"] is None else f"{goal['ratio']:.3g}"
        lines.append(
            (
                goal["task"], goal["size"], goal["what"], goal["ours"], goal["peer"], ratio, goal["goal"],
                _met(goal),
            )
        )  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "\n".join(
        ["", drawn[0].rstrip(), "  ".join("-" * width for width in widths), *map(str.rstrip, drawn[1:])]
    )


def _met(goal: Goal) -> str:
    if goal["met"] is None:
        return "not measured" if goal["goal"] or not goal["ours"] else ""
    return "yes" if goal["met"] else "NO"


if __name__ == "__main__":
    raise SystemExit(main())
