"""Plain rows picked out of tables: each is looked up, and maybe decoded, only when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np

from service.matching.ragged import Ints
from service.matching.values import Offer


class PickedRows(Sequence[Offer]):
    """Rows of several sources in any order.

    Parameters
    ----------
    sources : tuple of sequences of Offer
    source, row : ndarray of int64, shape (n,)
        Which source each row is of, and its place there.
    """

    def __init__(self, sources: tuple[Sequence[Offer], ...], source: Ints, row: Ints) -> None:
        self._sources, self._source, self._row = sources, source, row

    @classmethod
    def of(cls, rows: Sequence[Offer], index: Ints) -> PickedRows:
        """Some rows of one source."""
        return cls((rows,), np.zeros(len(index), dtype=np.int64), index)

    def __len__(self) -> int:
        return len(self._row)

    @overload
    def __getitem__(self, index: int) -> Offer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Offer]: ...
    def __getitem__(self, index: int | slice) -> Offer | Sequence[Offer]:
        if isinstance(index, slice):
            return PickedRows(self._sources, self._source[index], self._row[index])
        return self._sources[int(self._source[index])][int(self._row[index])]

    def take(self, index: Ints) -> PickedRows:
        """The rows at ``index``, in its order."""
        return PickedRows(self._sources, self._source[index], self._row[index])

    @staticmethod
    def concat(parts: Sequence[PickedRows]) -> PickedRows:
        """The parts one below the other."""
        firsts = np.cumsum([0, *(len(part._sources) for part in parts)])
        return PickedRows(
            tuple(source for part in parts for source in part._sources),
            np.concatenate([part._source + first for part, first in zip(parts, firsts, strict=False)]),
            np.concatenate([part._row for part in parts]),
        )
