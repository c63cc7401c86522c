"""Likeness and experience as one score: what a trained text model ranks by.

A score is counted in standard deviations of the places that were known at fit: for each need, 0 is what
their mean place reaches. So it means the same for a long need and a short one, and does not depend on
which places are there to choose from now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from sklearn.base import BaseEstimator

from service.matching.channels import DivisionsOf
from service.matching.experience import Experience
from service.matching.history import Placement
from service.matching.likeness import Likeness
from service.matching.phrases import list_share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Steps from "its region's past alone" (0) to "its own text alone".
SHARES: Final = 64
#: However much is known of a region, its places still differ by what each of them writes.
LEAST_TEXT_SHARE: Final = 2
#: Of so many standard deviations above the mean of the known places a utility of one half is made.
HALF_AT: Final = 2.0


class LearnedText(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Rows of both sides such that their product is the score.

    Columns of a row: what the text itself says | the regions | the mean | the spread. A need holds for every
    region what its neighbours and its past add; an offer holds a one in the column of its own region. The
    spread is read by ``ceiling`` and stands in no offer.

    Parameters
    ----------
    half_at_placements : float
        With so many past placements a region is judged half by them, half by the text; with a third of
        them one part in ten by them.
    half_at_regions : float
        The same of how many regions have a past at all.

    Attributes
    ----------
    region_codes_ : ndarray of str, shape (R,), ascending
    text_share_ : ndarray of int64, shape (R,)
        How much the text counts for a region, in 1 / SHARES: all where nobody went before.
    documents_ : csr_array of int64, shape (seen columns, N)
        The own rows of the places known at fit, one a column.
    document_region_ : ndarray of int64, shape (N,)
        Column of each among the likeness's regions, -1 for none.
    has_past_ : ndarray of bool, shape (N,)
        Which of them lie in a region that somebody went to before.
    """

    def __init__(self, half_at_placements: float = 10.0, half_at_regions: float = 10.0) -> None:
        self.half_at_placements = half_at_placements
        self.half_at_regions = half_at_regions

    def fit(
        self,
        documents: Sequence[tuple[str, str]],
        catalogue: Sequence[str],
        words: Mapping[str, Sequence[str]],
        history: Sequence[Placement] = (),
    ) -> Self:
        """Learn from the texts of known places (region code, text), at least one, and from the past."""
        divisions = DivisionsOf(words)
        documents = sorted(documents)
        self.likeness_ = Likeness().fit(documents, catalogue, words)
        self.experience_ = Experience().fit(history, divisions) if history else None
        near = self.likeness_.region_codes_
        past = self.experience_.region_codes_ if self.experience_ else near[:0]
        self.region_codes_ = np.unique(np.concatenate([near, past])).astype(np.str_)
        counts = np.zeros(len(self.region_codes_))
        if self.experience_:
            counts[np.searchsorted(self.region_codes_, past)] = self.experience_.counts_
        # A past of few regions compares little, however long it is.
        trust = _grown(len(past) / self.half_at_regions) * _grown(counts / self.half_at_placements)
        share = 1.0 - trust
        self.text_share_ = np.maximum(np.rint(SHARES * share), LEAST_TEXT_SHARE).astype(np.int64)
        own = self.likeness_.own_rows([text for _, text in documents], divisions)
        own.data = np.rint(own.data)
        self.documents_ = csr_array(own.astype(np.int64)[:, : len(self.likeness_.cells_)].T.tocsr())
        column = {code: place for place, code in enumerate(near.tolist())}
        self.document_region_ = np.array([column.get(code, -1) for code, _ in documents], dtype=np.int64)
        self.has_past_ = np.isin([code for code, _ in documents], past)
        return self

    def need_rows(self, texts: Sequence[str], divisions: DivisionsOf) -> csr_array:
        """What each need asks for, of texts and of regions. int64, shape (m, columns)."""
        listed = list_share(texts, set(self.likeness_.catalogue_words_.tolist()))
        own, near = self.likeness_.need_rows(texts, divisions, listed)
        scores = self._known_scores(own, near)
        mean, spread = _mean_and_spread(scores)
        spread = np.maximum(np.rint(spread), 1.0)
        regions = np.zeros((len(texts), len(self.region_codes_)), dtype=np.int64)
        regions[:, np.searchsorted(self.region_codes_, self.likeness_.region_codes_)] = near
        regions = regions * self.text_share_ // SHARES
        if self.experience_ is not None:
            past = self.experience_.scores(texts, listed, divisions)
            columns = np.searchsorted(self.region_codes_, self.experience_.region_codes_)
            weight = (SHARES - self.text_share_[columns]) / SHARES
            level, width = self._level_of_past(scores, mean, spread)
            added = level[:, None] + _standardised(past) * width[:, None]
            regions[:, columns] += np.rint(added * weight).astype(np.int64)
        said = np.diff(own.indptr) > 0
        regions[~said] = 0
        ends = np.stack([-np.rint(mean / SHARES), spread], axis=1).astype(np.int64) * said[:, None]
        return _stacked([own, csr_array(regions), csr_array(ends)])

    def offer_rows(
        self, texts: Sequence[str], region_codes: Sequence[str | None], divisions: DivisionsOf
    ) -> csr_array:
        """What each place says, and which region's past and neighbours are its own. int64, (n, columns)."""
        own = self.likeness_.own_rows(texts, divisions)
        column = {code: place for place, code in enumerate(self.region_codes_.tolist())}
        place = np.array([column.get(code or "", -1) for code in region_codes], dtype=np.int64)
        share = np.where(place < 0, SHARES, self.text_share_[place] if column else SHARES)
        # A place that says nothing, in a region where hardly anybody went, stays blank: nothing is known.
        known = (np.diff(own.indptr) > 0) | (2 * share <= SHARES)
        own.data = np.rint(own.data * np.repeat(share, np.diff(own.indptr)) / SHARES)
        rows = np.flatnonzero(known & (place >= 0))
        shape = (len(texts), len(column))
        regions = csr_array((np.ones(len(rows), dtype=np.int64), (rows, place[rows])), shape=shape)
        ends = np.stack([np.where(known, share, 0), np.zeros(len(texts), dtype=np.int64)], axis=1)
        return _stacked([own.astype(np.int64), regions, csr_array(ends)])

    def _known_scores(self, own: csr_array, near: Ints) -> Ints:
        """Each need's score at the places known at fit, by text alone. Shape (m, N)."""
        scores = np.asarray((own[:, : self.documents_.shape[0]] @ self.documents_).toarray(), dtype=np.int64)
        placed = self.document_region_ >= 0
        scores[:, placed] += near[:, self.document_region_[placed]]
        return scores

    def _level_of_past(self, scores: Ints, mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
        """Where regions with a past stand by text, from the mean, and how far apart. Shape (m,) each.

        The past orders those regions among themselves; against all others they stand where their texts
        put them on average. Else a few regions with a past would fall behind everybody without one.
        """
        count = int(self.has_past_.sum())
        if not count:
            return np.zeros(len(mean)), spread
        level, width = _mean_and_spread(scores[:, self.has_past_])
        # The spread of a few regions is unsure: that of all places stands in for as many as half_at_regions.
        pooled = (count * width**2 + self.half_at_regions * spread**2) / (count + self.half_at_regions)
        return level - mean, np.sqrt(pooled)

    def spread_of(self, needs: csr_array) -> Ints:
        """The last column. Shape (m,)."""
        return np.asarray(needs[:, [needs.shape[1] - 1]].toarray(), dtype=np.int64).ravel()

    def knows(self, region_code: str) -> bool:
        """Whether so many went there before that a place is judged by it even where it says nothing."""
        found = np.flatnonzero(self.region_codes_ == region_code)
        return bool((2 * self.text_share_[found] <= SHARES).any())

    def digest(self) -> str:
        """Names everything that was learned."""
        found = hashlib.sha256()
        for part in (self, self.likeness_, self.experience_):
            for name, value in sorted(vars(part).items()) if part is not None else ():
                if not isinstance(value, BaseEstimator):
                    found.update(name.encode() + _bytes_of(value))
        return found.hexdigest()


def _grown(ratio: Any) -> Any:
    """From 0 to 1, one half at 1: the Hill function with coefficient 2."""
    return ratio**2 / (1.0 + ratio**2)


def calibrated(product: Ints, spread: Ints) -> Floats:
    """Utility in (0, 1): (1 + t / sqrt(1 + t**2)) / 2 with t = product / spread - HALF_AT.

    An algebraic sigmoid: only operations that IEEE 754 rounds exactly, so that a batch gives the digits of
    a single row; and it flattens slowly, so that two places of different likeness are not tied.
    """
    t = product / np.maximum(spread, 1) - HALF_AT
    return np.asarray(0.5 * (1.0 + t / np.sqrt(1.0 + t * t)), dtype=np.float64)


def _mean_and_spread(scores: Ints) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each row.

    Row by row: a sum over a whole table may add in another order than one over a single row.
    """
    mean = np.array([row.sum() / len(row) for row in scores], dtype=np.float64)
    spread = np.array([np.ascontiguousarray(row).std() for row in scores], dtype=np.float64)
    return mean, spread


def _standardised(scores: Ints) -> Floats:
    """Each row in standard deviations from its mean."""
    mean, spread = _mean_and_spread(scores)
    return np.asarray((scores - mean[:, None]) / np.maximum(spread, 1.0)[:, None], dtype=np.float64)


def _stacked(parts: Sequence[csr_array]) -> csr_array:
    rows = csr_array(hstack(parts, format="csr"), dtype=np.int64)
    rows.eliminate_zeros()
    rows.sort_indices()
    return rows


def _bytes_of(value: Any) -> bytes:
    if isinstance(value, csr_array):
        return b"".join(np.asarray(a).tobytes() for a in (value.data, value.indices, value.indptr))
    if isinstance(value, np.ndarray):
        return value.tobytes()
    return repr(value).encode()
