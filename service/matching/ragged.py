"""A set of region or industry codes per row, and whether two such sets share one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
#: Up to so many codes comparing with each is faster than sorting them.
_FEW_CODES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """A set of codes per row.

    Attributes
    ----------
    values : ndarray of int64, shape (total,)
    indptr : ndarray of int64, shape (n + 1,)
        Row i owns values[indptr[i]:indptr[i + 1]].
    """

    values: Ints
    indptr: Ints

    @classmethod
    def of(cls, rows: Iterable[Iterable[str]]) -> Ragged:
        """Encode code strings. Raises ValueError on a code that is not alphanumeric."""
        encoded = [[code_number(code) for code in row] for row in rows]
        indptr = np.array([0, *accumulate(map(len, encoded))], dtype=np.int64)
        return cls(np.array([number for row in encoded for number in row], dtype=np.int64), indptr)

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def take(self, index: Ints) -> Ragged:
        """The rows at ``index``, in its order."""
        if len(index) == 1:
            first, last = self.indptr[index[0]], self.indptr[index[0] + 1]
            return Ragged(self.values[first:last], np.array([0, last - first], dtype=np.int64))
        lengths = np.diff(self.indptr)[index]
        indptr = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=indptr[1:])
        gather = np.repeat(self.indptr[:-1][index] - indptr[:-1], lengths) + np.arange(indptr[-1])
        return Ragged(self.values[gather], indptr)

    @staticmethod
    def concat(parts: Sequence[Ragged]) -> Ragged:
        """The parts one below the other."""
        lengths = np.concatenate([np.diff(part.indptr) for part in parts])
        indptr = np.zeros(len(lengths) + 1, dtype=np.int64)
        np.cumsum(lengths, out=indptr[1:])
        return Ragged(np.concatenate([part.values for part in parts]), indptr)


@lru_cache(maxsize=16_384)
def code_number(code: str) -> int:
    """A region or industry code as an integer, one to one.

    The leading 1 keeps "033" and "33" apart. At most 11 characters fit an int64.
    """
    if not code.isalnum() or not code.isascii() or len(code) > 11:
        raise ValueError(f"not a code: {code!r}")
    return int("1" + code.upper(), 36)


def intersects(needs: Ragged, offers: Ragged) -> Bools:
    """Whether the two sets of a pair share a code; one side has a single row.

    Returns
    -------
    ndarray of bool, shape (max(m, n),)

    Raises
    ------
    ValueError
        If neither side is a single row.
    """
    one, many = (needs, offers) if len(needs) == 1 else (offers, needs)
    if len(one) != 1:
        raise ValueError(f"{len(needs)} needs do not broadcast against {len(offers)} offers")
    hits = np.zeros(len(many.values) + 1, dtype=np.int64)
    if len(one.values) <= _FEW_CODES:
        found = (many.values[:, None] == one.values).any(axis=1)
    else:
        found = np.isin(many.values, one.values)
    np.cumsum(found, out=hits[1:])
    return np.asarray(hits[many.indptr[1:]] > hits[many.indptr[:-1]])
