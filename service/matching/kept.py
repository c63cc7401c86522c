"""What was worked out over a table's distinct rows, kept for the next need that asks the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from service.matching.context import Context

T = TypeVar("T")

#: Beyond this everything is forgotten: the keys come from callers.
_BYTES_KEPT: Final = 128 * 2**20
#: What a key and its finding take beside their arrays.
_ENTRY_BYTES: Final = 512


class Kept:
    """Findings under one rule book on one day; those of another are forgotten.

    Threads may look up and put side by side: at worst one thing is worked out twice.
    """

    def __init__(self) -> None:
        self._findings: _Findings | None = None

    def get(self, context: Context, key: Hashable, work_out: Callable[[], T], size: int) -> T:
        """The finding of that key; where there is none it is worked out, of about ``size`` bytes."""
        findings = self._findings
        if findings is None or findings.full or not findings.hold(context):
            findings = self._findings = _Findings(context)
        found: T | None = findings.by_key.get(key)
        if found is None:
            found = findings.by_key[key] = work_out()
            findings.size += size + _ENTRY_BYTES
        return found


class _Findings:
    def __init__(self, context: Context) -> None:
        self._context = context
        self.by_key: dict[Hashable, Any] = {}
        self.size = 0

    @property
    def full(self) -> bool:
        return self.size > _BYTES_KEPT

    def hold(self, context: Context) -> bool:
        return self._context.book is context.book and self._context.today == context.today
