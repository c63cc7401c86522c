from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.tree import LEVEL_POINTS, IndustryTree
from service.reference import industries

ROWS = [
    ("C", "制造业", ""),
    ("C20", "木材加工和木、竹、藤、棕、草制品业", "C"),
    ("C202", "人造板制造", "C20"),
    ("C2021", "胶合板制造", "C202"),
    ("C21", "家具制造业", "C"),
    ("C211", "木质家具制造", "C21"),
    ("C2110", "木质家具制造", "C211"),
    ("C212", "竹、藤家具制造", "C21"),
    ("C2120", "竹、藤家具制造", "C212"),
    ("A", "农、林、牧、渔业", None),
    ("A02", "林业", "A"),
]
TREE = IndustryTree(ROWS)
CODES = st.sampled_from(TREE.codes)
DECLARED = st.lists(CODES, max_size=4).map(tuple)


def similarity(code: str, *declared: str) -> float:
    needs, attainable = TREE.need_matrix([code])
    return float(TREE.similarity(needs, attainable, TREE.offer_matrix([declared]))[0])


@pytest.mark.parametrize(
    ("need", "declared", "expected"),
    [
        ("C2110", ("C2110",), 1.0),
        ("C2110", ("C211",), 0.9),
        ("C2110", ("C21",), 0.8),
        ("C2110", ("C2120",), 0.8),
        ("C2110", ("C",), 0.2),
        ("C2110", ("C2021",), 0.2),
        ("C2110", ("A02",), 0.0),
        ("C2110", (), 0.0),
        ("C2110", ("A02", "C2120", "C202"), 0.8),
        ("C211", ("C2110",), 1.0),
        ("C211", ("C21",), 80 / 90),
        ("C21", ("C2110",), 1.0),
        ("C21", ("C20",), 0.25),
        ("C", ("C2021",), 1.0),
    ],
)
def test_similarity_is_the_share_of_the_points_on_the_way_down(need, declared, expected):
    assert similarity(need, *declared) == expected


def test_a_path_runs_from_the_section_to_the_code():
    assert TREE.path("C2110") == ("C", "C21", "C211", "C2110")
    assert TREE.path("C") == ("C",)
    assert TREE.name("C21") == "家具制造业"


@pytest.mark.parametrize(
    ("code", "ancestor", "expected"),
    [("C2110", "C21", True), ("C21", "C21", True), ("C21", "C2110", False), ("C2110", "C20", False)],
)
def test_within_means_at_or_below(code, ancestor, expected):
    assert TREE.is_within(code, ancestor) is expected


@pytest.mark.parametrize(
    "ask",
    [
        lambda: TREE.path("C99"),
        lambda: TREE.name("C99"),
        lambda: TREE.is_within("C99", "C"),
        lambda: TREE.is_within("C21", "C99"),
        lambda: TREE.need_matrix(["C99"]),
        lambda: TREE.offer_matrix([["C21", "C99"]]),
        lambda: TREE.nearest("C21", ["C99"]),
    ],
)
def test_an_unknown_code_is_a_key_error(ask):
    with pytest.raises(KeyError, match="C99"):
        ask()


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([("C", "制造业", ""), ("C", "制造业", "")], ValueError),
        ([("C21", "家具制造业", "C")], KeyError),
        ([("C1", "", "C2"), ("C2", "", "C1")], ValueError),
        ([("a", "", ""), ("b", "", "a"), ("c", "", "b"), ("d", "", "c"), ("e", "", "d")], ValueError),
    ],
)
def test_a_classification_that_is_no_tree_of_four_levels_is_refused(rows, error):
    with pytest.raises(error):
        IndustryTree(rows)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (("C20", "C2120"), ("C2120", "C21")),
        (("C2120", "C21"), ("C2120", "C21")),
        (("C2021",), ("C2021", "C")),
        (("A02",), None),
        ((), None),
    ],
)
def test_the_nearest_declared_code_comes_with_the_node_it_shares(declared, expected):
    assert TREE.nearest("C2110", declared) == expected


@given(need=CODES, declared=DECLARED, more=CODES)
def test_declaring_one_more_industry_never_lowers_the_similarity(need, declared, more):
    assert similarity(need, *declared, more) >= similarity(need, *declared)


@given(need=CODES, declared=DECLARED)
def test_many_declared_codes_count_as_the_best_single_one(need, declared):
    alone = [similarity(need, code) for code in declared]
    assert similarity(need, *declared) == max(alone, default=0.0)


@given(needs=st.lists(CODES, min_size=1, max_size=5), offers=st.lists(DECLARED, min_size=1, max_size=5))
def test_both_directions_and_single_pairs_agree_to_the_last_digit(needs, offers):
    need_rows, attainable = TREE.need_matrix(needs)
    offer_rows = TREE.offer_matrix(offers)
    pairs = np.array([[similarity(need, *declared) for declared in offers] for need in needs])
    for row in range(len(needs)):
        got = TREE.similarity(need_rows[[row]], attainable[[row]], offer_rows)
        assert np.array_equal(got, pairs[row])
    for row in range(len(offers)):
        assert np.array_equal(TREE.similarity(need_rows, attainable, offer_rows[[row]]), pairs[:, row])


def test_the_order_of_the_rows_changes_nothing():
    backwards = IndustryTree(reversed(ROWS))
    assert backwards.codes == TREE.codes
    assert np.array_equal(
        backwards.offer_matrix([["C2110"]]).toarray(), TREE.offer_matrix([["C2110"]]).toarray()
    )


def test_row_counts_that_do_not_broadcast_are_refused():
    needs, attainable = TREE.need_matrix(["C21", "C20"])
    with pytest.raises(ValueError, match="2 needs do not broadcast against 3 offers"):
        TREE.similarity(needs, attainable, TREE.offer_matrix([["C21"], ["C20"], ["C"]]))


def test_every_code_of_the_shipped_classification_fits_itself_fully():
    tree = IndustryTree((row.code, row.name, row.parent_code) for row in industries())
    needs, attainable = tree.need_matrix(tree.codes)
    offers = tree.offer_matrix([[code] for code in tree.codes])
    assert len(tree) == len(industries()) > 1900
    assert np.array_equal(tree.similarity(needs, attainable, offers), np.ones(len(tree)))
    assert attainable.max() == sum(LEVEL_POINTS) == 100
