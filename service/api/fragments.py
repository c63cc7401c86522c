"""Rankings as bytes: what does not hang on the weights is encoded once, and joined with what does.

An item is thirty lines of JSON of which a ranking under other weights changes some numbers and one
sentence. The rest (figures, bands, reasons, the place) belongs to the project's version and the place's
row; it is kept as bytes while the index keeps those rows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from itertools import accumulate
from typing import Final, Protocol, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from service.index import (
    DEFAULT_WEIGHTS,
    Account,
    NeedColumns,
    PlaceCard,
    Points,
    join_items,
    kinds,
    lines_of,
    sentence,
)
from service.index import weighed_page as weigh
from service.rankings.shapes import contribution_texts, place_values

T = TypeVar("T", bound=np.generic)
#: The bytes of some items.
Items = bytes | memoryview

_MODES: Final = {"build": 0, "rent": 1, "both": 2}
#: About what an encoded need and the bookkeeping of one project take.
_BASE_BYTES: Final = 24_000
#: What Python adds to the bytes of an item.
_ITEM_BYTES: Final = 2_000
_ROW_BITS: Final = 24
_CRITERIA: Final = len(DEFAULT_WEIGHTS)
#: An item's pieces; between two of them stands what a ranking writes.
_PIECES: Final = 6 + 2 * _CRITERIA


class Page(Protocol):
    """What an item's place in a page is told by: a `Ranking` of places, or a page of candidates."""

    @property
    def positions(self) -> NDArray[np.int64]:
        """The ranked rows, best first. Shape (k,)."""
        ...

    @property
    def site_modes(self) -> Sequence[str]:
        """How each was read. Length k."""
        ...

    @property
    def scores(self) -> NDArray[np.float64]:
        """Shape (k,)."""
        ...


class Fragments:
    """The items of one project, as far as places have come up; filled by any thread, read by all.

    Parameters
    ----------
    need : NeedColumns, one row
        The project as it is ranked.

    Notes
    -----
    Texts stand one behind the other in one array of bytes: a list of Python objects per item would be
    walked by every garbage collection. Arrays are replaced when they are full, and never changed where
    something was written: a reader's copy stays good.
    """

    def __init__(self, need: NeedColumns) -> None:
        self.need = need
        self._lock = threading.Lock()
        self._rows: dict[int, int] = {}
        self._points: list[Points] = []
        self._summaries: dict[int, tuple[int, int]] = {}
        self._arena: NDArray[np.uint8] = np.empty(0, dtype=np.uint8)
        self._used = 0
        self._pieces: NDArray[np.int64] = np.empty((0, _PIECES + 1), dtype=np.int64)
        self._utilities: NDArray[np.float64] = np.empty((0, _CRITERIA))
        self._kinds: NDArray[np.int8] = np.empty((0, _CRITERIA), dtype=np.int8)

    @property
    def size_bytes(self) -> int:
        """About what it takes."""
        return _BASE_BYTES + len(self._arena) + _ITEM_BYTES * len(self._points)

    def missing(self, page: Page) -> list[int]:
        """The lines of a page that are not at hand yet."""
        rows = self._rows
        return [line for line, key in enumerate(_keys(page)) if key not in rows]

    def add(self, accounts: Sequence[Account], cards: Sequence[PlaceCard]) -> None:
        """Encode what is said of further pairs; ``cards`` are their places."""
        with self._lock:
            for account, card in zip(accounts, cards, strict=True):
                key = _key(account.position, account.site_mode)
                if key not in self._rows:
                    self._append(account, card)
                    # Last: a reader that finds the key finds all that belongs to it.
                    self._rows[key] = len(self._points) - 1

    def _append(self, account: Account, card: PlaceCard) -> None:
        row = len(self._points)
        if row == len(self._pieces):
            self._pieces = _grown(self._pieces, 2 * row)
            self._utilities = _grown(self._utilities, 2 * row)
            self._kinds = _grown(self._kinds, 2 * row)
        self._utilities[row] = [line.utility for line in account.lines]
        self._kinds[row] = kinds(account.points, len(account.lines))
        pieces = _pieces(account, card)
        start, _ = self._written(b"".join(pieces))
        self._pieces[row] = [start, *(start + length for length in accumulate(map(len, pieces)))]
        self._points.append(account.points)

    def _written(self, text: bytes) -> tuple[int, int]:
        """Put a text into the arena; where it begins and ends there. To be called under the lock."""
        start, end = self._used, self._used + len(text)
        if end > len(self._arena):
            self._arena = _grown(self._arena, 2 * end)
        self._arena[start:end] = np.frombuffer(text, dtype=np.uint8)
        self._used = end
        return start, end

    def items(
        self,
        page: Page,
        weights: NDArray[np.float64],
        preceding: int = 0,
        intervals: Sequence[tuple[int, int]] | None = None,
    ) -> Items:
        """The items of a page of which nothing is missing, as JSON, a comma before each.

        Parameters
        ----------
        page : Page
        weights : ndarray of float64, shape (number of criteria,), normalised
        preceding : int
            How many stand before the page.
        intervals : sequence of (lowest rank, highest rank), optional

        Returns
        -------
        items : bytes-like

        Raises
        ------
        KeyError
            If something is missing.
        """
        known, count = self._rows, len(page.positions)
        if not count:
            return b""
        found = [known[key] for key in _keys(page)]
        rows = np.array(found)
        figures = np.empty(_CRITERIA + count * (1 + _CRITERIA))
        figures[:_CRITERIA] = weights
        figures[_CRITERIA : _CRITERIA + count] = page.scores
        shares = figures[_CRITERIA + count :].reshape(count, _CRITERIA)
        codes = weigh(weights, self._utilities, self._kinds, rows, shares)
        said = self._said(found, codes.tolist())
        text = orjson.dumps(figures, option=orjson.OPT_SERIALIZE_NUMPY)
        ranks = _NO_INTERVALS[:count] if intervals is None else np.array(intervals, dtype=np.int64)
        items: memoryview = join_items(
            # After the summaries, of which some may be new: whatever they point to is in it.
            self._arena,
            self._pieces,
            rows,
            said,
            preceding + 1,
            ranks,
            np.frombuffer(text, dtype=np.uint8),
            _CRITERIA,
        ).data
        return items

    def _said(self, rows: Sequence[int], codes: Sequence[int]) -> NDArray[np.int64]:
        """Where the summaries of these rows begin and end. Shape (len(rows), 2)."""
        known = self._summaries
        said: list[int] = []
        for row, code in zip(rows, codes, strict=True):
            key = code << _ROW_BITS | row
            span = known.get(key)
            if span is None:
                text = orjson.dumps(sentence(self._points[row], lines_of(code)))
                with self._lock:
                    span = known[key] = self._written(text)
            said += span
        return np.array(said).reshape(-1, 2)


