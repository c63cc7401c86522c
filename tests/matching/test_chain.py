from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.chain import ChainEncoder, ChainLink
from service.matching.chain_columns import ChainNeeds, ChainOffers
from service.matching.chain_utility import NEUTRAL, utility
from service.matching.geodesy import great_circle_km
from service.matching.goods_words import goods_codes
from service.matching.lexicon import GOODS_SECTIONS, TermLexicon
from service.matching.trade_words import TERM_CODES
from service.matching.tree import IndustryTree
from service.matching.values import Material, Need, Offer
from service.reference import industries

ROWS = [(row.code, row.name, row.parent_code) for row in industries()]
TREE = IndustryTree(ROWS)
LEXICON = TermLexicon(ROWS)
LINKS = (("C20", "C21"), ("C33", "C21"), ("C21", "H61"))
ENCODER = ChainEncoder(TREE, LEXICON, LINKS)
JIASHAN = {"lon": 120.92, "lat": 30.83}
QINGYUAN = {"lon": 119.06, "lat": 27.62}


def need(industry_code="C2110", **fields) -> Need:
    return Need(key="need", industry_code=industry_code, **fields)


def offer(*leading, **fields) -> Offer:
    return Offer(
        key="offer", tie_key=("", "", "", "", ""), region_code="331126", leading_industries=leading, **fields
    )


def value(project: Need, place: Offer) -> float:
    return float(utility(ENCODER.needs([project]), ENCODER.offers([place]))[0][0])


@pytest.mark.parametrize(
    ("term", "code"),
    [
        ("胶合板", "C2021"),
        ("胶合板制造", "C2021"),
        ("五金配件", "C335"),
        ("涂料", "C2641"),
        ("板材", "C202"),
        ("家具", "C21"),
        ("木质家具", "C211"),
        ("汽车", "C36"),
        ("医药", "C27"),
        ("水泥", "C3011"),
        ("茶叶", "A0164"),
        ("软件开发", None),
        ("xyz", None),
        ("", None),
        ("制造", None),
        # furniture
        ("刨花板", "C2023"),
        ("多层实木板", "C2021"),
        ("橡胶木", "C2011"),
        ("竹材", "C204"),
        ("抽屉导轨", "C3351"),
        ("水性涂料", "C2641"),
        ("UV漆", "C2641"),
        ("热熔胶", "C2669"),
        ("PVC封边条", "C2922"),
        ("儿童家具", "C2110"),
        # vehicles
        ("冷轧钢板", "C3130"),
        ("铝锭", "C3216"),
        ("工程塑料", "C2651"),
        ("高压线束", "C3831"),
        ("汽车线束", "C3670"),
        ("新能源汽车驱动电机", "C3812"),
        ("铝合金压铸件", "C3392"),
        # food
        ("面粉", "C131"),
        ("食用油", "C1331"),
        ("葡萄糖", "C1391"),
        ("棉花", "A0131"),
        ("预制菜", "C1432"),
        ("塑料包装", "C2926"),
        # textiles
        ("坯布", "C1712"),
        ("涤纶丝", "C2822"),
        ("拉链", "C4119"),
        ("印染助剂", "C2661"),
        ("羽绒服", "C1819"),
        # medicine
        ("医药中间体", "C2614"),
        ("药用辅料", "C2780"),
        ("西林瓶", "C2780"),
        ("体外诊断试剂", "C2761"),
        # electronics
        ("PCB", "C3982"),
        ("覆铜板", "C3985"),
        ("铜箔", "C3251"),
        ("连接器", "C3989"),
        ("智能手机", "C3922"),
        ("平板电脑", "C3911"),
        # chemistry
        ("环氧树脂", "C2651"),
        ("钛白粉", "C2643"),
        ("聚碳酸酯", "C2651"),
        ("碳纤维", "C3091"),
        # building materials
        ("石膏", "C3012"),
        ("商品混凝土", "C3022"),
        ("铝合金门窗", "C3312"),
        ("断桥铝合金型材", "C3252"),
        ("玻璃幕墙", "C3312"),
        ("岩棉板", "C3034"),
        # several things, or a thing with its size
        ("五金配件（铰链、滑轨）", "C335"),
        ("胶合板 18mm", "C2021"),
        # what is done with a thing is not the thing
        ("家具物流", None),
        ("家具设计", None),
    ],
)
def test_a_trade_term_is_read_as_the_industry_that_makes_it(term, code):
    assert LEXICON.best(term) == code


def test_a_term_has_at_most_three_codes_with_falling_similarity():
    found = LEXICON.codes("汽车零件")
    assert 1 <= len(found) <= 3
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert all(450 <= score <= 1000 for _, score in found)


