"""What bounds the rows of a table, block by block, so that a kernel may pass over whole blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Rows of a block: small enough to stay in the cache while it is worked on.
BLOCK_ROWS: Final = 1024


class Blocks(NamedTuple):
    """Bounds of every ``rows[0]`` rows of a table.

    Attributes
    ----------
    rows : ndarray of int64, shape (1,)
    least, most : ndarray of float64, shape (number rows, blocks)
        Of the known figures; inf and -inf where there is none.
    unknown : ndarray of bool, the same shape
        Where at least one row does not know the figure.
    first_code, last_code : ndarray of int32, shape (trait groups, blocks)
        The smallest and the largest code of the block.
    """

    rows: NDArray[np.int64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    unknown: NDArray[np.bool_]
    first_code: NDArray[np.int32]
    last_code: NDArray[np.int32]

    @classmethod
    def of(
        cls, numbers: NDArray[np.float64], codes: NDArray[np.int32], block_rows: int = BLOCK_ROWS
    ) -> Blocks:
        """The bounds of all blocks."""
        rows = np.array([block_rows], dtype=np.int64)
        starts = np.arange(0, codes.shape[1], block_rows)
        if not len(starts):
            nothing = np.empty((len(numbers), 0))
            none = np.empty((len(codes), 0), dtype=np.int32)
            return cls(rows, nothing, nothing, nothing.astype(np.bool_), none, none)
        unknown = np.isnan(numbers)
        return cls(
            rows,
            np.minimum.reduceat(np.where(unknown, np.inf, numbers), starts, axis=1),
            np.maximum.reduceat(np.where(unknown, -np.inf, numbers), starts, axis=1),
            np.logical_or.reduceat(unknown, starts, axis=1),
            np.minimum.reduceat(codes, starts, axis=1),
            np.maximum.reduceat(codes, starts, axis=1),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it under its names."""
        return self._asdict()

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Blocks:
        """What ``arrays`` gave."""
        return cls(**arrays)
