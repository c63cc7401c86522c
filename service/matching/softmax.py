"""Multinomial logistic regression on sparse text: the same digits at every run on one machine."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]

_RATE: Final = 3.0
_EPOCHS: Final = 5
_BATCH: Final = 256
_STEP: Final = 32.0
_SEED: Final = 0


def fit_softmax(features: csr_array, y: Ints, weight: Floats32, classes: int) -> tuple[Floats32, Floats32]:
    """Weights by mini-batch adagrad, averaged over the later epochs.

    Parameters
    ----------
    features : csr_array of float32, shape (n, F)
    y : ndarray of int64, shape (n,)
    weight : ndarray of float32, shape (n,)
        Of each row, mean 1.
    classes : int

    Returns
    -------
    weights : ndarray of float32, shape (F, classes)
    intercept : ndarray of float32, shape (classes,)
        log(count + 1), centred; not learned.

    Notes
    -----
    J. Duchi, E. Hazan and Y. Singer, Adaptive Subgradient Methods (2011), one rate per feature. No
    matrix product here is left to BLAS, whose threads add in an order of their own.
    """
    order_of = np.random.Generator(np.random.PCG64(_SEED))
    weights = np.zeros((features.shape[1], classes), dtype=np.float32)
    squares = np.full((features.shape[1], 1), 1e-2, dtype=np.float32)
    intercept = np.log(np.bincount(y, minlength=classes) + 1.0).astype(np.float32)
    intercept -= intercept.mean()
    first_kept = _EPOCHS // 2
    total = np.zeros_like(weights)
    for epoch in range(_EPOCHS):
        order = order_of.permutation(features.shape[0])
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            _step(features[rows], y[rows], weight[rows], weights, squares, intercept)
        if epoch >= first_kept:
            total += weights
    total /= np.float32(_EPOCHS - first_kept)
    return total, intercept


def _step(
    batch: csr_array, y: Ints, weight: Floats32, weights: Floats32, squares: Floats32, intercept: Floats32
) -> None:
    """One step on the features of the batch alone; the rest of the weights is not touched."""
    columns, place = np.unique(batch.indices, return_inverse=True)
    shape = (batch.shape[0], len(columns))
    compact = csr_array((batch.data, place.astype(np.int32), batch.indptr), shape=shape)
    found = weights[columns]
    residual = compact @ found + intercept
    residual -= residual.max(axis=1, keepdims=True)
    np.exp(residual, out=residual)
    residual /= residual.sum(axis=1, keepdims=True)
    residual[np.arange(len(y)), y] -= 1
    residual *= weight[:, None]
    gradient = compact.T.tocsr() @ residual / np.float32(_STEP)
    grown = squares[columns] + (gradient * gradient).sum(axis=1, keepdims=True)
    squares[columns] = grown
    weights[columns] = found - np.float32(_RATE) * gradient / np.sqrt(grown)
