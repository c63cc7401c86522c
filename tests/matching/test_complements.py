"""Who completes a project's chain: which places are found for a term, in which order, and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matching_examples import BOOK, MODEL, everyone

from service.matching.lexicon import TermLexicon
from service.matching.matcher import Complements, Matcher
from service.matching.tree import IndustryTree
from service.matching.values import Material, Need, Offer
from service.reference import industries

ROWS = [(row.code, row.name, row.parent_code) for row in industries()]
MATCHER = Matcher(
    BOOK,
    MODEL,
    IndustryTree(ROWS),
    TermLexicon(ROWS),
    (("C20", "C21"), ("C33", "C21"), ("C21", "H61"), ("C264", "C21")),
)
JIASHAN = {"lon": 120.92, "lat": 30.83}
QINGYUAN = {"lon": 119.06, "lat": 27.62}  # about 400 km away
JIUZHAIGOU = {"lon": 104.24, "lat": 33.26}  # about 1,600 km away


def need(**fields: Any) -> Need:
    return Need(key="need", industry_code="C2110", **{**JIASHAN, **fields})


def place(key: str, *leading: str, **fields: Any) -> Offer:
    return Offer(
        key=key, tie_key=(key, "", "", "", ""), region_code="331126", leading_industries=leading, **fields
    )


def complements(wanted: Need, places: list[Offer], limit: int = 10, **more: Any) -> Complements:
    visible = more.pop("visible", everyone(len(places)))
    columns = MATCHER.needs([wanted]), MATCHER.offers(places)
    return MATCHER.complements(*columns, visible=visible, limit=limit, **more)


BOARD, HARDWARE, CHEMISTRY = place("a", "板材"), place("b", "五金制品"), place("c", "精细化工")


def test_a_furniture_project_finds_the_makers_of_what_it_buys_term_by_term() -> None:
    found = complements(
        need(inputs=("胶合板", "五金配件", "涂料", "云上之物")),
        [BOARD, HARDWARE, CHEMISTRY, place("d", "汽车")],
    )
    told = {term.term: [(p.position, p.relation, p.declared) for p in term.places] for term in found.inputs}
    assert told == {
        "胶合板": [(0, "makes_input", "板材")],
        "五金配件": [(1, "makes_input", "五金制品")],
        "涂料": [(2, "makes_input", "精细化工")],
        "云上之物": [],
    }
    assert [term.read_as[:1] for term in found.inputs] == [
        (("C2021", "胶合板制造"),),
        (("C335", "建筑、安全用金属制品制造"),),
        (("C2641", "涂料制造"),),
        (),
    ]
    assert (found.materials, found.products) == ((), ())
    assert [term.term for term in found.industry] == ["C2110 木质家具制造"]


@pytest.mark.parametrize(
    ("own", "closeness"),
    [
        (place("a", "胶合板"), 1.0),
        (place("a", industry_codes=("C202",)), 0.8),
        (place("a", industry_codes=("C20",)), 0.6),
    ],
)
def test_closeness_falls_with_what_is_shared_of_the_tree(own: Offer, closeness: float) -> None:
    (term,) = complements(need(inputs=("胶合板",)), [own]).inputs
    assert [p.closeness for p in term.places] == [closeness]


def test_what_a_term_may_also_mean_counts_a_little_less() -> None:
    places = [place("a", industry_codes=("C338",)), place("b", industry_codes=("C335",))]
    (term,) = complements(need(inputs=("五金配件",)), places).inputs
    assert [(p.position, p.closeness, p.code) for p in term.places] == [(1, 1.0, "C335"), (0, 0.9, "C338")]


def test_closeness_goes_before_distance_distance_before_the_tie_key_and_the_unknown_is_last() -> None:
    places = [
        place("a", "板材"),
        place("b", "板材", **JIUZHAIGOU),
        place("d", "板材", **QINGYUAN),
        place("c", "板材", **QINGYUAN),
        place("e", "胶合板", **JIUZHAIGOU),
    ]
    (term,) = complements(need(inputs=("胶合板",)), places).inputs
    assert [p.position for p in term.places] == [4, 3, 2, 1, 0]
    assert [p.distance_km is None for p in term.places] == [False] * 4 + [True]
    (shorter,) = complements(need(inputs=("胶合板",)), places, limit=2).inputs
    assert [p.position for p in shorter.places] == [4, 3]
    assert shorter.place_count == term.place_count == 5


def test_what_may_not_be_seen_is_neither_shown_nor_counted() -> None:
    hidden = np.array([False, True])
    (term,) = complements(need(inputs=("胶合板",)), [BOARD, place("z", "板材")], visible=hidden).inputs
    assert (term.place_count, [p.position for p in term.places]) == (1, [1])


@pytest.mark.parametrize(("max_haul_km", "expected"), [(None, [1, 0, 2]), (500, [1, 2]), (100, [2])])
def test_a_material_is_looked_for_within_its_haul_and_who_lists_it_goes_first(
    max_haul_km: float | None, expected: list[int]
) -> None:
    places = [
        place("a", materials=(Material("毛竹"),), **JIUZHAIGOU),
        place("b", materials=(Material("毛竹片"),), **QINGYUAN),
        place("c", "竹制品"),  # nobody knows how far
    ]
    wanted = need(materials=(Material("毛竹", max_haul_km=max_haul_km),))
    (term,) = complements(wanted, places).materials
    assert [p.position for p in term.places] == expected
    relations = {p.position: p.relation for p in term.places}
    assert relations.items() <= {0: "has_material", 1: "has_material", 2: "makes_input"}.items()


def test_a_product_is_bought_by_whom_the_links_name() -> None:
    found = complements(need(products=("水性涂料", "木质家具")), [BOARD, place("b", "家具")])
    paint, furniture = found.products
    assert [(p.position, p.relation, p.code, p.declared) for p in paint.places] == [
        (1, "buys_product", "C21", "家具")
    ]
    assert furniture.places == ()


def test_where_nothing_is_named_the_industry_stands_in() -> None:
    found = complements(need(), [BOARD, place("b", industry_codes=("H6110",))])
    supplied, bought = found.industry
    assert [(p.position, p.relation, p.code) for p in supplied.places] == [(0, "makes_input", "C20")]
    assert [(p.position, p.relation, p.code) for p in bought.places] == [(1, "buys_product", "H61")]
    assert complements(need(inputs=("胶合板",), products=("木质家具",)), [BOARD]).industry == ()


def test_no_places_give_terms_without_places() -> None:
    found = complements(
        need(inputs=("胶合板",), products=("家具",), materials=(Material("毛竹"),)), [], visible=everyone(0)
    )
    assert [t.place_count for t in (*found.inputs, *found.materials, *found.products)] == [0, 0, 0]


def test_reasons_name_the_term_the_place_s_word_the_industry_and_the_distance() -> None:
    wanted = need(inputs=("胶合板",), products=("水性涂料",), materials=(Material("毛竹", max_haul_km=500),))
    places = [
        place("a", "胶合板", **QINGYUAN),
        place("b", "木材加工", **QINGYUAN),
        place("c", "家具", materials=(Material("毛竹"),), **QINGYUAN),
    ]

    def said(language: str) -> list[str]:
        found = complements(wanted, places, language=language)
        terms = (*found.inputs, *found.materials, *found.products)
        return [term.places[row].reason for term, row in zip((terms[0], *terms), (1, 0, 0, 0), strict=True)]

    assert said("zh") == [
        "当地“木材加工”与所需“胶合板”同属 C20 木材加工和木、竹、藤、棕、草制品业，具体品种待对接，"
        "直线距离约 400 公里。",
        "当地“胶合板”可供所需“胶合板”（C2021 胶合板制造），直线距离约 400 公里。",
        "当地产“毛竹”，可供所需原料“毛竹”，直线距离约 400 公里（运距上限 500 公里）。",
        "当地“家具”（C21 家具制造业）通常采购“水性涂料”，直线距离约 400 公里。",
    ]
    assert said("en")[1:] == [
        "The place's “胶合板” makes “胶合板” (C2021 胶合板制造), about 400 km away (great circle).",
        "The place has “毛竹” for the material “毛竹”, about 400 km away (great circle), "
        "haul at most 500 km.",
        "The place's “家具” (C21 家具制造业) usually buys “水性涂料”, about 400 km away (great circle).",
    ]
