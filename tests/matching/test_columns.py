import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_examples import MATCHER, need, offer

from service.matching.columns import FigureColumn, NeedColumns, OfferColumns
from service.matching.ragged import Ragged, code_number, intersects
from service.matching.values import Band

_SETS = st.lists(st.lists(st.sampled_from(["330000", "033", "33", "C21", "C2"]), max_size=3), max_size=5)


def test_one_array_serves_both_ends_when_nothing_is_banded():
    exact = FigureColumn.of([1.0, None, 3.0])
    assert exact.high is exact.low
    taken = exact.take(np.array([2, 0]))
    assert taken.high is taken.low
    assert taken.low.tolist() == [3.0, 1.0]


def test_a_band_keeps_its_two_ends_through_take_and_concat():
    column = FigureColumn.concat([FigureColumn.of([1.0]), FigureColumn.of([Band(50, 100)])])
    assert column.take(np.array([1])).low.tolist() == [50.0]
    assert column.take(np.array([1])).high.tolist() == [100.0]


def test_codes_become_numbers_one_to_one():
    codes = ["33", "033", "330000", "C2", "C21", "c21x", "0", "00"]
    assert len({code_number(code) for code in codes}) == len(codes)


@pytest.mark.parametrize("code", ["", "33-1", "浙江", "123456789012"])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="not a code"):
        code_number(code)


@given(one=st.lists(st.sampled_from(["330000", "33", "C21"]), max_size=3), many=_SETS)
def test_sets_intersect_as_python_sets_do_in_both_directions(one, many):
    expected = [bool(set(one) & set(row)) for row in many]
    assert intersects(Ragged.of([one]), Ragged.of(many)).tolist() == expected
    assert intersects(Ragged.of(many), Ragged.of([one])).tolist() == expected


@given(rows=_SETS.filter(bool), data=st.data())
def test_taking_rows_of_sets_keeps_each_set(rows, data):
    index = data.draw(st.lists(st.integers(0, len(rows) - 1)))
    taken = Ragged.of(rows).take(np.array(index, dtype=np.int64))
    expected = Ragged.of([rows[i] for i in index])
    assert taken.values.tolist() == expected.values.tolist()
    assert taken.indptr.tolist() == expected.indptr.tolist()


def test_offers_encoded_in_parts_equal_offers_encoded_at_once():
    places = [
        offer(key="a", figures={"steam_t_per_h": 5.0}),
        offer(key="b", figures={"land_mu": Band(50, 100)}),
        offer(key="c", industry_codes=(), materials=()),
    ]
    whole = MATCHER.offers(places)
    parts = OfferColumns.concat([MATCHER.offers(places[:1]), MATCHER.offers(places[1:])])
    _assert_same(parts, whole)
    _assert_same(OfferColumns.concat([whole.take([2]), whole.take([0, 1])]).take([1, 2, 0]), whole)


def test_needs_encoded_in_parts_equal_needs_encoded_at_once():
    wanted = [
        need(key="a"),
        need(key="b", must=("steam_t_per_h",), site_mode="either"),
        need(key="c", inputs=()),
    ]
    whole = MATCHER.needs(wanted)
    parts = NeedColumns.concat([MATCHER.needs(wanted[:1]), MATCHER.needs(wanted[1:])])
    _assert_same(parts, whole)
    assert parts.must("steam_t_per_h").tolist() == [False, True, False]


def test_ties_follow_code_points_and_equal_keys_share_a_rank():
    places = [
        offer(key="1", tie_key=("b", "", "", "", "1")),
        offer(key="2", tie_key=("a", "", "", "", "2")),
        offer(key="3", tie_key=("一", "", "", "", "3")),
        offer(key="4", tie_key=("b", "", "", "", "1")),
    ]
    columns = MATCHER.offers(places)
    assert columns.tie_rank.tolist() == [1, 0, 2, 1]
    assert columns.ties_up_to(("b", "", "", "", "1")) == 2
    assert columns.ties_up_to(("aa", "", "", "", "")) == 1
    assert columns.ties_up_to(("", "", "", "", "")) == 0


def _assert_same(left, right):
    assert left.rows == right.rows
    assert sorted(left.figures) == sorted(right.figures)
    for name in left.figures:
        np.testing.assert_array_equal(left.figure(name).low, right.figure(name).low)
        np.testing.assert_array_equal(left.figure(name).high, right.figure(name).high)
    for name, value in vars(right).items():
        other = getattr(left, name)
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(other, value)
        elif isinstance(value, Ragged):
            assert other.values.tolist() == value.values.tolist()
            assert other.indptr.tolist() == value.indptr.tolist()
        elif hasattr(value, "toarray"):
            assert (other != value).nnz == 0