#: As many lines as a page may have.
_NO_INTERVALS: Final = np.zeros((100, 2), dtype=np.int64)


def warm() -> None:
    """Have what joins the items compiled, or loaded from its cache, before the first request waits for it."""
    nothing = np.zeros(0, dtype=np.int64)
    shares = np.zeros((0, _CRITERIA))
    weigh(np.zeros(_CRITERIA), shares, np.zeros((0, _CRITERIA), dtype=np.int8), nothing, shares)
    pieces, spans = np.zeros((0, _PIECES + 1), dtype=np.int64), nothing.reshape(-1, 2)
    text = np.frombuffer(orjson.dumps([0.0] * _CRITERIA), dtype=np.uint8)
    join_items(np.zeros(0, dtype=np.uint8), pieces, nothing, spans, 1, spans, text, _CRITERIA)


def _key(position: int, site_mode: str) -> int:
    return position * len(_MODES) + _MODES[site_mode]


def _keys(page: Page) -> list[int]:
    modes, count = _MODES, len(_MODES)
    pairs = zip(page.positions.tolist(), page.site_modes, strict=True)
    return [position * count + modes[mode] for position, mode in pairs]


def _grown(array: NDArray[T], length: int) -> NDArray[T]:
    larger = np.zeros((max(32, length), *array.shape[1:]), dtype=array.dtype)
    larger[: len(array)] = array
    return larger


def _pieces(account: Account, card: PlaceCard) -> list[bytes]:
    """An item in pieces: between two of them a ranking writes a number or the summary."""
    profile = orjson.dumps(place_values(card))
    pieces = [b',{"rank":', b',"score":', b',"profile":' + profile + b',"summary":']
    before = b',"contributions":[{'
    for line in account.lines:
        head, figures = contribution_texts(line)
        pieces += [
            before + head + b',"weight":',
            b',"utility":' + orjson.dumps(line.utility) + b',"contribution":',
        ]
        before = b"," + figures + b"},{"
    distance = None if account.distance_km is None else round(account.distance_km, 1)
    tail = orjson.dumps({"distance_km": distance, "programme": account.programme})[1:]
    ends = orjson.dumps({"site_mode": account.site_mode, "to_confirm": list(account.to_confirm)})[1:-1]
    return [
        *pieces,
        before.removesuffix(b",{") + b"]," + ends + b',"rank_low":',
        b',"rank_high":',
        b"," + tail,
    ]


class FragmentStore:
    """The fragments of many projects, those that were asked for least recently let go beyond a size."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Fragments] = OrderedDict()

    def get(self, key: Hashable) -> Fragments | None:
        """What is kept of a project as one side knows it."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, fragments: Fragments) -> Fragments:
        """Keep it, unless another thread was faster: then that one's is returned."""
        with self._lock:
            return self._kept.setdefault(key, fragments)

    def trim(self) -> None:
        """Let go of the oldest until the rest is small enough."""
        with self._lock:
            total = sum(fragments.size_bytes for fragments in self._kept.values())
            while total > self._most_bytes and len(self._kept) > 1:
                _, oldest = self._kept.popitem(last=False)
                total -= oldest.size_bytes
