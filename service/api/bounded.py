"""A mapping that lets go of what was asked for least recently."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Keeps values up to a total size; for any thread.

    Parameters
    ----------
    most : int
        The largest total size.
    size_of : callable (value) -> int
        The size of a value, which must not change while it is kept; one each where it is left out.
    """

    def __init__(self, most: int, size_of: Callable[[V], int] = lambda _: 1) -> None:
        self._most = most
        self._size_of = size_of
        self._size = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """What is kept under the key."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: K, value: V) -> None:
        """Keep the value, and let go of others where there is no room; one that is too large is not kept."""
        size = self._size_of(value)
        if size > self._most:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            if before is not None:
                self._size -= self._size_of(before)
            self._kept[key] = value
            self._size += size
            while self._size > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._size -= self._size_of(oldest)
