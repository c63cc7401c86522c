"""Exact inner products of sparse integer features, in either direction.

Scores must agree to the last digit whether one need meets many offers or many
needs meet one offer. Integers are what makes that so: a sum of int64 products is
the same in any order, on any machine, with any number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


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
    if len(indptr) != 2:
        return csr_array((data, columns, indptr), shape=(len(indptr) - 1, width))
    row = copy(_empty_row(width))  # scipy's check takes longer than all else that is done for one row
    row.data, row.indices, row.indptr = data, columns, indptr
    return row


@lru_cache(maxsize=32)
def _empty_row(width: int) -> csr_array:
    return csr_array((1, width), dtype=np.int64)


def integer_rows(rows: Sequence[Mapping[int, int]], width: int) -> csr_array:
    """Rows given as {column: value} in canonical CSR form (columns ascending, int64).

    Returns
    -------
    matrix : csr_array of int64, shape (len(rows), width)
    """
    indptr = np.array([0, *accumulate(map(len, rows))], dtype=np.int64)
    columns = np.fromiter((column for row in rows for column in sorted(row)), dtype=np.int64)
    data = np.fromiter((row[column] for row in rows for column in sorted(row)), dtype=np.int64)
    return canonical(data, columns, indptr, width)
