"""What the kernel reads of a criterion that compares terms: for one need, products with the places' terms.

A criterion's shares say the same as its ``measure``, to the last digit; a conformance test holds them to
it. The products are sums of integers, the same in any order, so they may be taken term by term.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Curve(IntEnum):
    """What is made of a product p of integers and its unit u."""

    #: p / max(u, 1)
    PART = 0
    #: 1 where p > 0, else 0
    ANY = 1
    #: r**2 / (1 + r**2) with r = p / max(u, 1)
    HILL = 2
    #: (1 + t / sqrt(1 + t**2)) / 2 with t = p / max(u, 1) - offset; 0 where u is 0
    SIGMOID = 3


class Share(NamedTuple):
    """``weight`` times the curve of a product.

    Attributes
    ----------
    terms, points : ndarray of int64, shape (t,)
        What the need asks of the matrix's columns.
    sums : ndarray of int64, shape (D,), or None
        The products themselves, where they are no plain sum over terms.
    """

    terms: NDArray[np.int64]
    points: NDArray[np.int64]
    curve: Curve = Curve.PART
    unit: int = 1
    weight: float = 1.0
    offset: float = 0.0
    sums: NDArray[np.int64] | None = None


class Shares(NamedTuple):
    """A utility: the sum of its shares in their order, over ``total``; neutral where that is 0."""

    shares: tuple[Share, ...]
    total: float = 1.0
