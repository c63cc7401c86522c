"""Which points a summary names, for a whole page at once: the compiled twin of ``summary.said``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.matching.columns import Floats, Ints
from service.matching.compiled import compiled
from service.matching.summary import STRENGTHS_SHOWN, Points

#: What a line may be said as.
SILENT, STRONG, WEAK, OPEN = 0, 1, 2, 3
#: A summary's five lines as one number, the last line in the lowest bits; a line is one less than its bits.
LINE_BITS: Final = 6


def kinds(points: Points, count: int) -> NDArray[np.int8]:
    """How each of ``count`` lines may be said. Shape (count,)."""
    found = np.full(count, SILENT, dtype=np.int8)
    for kind, lines in ((STRONG, points.strong), (WEAK, points.weak), (OPEN, points.unknown)):
        found[list(lines)] = kind
    return found


def lines_of(code: int) -> tuple[int, ...]:
    """The lines that a code stands for, as ``summary.sentence`` takes them."""
    mask = (1 << LINE_BITS) - 1
    return tuple(((code >> shift * LINE_BITS) & mask) - 1 for shift in range(STRENGTHS_SHOWN + 1, -1, -1))


def code_of(lines: Sequence[int]) -> int:
    """The code of lines as ``summary.said`` gives them."""
    code = 0
    for line in lines:
        code = code << LINE_BITS | (line + 1)
    return code


@compiled
def _weigh(
    weights: Floats,
    utilities: Floats,
    kinds: NDArray[np.int8],
    rows: Ints,
    contributions: Floats,
    codes: Ints,
) -> None:  # pragma: no cover
    """Fill in contributions (m, c) and codes of the summaries (m,) for m rows of utilities and kinds.

    Parameters
    ----------
    weights : ndarray of float64, shape (c,)
    utilities, kinds : ndarrays, shape (n, c)
    rows : ndarray of int64, shape (m,)
        Which of the n rows the page shows.
    """
    count = weights.shape[0]
    for line in range(rows.shape[0]):
        row = rows[line]
        for criterion in range(count):
            contributions[line, criterion] = weights[criterion] * utilities[row, criterion]
        first, second, third, open_line, weak = -1, -1, -1, -1, -1
        for criterion in range(count):
            kind = kinds[row, criterion]
            share = contributions[line, criterion]
            if kind == 1:
                if first < 0 or share > contributions[line, first]:
                    first, second, third = criterion, first, second
                elif second < 0 or share > contributions[line, second]:
                    second, third = criterion, second
                elif third < 0 or share > contributions[line, third]:
                    third = criterion
            elif kind == 2:
                cost = weights[criterion] * (1.0 - utilities[row, criterion])
                if weak < 0 or cost > weights[weak] * (1.0 - utilities[row, weak]):
                    weak = criterion
            elif kind == 3 and (open_line < 0 or weights[criterion] > weights[open_line]):
                open_line = criterion
        code = 0
        for shown in (first, second, third, open_line, weak):
            code = (code << LINE_BITS) | (shown + 1)
        codes[line] = code


def weighed_page(
    weights: Floats, utilities: Floats, kinds: NDArray[np.int8], rows: Ints, contributions: Floats
) -> Ints:
    """Fill in the contributions (m, c) of a page; the codes of its summaries (m,).

    Parameters
    ----------
    weights : ndarray of float64, shape (c,)
    utilities : ndarray of float64, shape (n, c)
    kinds : ndarray of int8, shape (n, c)
    rows : ndarray of int64, shape (m,)
    contributions : ndarray of float64, shape (m, c)
    """
    codes = np.empty(len(rows), dtype=np.int64)
    _weigh(weights, utilities, kinds, rows, contributions, codes)
    return codes
