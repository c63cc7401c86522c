"""Likeness of texts by several channels at once: the part of the text model that needs no history.

A score is a product of integers. What a place itself writes is its row; what was learned of its region
(the words of its neighbours, how distinctive its list is) was frozen at fit and stands by region code.
So within one fit a place that is added or removed moves no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator

from service.matching import phrases
from service.matching.channels import (
    CHANNELS,
    LIFTED,
    NEARBY,
    Channel,
    DivisionsOf,
    cells_to_columns,
    hashed,
    weighted_terms,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Triplets = tuple[Ints, Ints, Floats]

OFFER_UNITS: Final = 1024
NEED_UNITS: Final = 1024
_UNSEEN_COLUMNS: Final = 2**18
#: A county's list is cut at so many terms where it is made from a register: a full one has more to tell.
_FULL_LIST: Final = 60
_SIZE_WEIGHT: Final = 1.5
_LIFT_K: Final = 10.0


class Likeness(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """BM25 over the channels of ``channels.CHANNELS``, mixed by what kind of text the need is.

    Attributes
    ----------
    cells_ : ndarray of int64, shape (K,)
        Hashed features of the documents, ascending; the first K columns.
    rarity_ : ndarray of float64, shape (K,)
        ln(1 + (N - df + 0.5) / (df + 0.5)) over the documents; 1 for lifted channels.
    document_count_ : int
    mean_length_, spread_ : dict of channel to float
        Mean length of a document; mean spread of the channel over sample needs.
    share_ : ndarray of float64, shape (K,)
        How much of a division documents have on average; 0 elsewhere.
    catalogue_words_ : ndarray of str
    region_codes_ : ndarray of str, shape (R,), ascending
    mates_ : csr_array of int64, shape (K, R)
        Mean strength of the other documents of a region's prefecture.
    distinctness_ : ndarray of int64, shape (R,)
        Share of terms that no other document has, of full lists alone, x OFFER_UNITS.
    width_ : int
        Columns of an own row.
    """

    def fit(
        self,
        documents: Sequence[tuple[str, str]],
        catalogue: Sequence[str],
        words: Mapping[str, Sequence[str]],
    ) -> Self:
        """Learn rarity, neighbours and scales.

        Parameters
        ----------
        documents : sequence of (region code, text), length N >= 1
            What places write; an empty code stands for no region.
        catalogue : sequence of str
            Lists of leading industries: they tell which words are catalogue words, and set the scales.
        words : mapping of word to industry divisions
        """
        documents = sorted(documents)
        texts = [text for _, text in documents]
        counted = Counter(word for text in catalogue for word in set(phrases.terms(phrases.folded(text))))
        self.catalogue_words_ = np.array(sorted(w for w, n in counted.items() if n > 1), dtype=np.str_)
        divisions = DivisionsOf(words)
        amounts = {
            name: hashed(name, [weighted_terms(channel, text, divisions) for text in texts])
            for name, channel in CHANNELS.items()
        }
        cells = np.concatenate([amount.indices for amount in amounts.values()])
        self.cells_ = np.unique(cells).astype(np.int64)
        self.document_count_ = len(texts)
        self.width_ = len(self.cells_) + _UNSEEN_COLUMNS
        self.rarity_, self.share_ = np.ones(len(self.cells_)), np.zeros(len(self.cells_))
        self.mean_length_ = {name: float(amount.sum()) / len(texts) for name, amount in amounts.items()}
        self.spread_ = dict.fromkeys(CHANNELS, 1.0)
        for name, amount in amounts.items():
            self._weigh(name, amount, texts)
        near = {
            name: self._strengths(channel, name, amounts[name], texts) for name, channel in NEARBY.items()
        }
        self._freeze_regions(documents, near)
        sample = _spaced(sorted(set(catalogue)), 500)
        for name in CHANNELS:
            need = self._need_matrix(name, sample, divisions, np.ones(len(sample)))
            own = _matrix(
                [self._strengths(CHANNELS[name], name, amounts[name], texts)], (len(texts), self.width_)
            )
            spread = (
                np.asarray((need @ own.T).toarray(), dtype=np.float64).std(axis=1).mean() if sample else 0.0
            )
            self.spread_[name] = float(spread) or 1.0
        return self

    def _weigh(self, name: str, amount: csr_array, texts: Sequence[str]) -> None:
        columns, frequency = np.unique(amount.indices, return_counts=True)
        place, total = cells_to_columns(columns, self.cells_), self.document_count_
        if name in LIFTED:
            sums = np.zeros(len(self.cells_))
            np.add.at(sums, cells_to_columns(amount.indices, self.cells_), amount.data)
            self.share_[place] = sums[place] / max(sum(map(_length, texts)), 1.0)
        elif CHANNELS[name].k1:
            self.rarity_[place] = np.log1p((total - frequency + 0.5) / (frequency + 0.5))
        else:
            self.rarity_[place] = np.log1p((total + 0.5) / (frequency + 0.5))

    def _columns(self, name: str, cells: NDArray[np.integer]) -> Ints:
        """Columns of the cells; unseen ones have columns of their own, or -1."""
        place = cells_to_columns(cells, self.cells_)
        if not CHANNELS[name].keeps_unseen:
            return place
        return np.where(place < 0, len(self.cells_) + cells % _UNSEEN_COLUMNS, place).astype(np.int64)

    def _strengths(self, channel: Channel, name: str, amount: csr_array, texts: Sequence[str]) -> Triplets:
        """How strongly each text says each feature of a channel: rows, columns, values."""
        columns = self._columns(name, amount.indices)
        rows = np.repeat(np.arange(amount.shape[0]), np.diff(amount.indptr))
        values = np.asarray(amount.data, dtype=np.float64)
        if name in LIFTED:
            kept = columns >= 0
            rows, columns, values = rows[kept], columns[kept], values[kept]
            share = self.share_[columns]
            length = np.array([_length(text) for text in texts])[rows]
            lift = (values + _LIFT_K * share) / (length + _LIFT_K) / share
            return rows, columns, np.maximum(np.log(lift), 0.0)
        if channel.k1:
            # Row by row and in the order of the columns, so that a batch adds up as a single row does.
            length = np.array([amount.data[low:high].sum() for low, high in _bounds(amount)])
            norm = channel.k1 * (1 - channel.b + channel.b * length / max(self.mean_length_[name], 1e-9))
            values = values * (channel.k1 + 1) / (values + norm[rows])
        kept = columns >= 0
        return rows[kept], columns[kept], values[kept]

    def _freeze_regions(
        self, documents: Sequence[tuple[str, str]], strengths: Mapping[str, Triplets]
    ) -> None:
        """What is known of each region from the other documents: it stands by code and does not move."""
        by_code: dict[str, list[int]] = {}
        for row, (code, _) in enumerate(documents):
            if code:
                by_code.setdefault(code, []).append(row)
        self.region_codes_ = np.array(sorted(by_code), dtype=np.str_)
        codes = self.region_codes_.tolist()
        lists = [
            [term for row in by_code[code] for term in phrases.terms(documents[row][1])] for code in codes
        ]
        frequency = Counter(term for _, text in documents for term in phrases.terms(text))
        distinct = [
            float(np.mean([frequency[term] < 2 for term in own])) if len(own) >= _FULL_LIST else 0.0
            for own in lists
        ]
        self.distinctness_ = np.rint(OFFER_UNITS * np.array(distinct)).astype(np.int64)
        prefecture = [code[:4] for code in codes]
        size = Counter(prefecture[column] for column, code in enumerate(codes) for _ in by_code[code])
        links = [
            (column, row, 1.0 / (size[code[:4]] - len(by_code[code])))
            for column, code in enumerate(codes)
            for other in codes
            if other != code and other[:4] == code[:4]
            for row in by_code[other]
        ]
        table = np.array(links, dtype=np.float64).reshape(-1, 3)
        nearby = (table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])
        gather = _matrix([nearby], (len(codes), len(documents)))
        shape = (len(documents), len(self.cells_))
        amounts = [strengths[name] for name in NEARBY]
        self.mates_ = _rounded(OFFER_UNITS, csr_array((gather @ _matrix(amounts, shape)).T))

    def own_rows(self, texts: Sequence[str], divisions: DivisionsOf) -> csr_array:
        """What each place itself says, in OFFER_UNITS, not yet rounded. Shape (n, width_)."""
        parts = []
        for name, channel in CHANNELS.items():
            amount = hashed(name, [weighted_terms(channel, text, divisions) for text in texts])
            parts.append(self._strengths(channel, name, amount, texts))
        return OFFER_UNITS * _matrix(parts, (len(texts), self.width_))

    def need_rows(
        self, texts: Sequence[str], divisions: DivisionsOf, listed: Floats
    ) -> tuple[csr_array, Ints]:
        """What each need asks for of own rows, and what it adds for each region.

        Returns
        -------
        needs : csr_array of int64, shape (m, width_)
        by_region : ndarray of int64, shape (m, R)
        """
        length = np.array([max(len(text), 1) for text in texts], dtype=np.float64)
        shape = (len(texts), self.width_)
        needs, mates = (
            csr_array(shape, dtype=np.int64),
            csr_array((shape[0], len(self.cells_)), dtype=np.int64),
        )
        for name, channel in CHANNELS.items():
            own = channel.scope + channel.brief / length
            weight = (1 - listed) * own + listed * channel.listed / self.spread_[name]
            needs = needs + _rounded(NEED_UNITS, self._need_matrix(name, texts, divisions, weight))
            if name in NEARBY:
                near = self._need_matrix(name, texts, divisions, NEARBY[name].scope * (1 - listed))
                mates = mates + _rounded(NEED_UNITS, near)[:, : len(self.cells_)]
        size = np.rint(NEED_UNITS * _SIZE_WEIGHT * (1 - listed)).astype(np.int64)
        by_region = np.asarray((mates @ self.mates_).toarray(), dtype=np.int64)
        needs.sum_duplicates()
        return needs, by_region + size[:, None] * self.distinctness_[None, :]

    def _need_matrix(
        self, name: str, texts: Sequence[str], divisions: DivisionsOf, weight: Floats
    ) -> csr_array:
        """The weight x rarity of every feature of a channel that each need has. Shape (m, width_)."""
        channel = CHANNELS[name]
        found = hashed(name, [dict.fromkeys(_features(channel, text, divisions), 1.0) for text in texts])
        columns = self._columns(name, found.indices)
        rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
        kept = columns >= 0
        rows, columns = rows[kept], columns[kept]
        unseen = np.log1p((self.document_count_ + 0.5) / 0.5)
        seen = columns < len(self.cells_)
        rarity = np.where(seen, self.rarity_[np.where(seen, columns, 0)], unseen)
        return _matrix([(rows, columns, weight[rows] * rarity)], (len(texts), self.width_))


def _features(channel: Channel, text: str, divisions: DivisionsOf) -> list[str]:
    return divisions(text) if channel.need is None else list(channel.need(text))


def _length(text: str) -> float:
    return sum(1.0 / (1.0 + position / 30.0) for position in range(len(phrases.terms(text))))


def _bounds(matrix: csr_array) -> list[tuple[int, int]]:
    return list(zip(matrix.indptr[:-1].tolist(), matrix.indptr[1:].tolist(), strict=True))


def _matrix(parts: Sequence[Triplets], shape: tuple[int, int]) -> csr_array:
    rows, columns, values = (np.concatenate([part[axis] for part in parts]) for axis in range(3))
    matrix = csr_array((values, (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    return matrix


def _rounded(units: int, matrix: csr_array) -> csr_array:
    data = np.rint(units * matrix.data).astype(np.int64)
    whole = csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    whole.eliminate_zeros()
    return whole


def _spaced(items: Sequence[str], most: int) -> list[str]:
    """At most so many of them, evenly spaced."""
    step = max(1, -(-len(items) // most))
    return list(items[::step])
