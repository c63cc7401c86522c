"""Puts the items of a page together from bytes at hand: one pass, and no object per item."""

from __future__ import annotations

from typing import Any

import numpy as np

from service.matching.compiled import compiled

_COMMA, _ZERO = 44, 48
_NULL = (110, 117, 108, 108)
#: The most digits of a whole number.
_DIGITS = 19


@compiled
def _copied(source: Any, start: int, end: int, page: Any, at: int) -> int:
    # Through slices counted from 0: only then is it copied in wide steps, twenty times as fast.
    length = end - start
    read, written = source[start:end], page[at : at + length]
    for place in range(length):
        written[place] = read[place]
    return at + length


@compiled
def _counted(number: int, page: Any, at: int) -> int:
    """Write a whole number from 1 on."""
    digits, rest = 0, number
    while rest:
        digits += 1
        rest //= 10
    for place in range(digits - 1, -1, -1):
        page[at + place] = _ZERO + number % 10
        number //= 10
    return at + digits


@compiled
def _rank_or_null(number: int, page: Any, at: int) -> int:
    if number > 0:
        return _counted(number, page, at)
    for place in range(4):
        page[at + place] = _NULL[place]
    return at + 4


@compiled
def _ends(text: Any, count: int) -> Any:
    """Where each of so many numbers of a JSON array begins; one more for the end. Shape (count + 1,)."""
    starts = np.empty(count + 1, dtype=np.int64)
    starts[0], found = 1, 1
    for place in range(len(text)):
        if text[place] == _COMMA:
            starts[found] = place + 1
            found += 1
    starts[count] = len(text)
    return starts


@compiled
def join_items(
    arena: Any,
    pieces: Any,
    rows: Any,
    summaries: Any,
    first_rank: int,
    intervals: Any,
    text: Any,
    criteria: int,
) -> Any:
    """The items, each as ``,{…}``.

    Parameters
    ----------
    arena : ndarray of uint8
        All texts at hand.
    pieces : ndarray of int64, shape (n, 7 + 2 * criteria)
        Where the pieces of each item begin in the arena, and the end. Between them are written: rank,
        score, summary, weight and contribution of each criterion, lowest and highest rank.
    rows : ndarray of int64, shape (m,)
    summaries : ndarray of int64, shape (m, 2)
        Begin and end of each item's summary in the arena.
    first_rank : int
    intervals : ndarray of int64, shape (m, 2)
        Lowest and highest rank; 0 stands for null.
    text : ndarray of uint8
        A JSON array of numbers: the weights (criteria), the scores (m), the contributions (m, criteria).
    criteria : int

    Returns
    -------
    page : ndarray of uint8
    """
    lines, holes = len(rows), 5 + 2 * criteria
    starts = _ends(text, criteria + lines * (1 + criteria))
    size = lines * (3 * _DIGITS + (starts[criteria] - starts[0])) + len(text)
    for line in range(lines):
        row = rows[line]
        size += pieces[row, holes + 1] - pieces[row, 0] + summaries[line, 1] - summaries[line, 0]
    page, at = np.empty(size, dtype=np.uint8), 0
    for line in range(lines):
        own = pieces[rows[line]]
        at = _copied(arena, own[0], own[1], page, at)
        at = _counted(first_rank + line, page, at)
        at = _copied(arena, own[1], own[2], page, at)
        number = criteria + line
        at = _copied(text, starts[number], starts[number + 1] - 1, page, at)
        at = _copied(arena, own[2], own[3], page, at)
        at = _copied(arena, summaries[line, 0], summaries[line, 1], page, at)
        for criterion in range(criteria):
            place = 3 + 2 * criterion
            at = _copied(arena, own[place], own[place + 1], page, at)
            at = _copied(text, starts[criterion], starts[criterion + 1] - 1, page, at)
            at = _copied(arena, own[place + 1], own[place + 2], page, at)
            number = criteria + lines + line * criteria + criterion
            at = _copied(text, starts[number], starts[number + 1] - 1, page, at)
        for side in range(2):
            at = _copied(arena, own[holes - 2 + side], own[holes - 1 + side], page, at)
            at = _rank_or_null(intervals[line, side], page, at)
        at = _copied(arena, own[holes], own[holes + 1], page, at)
    return page[:at]
