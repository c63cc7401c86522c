"""The benchmark of all pairs compares answers; nothing here looks at a clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import all_pairs
from service.jobs.rematch_lines import lines_of


def test_its_world_passes_some_places_and_equals_the_plain_code(tmp_path: Path) -> None:
    file = tmp_path / "pairs.json"
    report = all_pairs.main(
        ["--projects", "30", "--places", "300", "--rounds", "0", "--json", str(file)],
    )
    assert 0 < report["passing"] < 1
    assert json.loads(file.read_text(encoding="utf-8"))["seed"] == report["seed"]


def test_a_wrong_digit_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*given: object) -> bytes:
        return lines_of(*given).replace(b'"score":0.', b'"score":1.', 1)  # type: ignore[arg-type]

    monkeypatch.setattr(all_pairs, "lines_of", wrong)
    with pytest.raises(SystemExit, match="differs"):
        all_pairs.main(["--projects", "9", "--places", "100", "--rounds", "0"])
