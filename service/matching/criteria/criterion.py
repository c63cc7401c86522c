"""What a criterion is: a declared object with one function that measures and one that says why."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from service.matching.bounds import Parts
from service.matching.columns import Bools, Floats, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.postings import Postings
from service.matching.shares import Shares


@dataclass(frozen=True, slots=True, eq=False)
class Utility:
    """How well each pair does by one criterion.

    Attributes
    ----------
    values : ndarray of float64, shape (max(m, n),) or (1,) when the same for all
        In [0, 1], always finite.
    unknown : ndarray of bool, broadcasts with ``values``
        Where a figure is missing and the neutral value stood in for it.
    """

    values: Floats
    unknown: Bools


@dataclass(frozen=True)
class Terms:
    """A criterion by trait as products of terms.

    Attributes
    ----------
    matrix : str
        The name in ``traits.INDEXED`` of what is multiplied.
    shares : callable (need, rows of the trait, postings by name, context) -> Shares
    unknown : callable (rows of the trait) -> ndarray of bool, shape (D,)
        Where ``neutral`` counts if the need asks for anything.
    """

    matrix: str
    shares: Callable[[NeedColumns, OfferColumns, Mapping[str, Postings], Context], Shares]
    unknown: Callable[[OfferColumns], Bools]


@dataclass(frozen=True)
class Criterion:
    """One line of the score.

    Attributes
    ----------
    name, name_zh, name_en : str
    unit : str
        Unit of the need and offer shown; "" when they are words or parts of a mean.
    default_weight : float
        The default weights of all criteria add up to 1.
    bounds_zh, bounds_en : str
        What counts 0 and what counts 1; fixed, so that no other place moves a score.
    neutral : float
        What counts while the figure is unknown; at most 0.5, never a full one.
    direction : {"more", "less", "match"}
        Whether more of the offer's figure is better, less is, or it is no figure.
    measure : callable (needs, offers, context) -> Utility
        One need and n offers, or m needs and one offer: elementwise, so that both
        directions give the same digits.
    reason : callable (case, utility) -> Shown
    trait : str
        The group of ``traits.TRAITS`` that is all it reads of a place, or "" where it reads figures.
    parts : callable (need, context) -> Parts, or None where ``trait`` is given
        Of one need: ``measure`` as a formula over a place's figures.
    terms : Terms, or None
        Of a trait: ``measure`` as products with one of ``traits.INDEXED``.
    key : callable (need) -> hashable, or None
        What ``measure`` reads of a need where that is so little that what it found for one need is kept for
        the next: two needs of one key have the same utility everywhere.
    """

    name: str
    name_zh: str
    name_en: str
    unit: str
    default_weight: float
    bounds_zh: str
    bounds_en: str
    neutral: float
    direction: Literal["more", "less", "match"]
    measure: Callable[[NeedColumns, OfferColumns, Context], Utility]
    reason: Callable[[Case, float], Shown]
    trait: str = ""
    parts: Callable[[NeedColumns, Context], Parts] | None = None
    terms: Terms | None = None
    key: Callable[[NeedColumns], Hashable] | None = None


def known_everywhere() -> Bools:
    """The ``unknown`` of a criterion that is never unknown."""
    return np.zeros(1, dtype=np.bool_)