@given(st.text(max_size=12) | st.sampled_from([name for _, name, _ in ROWS]))
def test_whatever_the_term_its_codes_are_of_industries_that_make_goods(term):
    assert all(code in TREE and code[0] in GOODS_SECTIONS for code, _ in LEXICON.codes(term))


def test_the_lexicon_does_not_depend_on_the_order_of_the_rows():
    backwards = TermLexicon(reversed(ROWS))
    terms = ["汽车零件", "木材加工", "实木衣柜", "电机", *(name for _, name, _ in ROWS[:200])]
    assert [backwards.codes(term) for term in terms] == [LEXICON.codes(term) for term in terms]


def test_further_words_are_taken_and_codes_that_the_rows_lack_are_left_out():
    lexicon = TermLexicon(ROWS, {"香榧": ("Z99", "A0161"), "板材": ("C36",), "云": ("Z99",)})
    assert lexicon.codes("香榧") == (("A0161", 1000),)
    assert lexicon.best("板材") == "C202"
    assert lexicon.best("云") is None


def test_every_word_of_the_goods_table_names_an_industry_that_makes_goods_and_stands_once():
    text = files("service.matching").joinpath("goods_words.csv").read_text(encoding="utf-8")
    rows = [(row["industry_code"], row["goods"].split()) for row in csv.DictReader(text.splitlines())]
    words = [word for _, goods in rows for word in goods]
    assert all(code in TREE and code[0] in GOODS_SECTIONS and goods for code, goods in rows)
    assert len(words) == len(set(words)) > 1000
    assert goods_codes()["胶合板"] == ("C2021",)
    assert [word for word in words if LEXICON.best(word) is None] == []


def test_a_place_s_word_for_two_industries_counts_for_both():
    lexicon = TermLexicon(ROWS, {"纺织服装": ("C17", "C18")})
    encoder = ChainEncoder(TREE, lexicon)
    assert [code for code, _ in encoder.declared(offer("纺织服装"))] == ["C17", "C18"]
    assert [code for code, _ in encoder.declared(offer("锅炉设备", "无法识读之物"))] == ["C3411"]


def test_a_furniture_project_finds_who_makes_board_hardware_and_coatings_and_each_term_is_named():
    project = need(inputs=("胶合板", "五金配件", "涂料"))
    makers = {"胶合板": offer("板材"), "五金配件": offer("五金制品"), "涂料": offer("精细化工")}
    for term, place in makers.items():
        (link,) = ENCODER.matched(project, place)
        assert (link.kind, link.term) == ("input", term)
        assert link.declared == place.leading_industries[0]
        assert value(project, place) > value(project, offer("汽车")) == 0.0


@pytest.mark.parametrize(
    ("products", "place", "expected"),
    [
        (("木质家具",), offer("木质家具"), 1.0),
        (("木质家具",), offer(industry_codes=("C21",)), 0.75),
        (("木质家具", "涂料"), offer("木质家具"), 0.5),
        (("木质家具",), offer("汽车"), 0.0),
    ],
)
def test_whoever_makes_the_same_counts_as_alike(products, place, expected):
    project = need("A0111", products=products)
    encoder = ChainEncoder(TREE, LEXICON)
    found = float(utility(encoder.needs([project]), encoder.offers([place]))[0][0])
    assert found == expected
    kinds = [link.kind for link in encoder.matched(project, place)]
    assert kinds == (["alike"] if expected else [])


def test_the_narrowest_link_says_who_buys():
    encoder = ChainEncoder(TREE, LEXICON, (("C26", "C27"), ("C264", "C21"), ("C264", "C36")))
    assert encoder.buyers("C2641") == ["C21", "C36"]
    assert encoder.buyers("C2614") == ["C27"]
    assert encoder.buyers("C2641", "C2614") == ["C21", "C27", "C36"]
    assert encoder.buyers("A0111") == []


def test_every_curated_trade_word_names_industries_that_exist():
    assert [(term, code) for term, codes in TERM_CODES.items() for code in codes if code not in TREE] == []


def test_the_curated_links_name_two_different_industries_once():
    text = files("service.reference").joinpath("industry_links.csv").read_text(encoding="utf-8")
    rows = [
        (row["supplier_code"], row["buyer_code"], row["note"]) for row in csv.DictReader(text.splitlines())
    ]
    links = [(supplier, buyer) for supplier, buyer, _ in rows]
    assert len(links) == len(set(links)) >= 80
    assert all(supplier != buyer and note for supplier, buyer, note in rows)
    assert ChainEncoder(TREE, LEXICON, links).links == tuple(links)
    makers = {buyer[:3] for _, buyer in links} | {supplier[:3] for supplier, _ in links}
    assert {row.code for row in industries() if row.level == 2 and row.code.startswith("C")} - makers == {
        "C16",  # tobacco is a state monopoly: no place chooses it
        "C41",  # a remainder
        "C43",  # repair
    }


