"""A sparse matrix by columns: which rows have a term, so that a product touches those rows alone."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from service.matching.ragged import Ragged

#: Values are kept in half the width where they fit: they are read more often than anything else.
_NARROW = np.iinfo(np.int32)


class Postings(NamedTuple):
    """The columns of a matrix of integers that hold anything.

    Attributes
    ----------
    columns : ndarray of int64, shape (U,), ascending
    starts : ndarray of int64, shape (U + 1,)
        Column ``columns[i]`` has ``rows[starts[i]:starts[i + 1]]``.
    rows : ndarray of int32, shape (nnz,)
    values : ndarray of int32, or int64 where one does not fit, shape (nnz,)
    """

    columns: NDArray[np.int64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: NDArray[Any]

    @classmethod
    def of(cls, matrix: csr_array | Ragged) -> Self:
        """The postings of a matrix, or of sets of codes, which are a matrix of ones. O(nnz log nnz)."""
        if isinstance(matrix, Ragged):
            ones = np.ones(len(matrix.values), dtype=np.int64)
            return cls._compact(ones, matrix.values, matrix.indptr)
        if matrix.nnz < matrix.shape[1]:
            return cls._compact(matrix.data, matrix.indices, matrix.indptr)
        by_column = matrix.tocsc()  # in one go over a dense list of columns, of which some stay empty
        columns = np.flatnonzero(np.diff(by_column.indptr))
        starts = np.append(by_column.indptr[columns], by_column.indptr[-1])
        return cls._narrowed(columns, starts, by_column.indices, by_column.data)

    @classmethod
    def _compact(cls, data: NDArray[Any], cells: NDArray[Any], indptr: NDArray[Any]) -> Self:
        columns, place = np.unique(cells, return_inverse=True)
        by_column = csr_array((data, place, indptr), shape=(len(indptr) - 1, len(columns))).tocsc()
        return cls._narrowed(columns, by_column.indptr, by_column.indices, by_column.data)

    @classmethod
    def _narrowed(
        cls, columns: NDArray[Any], starts: NDArray[Any], rows: NDArray[Any], data: NDArray[Any]
    ) -> Self:
        fits = not len(data) or (data.min() >= _NARROW.min and data.max() <= _NARROW.max)
        return cls(
            columns.astype(np.int64),
            starts.astype(np.int64),
            rows.astype(np.int32),
            data.astype(np.int32 if fits else np.int64),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it under its names."""
        return self._asdict()
