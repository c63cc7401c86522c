"""Exact inner products of sparse integer features, in either direction.

Scores must agree to the last digit whether one need meets many offers or many
needs meet one offer. Integers are what makes that so: a sum of int64 products is
the same in any order, on any machine, with any number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def integer_rows(rows: Sequence[Mapping[int, int]], width: int) -> csr_array:
    """Rows given as {column: value} in canonical CSR form (columns ascending, int64).

    Returns
    -------
    matrix : csr_array of int64, shape (len(rows), width)
    """
    indptr = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=indptr[1:])
    columns = np.fromiter((column for row in rows for column in sorted(row)), dtype=np.int64)
    data = np.fromiter((row[column] for row in rows for column in sorted(row)), dtype=np.int64)
    return csr_array((data, columns, indptr), shape=(len(rows), width))
