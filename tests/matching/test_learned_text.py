"""The text model with known places and a past: what must hold whatever it has learned."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching import model_file
from service.matching.history import Placement
from service.matching.phrases import activities, goods, list_share
from service.matching.text import TextModel
from service.matching.words import training_texts
from service.reference import industries, leading_industry_codes, zones

CORPUS = training_texts(
    [(row.code, row.name, row.parent_code) for row in industries()],
    {row.word: row.industry_codes for row in leading_industry_codes() if row.industry_codes},
    ["、".join(zone.leading_industries) for zone in zones()[::10]],
)
PLACES = [
    ("330101", "木家具、沙发、家具配件"),
    ("330102", "水泵、阀门、电机及配件"),
    ("330103", "药品、医疗器械"),
    ("510101", "竹制品、竹家具、木材加工"),
    ("510102", "食品、饮料、粮油"),
]
FIRST_DAY = date(1995, 1, 1)
PAST = [
    Placement(text, code, FIRST_DAY + timedelta(days=40 * number + place))
    for number in range(30)
    for place, (text, code) in enumerate(
        [
            ("家具制造、销售", "330101"),
            ("水泵及配件制造", "330102"),
            ("船舶修理、船用配件", "330103"),
            ("竹制品加工；竹家具", "510101"),
        ]
    )
]
# A past of few regions counts little: these stand for the rest of the country.
ELSEWHERE = [
    Placement(f"煤炭{word}、运输", f"14{number:04}", FIRST_DAY)
    for number, word in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄")
    for _ in range(12)
]
PAST += ELSEWHERE
COLD = TextModel().fit(*CORPUS, profiles=PLACES)
WARM = TextModel().fit(*CORPUS, profiles=PLACES, history=PAST)
WORDS = st.sampled_from(["家具", "水泵", "竹", "药品", "、", "；", "制造", "销售", "ABS", "船", "食品、饮料"])
TEXTS = st.lists(WORDS, max_size=5).map("".join)
CODES = st.sampled_from(["330101", "330103", "510101", "110101"]) | st.none()
MODELS = pytest.mark.parametrize("model", [COLD, WARM], ids=["cold", "warm"])


def utilities(model: TextModel, need: str, places: list[tuple[str | None, str]]) -> list[float]:
    needs = model.transform_needs([need])
    offers = model.transform_offers([text for _, text in places], [code for code, _ in places])
    return model.utility(needs, offers, model.ceiling(needs)).tolist()


def best(model: TextModel, need: str) -> str:
    found = utilities(model, need, list(PLACES))
    return PLACES[int(np.argmax(found))][0]


@MODELS
@settings(max_examples=15)
@given(
    needs=st.lists(TEXTS, min_size=1, max_size=3),
    places=st.lists(st.tuples(CODES, TEXTS), min_size=1, max_size=4),
)
def test_a_batch_and_single_rows_in_both_directions_give_the_same_digits(model, needs, places):
    rows = model.transform_needs(needs)
    offers = model.transform_offers([text for _, text in places], [code for code, _ in places])
    unit = model.ceiling(rows)
    alone = np.array([[utilities(model, need, [place])[0] for place in places] for need in needs])
    assert ((alone >= 0) & (alone < 1)).all()
    for row in range(len(needs)):
        assert np.array_equal(model.utility(rows[[row]], offers, unit[[row]]), alone[row])
    for row in range(len(places)):
        assert np.array_equal(model.utility(rows, offers[[row]], unit), alone[:, row])


@MODELS
@given(need=TEXTS, added=st.tuples(CODES, TEXTS))
@settings(max_examples=15)
def test_a_place_that_is_added_or_removed_moves_no_other(model, need, added):
    before = utilities(model, need, list(PLACES))
    assert utilities(model, need, [added, *PLACES])[1:] == before
    assert utilities(model, need, list(PLACES)[1:]) == before[1:]
    assert utilities(model, need, list(PLACES)[::-1]) == before[::-1]


def test_a_fit_does_not_depend_on_the_order_of_places_or_placements():
    again = TextModel().fit(*CORPUS, profiles=PLACES[::-1], history=PAST[::-1])
    assert again.version_ == WARM.version_
    assert (again.transform_needs(["竹家具"]) != WARM.transform_needs(["竹家具"])).nnz == 0


def test_places_and_past_are_part_of_the_version():
    bare = TextModel().fit(*CORPUS)
    fewer = TextModel().fit(*CORPUS, profiles=PLACES, history=PAST[1:])
    assert len({model.version_ for model in (bare, COLD, WARM, fewer)}) == 4


@pytest.mark.parametrize(
    ("need", "code"), [("实木家具、沙发", "330101"), ("水泵", "330102"), ("竹家具", "510101")]
)
@MODELS
def test_the_place_that_writes_the_same_goods_comes_first(model, need, code):
    assert best(model, need) == code


def test_the_past_tells_what_no_place_writes():
    # Nobody writes of ships; those who came all went to 330103.
    assert best(WARM, "船舶修理") == "330103"
    assert best(COLD, "船舶修理") != "330103"


def test_without_a_past_of_its_region_a_place_is_judged_by_its_text_as_if_there_were_none():
    places = [(None, text) for _, text in PLACES] + [("510102", "食品、饮料、粮油")]
    assert utilities(WARM, "食品饮料", places) == utilities(COLD, "食品饮料", places)


@pytest.mark.parametrize(("few", "many"), [(1, 4), (4, 10), (10, 30)])
def test_the_more_went_to_a_region_the_less_the_text_alone_decides(few, many):
    shares = []
    for count in (few, many):
        past = [Placement("家具", "330101", FIRST_DAY)] * count + ELSEWHERE
        model = TextModel().fit(*CORPUS, profiles=PLACES, history=past)
        learned = model.learned_
        shares.append(int(learned.text_share_[learned.region_codes_ == "330101"][0]))
    assert 64 >= shares[0] > shares[1] > 0


def test_a_past_of_few_regions_leaves_the_text_to_decide():
    past = [Placement("家具", "330101", FIRST_DAY), Placement("水泵", "330102", FIRST_DAY)] * 50
    model = TextModel().fit(*CORPUS, profiles=PLACES, history=past)
    assert model.learned_.text_share_.min() > 60
    assert best(model, "竹家具") == "510101"


def test_places_of_one_region_still_differ_by_what_they_write():
    near, far = utilities(WARM, "竹家具", [("510101", "竹家具"), ("510101", "药品")])
    assert near > far


def test_a_place_that_says_nothing_is_blank_unless_enough_went_there():
    rows = WARM.transform_offers(["", "", "", "食品"], ["330101", "510102", None, None])
    assert WARM.is_blank(rows).tolist() == [False, True, True, False]
    assert [WARM.knows(code) for code in ("330101", "510102", "999999")] == [True, False, False]
    assert not COLD.knows("330101")
    assert utilities(WARM, "", list(PLACES)) == [0.0] * len(PLACES)


def test_half_a_utility_means_two_standard_deviations_above_the_mean_of_known_places():
    need, known = "竹家具", COLD.learned_
    needs = COLD.transform_needs([need])
    stand_ins = sorted({text for text, found in zip(*CORPUS, strict=True) if not found})
    documents = sorted([*PLACES, *(("", text) for text in stand_ins)])
    offers = COLD.transform_offers([text for _, text in documents], [code for code, _ in documents])
    scores = np.asarray((offers @ needs.T).toarray()).ravel() / COLD.ceiling(needs)[0]
    assert len(known.document_region_) == len(documents)
    assert (scores.mean(), scores.std()) == pytest.approx((0.0, 1.0), abs=1e-3)
    found = utilities(COLD, need, [(code or None, text) for code, text in documents])
    assert all((score > 2) == (utility > 0.5) for score, utility in zip(scores, found, strict=True))


@MODELS
def test_a_model_file_brings_back_the_same_digits(model):
    data = model_file.dumps(model)
    loaded = model_file.loads(data, model_file.digest(data))
    assert loaded.version_ == model.version_
    assert utilities(loaded, "竹家具、水泵", list(PLACES)) == utilities(model, "竹家具、水泵", list(PLACES))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "past",
    [
        [Placement("家具", "330101", FIRST_DAY)],
        [Placement("", "330101", FIRST_DAY), Placement("家具", "330102", FIRST_DAY)],
        [Placement("家具", code, FIRST_DAY) for code, _ in PLACES] * 3,
    ],
    ids=["one", "one without a text", "everything everywhere"],
)
def test_a_degenerate_past_still_gives_finite_utilities(past):
    model = TextModel().fit(*CORPUS, history=past)
    assert all(0.0 <= value < 1.0 for value in utilities(model, "家具 水泵", list(PLACES)))


@pytest.mark.parametrize(
    ("text", "share"),
    [("家具、食品", 1.0), ("家具、某物", 0.25), ("某某家具", 0.0), ("", 0.0)],
)
def test_how_far_a_text_is_a_list_of_catalogue_words(text, share):
    assert list_share([text], {"家具", "食品"}).tolist() == [share]


def test_goods_and_activities_of_a_scope():
    assert goods("生产、销售：木制家具的制造；水泵及配件") == ["木制家具", "水泵及配件"]
    assert activities("木制家具的制造、批发零售") == ["的制造", "批发零售"]