def test_a_link_of_an_unknown_industry_is_a_key_error():
    with pytest.raises(KeyError, match="C99"):
        ChainEncoder(TREE, LEXICON, [("C99", "C21")])


@pytest.mark.parametrize(
    ("inputs", "place", "expected"),
    [
        (("胶合板",), offer("胶合板"), 1.0),
        (("胶合板",), offer(industry_codes=("C202",)), 0.8),
        (("胶合板",), offer(industry_codes=("C20",)), 0.6),
        (("胶合板",), offer(industry_codes=("C",)), 0.0),
        (("胶合板",), offer("汽车"), 0.0),
        (("胶合板", "涂料"), offer("胶合板"), 0.5),
        (("胶合板", "涂料"), offer("胶合板", "涂料"), 1.0),
        (("胶合板", "胶合板"), offer("胶合板"), 1.0),
        (("胶合板", "无法识读之物"), offer("胶合板"), 1.0),
    ],
)
def test_inputs_count_as_the_mean_nearness_of_what_the_place_makes(inputs, place, expected):
    # H61 is the only buyer: its part weighs 1 of 4 and is not met here.
    assert value(need(inputs=inputs), place) == expected * 3 / 4


@pytest.mark.parametrize(
    ("project", "place", "expected"),
    [
        (need(), offer("木材加工"), 3 / 4),
        (need(), offer(industry_codes=("H6110",)), 1 / 4),
        (need(), offer("木材加工", industry_codes=("H6110",)), 1.0),
        (need(), offer("汽车"), 0.0),
        (need("C3311"), offer("家具"), 1.0),
        (need("C3630", products=("胶合板",)), offer("家具"), 0.5),  # buys it, and makes another thing
    ],
)
def test_without_inputs_the_curated_links_are_read(project, place, expected):
    assert value(project, place) == expected


@pytest.mark.parametrize(
    ("asked", "held", "expected"),
    [
        ("石墨烯浆料", "石墨烯浆料", 1.0),
        ("石墨烯浆料", "石墨烯", 1.0),
        ("石墨烯", "石墨烯浆料", 1.0),
        ("石墨烯", "ＰＥＴ切片", 0.0),
        ("pet", "ＰＥＴ切片", 1.0),
        ("石墨烯", "", 0.0),
        ("", "石墨烯", 0.0),
    ],
)
def test_a_material_is_there_when_one_name_contains_the_other(asked, held, expected):
    project, place = need("C3630", materials=(Material(asked),)), offer("汽车", materials=(Material(held),))
    assert LEXICON.best(asked) is None
    assert value(project, place) == expected
    assert bool(ENCODER.matched(project, place)) == bool(expected)


@pytest.mark.parametrize(
    ("max_haul_km", "origin", "site", "expected"),
    [
        (None, JIASHAN, QINGYUAN, 1.0),
        (500, JIASHAN, QINGYUAN, 1.0),
        (300, JIASHAN, QINGYUAN, 0.5),
        (0, JIASHAN, JIASHAN, 1.0),
        (300, {}, QINGYUAN, 1.0),
        (300, JIASHAN, {}, 1.0),
    ],
)
def test_a_material_beyond_the_haul_counts_half(max_haul_km, origin, site, expected):
    project = need("C3630", materials=(Material("石墨烯", max_haul_km=max_haul_km),), **origin)
    place = offer("汽车", materials=(Material("石墨烯"),), **site)
    assert value(project, place) == expected
    assert ENCODER.matched(project, place)[0].within_haul is (expected == 1.0)


def test_a_project_without_a_chain_is_neutral_everywhere_and_nothing_is_to_confirm():
    values, unknown = utility(ENCODER.needs([need("C3630")]), ENCODER.offers([offer("汽车"), offer()]))
    assert values.tolist() == [NEUTRAL, NEUTRAL]
    assert unknown.tolist() == [False, False]


def test_a_place_that_says_nothing_is_unknown_and_neutral():
    places = [offer(), offer("无法识读之物"), offer(materials=(Material("石墨烯"),))]
    values, unknown = utility(ENCODER.needs([need(inputs=("胶合板",))]), ENCODER.offers(places))
    assert values.tolist() == [NEUTRAL, NEUTRAL, 0.0]
    assert unknown.tolist() == [True, True, False]


def test_matched_names_what_the_place_wrote():
    project = need(inputs=("胶合板", "涂料"), materials=(Material("石墨烯", max_haul_km=300),), **JIASHAN)
    place = offer("木材加工", industry_codes=("H6110",), materials=(Material("石墨烯粉"),), **QINGYUAN)
    board, hotel, material = ENCODER.matched(project, place)
    assert board == ChainLink("input", "胶合板", "C20", TREE.name("C20"), "木材加工")
    assert (hotel.kind, hotel.code, hotel.declared) == ("buyer", "H61", "旅游饭店")
    assert (material.kind, material.declared, material.within_haul) == ("material", "石墨烯粉", False)
    assert material.distance_km == pytest.approx(400, abs=5)


