"""Columns as plain arrays under flat names, and back: what a memory-mapped index is stored as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from service.matching.chain_columns import ChainOffers
from service.matching.ragged import Ragged

Arrays = Mapping[str, NDArray[Any]]


def arrays_of(name: str, value: Any) -> dict[str, NDArray[Any]]:
    """One column as arrays; the ending of a name says what it was.

    Raises
    ------
    TypeError
        For a kind of column that has no stored form.
    """
    if isinstance(value, np.ndarray):
        return {name: value}
    if isinstance(value, csr_array):
        shape = np.array(value.shape, dtype=np.int64)
        return {
            f"{name}:data": value.data,
            f"{name}:indices": value.indices,
            f"{name}:indptr": value.indptr,
            f"{name}:shape": shape,
        }
    if isinstance(value, Ragged):
        return {f"{name}:values": value.values, f"{name}:starts": value.indptr}
    if isinstance(value, ChainOffers):
        parts = [arrays_of(f"{name}.{part.name}", getattr(value, part.name)) for part in fields(value)]
        return {key: array for part in parts for key, array in part.items()}
    raise TypeError(f"{name} is a {type(value).__name__}, which cannot be stored")


def column_from(name: str, arrays: Arrays) -> Any:
    """The column that `arrays_of` took apart; the arrays are used as they are, not copied.

    Raises
    ------
    KeyError
        If an array is missing.
    """
    if name in arrays:
        return arrays[name]
    if f"{name}:values" in arrays:
        return Ragged(arrays[f"{name}:values"], arrays[f"{name}:starts"])
    if f"{name}:data" in arrays:
        rows, width = arrays[f"{name}:shape"].tolist()
        matrix = tuple(arrays[f"{name}:{part}"] for part in ("data", "indices", "indptr"))
        return csr_array(matrix, shape=(rows, width), copy=False)
    return ChainOffers(
        **{part.name: column_from(f"{name}.{part.name}", arrays) for part in fields(ChainOffers)}
    )
