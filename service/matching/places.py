"""All places that are ranked: segments of tables, of which the younger ones replace rows of the older."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import overload

import numpy as np
from numpy.typing import NDArray

from service.matching.columns import Bools, Ints, OfferColumns
from service.matching.offer_table import OfferTable
from service.matching.ties import place_of
from service.matching.values import Offer


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A table and which of its rows still count.

    Attributes
    ----------
    table : OfferTable, n rows
    alive : ndarray of bool, shape (n,)
        False where a younger segment has the row anew, or it is gone.
    """

    table: OfferTable
    alive: Bools


class Rows(Sequence[Offer]):
    """The plain rows of all segments, each looked up when it is asked for."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Offer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Offer]: ...
    def __getitem__(self, index: int | slice) -> Offer | Sequence[Offer]:
        if isinstance(index, slice):
            return [self._places.row(row) for row in range(*index.indices(len(self)))]
        return self._places.row(int(index))

    def __iter__(self) -> Iterator[Offer]:
        for segment in self._places.segments:
            yield from segment.table.rows


@dataclass(frozen=True, eq=False)
class Places:
    """Segments one below the other. A position counts through all of them, dead rows included."""

    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, table: OfferTable) -> Places:
        """One table of which every row counts."""
        return cls((Segment(table, np.ones(len(table), dtype=np.bool_)),))

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The position of each segment's first row, and the end."""
        return tuple(accumulate((len(segment.table) for segment in self.segments), initial=0))

    def __len__(self) -> int:
        return self.starts[-1]

    @cached_property
    def alive(self) -> Bools:
        """Which rows count. Shape (n,)."""
        return np.concatenate([np.zeros(0, dtype=np.bool_), *(segment.alive for segment in self.segments)])

    @property
    def rows(self) -> Rows:
        """The plain rows."""
        return Rows(self)

    def find(self, position: int) -> tuple[OfferTable, int]:
        """The table that holds a position, and its row there.

        Raises
        ------
        IndexError
            If there is no such position.
        """
        for segment, start, end in zip(self.segments, self.starts, self.starts[1:], strict=False):
            if start <= position < end:
                return segment.table, position - start
        raise IndexError(position)

    def row(self, position: int) -> Offer:
        """One plain row."""
        table, row = self.find(position)
        return table.rows[row]

    def tie_key(self, position: int) -> tuple[str, ...]:
        """The key that decides between equal scores."""
        table, row = self.find(position)
        return table.tie_key(row)

    def take(self, index: Ints | Sequence[int]) -> OfferColumns:
        """The rows at these positions, in their order, as flat columns."""
        positions = np.asarray(index, dtype=np.int64)
        if len(self.segments) == 1:
            return self.segments[0].table.take(positions)
        of_segment = np.searchsorted(np.array(self.starts[1:]), positions, side="right")
        parts, order = [], []
        for number, segment in enumerate(self.segments):
            own = np.flatnonzero(of_segment == number)
            if len(own) or number == 0:
                parts.append(segment.table.take(positions[own] - self.starts[number]))
                order.append(own)
        return OfferColumns.concat(parts).take(np.argsort(np.concatenate(order), kind="stable"))

    @cached_property
    def columns(self) -> OfferColumns:
        """All rows as flat columns, for what does not run on the kernel."""
        return self.take(np.arange(len(self)))

    @cached_property
    def tie_rank(self) -> Ints:
        """Where each row stands in the order of tie keys over all segments. Shape (n,).

        The first segment's ranks are kept and spread; only the keys of younger rows are compared.
        """
        if len(self.segments) == 1:
            return self.segments[0].table.tie_rank
        base = self.segments[0].table
        tables = [segment.table for segment in self.segments[1:]]
        keys = [table.tie_key(row) for table in tables for row in range(len(table))]
        young = list(zip(keys, range(len(base), len(self)), strict=True))
        # In their order neighbours are looked up where the one before was, which is decoded already.
        before = {key: base.standing(key) for key in sorted(set(keys))}
        new = sorted(key for key, (_, known) in before.items() if not known)
        inserted = np.array([before[key][0] for key in new], dtype=np.int64)
        shift = {key: number for number, key in enumerate(new)}
        ranks: NDArray[np.int64] = np.empty(len(self), dtype=np.int64)
        ranks[: len(base)] = base.tie_rank + np.searchsorted(inserted, base.tie_rank, side="right")
        for key, position in young:
            rank, known = before[key]
            own = int(np.searchsorted(inserted, rank, side="right")) if known else shift[key]
            ranks[position] = rank + own
        return ranks

    def ties_up_to(self, key: tuple[str, ...]) -> int:
        """How many distinct tie keys, over all segments, are not beyond ``key``."""
        order = np.argsort(self.tie_rank, kind="stable")
        place = place_of(self.tie_key, order, key)
        return int(self.tie_rank[order[place - 1]]) + 1 if place else 0
