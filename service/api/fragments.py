"""Rankings as bytes: what does not hang on the weights is encoded once, and joined with what does.

An item is thirty lines of JSON of which a ranking under other weights changes some numbers and one
sentence. The rest (figures, bands, reasons, the place) belongs to the project's version and the place's
row; it is kept as bytes while the index keeps those rows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from service.api.rankings import contribution_texts, place_values
from service.index import Account, NeedColumns, PlaceCard, Ranking, Weights, kinds, lines_of, sentence
from service.index import weighed_page as weigh

_MODES: Final = {"build": 0, "rent": 1, "both": 2}
_NULL: Final = b"null"
# Where the pieces of an item change: rank, score, summary, then weight and contribution of each line.
_RANK, _SCORE, _SUMMARY, _WEIGHT, _CONTRIBUTION = 1, 3, 5, 7, 9
_STEP: Final = 4
#: About what an encoded need and the bookkeeping of one project take.
_BASE_BYTES: Final = 24_000
#: What Python adds to the bytes of an item's pieces.
_ITEM_BYTES: Final = 4_000


class Fragments:
    """The items of one project, as far as places have come up; filled by any thread, read by all.

    Parameters
    ----------
    need : NeedColumns, one row
        The project as it is ranked.
    """

    def __init__(self, need: NeedColumns) -> None:
        self.need = need
        self.size_bytes = _BASE_BYTES
        self._lock = threading.Lock()
        self._rows: dict[int, int] = {}
        self._pieces: list[list[bytes]] = []
        self._accounts: list[Account] = []
        self._summaries: list[dict[int, bytes]] = []
        # Replaced, never changed below the rows that are known: a reader's copy stays good.
        self._utilities: NDArray[np.float64] = np.empty((0, 0))
        self._kinds: NDArray[np.int8] = np.empty((0, 0), dtype=np.int8)

    def missing(self, ranking: Ranking) -> list[int]:
        """The lines of a page that are not at hand yet."""
        rows = self._rows
        return [line for line, key in enumerate(_keys(ranking)) if key not in rows]

    def add(self, accounts: Sequence[Account], cards: Sequence[PlaceCard]) -> None:
        """Encode what is said of further pairs; ``cards`` are their places."""
        with self._lock:
            for account, card in zip(accounts, cards, strict=True):
                key = _key(account.position, account.site_mode)
                if key not in self._rows:
                    self._append(account, card)
                    # Last: a reader that finds the key finds all that belongs to it.
                    self._rows[key] = len(self._pieces) - 1

    def _append(self, account: Account, card: PlaceCard) -> None:
        row, count = len(self._pieces), len(account.lines)
        if row == len(self._utilities):
            grown = max(32, 2 * row)
            self._utilities = _grown(self._utilities, (grown, count), np.float64)
            self._kinds = _grown(self._kinds, (grown, count), np.int8)
        self._utilities[row] = [line.utility for line in account.lines]
        self._kinds[row] = kinds(account.points, count)
        pieces = _pieces(account, card)
        self._pieces.append(pieces)
        self._accounts.append(account)
        self._summaries.append({})
        self.size_bytes += _ITEM_BYTES + sum(map(len, pieces))

    def items(
        self, ranking: Ranking, weights: Weights, intervals: Sequence[tuple[int, int]] | None = None
    ) -> bytes:
        """The items of a page, of which nothing is missing, as a JSON array."""
        if not len(ranking.positions):
            return b"[]"
        rows = [self._rows[key] for key in _keys(ranking)]
        normalised = np.array(weights.normalised)
        contributions, codes = weigh(normalised, self._utilities, self._kinds, np.array(rows))
        shares, count = _numbers(contributions), len(normalised)
        scores, own_weights = _numbers(ranking.scores), _numbers(normalised)
        page: list[bytes] = []
        span = _STEP * count
        lines = zip(rows, codes.tolist(), scores, strict=True)
        for line, (row, code, score) in enumerate(lines):
            item = self._pieces[row].copy()
            item[_RANK] = b"%d" % (ranking.preceding + line + 1)
            item[_SCORE] = score
            item[_SUMMARY] = self._summaries[row].get(code) or self._summary(row, code)
            item[_WEIGHT : _WEIGHT + span : _STEP] = own_weights
            item[_CONTRIBUTION : _CONTRIBUTION + span : _STEP] = shares[line * count : (line + 1) * count]
            if intervals is not None:
                item[-4], item[-2] = (b"%d" % rank for rank in intervals[line])
            page += item
        page[0] = page[0].replace(b",", b"[", 1)
        page.append(b"]")
        return b"".join(page)

    def _summary(self, row: int, code: int) -> bytes:
        text = orjson.dumps(sentence(self._accounts[row].points, lines_of(code)))
        self._summaries[row][code] = text
        return text


def _key(position: int, site_mode: str) -> int:
    return position * len(_MODES) + _MODES[site_mode]


def _keys(ranking: Ranking) -> list[int]:
    pairs = zip(ranking.positions.tolist(), ranking.site_modes, strict=True)
    return [_key(position, mode) for position, mode in pairs]


def _grown(array: NDArray[Any], shape: tuple[int, int], dtype: type[Any]) -> NDArray[Any]:
    larger = np.zeros(shape, dtype=dtype)
    if array.size:
        larger[: len(array)] = array
    return larger


def _numbers(values: NDArray[np.float64]) -> list[bytes]:
    """Each number as JSON; all of them at once, which costs a tenth of one by one."""
    flat = np.ascontiguousarray(values, dtype=np.float64).ravel()
    return orjson.dumps(flat, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")


def _pieces(account: Account, card: PlaceCard) -> list[bytes]:
    """An item in pieces, with a place for every number that a ranking writes."""
    profile = orjson.dumps(place_values(card))
    pieces = [b',{"rank":', b"", b',"score":', b"", b',"profile":' + profile + b',"summary":', b""]
    before = b',"contributions":[{'
    for line in account.lines:
        head, figures = contribution_texts(line)
        pieces += [
            before + head + b',"weight":',
            b"",
            b',"utility":' + orjson.dumps(line.utility) + b',"contribution":',
            b"",
        ]
        before = b"," + figures + b"},{"
    distance = None if account.distance_km is None else round(account.distance_km, 1)
    tail = orjson.dumps({"distance_km": distance, "programme": account.programme})[1:]
    ends = orjson.dumps({"site_mode": account.site_mode, "to_confirm": list(account.to_confirm)})[1:-1]
    return [
        *pieces,
        before.removesuffix(b",{") + b"]," + ends + b',"rank_low":',
        _NULL,
        b',"rank_high":',
        _NULL,
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
