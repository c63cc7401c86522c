"""Runs of characters as hashed columns, as scikit-learn's HashingVectorizer has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.matching.compiled import compiled, inlined

# All of one type: numba makes a float of a signed and an unsigned number.
_MASK = np.uint64(0xFFFFFFFF)
_C1, _C2, _ADDED = np.uint64(0xCC9E2D51), np.uint64(0x1B873593), np.uint64(0xE6546B64)
_M1, _M2 = np.uint64(0x85EBCA6B), np.uint64(0xC2B2AE35)
_FIVE = np.uint64(5)
_SIGN, _RANGE = np.uint64(1 << 31), np.uint64(1 << 32)


@inlined
def _turned(value: Any, left: int) -> Any:
    """A 32-bit number turned to the left."""
    return ((value << np.uint64(left)) | (value >> np.uint64(32 - left))) & _MASK


@inlined
def _mixed(value: Any) -> Any:
    return (_turned((value * _C1) & _MASK, 15) * _C2) & _MASK


@compiled
def _murmur(octets: Any, start: int, stop: int) -> Any:
    """MurmurHash3 x86 32-bit with seed 0 of some octets. A. Appleby, SMHasher (2011)."""
    found = np.uint64(0)
    whole = start + (stop - start) // 4 * 4
    for at in range(start, whole, 4):
        block = np.uint64(0)
        for place in range(4):
            block |= np.uint64(octets[at + place]) << np.uint64(8 * place)
        found = (_turned(found ^ _mixed(block), 13) * _FIVE + _ADDED) & _MASK
    rest = np.uint64(0)
    for at in range(whole, stop):
        rest |= np.uint64(octets[at]) << np.uint64(8 * (at - whole))
    found ^= _mixed(rest)
    found ^= np.uint64(stop - start)
    found = ((found ^ (found >> np.uint64(16))) * _M1) & _MASK
    found = ((found ^ (found >> np.uint64(13))) * _M2) & _MASK
    return found ^ (found >> np.uint64(16))


@compiled
def gram_columns(octets: Any, least: int, most: int, width: int) -> NDArray[np.int64]:
    """The column of every run of ``least`` to ``most`` characters of a text.

    Parameters
    ----------
    octets : ndarray of uint8
        The text in UTF-8.
    width : int
        How many columns there are: the absolute value of the signed hash, modulo that.

    Returns
    -------
    columns : ndarray of int64, one per run
    """
    starts = np.empty(len(octets) + 1, dtype=np.int64)
    length = 0
    for at in range(len(octets)):
        if octets[at] & 0xC0 != 0x80:  # no octet that goes on with a character
            starts[length] = at
            length += 1
    starts[length] = len(octets)
    columns = np.empty(max(length, 0) * (most - least + 1), dtype=np.int64)
    count = 0
    for size in range(least, most + 1):
        for first in range(length - size + 1):
            found = _murmur(octets, starts[first], starts[first + size])
            columns[count] = np.int64(found if found <= _SIGN else _RANGE - found) % width
            count += 1
    return columns[:count]
