"""The benchmark of dense vectors runs, and its own check of answers holds; nothing here looks at a clock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import dense
from benchmarks.dense_data import draw_need, gaussian_rows
from benchmarks.dense_peers import Answer, Side
from benchmarks.goals import NOT_INSTALLED


def test_the_smallest_size_runs_and_every_side_has_a_figure(tmp_path: Path, demo: Path) -> None:
    file = tmp_path / "dense.json"
    arguments = ["--places", "600", "--rounds", "2", "--peers", "numpy", "kernel", "sklearn"]
    report = dense.main([*arguments, "--demo", str(demo), "--json", str(file)])
    assert [(line["data"], line["side"], line["threads"]) for line in report["lines"]] == [
        ("shipped", "NumPy (reference)", 1),
        ("shipped", "kernel", 1),
        ("shipped", "kernel", 2),
        ("shipped", "NearestNeighbors brute, no filter", 2),
        ("gaussian", "NumPy (reference)", 1),
        ("gaussian", "kernel", 1),
        ("gaussian", "kernel", 2),
    ]
    assert all(line["ms"] > 0 and 0.1 < line["passing"] < 0.25 for line in report["lines"])
    assert json.loads(file.read_text(encoding="utf-8"))["seed"] == dense.SEED


def test_a_peer_that_is_not_installed_is_told_and_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense.peers, "is_installed", lambda package: False)
    arguments = [
        "--places",
        "300",
        "--rounds",
        "1",
        "--data",
        "gaussian",
        "--peers",
        "numpy",
        "kernel",
        "faiss",
    ]
    report = dense.main(arguments)
    [faiss] = [goal for goal in report["goals"] if "FAISS" in goal["what"]]
    assert (faiss["peer"], faiss["met"], faiss["ratio"]) == (NOT_INSTALLED, None, None)
    assert faiss["goal"]


def test_an_exact_side_that_differs_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(rows: Any) -> list[Side]:
        return [Side("wrong", 1, lambda wanted: Answer(np.arange(dense.K), np.zeros(dense.K)))]

    monkeypatch.setitem(dense.PEERS, "sklearn", (None, wrong))
    generator = np.random.default_rng(1)
    rows = gaussian_rows(400, generator)
    with pytest.raises(SystemExit, match="wrong: the answer differs"):
        dense.measure(rows, ["numpy", "sklearn"], 1, slow=False, generator=generator)


def test_needs_are_new_each_time_and_let_10_to_25_percent_pass() -> None:
    generator = np.random.default_rng(1)
    rows = gaussian_rows(3000, generator)
    drawn = [draw_need(rows, generator) for _ in range(20)]
    assert len({need.vector.tobytes() for need in drawn}) == 20
    shares = [(rows.figures >= need.floors).all(axis=1).mean() for need in drawn]
    assert min(shares) > 0.1
    assert max(shares) < 0.25
