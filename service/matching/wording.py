"""The wording of both sides, known from the shipped texts alone: what ranks before anything was learned.

Both sides become sparse vectors of small integers, so that their product is exact
and one row or a batch gives the same digits (see ``exact``). The vectors hold

- hashed pairs and triples of characters, weighted as in BM25: the need carries the
  rarity of a feature, the offer how strongly it says it;
- labels: the industry divisions of the words that the shipped word list knows, so
  that "实木衣柜" and "家具" meet although they share no character.

Rarity is learned from the shipped texts alone, never from the profiles that happen
to be there: adding a county reorders nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from service.matching.compiled.grams import gram_columns
from service.matching.exact import broadcast_product, canonical
from service.matching.shares import Curve, Share
from service.matching.word_columns import WordColumns
from service.matching.words import normalised, shared_words, word_labels

#: Units per 1.0 of rarity, and of an offer's strength: fine enough that rounding
#: does not show in the order, coarse enough that a product stays far below 2**53.
RARITY_UNITS = 64
STRENGTH_UNITS = 255

# Kept beside the models, not in them: a model's file and its digest hold what was learned alone.
_word_columns: Final[WeakKeyDictionary[Wording, tuple[NDArray[np.str_], WordColumns]]] = WeakKeyDictionary()
_term_weights: Final[WeakKeyDictionary[Wording, dict[str, int]]] = WeakKeyDictionary()
# Bounded: the terms come from callers.
_TERMS_KEPT: Final = 65_536


class Wording(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """BM25 on hashed character n-grams and industry labels, in integers.

    Parameters
    ----------
    n_features : int
        Columns of the hashed n-grams (MurmurHash3, the same on every machine).
    k1 : float
        How soon repeating a word stops to count in an offer.
    b : float
        How much a long offer's words are discounted, 0 to 1.
    reference_length : int
        Length of an offer, in n-grams, at which nothing is discounted. Fixed: an
        average over the offers at hand would let a new county move the others.
    label_weight : float
        Weight of a shared industry label against a shared n-gram of equal rarity.
    label_k1 : float
        The k1 of labels: larger, since how much of a place is in an industry matters
        more than that some of it is.
    strongest : int
        How many of a need's rarest features make up its ceiling.
    gain : int
        Calibration of ``utility``.

    Attributes
    ----------
    rarity_columns_, rarity_ : ndarray of int64, shape (features seen,)
        Columns seen at fit, ascending, and their integer rarity.
    unseen_rarity_ : int
        Rarity of any other column.
    words_, word_labels_ : ndarray of str
        Known words, ascending, and the space-separated labels of each.
    labels_ : ndarray of str, shape (L,)

    Notes
    -----
    rarity = ln(1 + (N - df + 0.5) / (df + 0.5)), strength = tf / (tf + k1 (1 - b +
    b length / reference_length)): S. Robertson and H. Zaragoza, The Probabilistic
    Relevance Framework: BM25 and Beyond (2009), with the need's own frequencies
    counted once. How the parameters were chosen: docs/matching-experiments.md.
    """

    def __init__(
        self,
        n_features: int = 2**20,
        k1: float = 1.2,
        b: float = 0.3,
        reference_length: int = 400,
        label_weight: float = 2.5,
        label_k1: float = 5.0,
        strongest: int = 16,
        gain: int = 10,
    ) -> None:
        self.n_features = n_features
        self.k1 = k1
        self.b = b
        self.reference_length = reference_length
        self.label_weight = label_weight
        self.label_k1 = label_k1
        self.strongest = strongest
        self.gain = gain

    def fit(self, texts: Sequence[str], y: Sequence[Sequence[str]] | None = None) -> Self:
        """Learn rarity and words.

        Parameters
        ----------
        texts : sequence of str, length N
            Shipped texts: industry names, leading industries of the catalogue.
        y : sequence of sequences of str, length N, optional
            Industry divisions of each text; empty where it stands for none. A
            labelled text becomes a word; where two disagree the earlier one counts.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If there is no text, or y has another length.
        """
        if not len(texts):
            raise ValueError("the text model needs at least one text")
        words = word_labels(texts, y) if y is not None else {}
        self.words_ = np.array(sorted(words), dtype=np.str_)
        self.word_labels_ = np.array([" ".join(words[word]) for word in sorted(words)], dtype=np.str_)
        self.labels_ = np.array(sorted({label for found in words.values() for label in found}), dtype=np.str_)
        counts = self._counts(texts)
        columns, frequency = np.unique(counts.indices, return_counts=True)
        total = len(texts)
        rarity = np.log1p((total - frequency + 0.5) / (frequency + 0.5))
        rarity = np.where(columns >= self.n_features, self.label_weight * rarity, rarity)
        self.rarity_columns_ = columns.astype(np.int64)
        self.rarity_ = np.rint(RARITY_UNITS * rarity).astype(np.int64)
        self.unseen_rarity_ = int(np.rint(RARITY_UNITS * np.log1p((total + 0.5) / 0.5)))
        return self

    def _digest(self) -> str:
        digest = hashlib.sha256(repr(sorted(self.get_params().items())).encode())
        for part in (self.rarity_columns_, self.rarity_):
            digest.update(part.tobytes())
        digest.update("\n".join([*self.words_, *self.word_labels_]).encode())
        return digest.hexdigest()

    def _require_fitted(self) -> None:
        if "rarity_" not in self.__dict__:  # asked for every text, and scikit-learn takes its time
            check_is_fitted(self)

    def _counts(self, texts: Sequence[str]) -> csr_array:
        """How often each feature stands in each text, int64, shape (len(texts), V)."""
        clean = [normalised(text) for text in texts]
        columns: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
        counts, lengths = columns.copy(), [0]
        for text, labels in zip(clean, self._label_counts(clean), strict=True):
            # A text without words is two spaces, which are no pair.
            octets = np.frombuffer(text.encode() if text.strip() else b"", dtype=np.uint8)
            grams, often = np.unique(gram_columns(octets, 2, 3, self.n_features), return_counts=True)
            named = sorted(labels)
            columns += (grams, np.array(named, dtype=np.int64) + self.n_features)
            counts += (often, np.array([labels[label] for label in named], dtype=np.int64))
            lengths.append(len(grams) + len(named))
        return canonical(
            np.concatenate(counts, dtype=np.int64),
            np.concatenate(columns),
            np.cumsum(lengths, dtype=np.int64),
            self.n_features + len(self.labels_),
        )

    def _label_counts(self, clean: Sequence[str]) -> list[dict[int, int]]:
        # Fitted anew, a model has other words: they are the same only while the array is.
        words, found = _word_columns.get(self, (None, None))
        if words is not self.words_ or found is None:
            found = WordColumns(self.words_, self.word_labels_, self.labels_)
            _word_columns[self] = self.words_, found
            _term_weights[self] = {}
        return [found.counts(text) for text in clean]

    def _rarity_of(self, columns: NDArray[np.integer]) -> NDArray[np.int64]:
        place = np.minimum(np.searchsorted(self.rarity_columns_, columns), len(self.rarity_columns_) - 1)
        seen = self.rarity_columns_[place] == columns
        return np.where(seen, self.rarity_[place], self.unseen_rarity_).astype(np.int64)

    def transform_needs(self, texts: Sequence[str]) -> csr_array:
        """The rarity of every feature of each need, counted once.

        Returns
        -------
        needs : csr_array of int64, shape (m, V)
        """
        self._require_fitted()
        needs = self._counts(texts)
        needs.data = self._rarity_of(needs.indices)
        return needs

    def transform_offers(self, texts: Sequence[str]) -> csr_array:
        """How strongly each offer says each feature, 0 to 255.

        Returns
        -------
        offers : csr_array of int64, shape (n, V)
        """
        self._require_fitted()
        offers = self._counts(texts)
        lengths = np.asarray(offers[:, : self.n_features].sum(axis=1), dtype=np.int64).ravel()
        discount = np.repeat(1 - self.b + self.b * (lengths / self.reference_length), np.diff(offers.indptr))
        norm = np.where(offers.indices < self.n_features, self.k1, self.label_k1) * discount
        offers.data = np.rint(STRENGTH_UNITS * offers.data / (offers.data + norm)).astype(np.int64)
        return offers

    @staticmethod
    def is_blank(rows: csr_array) -> NDArray[np.bool_]:
        """Which rows have no text at all; their utility is unknown, not low. Shape (rows,)."""
        return np.asarray(np.diff(rows.indptr) == 0)

    def ceiling(self, needs: csr_array) -> NDArray[np.int64]:
        """What an offer would reach that says each of the need's strongest features at full strength.

        Only the ``strongest`` rarest features count: a long description must not
        make every place look distant.

        Returns
        -------
        ceiling : ndarray of int64, shape (m,); 0 for a blank need
        """
        bounds = zip(needs.indptr[:-1], needs.indptr[1:], strict=True)
        sums = [int(np.sort(needs.data[low:high])[-self.strongest :].sum()) for low, high in bounds]
        return STRENGTH_UNITS * np.array(sums, dtype=np.int64)

    def utility(self, needs: csr_array, offers: csr_array, ceiling: NDArray[np.int64]) -> NDArray[np.float64]:
        """Calibrated similarity in [0, 1): r**2 / (1 + r**2) with r = gain * product / ceiling.

        Strictly increasing in the exact product: unlike a clipped ratio it never
        ties two places of different likeness. One half is reached where the product
        is ceiling / gain. The square keeps the few characters that any two business
        texts share near 0: with the default gain a furniture project comes above 0.6
        at a place that leads "家具" and below 0.1 at one of an unrelated trade.

        Parameters
        ----------
        needs : csr_array of int64, shape (m, V)
        offers : csr_array of int64, shape (n, V), m == n or one of them 1
        ceiling : ndarray of int64, shape (m,)

        Returns
        -------
        utility : ndarray of float64, shape (max(m, n),); 0.0 where either side is blank

        Notes
        -----
        The curve is the Hill function with coefficient 2 (A. V. Hill, 1910).
        """
        gained = self.gain * broadcast_product(needs, offers)
        ratio = gained / np.maximum(ceiling, 1)
        squared = ratio * ratio
        return np.asarray(squared / (1.0 + squared), dtype=np.float64)

    def share(self, need: csr_array, ceiling: int) -> Share:
        """``utility`` of one need as a curve of its products with the places' terms."""
        return Share(need.indices, self.gain * need.data, Curve.HILL, ceiling)

    def shared_terms(self, need_text: str, offer_text: str, k: int) -> list[str]:
        """The longest words that both texts contain, the weightiest first.

        Parameters
        ----------
        need_text, offer_text : str
        k : int
            At most so many.

        Returns
        -------
        terms : list of str
            Of two characters or more; words of mere business ("销售") are left out.
        """
        self._require_fitted()
        terms = shared_words(normalised(need_text), normalised(offer_text))
        weights = self._weights_of(terms)
        return sorted(terms, key=lambda term: (-weights[term], term))[:k]

    def _weights_of(self, terms: Sequence[str]) -> dict[str, int]:
        """The rarity of each term as a whole; the same few words come up in every ranking."""
        known = _term_weights.setdefault(self, {})
        found = {term: weight for term in terms if (weight := known.get(term)) is not None}
        new = [term for term in terms if term not in found]
        if new:
            weights = np.asarray(Wording.transform_needs(self, new).sum(axis=1), dtype=np.int64).ravel()
            if len(known) + len(new) > _TERMS_KEPT:
                known.clear()
            learned = dict(zip(new, weights.tolist(), strict=True))
            known.update(learned)
            found |= learned
        return found
