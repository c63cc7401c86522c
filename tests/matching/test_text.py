from __future__ import annotations

import io
import pickle

import numpy as np
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

from service.matching import model_file
from service.matching.text import STRENGTH_UNITS, TextModel
from service.matching.words import normalised, shared_words, training_texts
from service.reference import industries, leading_industry_codes, zones

CORPUS = training_texts(
    [(row.code, row.name, row.parent_code) for row in industries()],
    {row.word: row.industry_codes for row in leading_industry_codes() if row.industry_codes},
    ["、".join(zone.leading_industries) for zone in zones()],
)
MODEL = TextModel().fit(*CORPUS)

FURNITURE = (
    "木质家具制造 年产30万套实木家具项目 实木家具 板式家具 胶合板 五金配件 水性漆 在结对县建设家具生产基地"
)
BATTERY = "锂离子电池制造 动力电池项目 锂电池 正极材料 铝箔 电解液"
WORDS = st.sampled_from(
    ["家具", "木材加工", "竹制品", "锂电池", "汽车零部件", "食品", "的", "、", "ABS 塑料", "沙发"]
)
TEXTS = st.lists(WORDS, max_size=6).map("".join) | st.text(max_size=20)


def utility(need: str, *offers: str) -> list[float]:
    needs = MODEL.transform_needs([need])
    return MODEL.utility(needs, MODEL.transform_offers(offers), MODEL.ceiling(needs)).tolist()


@pytest.mark.parametrize(
    "offer",
    [
        "家具 家具制造业",
        "通用设备、电子信息、家具 通用设备制造业 计算机、通信和其他电子设备制造业 家具制造业",
        "家具、竹木制品 家具制造业 木材加工和木、竹、藤、棕、草制品业",
    ],
)
def test_a_furniture_project_fits_a_place_that_leads_furniture(offer):
    assert utility(FURNITURE, offer)[0] > 0.6


@pytest.mark.parametrize(
    "offer",
    [
        "生物医药 医药制造业",
        "电子信息、物流 计算机、通信和其他电子设备制造业 装卸搬运和仓储业",
        "石化、煤化工 石油、煤炭及其他燃料加工业 化学原料和化学制品制造业",
        "食品、农副产品加工 食品制造业 农副食品加工业",
    ],
)
def test_a_furniture_project_does_not_fit_an_unrelated_trade(offer):
    assert utility(FURNITURE, offer)[0] < 0.1


def test_words_of_one_industry_meet_without_a_common_character():
    sofa, medicine = utility("沙发", "家具制造业", "医药制造业")
    assert sofa > medicine == 0.0


def test_the_nearer_of_two_places_comes_first():
    battery, appliances, food = utility(BATTERY, "锂电池、新能源", "家电", "食品")
    assert battery > appliances > food


def test_weights_are_small_integers():
    needs, offers = MODEL.transform_needs([FURNITURE]), MODEL.transform_offers([FURNITURE * 40])
    assert needs.dtype == offers.dtype == np.int64
    assert needs.data.min() > 0
    assert 0 < offers.data.max() <= STRENGTH_UNITS
    assert MODEL.ceiling(needs)[0] * MODEL.gain < 2**53


@given(need=TEXTS, offer=TEXTS)
def test_utility_lies_between_0_and_1_whatever_the_text(need, offer):
    (value,) = utility(need, offer)
    assert 0.0 <= value < 1.0


@settings(max_examples=25)
@given(needs=st.lists(TEXTS, min_size=1, max_size=4), offers=st.lists(TEXTS, min_size=1, max_size=4))
def test_a_batch_and_single_rows_in_both_directions_give_the_same_digits(needs, offers):
    need_rows, offer_rows = MODEL.transform_needs(needs), MODEL.transform_offers(offers)
    ceiling = MODEL.ceiling(need_rows)
    alone = np.array([[utility(need, offer)[0] for offer in offers] for need in needs])
    for row in range(len(needs)):
        assert np.array_equal(MODEL.utility(need_rows[[row]], offer_rows, ceiling[[row]]), alone[row])
    for row in range(len(offers)):
        assert np.array_equal(MODEL.utility(need_rows, offer_rows[[row]], ceiling), alone[:, row])


def test_no_text_is_blank_and_scores_nothing():
    offers = MODEL.transform_offers(["", "、。 ", "家具"])
    assert MODEL.is_blank(offers).tolist() == [True, True, False]
    assert utility(FURNITURE, "", "、。 ") == [0.0, 0.0]
    assert utility("", "家具") == [0.0]
    assert MODEL.transform_needs([]).shape == MODEL.transform_offers([]).shape == (0, offers.shape[1])


def test_case_width_and_punctuation_do_not_count():
    assert utility("ＡＢＳ塑料，家具", "abs塑料/家具") == utility("abs塑料 家具", "ABS塑料；家具")


