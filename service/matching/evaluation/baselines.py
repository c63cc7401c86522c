"""What anyone would get from a search engine: the methods that a model has to beat.

All see the same texts as the model: cold, one text per place; warm, its past placements too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from service.matching.evaluation.metrics import Floats, Ints

_SEED: Final = 20260102
_K1: Final = 1.5
_B: Final = 0.75
_ALPHA: Final = 0.01


def counts_of(texts: Sequence[str], queries: Sequence[str]) -> tuple[csr_array, csr_array]:
    """Counts of character 1- to 3-grams, of the texts and of the queries, over the texts' vocabulary.

    Returns
    -------
    texts : csr_array of int32, shape (n, V)
    queries : csr_array of int32, shape (q, V)
    """
    vectorizer = CountVectorizer(analyzer="char", ngram_range=(1, 3), dtype=np.int32)
    return csr_array(vectorizer.fit_transform(texts)), csr_array(vectorizer.transform(queries))


def places_sum(counts: csr_array, places: Ints, n: int) -> csr_array:
    """The counts of all texts of a place added up. Shape (n, V)."""
    rows = np.arange(len(places))
    gather = csr_array((np.ones(len(places), dtype=np.int32), (places, rows)), shape=(n, len(places)))
    return csr_array(gather @ counts)


def random_scores(q: int, n: int) -> Floats:
    """Scores drawn at random. Shape (q, n)."""
    return np.random.Generator(np.random.PCG64(_SEED)).random((q, n))


def popularity_scores(places: Ints, q: int, n: int) -> Floats:
    """The number of past placements, the same for every query. Shape (q, n)."""
    return np.broadcast_to(np.bincount(places, minlength=n).astype(np.float64), (q, n))


def tfidf_scores(documents: csr_array, queries: csr_array) -> Floats:
    """Cosine of TF-IDF vectors, as scikit-learn weighs them. Shape (q, n)."""
    transformer = TfidfTransformer().fit(documents)
    product = transformer.transform(queries) @ transformer.transform(documents).T
    return np.asarray(product.todense(), dtype=np.float64)


def bm25_scores(documents: csr_array, queries: csr_array) -> Floats:
    """BM25 with k1 1.5 and b 0.75 (Robertson and Zaragoza 2009). Shape (q, n)."""
    weighted = csr_array(documents, dtype=np.float64)
    lengths = np.asarray(documents.sum(axis=1), dtype=np.float64).ravel()
    total = documents.shape[0]
    frequency = np.bincount(documents.indices, minlength=documents.shape[1])
    idf = np.log1p((total - frequency + 0.5) / (frequency + 0.5))
    rows = np.repeat(np.arange(total), np.diff(documents.indptr))
    norm = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1.0))
    weighted.data = weighted.data * (_K1 + 1) / (weighted.data + norm[rows]) * idf[documents.indices]
    return np.asarray((queries.astype(np.float64) @ weighted.T).todense())


def naive_bayes_scores(documents: csr_array, queries: csr_array, prior: Floats) -> Floats:
    """Log posterior of multinomial naive Bayes with alpha 0.01. Shape (q, n).

    The smoothed likelihood is written as log(1 + count/alpha) + log(alpha / (length + alpha V)), so
    that only what a place has is stored: a dense table of 700 places would need gigabytes.
    """
    seen = csr_array(documents, dtype=np.float64)
    seen.data = np.log1p(seen.data / _ALPHA)
    lengths = np.asarray(documents.sum(axis=1), dtype=np.float64).ravel()
    rest = np.log(_ALPHA) - np.log(lengths + _ALPHA * documents.shape[1])
    query_lengths = np.asarray(queries.sum(axis=1), dtype=np.float64).ravel()
    likelihood = np.asarray((queries.astype(np.float64) @ seen.T).todense())
    return np.asarray(likelihood + query_lengths[:, None] * rest[None, :] + np.log(prior)[None, :])
