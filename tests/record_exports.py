"""Examples of the operations on exports, recorded on the demo by tests/record_demo.py."""

from __future__ import annotations

from typing import Any

from service.api.exports import EXAMPLE

_BUREAU = "330421"


def exports(recorder: Any) -> None:
    """One example of every operation on exports."""
    recorder.ask("list_export_kinds", _BUREAU, "GET", "/v1/export-kinds")
    recorder.ask("create_export", _BUREAU, "POST", "/v1/exports", EXAMPLE)
