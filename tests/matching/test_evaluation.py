"""Metrics as literal tables, baselines against independent ones, and a split small enough to read."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sklearn.naive_bayes import MultinomialNB

from service.matching.evaluation.baselines import (
    bm25_scores,
    counts_of,
    naive_bayes_scores,
    places_sum,
    popularity_scores,
    random_scores,
)
from service.matching.evaluation.evaluate import OWN, evaluate, split_of
from service.matching.evaluation.metrics import bootstrap, gains, ranks_of
from service.matching.history import Placement
from service.matching.text import TextModel

TEXTS = ["木家具、沙发", "药品、药材", "水泵、阀门、水泵配件", "家具五金"]
QUERIES = ["家具", "水泵药品", "船"]


@pytest.mark.parametrize(
    ("scores", "truth", "candidates", "rank"),
    [
        ([3, 2, 1], 0, None, 1.0),
        ([3, 2, 1], 2, None, 3.0),
        ([2, 2, 1], 0, None, 1.5),
        ([1, 1, 1], 1, None, 2.0),
        ([3, 2, 2, 2, 2], 4, None, 3.5),
        ([3, 2, 1], 2, [False, True, True], 2.0),
        ([2, 2, 2], 2, [True, False, True], 1.5),
        ([-1, -2, -1], 1, [False, True, False], 1.0),
    ],
)
def test_the_rank_of_the_truth_among_its_candidates(scores, truth, candidates, rank):
    mask = None if candidates is None else np.array([candidates])
    assert ranks_of(np.array([scores], dtype=float), np.array([truth]), mask).tolist() == [rank]


@pytest.mark.parametrize(
    ("rank", "mrr", "hit1", "hit5", "hit10", "ndcg"),
    [
        (1.0, 1.0, 1, 1, 1, 1.0),
        (1.5, 2 / 3, 0, 1, 1, 1 / math.log2(2.5)),
        (3.0, 1 / 3, 0, 1, 1, 0.5),
        (5.5, 2 / 11, 0, 0, 1, 1 / math.log2(6.5)),
        (10.0, 0.1, 0, 0, 1, 1 / math.log2(11)),
        (10.5, 2 / 21, 0, 0, 0, 0.0),
    ],
)
def test_what_a_rank_counts(rank, mrr, hit1, hit5, hit10, ndcg):
    found = {name: float(value[0]) for name, value in gains(np.array([rank])).items()}
    expected = {"mrr": mrr, "hit@1": hit1, "hit@5": hit5, "hit@10": hit10, "ndcg@10": ndcg}
    assert found == pytest.approx(expected)


def test_a_bootstrap_interval_holds_the_mean_and_narrows_with_more_queries():
    values = np.random.default_rng(3).random(100)
    few, many = bootstrap(values), bootstrap(np.tile(values, 25))
    assert few.low < few.mean < few.high
    assert many.high - many.low < (few.high - few.low) / 3
    assert bootstrap(np.full(7, 0.25)) == bootstrap(np.full(7, 0.25))
    assert (bootstrap(np.full(7, 0.25)).low, bootstrap(np.full(7, 0.25)).high) == (0.25, 0.25)


def test_naive_bayes_is_the_one_of_scikit_learn():
    past = ["木家具、沙发", "家具", "药品", "药材、药品", "水泵", "阀门、水泵"]
    places = np.array([0, 0, 1, 1, 2, 2])
    documents, queries = counts_of(past, QUERIES)
    ours = naive_bayes_scores(places_sum(documents, places, 3), queries, np.full(3, 1 / 3))
    theirs = MultinomialNB(alpha=0.01).fit(documents, places).predict_joint_log_proba(queries)
    assert ours == pytest.approx(theirs)


def test_bm25_is_the_one_of_the_book():
    documents, queries = counts_of(["ab", "aab", "c"], ["a"])
    # Lengths in 1- to 3-grams are 3, 6 and 1; "a" stands once, twice and not at all, in two of three.
    idf = math.log(1 + 1.5 / 2.5)
    mean = 10 / 3
    expected = [idf * tf * 2.5 / (tf + 1.5 * (0.25 + 0.75 * n / mean)) for tf, n in ((1, 3), (2, 6), (0, 1))]
    assert bm25_scores(documents, queries)[0] == pytest.approx(expected)


def test_popularity_counts_placements_and_random_is_the_same_every_time():
    assert popularity_scores(np.array([2, 0, 2]), 2, 4).tolist() == [[1, 0, 2, 0]] * 2
    assert np.array_equal(random_scores(3, 4), random_scores(3, 4))


CANDIDATES = [
    ("330101", "浙江省", "木家具、沙发、家具配件"),
    ("330102", "浙江省", "药品、药材"),
    ("510101", "四川省", "水泵、阀门"),
    ("510102", "四川省", "水泵、阀门"),
]
PAST = [Placement("水泵制造、销售", "510102", date(2000 + year, 1, 1)) for year in range(3)] * 10
SHIPPED = (["家具制造业", "医药制造业", "泵制造业"], [("C21",), ("C27",), ("C34",)])


def test_a_split_is_measured_with_ties_and_within_the_province():
    split = split_of(CANDIDATES, PAST, [("木家具", "330101"), ("水泵", "510101"), ("水泵", "510102")])
    model = TextModel().fit(*SHIPPED, profiles=split.profiles)
    report = evaluate(split, model, cold=True)
    assert set(report) == {"random", "popularity", "char_tfidf", "bm25", "naive_bayes", OWN}
    # The two pump counties write the same: each of them ranks 1.5.
    assert report["bm25"]["all"]["mrr"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    assert report[OWN]["all"]["mrr"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    assert report["bm25"]["all"]["hit@1"] == pytest.approx(1 / 3)
    # All went to 510102; three others tie behind it, one within each truth's province.
    assert report["popularity"]["all"]["mrr"] == pytest.approx((1 / 3 + 1 / 3 + 1) / 3)
    assert report["popularity"]["in_province"]["mrr"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    gain = report[OWN]["gain_over_best"]
    assert gain["mean"] == pytest.approx(0.0)
    assert gain["baseline"] in report


def test_past_placements_tell_apart_what_writes_the_same():
    past = [*PAST, *(Placement("药品、药材销售", "510101", past.on) for past in PAST)]
    split = split_of(CANDIDATES, past, [("水泵", "510102")])
    model = TextModel().fit(*SHIPPED, profiles=split.profiles, history=split.history)
    report = evaluate(split, model, cold=False)
    assert report[OWN]["all"]["mrr"] == 1.0
    assert report["bm25_profiles"]["all"]["mrr"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("candidates", "queries", "said"),
    [
        ([], [("家具", "330101")], "nothing to rank"),
        (CANDIDATES, [], "nothing to rank"),
        ([*CANDIDATES, CANDIDATES[0]], [("家具", "330101")], "stands twice"),
        (CANDIDATES, [("家具", "110101")], "no candidate: 110101"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(candidates, queries, said):
    with pytest.raises(ValueError, match=said):
        split_of(candidates, [], queries)


def test_the_figures_can_be_written_as_json(tmp_path: Path):
    split = split_of(CANDIDATES, PAST, [("木家具", "330101")])
    report = evaluate(split, TextModel().fit(*SHIPPED, profiles=split.profiles), cold=True)
    assert json.loads(json.dumps(report)) == report
