"""The text similarity model: what a project writes against what a place writes, and who went there before.

Three stages of one model: the shipped texts alone (``wording``), which is what `shanhai migrate` fits; the
texts of known places (``likeness``); past placements by region (``experience``). Whatever was learned
is frozen at fit and stored, by region code where it is of a region: adding a county reorders nobody.

A better model slots in by offering the same eight methods: ``fit``, ``transform_needs``,
``transform_offers``, ``is_blank``, ``ceiling``, ``utility``, ``share``, ``shared_terms``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from service.matching.channels import DivisionsOf
from service.matching.exact import broadcast_product
from service.matching.history import Placement
from service.matching.learned import HALF_AT, LearnedText, calibrated
from service.matching.shares import Curve, Share
from service.matching.wording import STRENGTH_UNITS, Wording

__all__ = ["STRENGTH_UNITS", "TextModel"]

#: From so many places on, rarity and the scale of scores are learned from them alone.
FEWEST_PLACES: Final = 50


class TextModel(Wording):
    """Wording, and what was learned beside it.

    Attributes
    ----------
    learned_ : LearnedText or None
        None where neither places nor placements were known at fit: then the wording ranks.
    version_ : str
        Names the learned state and the parameters; stored beside vectors.
    """

    def fit(
        self,
        texts: Sequence[str],
        y: Sequence[Sequence[str]] | None = None,
        profiles: Sequence[tuple[str, str]] = (),
        history: Sequence[Placement] = (),
    ) -> Self:
        """Learn rarity and words, from known places how their texts differ, from the past who went where.

        Parameters
        ----------
        texts, y
            Shipped texts, as ``Wording.fit`` takes them.
        profiles : sequence of (region code, text)
            What places write at this moment. Where they are fewer than FEWEST_PLACES, the shipped lists of
            leading industries stand beside them, tied to no region.
        history : sequence of Placement

        Raises
        ------
        ValueError
            As ``Wording.fit`` does.
        """
        super().fit(texts, y)
        labels = y if y is not None else [()] * len(texts)
        catalogue = [text for text, found in zip(texts, labels, strict=True) if not found]
        known = [(code, text) for code, text in profiles if text.strip()]
        self.learned_: LearnedText | None = None
        if known or history:
            stand_in = [("", text) for text in sorted(set(catalogue or texts))]
            documents = known if len(known) >= FEWEST_PLACES else [*known, *stand_in]
            self.learned_ = LearnedText().fit(documents, catalogue, self._words(), history)
        digest = self._digest()
        if self.learned_ is not None:
            digest = hashlib.sha256((digest + self.learned_.digest()).encode()).hexdigest()
        self.version_ = f"text-{digest[:12]}"
        return self

    def _words(self) -> dict[str, list[str]]:
        pairs = zip(self.words_.tolist(), self.word_labels_.tolist(), strict=True)
        return {word: labels.split() for word, labels in pairs}

    def transform_needs(self, texts: Sequence[str]) -> csr_array:
        """What each need asks for. csr_array of int64, shape (m, V)."""
        self._require_fitted()
        if self.learned_ is None:
            return super().transform_needs(texts)
        return self.learned_.need_rows(texts, DivisionsOf(self._words()))

    def transform_offers(
        self, texts: Sequence[str], region_codes: Sequence[str | None] | None = None
    ) -> csr_array:
        """What each place says, and where it lies. csr_array of int64, shape (n, V).

        Parameters
        ----------
        region_codes : sequence of str or None, length n, optional
            Where given, what was learned of a region counts for the places there.
        """
        self._require_fitted()
        if self.learned_ is None:
            return super().transform_offers(texts)
        codes = region_codes if region_codes is not None else [None] * len(texts)
        return self.learned_.offer_rows(texts, codes, DivisionsOf(self._words()))

    def ceiling(self, needs: csr_array) -> NDArray[np.int64]:
        """The unit in which a need's products are read: 0 for a blank need. Shape (m,).

        Of the wording, what an offer would reach that says everything; of a learned model, the standard
        deviation over the places known at fit.
        """
        return super().ceiling(needs) if self.learned_ is None else self.learned_.spread_of(needs)

    def utility(self, needs: csr_array, offers: csr_array, ceiling: NDArray[np.int64]) -> NDArray[np.float64]:
        """Calibrated similarity in [0, 1), strictly increasing in the exact product for one need.

        Returns
        -------
        utility : ndarray of float64, shape (max(m, n),); 0.0 where either side is blank

        Notes
        -----
        ``Wording.utility`` and ``learned.calibrated`` give the two formulas.
        """
        if self.learned_ is None:
            return super().utility(needs, offers, ceiling)
        found = calibrated(broadcast_product(needs, offers), ceiling)
        return np.where((ceiling > 0) & ~self.is_blank(offers), found, 0.0)

    def share(self, need: csr_array, ceiling: int) -> Share:
        """``utility`` of one need as a curve of its products with the places' terms."""
        if self.learned_ is None:
            return super().share(need, ceiling)
        return Share(need.indices, need.data, Curve.SIGMOID, ceiling, offset=HALF_AT)

    def knows(self, region_code: str) -> bool:
        """Whether enough went there before to judge by where a place says nothing of itself."""
        return self.learned_ is not None and self.learned_.knows(region_code)
