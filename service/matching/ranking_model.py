"""What a model version consists of: the text model, and the weights that stand where none is chosen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator

from service.matching.criteria.text import NEUTRAL
from service.matching.text import TextModel
from service.matching.weights import DEFAULT_WEIGHTS, Weights


class RankingModel(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A text model with the default weights that were learned beside it.

    Parameters
    ----------
    text : TextModel, fitted
    learned_weights : mapping of criterion name to weight, optional
        None stands for the hand-set weights.

    Notes
    -----
    Fitted parts are handed over, so there is no ``fit``: without learned weights
    nothing is added to the text model, and neither version nor file differ from its own.
    """

    def __init__(self, text: TextModel, learned_weights: Mapping[str, float] | None = None) -> None:
        self.text = text
        self.learned_weights = learned_weights

    @property
    def default_weights(self) -> Mapping[str, float]:
        """The weight of each criterion that a caller does not choose, in declared order.

        A criterion that did not exist when the weights were learned keeps its hand-set one.
        """
        learned = self.learned_weights or {}
        return {name: float(learned.get(name, weight)) for name, weight in DEFAULT_WEIGHTS.items()}

    @property
    def version(self) -> str:
        """Names the content: the text model's own version, or a digest of it and the weights."""
        if self.learned_weights is None:
            return str(self.text.version_)
        content = json.dumps([self.text.version_, dict(self.learned_weights)], sort_keys=True)
        return f"model-{hashlib.sha256(content.encode()).hexdigest()[:12]}"

    def check(self) -> None:
        """Raise ValueError (or WeightsError, one of them) unless the parts are what they must be."""
        if not isinstance(self.text, TextModel):
            raise ValueError(f"a ranking model holds a {type(self.text).__name__}, not a text model")
        Weights(defaults=self.default_weights)


def text_utilities(
    model: TextModel,
    need_texts: Sequence[str],
    places: Sequence[tuple[str, str]],
    stood_to_choose: Sequence[Sequence[int]] | None = None,
) -> list[NDArray[np.float64]]:
    """The text utility of every need at the places that it could choose, as a ranking counts it.

    Parameters
    ----------
    model : TextModel, fitted
    need_texts : sequence of str, length q
    places : sequence of (region code, text), length n
    stood_to_choose : sequence of sequences of int, length q, optional
        The positions of each need's places; all of them where left out.

    Returns
    -------
    list of ndarray of float64, one for each need, of as many entries as it has places
    """
    if not need_texts or not places:
        return [np.zeros(0) for _ in need_texts]
    return utilities_at(model, need_texts, encoded_places(model, places), stood_to_choose)


def encoded_places(model: TextModel, places: Sequence[tuple[str, str]]) -> csr_array:
    """Places (region code, text) as the text model reads them: the line that knows how it encodes one."""
    return model.transform_offers([text for _, text in places], [code for code, _ in places])


def utilities_at(
    model: TextModel,
    need_texts: Sequence[str],
    offers: csr_array,
    stood_to_choose: Sequence[Sequence[int]] | None = None,
) -> list[NDArray[np.float64]]:
    """As ``text_utilities``, at places that are encoded once for many calls."""
    needs = model.transform_needs(list(need_texts))
    ceiling, blank = model.ceiling(needs), model.is_blank(offers)
    found = []
    for row in range(len(need_texts)):
        chosen = None if stood_to_choose is None else list(stood_to_choose[row])
        # Indexed only where it must be: a copy of all places for every need costs more than the product.
        here, silent = (offers, blank) if chosen is None else (offers[chosen], blank[chosen])
        utility = model.utility(needs[[row]], here, ceiling[row : row + 1])
        found.append(np.where(silent, NEUTRAL, utility))
    return found
