"""Weights of the criteria learned from what was chosen and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.base import BaseEstimator

from service.matching.criteria import CRITERIA
from service.matching.weights import DEFAULT_WEIGHTS

Floats = NDArray[np.float64]
#: Learned weights are whole millionths: what two machines compute differently lies far below.
_UNITS: Final = 1_000_000


class BlendModel(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Pairwise logistic regression on differences of utilities, drawn towards the hand-set weights.

    Parameters
    ----------
    prior : mapping of criterion name to weight, optional
        Centre of the Gaussian prior; the hand-set defaults where left out.
    prior_strength : float
        Inverse variance of the prior. At 1,000 a single choice moves a weight by
        about 0.005, a hundred that agree decide it.
    scale : float
        How surely a difference of 1 in the score decides a choice, in logits.
    max_iterations : int

    Attributes
    ----------
    weights_ : dict of criterion name to float
        In the declared order of the criteria, none negative, adding up to 1.
    n_choices_ : float
        Sum of the sample weights.

    Notes
    -----
    Minimises sum_p c_p log(1 + exp(-scale d_p w)) + prior_strength / 2 ||w - w0||**2
    over w >= 0 with sum 1, by L-BFGS-B: R. Bradley and M. Terry, Biometrika 39 (1952),
    for ranking T. Joachims, KDD (2002). Every utility already grows with what is
    better, so a negative weight could only be noise: more of a resource would lower
    a score.
    """

    def __init__(
        self,
        prior: Mapping[str, float] | None = None,
        prior_strength: float = 1000.0,
        scale: float = 12.0,
        max_iterations: int = 500,
    ) -> None:
        self.prior = prior
        self.prior_strength = prior_strength
        self.scale = scale
        self.max_iterations = max_iterations

    def fit(self, differences: Floats, y: object = None, sample_weight: Floats | None = None) -> Self:
        """Learn the weights.

        Parameters
        ----------
        differences : ndarray of float64, shape (p, number of criteria)
            Utilities of what was chosen minus those of what was not. None at all
            leaves the prior as it is.
        y : ignored
            The preferred side always stands first.
        sample_weight : ndarray of float64, shape (p,), optional
            How much each pair counts.

        Raises
        ------
        ValueError
            On another number of columns, or a value that is not finite.
        """
        del y
        pairs = np.asarray(differences, dtype=np.float64).reshape(-1, len(CRITERIA))
        counts = np.ones(len(pairs)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        if not np.isfinite(pairs).all() or not np.isfinite(counts).all() or (counts < 0).any():
            raise ValueError("differences and their weights must be finite, the weights not negative")
        names = [criterion.name for criterion in CRITERIA]
        given = DEFAULT_WEIGHTS if self.prior is None else self.prior
        centre = np.array([given[name] for name in names], dtype=np.float64)
        centre = centre / centre.sum()
        self.n_choices_ = float(counts.sum())
        # An optimiser that has nothing to do would still round.
        learned = self._optimum(pairs, counts, centre) if counts.any() else centre
        if counts.any():
            learned = _in_units(learned)
        self.weights_ = dict(zip(names, learned.tolist(), strict=True))
        return self

    def _optimum(self, pairs: Floats, counts: Floats, centre: Floats) -> Floats:
        def loss(raw: Floats) -> tuple[float, Floats]:
            # Scaled here and not at the end: a common factor of all weights means nothing.
            total = max(float(raw.sum()), 1e-9)
            weights = raw / total
            margin = self.scale * (pairs @ weights)
            shift = weights - centre
            value = counts @ np.logaddexp(0.0, -margin) + 0.5 * self.prior_strength * (shift @ shift)
            slope = -self.scale * ((counts * expit(-margin)) @ pairs) + self.prior_strength * shift
            return float(value), (slope - slope @ weights) / total

        found = minimize(
            loss,
            centre,
            jac=True,
            method="L-BFGS-B",
            bounds=[(0.0, None)] * len(centre),
            options={"maxiter": self.max_iterations, "ftol": 1e-14, "gtol": 1e-9},
        )
        return np.asarray(found.x, dtype=np.float64)


def _in_units(weights: Floats) -> Floats:
    """Scaled to whole millionths of 1; the largest takes up what rounding leaves."""
    units = np.rint(_UNITS * weights / weights.sum())
    units[np.argmax(units)] += _UNITS - units.sum()
    return np.asarray(units / _UNITS)
