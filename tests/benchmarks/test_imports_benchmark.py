"""The benchmark of imports runs, and its own check of tables holds; nothing here looks at a clock."""

import json
from pathlib import Path

from benchmarks import imports
from service.settings import Settings


def test_a_small_import_runs_in_either_format_beside_its_peer(tmp_path: Path) -> None:
    file = tmp_path / "imports.json"
    lines = imports.main(["--rows", "300", "--rounds", "1", "--databases", "sqlite", "--json", str(file)])
    assert [line["format"] for line in lines] == ["ndjson", "csv"]
    assert all(line["rows_per_second"] > 0 and line["grown_mib"] > 0 for line in lines)
    assert json.loads(file.read_text(encoding="utf-8"))["seed"] == imports.SEED


def test_a_hundred_thousand_rows_of_either_format_may_be_sent(tmp_path: Path) -> None:
    # One of each zone of the reference data, from which the benchmark makes its 100,000.
    rows = 2543
    for path in imports._files(tmp_path, rows):
        assert 100_000 / rows * path.stat().st_size < Settings.model_fields["max_file_bytes"].default
