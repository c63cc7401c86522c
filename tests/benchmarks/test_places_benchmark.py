"""The benchmark of rankings runs, and its own check of answers holds; nothing here looks at a clock."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks import places
from benchmarks.goals import NOT_INSTALLED
from benchmarks.tiles import flat, tiled


def test_the_smallest_size_runs_and_every_side_has_a_figure(tmp_path: Path, demo: Path) -> None:
    file = tmp_path / "places.json"
    arguments = ["--places", "300", "--own-texts", "200", "--rounds", "2", "--peers", "--demo", str(demo)]
    lines = places.main([*arguments, "--json", str(file)])
    assert len(lines) == 8
    assert all(line["ms"] > 0 and 0 < line["passing"] < 1 for line in lines)
    report = json.loads(file.read_text(encoding="utf-8"))
    assert report["seed"] == places.SEED
    assert {goal["task"] for goal in report["goals"]} == {"R2"}
    assert all(goal["peer"] != NOT_INSTALLED for goal in report["goals"])


def test_tiled_arrays_are_what_encoding_the_tiled_rows_gives(demo: Path) -> None:
    snapshot = places.demo_snapshot(demo)
    matcher = snapshot.matcher
    zones = matcher.table(sorted((row for _, row in snapshot.living()), key=lambda row: row.tie_key)[:40])
    table = tiled(zones, 90, np.random.default_rng(1), own_texts=False)
    encoded = matcher.table(table.rows)
    assert [encoded.tie_rank.tolist(), encoded.tie_order.tolist()] == [
        table.tie_rank.tolist(),
        table.tie_order.tolist(),
    ]
    every = np.arange(90)
    for name in encoded.number_rows:
        np.testing.assert_array_equal(table.figure(name, every).low, encoded.figure(name, every).low)
        np.testing.assert_array_equal(table.figure(name, every).high, encoded.figure(name, every).high)
    np.testing.assert_array_equal(flat(table).text.toarray(), encoded.take(every).text.toarray())
