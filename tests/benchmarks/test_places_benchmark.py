"""The benchmark of rankings runs, and its own check of answers holds; nothing here looks at a clock."""

import json
from pathlib import Path

from benchmarks import places


def test_the_smallest_size_runs_and_every_side_has_a_figure(tmp_path: Path) -> None:
    file = tmp_path / "places.json"
    lines = places.main(["--places", "300", "--rounds", "2", "--json", str(file)])
    assert len(lines) == 4
    assert all(line["ms"] > 0 and 0 < line["passing"] < 1 for line in lines)
    assert json.loads(file.read_text(encoding="utf-8"))["seed"] == places.SEED
