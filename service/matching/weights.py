"""The caller's weights: validated, completed with defaults, normalised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from service.matching.criteria import CRITERIA


class WeightsError(ValueError):
    """A weight is unknown, negative, not finite, or all of them are zero."""


DEFAULT_WEIGHTS: Mapping[str, float] = MappingProxyType({c.name: c.default_weight for c in CRITERIA})


@dataclass(frozen=True)
class Weights:
    """One weight per criterion; what is left out keeps its default.

    Parameters
    ----------
    chosen : mapping of criterion name to weight
    defaults : mapping of criterion name to weight
        Of every criterion: those of the live model, or the hand-set ones.

    Attributes
    ----------
    values : tuple of float
        In the declared order of the criteria.
    normalised : tuple of float
        w_i / sum(w), in that order: what contributions show.

    Raises
    ------
    WeightsError
        On an unknown name, a negative or non-finite weight, or if all are zero.
    """

    chosen: Mapping[str, float] = field(default_factory=dict)
    defaults: Mapping[str, float] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    values: tuple[float, ...] = field(init=False)
    normalised: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        for name, weight in (*self.defaults.items(), *self.chosen.items()):
            if name not in DEFAULT_WEIGHTS:
                raise WeightsError(f"unknown criterion {name!r}")
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not _is_finite(weight):
                raise WeightsError(f"the weight of {name} is not a finite number")
            if weight < 0:
                raise WeightsError(f"the weight of {name} is negative")
        values = _values(self.chosen, self.defaults)
        normalised = normalised_weights(self.chosen, self.defaults)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "normalised", normalised)


def normalised_weights(chosen: Mapping[str, float], defaults: Mapping[str, float]) -> tuple[float, ...]:
    """What ``Weights`` shows as ``normalised``, of weights that are known to be valid each by itself.

    Parameters
    ----------
    chosen, defaults : mapping of criterion name to weight
        Finite and not negative; ``defaults`` of every criterion.

    Raises
    ------
    WeightsError
        If all are zero.
    """
    values = _values(chosen, defaults)
    largest = max(values)
    if largest == 0:
        raise WeightsError("all weights are zero")
    # Scaled by the largest first, so that neither huge nor tiny weights overflow or vanish in the sum.
    scaled = [value / largest for value in values]
    total = sum(scaled)
    return tuple([value / total for value in scaled])


def _values(chosen: Mapping[str, float], defaults: Mapping[str, float]) -> tuple[float, ...]:
    if len(chosen) == len(DEFAULT_WEIGHTS):
        return tuple([float(chosen[name]) for name in DEFAULT_WEIGHTS])
    return tuple([float(chosen.get(name, defaults[name])) for name in DEFAULT_WEIGHTS])


def _is_finite(weight: float) -> bool:
    try:
        return math.isfinite(weight)
    except OverflowError:  # an integer beyond every float
        return False
