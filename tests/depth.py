"""How many of the inputs that tests make up are tried: three times as many by `make test TEST_DEPTH=3`."""

from __future__ import annotations

import os

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))


def examples(count: int) -> int:
    """The number of examples of a test that tries ``count`` at the usual depth."""
    return count * DEPTH
