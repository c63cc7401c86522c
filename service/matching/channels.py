"""The channels of likeness: what each reads, how a place's strength saturates, how much it counts.

The weights were estimated by softmax regression on a development sample and rounded; they are the only
trace of it here. docs/matching-experiments.md says how, and what each is worth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer

from service.matching import phrases
from service.matching.words import normalised

#: Two of 200,000 features meet in one of 2**31 cells about ten times: too seldom to be seen.
CELLS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Channel:
    """One reading of both texts, scored as in BM25.

    Attributes
    ----------
    place, need : analyzer
        What is read of each term of a place, and of the whole text of a need; None reads the industry
        divisions of the words.
    fade : float or None
        A place's term number i (from 0) counts 1 / (1 + i / fade): leading products stand first.
    k1, b : float
        Saturation and length norm of BM25; k1 0 stands for none.
    scope : float
        Weight for a need that is a scope of business, or prose.
    brief : float
        The same divided by the number of characters of the need.
    listed : float
        Weight for a need that is a list of leading industries, in units of the channel's own spread.
    keeps_unseen : bool
        Whether a feature that no text had at fit may match.
    """

    place: phrases.Analyzer | None
    need: phrases.Analyzer | None
    fade: float | None
    k1: float
    b: float
    scope: float = 0.0
    brief: float = 0.0
    listed: float = 0.0
    keeps_unseen: bool = True


CHANNELS: Final[Mapping[str, Channel]] = {
    "pair": Channel(phrases.pairs, phrases.pairs, None, 1.2, 0.3, scope=0.01, brief=1.7),
    "triple": Channel(phrases.triples, phrases.triples, 10, 1.2, 0.3, scope=0.07),
    "goods": Channel(phrases.goods, phrases.goods, 10, 1.2, 0.3, scope=0.28),
    "inside": Channel(phrases.whole, phrases.pieces, 10, 0.0, 0.0, scope=0.23, keeps_unseen=False),
    "head": Channel(phrases.heads, phrases.heads, 10, 1.2, 0.3, scope=0.06),
    "activity": Channel(phrases.activities, phrases.activities, 10, 1.2, 0.3, scope=0.50),
    "gram": Channel(phrases.grams, phrases.grams, None, 1.5, 0.75, listed=1.0),
    "tail": Channel(phrases.tails, phrases.tails, 10, 1.2, 0.3, listed=0.5),
    "division": Channel(None, None, 30, 3.0, 0.0, scope=0.05, listed=0.5),
    "focus": Channel(None, None, 30, 0.0, 0.0, listed=0.5, keeps_unseen=False),
}
#: The same readings of the other places of the prefecture, at their mean.
NEARBY: Final[Mapping[str, Channel]] = {
    "gram": Channel(phrases.grams, phrases.grams, None, 1.2, 0.3, scope=0.035),
    "activity": Channel(phrases.activities, phrases.activities, 10, 1.2, 0.3, scope=0.18),
}
#: Channels whose strength is how much more of a division a place has than places have on average.
LIFTED: Final = frozenset({"focus"})


def hashed(name: str, rows: Sequence[Mapping[str, float]]) -> csr_array:
    """The features of a channel over the cells, canonical. Shape (len(rows), CELLS)."""
    if not rows:
        return csr_array((0, CELLS), dtype=np.float64)
    hasher = FeatureHasher(n_features=CELLS, input_type="dict", alternate_sign=False)
    prefix = f"{name} "
    keyed = ({prefix + feature: value for feature, value in row.items()} for row in rows)
    return _canonical(hasher.transform(keyed))


def hashed_grams(texts: Sequence[str], *, punctuation: bool) -> csr_array:
    """Which runs of one to three characters stand in each text, float32. Shape (len(texts), CELLS)."""
    if not texts:
        return csr_array((0, CELLS), dtype=np.float32)
    vectorizer = HashingVectorizer(
        analyzer="char",
        ngram_range=(1, 3),
        lowercase=False,
        preprocessor=_marked if punctuation else normalised,
        n_features=CELLS,
        alternate_sign=False,
        binary=True,
        norm=None,
        dtype=np.float32,
    )
    return _canonical(vectorizer.transform(texts))


def _marked(text: str) -> str:
    return f"^{phrases.folded(text)}$"


def _canonical(matrix: csr_array) -> csr_array:
    rows = csr_array(matrix)
    rows.sum_duplicates()
    return rows


def weighted_terms(channel: Channel, text: str, divisions: DivisionsOf) -> dict[str, float]:
    """How much of each feature a place's text has: every term counts it once."""
    found: dict[str, float] = {}
    for position, term in enumerate(phrases.terms(text)):
        weight = 1.0 if channel.fade is None else 1.0 / (1.0 + position / channel.fade)
        features = divisions(term) if channel.place is None else channel.place(term)
        for feature in dict.fromkeys(features):
            found[feature] = found.get(feature, 0.0) + weight
    return found


class DivisionsOf:
    """Industry divisions of the known words of a text, by longest match from the left.

    Parameters
    ----------
    words : mapping of normalised word to its divisions
    """

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._words = words
        self._starts: dict[str, list[int]] = {}
        for word in words:
            self._starts.setdefault(word[:2], []).append(len(word))
        self._starts = {start: sorted(set(sizes), reverse=True) for start, sizes in self._starts.items()}

    def __call__(self, text: str) -> list[str]:
        """The divisions, once for each word found."""
        return list(self._found(normalised(text)))

    def _found(self, clean: str) -> Iterator[str]:
        start = 0
        while start < len(clean):
            sizes = self._starts.get(clean[start : start + 2], ())
            word = next((w for size in sizes if (w := clean[start : start + size]) in self._words), "")
            yield from self._words.get(word, ())
            start += len(word) if len(word) > 1 else 1


def cells_to_columns(cells: NDArray[np.integer], seen: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each cell among the seen ones, ascending; -1 for another."""
    if not len(seen):
        return np.full(len(cells), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(seen, cells), len(seen) - 1)
    return np.where(seen[place] == cells, place, -1).astype(np.int64)
