"""The demo's data directory, made once for all benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Empty at first: whoever needs the demo first makes it."""
    return tmp_path_factory.mktemp("demo")
