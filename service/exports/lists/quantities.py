"""A column for each registered quantity, at the end of a list of projects or places."""

from __future__ import annotations

from typing import Any

from service.exports import wording
from service.exports.columns import Shown


def quantity_columns() -> list[Shown[Any]]:
    """The quantities that are members of ``quantities``, by the registry's names and units."""
    return [_column(*row) for row in wording.registry()]


def _column(name: str, zh: str, en: str, unit: str) -> Shown[Any]:
    def value(line: Any) -> Any:
        found = line.quantities.get(name)
        return wording.band(line.bands[name]) if found is None and name in line.bands else found

    return Shown(name, value, unit, "number", (zh, en))
