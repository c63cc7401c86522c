"""A model version: text model and default weights, as a value and as a file."""

import io
import math

import numpy as np
import pytest
import skops.io
from sklearn.decomposition import PCA

from service.matching import model_file
from service.matching.documents import need_text, offer_text
from service.matching.matcher import Matcher
from service.matching.model_file import ModelFileError
from service.matching.ranking_model import RankingModel, text_utilities
from service.matching.weights import DEFAULT_WEIGHTS, Weights, WeightsError
from tests.matching.matching_examples import BOOK, LEXICON, LINKS, MATCHER, MODEL, TODAY, TREE, need, offer

LEARNED = {name: 1 / len(DEFAULT_WEIGHTS) for name in DEFAULT_WEIGHTS}


def written(model: object) -> tuple[bytes, str]:
    data = bytes(skops.io.dumps(model))
    return data, model_file.digest(data)


def test_without_learned_weights_version_weights_and_file_are_the_text_models_own():
    model = RankingModel(MODEL)
    assert model.version == MODEL.version_
    assert dict(model.default_weights) == dict(DEFAULT_WEIGHTS)
    data = model_file.dumps(model)
    assert model_file.loads(data, model_file.digest(data)).version_ == MODEL.version_


def test_a_file_brings_back_text_model_and_weights():
    data = model_file.dumps(RankingModel(MODEL, LEARNED))
    found = model_file.loads_ranking(data, model_file.digest(data))
    assert (found.version, found.learned_weights) == (RankingModel(MODEL, LEARNED).version, LEARNED)
    assert found.text.version_ == MODEL.version_


def test_other_weights_make_another_version():
    other = LEARNED | {"land": 0.5}
    versions = {RankingModel(MODEL, weights).version for weights in (None, LEARNED, other)}
    assert len(versions) == 3


def test_a_criterion_that_is_newer_than_the_weights_keeps_its_hand_set_one():
    learned = {name: weight for name, weight in LEARNED.items() if name != "power"}
    assert RankingModel(MODEL, learned).default_weights["power"] == DEFAULT_WEIGHTS["power"]


@pytest.mark.parametrize(
    "thing",
    [
        PCA(),
        {"weights": 1},
        RankingModel(PCA()),
        RankingModel("text"),
        RankingModel(MODEL, io.StringIO),
        RankingModel(MODEL, LEARNED | {"land": -1.0}),
        RankingModel(MODEL, LEARNED | {"land": math.nan}),
        RankingModel(MODEL, dict.fromkeys(LEARNED, 0.0)),
    ],
)
def test_a_file_that_holds_anything_else_is_refused(thing):
    with pytest.raises(ModelFileError):
        model_file.loads_ranking(*written(thing))


def test_a_file_with_another_hash_is_never_parsed(monkeypatch):
    data, _ = written(RankingModel(MODEL, LEARNED))
    monkeypatch.setattr(skops.io, "get_untrusted_types", lambda **_: pytest.fail("parsed"))
    with pytest.raises(ModelFileError, match="hash"):
        model_file.loads_ranking(data, "0" * 64)


def test_chosen_weights_are_completed_with_the_models_own():
    weights = Weights({"land": 2}, LEARNED)
    assert dict(zip(DEFAULT_WEIGHTS, weights.values, strict=True)) == LEARNED | {"land": 2.0}
    with pytest.raises(WeightsError, match="unknown"):
        Weights({}, LEARNED | {"beauty": 1})


def test_with_learned_weights_the_contributions_still_add_up_to_the_score():
    matcher = Matcher(BOOK, MODEL, TREE, LEXICON, LINKS, RankingModel(MODEL, LEARNED).default_weights)
    weights = Weights(defaults=matcher.default_weights)
    pair = matcher.pair(matcher.needs([need()]), matcher.offers([offer()]), today=TODAY, weights=weights)
    assert math.fsum(line.contribution for line in pair.contributions) == pytest.approx(pair.score, abs=1e-9)
    assert {line.criterion: line.weight for line in pair.contributions} == pytest.approx(LEARNED)


def test_the_text_utility_of_training_is_the_one_of_the_ranking():
    places = [offer(leading_industries=("家具",)), offer(leading_industries=("集成电路",)), offer(
        leading_industries=(), industry_codes=(), materials=(), description=""
    )]  # fmt: skip
    wanted = need(products=("木质家具",))
    assessed = MATCHER.assess(MATCHER.needs([wanted]), MATCHER.offers(places), TODAY)
    column = list(DEFAULT_WEIGHTS).index("text")
    ranked = assessed.variants[0].utilities[column].values
    texts = [(place.region_code, offer_text(place, TREE)) for place in places]
    assert np.array_equal(text_utilities(MODEL, [need_text(wanted, TREE)], texts)[0], ranked)