def test_a_word_unseen_at_fit_still_matches():
    assert utility("氟骨瓷釉", "氟骨瓷釉")[0] > 0.9


def test_a_fit_depends_on_the_texts_alone_and_not_on_their_order():
    texts, labels = CORPUS
    again = TextModel().fit(texts, labels)
    catalogue_backwards = [*texts[:3000], *texts[:2999:-1]]
    labels_backwards = [*labels[:3000], *labels[:2999:-1]]
    assert again.version_ == MODEL.version_
    assert TextModel().fit(catalogue_backwards, labels_backwards).version_ == MODEL.version_
    assert TextModel().fit(texts[1:], labels[1:]).version_ != MODEL.version_


def test_training_texts_label_names_and_words_with_their_divisions():
    texts, labels = training_texts(
        [("C", "制造业", None), ("C2110", "木质家具制造", "C211")],
        {"起重机": ("C3432", "C35"), "不明": ()},
        ["家具"],
    )
    found = dict(zip(texts, labels, strict=True))
    assert "不明" not in found
    assert found["起重机"] == ("C34", "C35")
    assert found["木质家具制造"] == ("C21",)
    assert found["沙发"] == ("C21",)
    assert found["制造业"] == found["家具"] == ()


def test_parameters_are_part_of_the_version():
    assert TextModel(k1=2.0).fit(*CORPUS).version_ != MODEL.version_


def test_the_model_is_a_scikit_learn_estimator():
    model = TextModel(k1=0.9)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(b=0.5).b == 0.5
    assert not [name for name in vars(model) if name.endswith("_")]
    with pytest.raises(NotFittedError):
        model.transform_needs(["家具"])


def test_a_model_without_labels_works_on_characters_alone():
    model = TextModel().fit(["家具制造业", "医药制造业"])
    needs = model.transform_needs(["家具"])
    near, far = model.utility(needs, model.transform_offers(["家具", "医药"]), model.ceiling(needs))
    assert near > far == 0.0


@pytest.mark.parametrize(("texts", "labels"), [([], None), (["家具"], []), (["家具"], [("C21",), ("C20",)])])
def test_a_fit_without_texts_or_with_other_counts_of_labels_is_refused(texts, labels):
    with pytest.raises(ValueError, match="text"):
        TextModel().fit(texts, labels)


@pytest.mark.parametrize(
    ("need", "offer", "expected"),
    [
        ("木质家具制造 五金配件", "主导产业：五金、竹木、家具制造业", ["家具制造", "五金"]),
        ("家具制造", "医药制造", []),
        ("年产100套", "占地100亩", []),
        ("竹木制品、竹木加工", "竹木", ["竹木"]),
        ("", "家具", []),
    ],
)
def test_shared_terms_are_whole_words_and_no_words_of_mere_business(need, offer, expected):
    assert MODEL.shared_terms(need, offer, 3) == expected


@given(need=TEXTS, offer=TEXTS, k=st.integers(0, 4))
def test_shared_terms_stand_in_both_texts(need, offer, k):
    terms = MODEL.shared_terms(need, offer, k)
    assert len(terms) <= k
    assert all(term in normalised(need) and term in normalised(offer) and len(term) > 1 for term in terms)


def test_of_two_shared_words_none_contains_the_other():
    found = shared_words(normalised("实木家具 家具"), normalised("实木家具厂"))
    assert found == ["实木家具"]


def test_a_model_file_brings_back_the_same_model():
    data = model_file.dumps(MODEL)
    loaded = model_file.loads(data, model_file.digest(data))
    assert loaded.version_ == MODEL.version_
    assert loaded.get_params() == MODEL.get_params()
    for name in ("transform_needs", "transform_offers"):
        ours, theirs = getattr(MODEL, name)([FURNITURE]), getattr(loaded, name)([FURNITURE])
        assert (ours != theirs).nnz == 0
    assert loaded.shared_terms(FURNITURE, "家具", 1) == ["家具"]


def test_a_model_file_with_another_hash_is_refused():
    data = model_file.dumps(MODEL)
    with pytest.raises(model_file.ModelFileError, match="hash"):
        model_file.loads(data + b"\0", model_file.digest(data))


def test_a_model_file_with_a_foreign_type_is_refused():
    data = skops.io.dumps(io.StringIO)
    with pytest.raises(model_file.ModelFileError, match="not allowed"):
        model_file.loads(data, model_file.digest(data))


@pytest.mark.parametrize("thing", [PCA(), {"rarity_": 1}, [1, 2]])
def test_a_model_file_that_holds_something_else_is_refused(thing):
    data = skops.io.dumps(thing)
    with pytest.raises(model_file.ModelFileError):
        model_file.loads(data, model_file.digest(data))


def test_bytes_that_are_no_model_file_are_refused():
    data = pickle.dumps({"a": 1})
    with pytest.raises(model_file.ModelFileError):
        model_file.loads(data, model_file.digest(data))