def test_matched_is_empty_when_only_the_section_is_shared():
    assert ENCODER.matched(need(inputs=("胶合板",)), offer("汽车")) == []


def test_an_unknown_industry_code_is_a_key_error():
    with pytest.raises(KeyError, match="C99"):
        ENCODER.needs([need("C99")])
    with pytest.raises(KeyError, match="C99"):
        ENCODER.offers([offer(industry_codes=("C99",))])


WORDS = st.sampled_from(["胶合板", "五金", "涂料", "家具", "汽车", "无法识读之物", "毛竹"])
MATERIALS = st.lists(
    st.builds(Material, name=WORDS, max_haul_km=st.sampled_from([None, 100, 900])), max_size=3
)
PLACES = st.sampled_from([JIASHAN, QINGYUAN, {}])
NEEDS = st.builds(
    lambda code, inputs, materials, at: need(code, inputs=tuple(inputs), materials=tuple(materials), **at),
    st.sampled_from(["C2110", "C3630", "C33"]),
    st.lists(WORDS, max_size=3),
    MATERIALS,
    PLACES,
)
OFFERS = st.builds(
    lambda leading, materials, at: offer(*leading, materials=tuple(materials), **at),
    st.lists(WORDS, max_size=3),
    MATERIALS,
    PLACES,
)


@settings(max_examples=30)
@given(needs=st.lists(NEEDS, min_size=1, max_size=4), offers=st.lists(OFFERS, min_size=1, max_size=4))
def test_both_directions_and_single_pairs_agree_to_the_last_digit(needs, offers):
    need_rows, offer_rows = ENCODER.needs(needs), ENCODER.offers(offers)
    pairs = np.array([[value(project, place) for place in offers] for project in needs])
    assert ((pairs >= 0) & (pairs <= 1)).all()
    for row in range(len(needs)):
        assert np.array_equal(utility(need_rows.take([row]), offer_rows)[0], pairs[row])
    for row in range(len(offers)):
        assert np.array_equal(utility(need_rows, offer_rows.take([row]))[0], pairs[:, row])
    repeated = offer_rows.take([0] * len(needs))
    assert np.array_equal(utility(need_rows, repeated)[0], pairs[:, 0])


@settings(max_examples=30)
@given(
    needs=st.lists(NEEDS, min_size=1, max_size=4),
    offers=st.lists(OFFERS, min_size=1, max_size=4),
    seed=st.randoms(),
)
def test_taking_and_joining_rows_is_encoding_them_in_that_order(needs, offers, seed):
    order = [seed.randrange(len(needs)) for _ in range(5)]
    joined = ChainNeeds.concat([ENCODER.needs(needs), ENCODER.needs([])]).take(order)
    fresh = ENCODER.needs([needs[row] for row in order])
    places = ChainOffers.concat([ENCODER.offers([place]) for place in offers])
    assert len(joined) == 5
    assert len(places) == len(offers)
    assert np.array_equal(joined.material_starts, fresh.material_starts)
    for row in range(len(offers)):
        place = ENCODER.offers([offers[row]])
        assert np.array_equal(utility(joined, places.take([row]))[0], utility(fresh, place)[0])


@given(project=NEEDS, place=OFFERS, more=WORDS)
def test_one_more_industry_never_lowers_the_chain_of_a_place_that_states_some(project, place, more):
    before, unknown = utility(ENCODER.needs([project]), ENCODER.offers([place]))
    if not unknown[0]:
        richer = offer(
            *place.leading_industries, more, materials=place.materials, lon=place.lon, lat=place.lat
        )
        assert value(project, richer) >= before[0]


def test_no_offers_and_no_needs_give_empty_answers():
    assert utility(ENCODER.needs([need()]), ENCODER.offers([]))[0].shape == (0,)
    assert utility(ENCODER.needs([]), ENCODER.offers([offer()]))[0].shape == (0,)


@pytest.mark.parametrize(
    ("a", "b", "expected_km"),
    [
        ((0, 0), (0, 0), 0.0),
        ((0, 0), (180, 0), 20015.1),
        ((0, 0), (0, 90), 10007.6),
        ((179.5, 0), (-179.5, 0), 111.2),
    ],
)
def test_great_circle_distances(a, b, expected_km):
    ends = [np.array([float(x)]) for x in (*a, *b)]
    assert great_circle_km(*ends)[0] == pytest.approx(expected_km, abs=0.1)
