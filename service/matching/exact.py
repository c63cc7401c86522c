"""Exact inner products of sparse integer features, in either direction.

Scores must agree to the last digit whether one need meets many offers or many
needs meet one offer. Integers are what makes that so: a sum of int64 products is
the same in any order, on any machine, with any number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

_FEW_ROWS: Final = 8


def broadcast_product(needs: csr_array, offers: csr_array) -> NDArray[np.int64]:
    """Inner products row by row, a single row standing against every row of the other side.

    Parameters
    ----------
    needs : csr_array of int64, shape (m, V)
    offers : csr_array of int64, shape (n, V)
        m == n, or one of them is 1.

    Returns
    -------
    products : ndarray of int64, shape (max(m, n),) (empty when either side is)

    Raises
    ------
    ValueError
        If the row counts do not broadcast.
    """
    need_count, offer_count = needs.shape[0], offers.shape[0]
    if need_count == 1:
        return np.asarray(offers @ needs.toarray().ravel(), dtype=np.int64)
    if offer_count == 1:
        return np.asarray(needs @ offers.toarray().ravel(), dtype=np.int64)
    if need_count != offer_count:
        raise ValueError(f"{need_count} needs do not broadcast against {offer_count} offers")
    return np.asarray(needs.multiply(offers).sum(axis=1), dtype=np.int64).ravel()


def canonical(
    data: NDArray[np.int64], columns: NDArray[np.int64], indptr: NDArray[np.int64], width: int
) -> csr_array:
    """A matrix of arrays that are known to be in canonical CSR form, which is not checked again."""
    count = len(indptr) - 1
    if count > _FEW_ROWS:
        return csr_array((data, columns, indptr), shape=(count, width))
    # scipy's check takes longer than all else that is done for a few rows.
    rows: csr_array = object.__new__(csr_array)
    rows.__dict__.update(_empty_rows(count, width).__dict__)
    rows.data, rows.indices, rows.indptr = data, columns, indptr
    return rows


@lru_cache(maxsize=128)
def _empty_rows(count: int, width: int) -> csr_array:
    return csr_array((count, width), dtype=np.int64)


def row_of(matrix: csr_array, row: int) -> csr_array:
    """One row of a canonical matrix of int64. Shape (1, width)."""
    first, last = matrix.indptr[row], matrix.indptr[row + 1]
    ends = np.array([0, last - first], dtype=matrix.indptr.dtype)
    return canonical(matrix.data[first:last], matrix.indices[first:last], ends, matrix.shape[1])


def integer_rows(rows: Sequence[Mapping[int, int]], width: int) -> csr_array:
    """Rows given as {column: value} in canonical CSR form (columns ascending, int64).

    Returns
    -------
    matrix : csr_array of int64, shape (len(rows), width)
    """
    indptr = np.array([0, *accumulate(map(len, rows))], dtype=np.int64)
    lines = [(column, row[column]) for row in rows for column in sorted(row)]
    columns = np.array([column for column, _ in lines], dtype=np.int64)
    return canonical(np.array([value for _, value in lines], dtype=np.int64), columns, indptr, width)
