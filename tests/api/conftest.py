"""What the tests of rankings over HTTP share."""

from __future__ import annotations

from typing import Any

import pytest

from service.api.shortcut import Shortcut


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the shortcut answered, by path."""
    answered: list[str] = []

    def seen(name: str) -> None:
        own = getattr(Shortcut, name)

        async def answer(self: Shortcut, scope: Any, *rest: Any) -> Any:
            found = await own(self, scope, *rest)
            if found is not None:
                answered.append(scope["path"])
            return found

        monkeypatch.setattr(Shortcut, name, answer)

    seen("_list")
    seen("_query")
    return answered
