"""Measures a fitted text model on real placements, beside the baselines on the same queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.matching.evaluation.baselines import (
    bm25_scores,
    counts_of,
    naive_bayes_scores,
    places_sum,
    popularity_scores,
    random_scores,
    tfidf_scores,
)
from service.matching.evaluation.metrics import Floats, Ints, bootstrap, gains, ranks_of
from service.matching.history import Placement
from service.matching.ranking_model import encoded_places, utilities_at
from service.matching.text import TextModel

#: The name under which the model itself is reported.
OWN: Final = "shanhai"
#: The model ranks so many queries between two reports of progress.
_BLOCK: Final = 250

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Split:
    """Candidates, what is known of the past, and queries with their truth.

    Attributes
    ----------
    region_codes, provinces, texts : tuple of str, length n
        The candidates.
    history : tuple of Placement
    queries : tuple of str, length q
    truth : ndarray of int64, shape (q,)
        Position of the right candidate.
    """

    region_codes: tuple[str, ...]
    provinces: tuple[str, ...]
    texts: tuple[str, ...]
    history: tuple[Placement, ...]
    queries: tuple[str, ...]
    truth: Ints

    @property
    def profiles(self) -> list[tuple[str, str]]:
        """Region code and text of every candidate."""
        return list(zip(self.region_codes, self.texts, strict=True))

    @property
    def places(self) -> Ints:
        """Candidate of each past placement that went to one. Shape (placements,)."""
        position = {code: place for place, code in enumerate(self.region_codes)}
        found = [position[past.region_code] for past in self.history if past.region_code in position]
        return np.array(found, dtype=np.int64)


def evaluate(split: Split, model: TextModel, *, cold: bool, step: Step = lambda _: None) -> dict[str, Any]:
    """Figures of every baseline and of the model.

    Parameters
    ----------
    split : Split
    model : TextModel, fitted
    cold : bool
        Whether the baselines see the candidates' own texts instead of past placements. Popularity is
        counted from placements either way.
    step : callable
        Told what is being done.

    Returns
    -------
    dict
        Per method ``all`` and ``in_province``, each with mrr, hit@1, hit@5, hit@10, ndcg@10, and
        ``_low`` and ``_high`` of each (95 % bootstrap). The model has ``gain_over_best`` beside them: the
        paired gain in MRR over the baseline with the highest, among all and ``_in_province``.
    """
    province = np.array(split.provinces)
    nearby = province[None, :] == province[split.truth][:, None]
    report: dict[str, Any] = {}
    ranks: dict[str, dict[str, Floats]] = {}
    for name, scores in _methods(split, model, cold=cold, step=step):
        everywhere, within = ranks_of(scores, split.truth), ranks_of(scores, split.truth, nearby)
        ranks[name] = {"all": everywhere, "in_province": within}
        step(f"bootstrap: {name}")
        report[name] = {scope: _figures(found) for scope, found in ranks[name].items()}
    for scope, name in (("all", "gain_over_best"), ("in_province", "gain_over_best_in_province")):
        report[OWN][name] = _gain(ranks, scope)
    return report


def _methods(split: Split, model: TextModel, *, cold: bool, step: Step) -> Iterator[tuple[str, Floats]]:
    """Scores of each method, one at a time: all together would not fit beside a large split."""
    q, n = len(split.queries), len(split.texts)
    yield "random", random_scores(q, n)
    yield "popularity", popularity_scores(split.places, q, n)
    step("baselines on what places write")
    documents, queries = counts_of(split.texts, split.queries)
    if not cold:
        yield "bm25_profiles", bm25_scores(documents, queries)
        step("baselines on past placements")
        known = set(split.region_codes)
        past = [placement.text for placement in split.history if placement.region_code in known]
        documents, queries = counts_of(past, split.queries)
        documents = places_sum(documents, split.places, n)
    yield "char_tfidf", tfidf_scores(documents, queries)
    yield "bm25", bm25_scores(documents, queries)
    prior = np.bincount(split.places, minlength=n) + 1.0 if not cold else np.ones(n)
    yield "naive_bayes", naive_bayes_scores(documents, queries, prior / prior.sum())
    yield OWN, _own_scores(split, model, step)


def _own_scores(split: Split, model: TextModel, step: Step) -> Floats:
    """What a ranking counts for text, need by need: the very function that serves."""
    places = encoded_places(model, split.profiles)
    utilities = np.empty((len(split.queries), len(split.texts)))
    for start in range(0, len(split.queries), _BLOCK):
        step(f"rank {start} of {len(split.queries)}")
        block = split.queries[start : start + _BLOCK]
        utilities[start : start + _BLOCK] = utilities_at(model, block, places)
    return utilities


def _figures(ranks: Floats) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, values in gains(ranks).items():
        found = bootstrap(values)
        figures |= {name: found.mean, f"{name}_low": found.low, f"{name}_high": found.high}
    return figures


def _gain(ranks: dict[str, dict[str, Floats]], scope: str) -> dict[str, Any]:
    reciprocal = {name: 1.0 / found[scope] for name, found in ranks.items()}
    best = max((name for name in reciprocal if name != OWN), key=lambda name: reciprocal[name].mean())
    found = bootstrap(reciprocal[OWN] - reciprocal[best])
    return {"baseline": best, "mean": found.mean, "low": found.low, "high": found.high}


def split_of(
    candidates: Sequence[tuple[str, str, str]],
    history: Sequence[Placement],
    queries: Sequence[tuple[str, str]],
) -> Split:
    """A split from plain rows.

    Parameters
    ----------
    candidates : sequence of (region code, province, text)
    queries : sequence of (text, region code of the truth)

    Raises
    ------
    ValueError
        Where there is no candidate or no query, a candidate stands twice, or a truth is none of them.
    """
    position = {code: place for place, (code, _, _) in enumerate(candidates)}
    if not queries or not candidates:
        raise ValueError("there is nothing to rank: a candidate and a query are needed")
    if len(position) < len(candidates):
        raise ValueError("a candidate stands twice")
    missing = sorted({code for _, code in queries} - position.keys())
    if missing:
        raise ValueError(f"the truth of a query is no candidate: {', '.join(missing[:5])}")
    codes, provinces, texts = zip(*candidates, strict=True)
    truth = np.array([position[code] for _, code in queries], dtype=np.int64)
    return Split(codes, provinces, texts, tuple(history), tuple(text for text, _ in queries), truth)
