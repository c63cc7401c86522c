"""The kernel over dense vectors gives what plain NumPy gives, digit by digit, whatever the rows are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from service.matching.compiled.dense import DenseTop, dense_top
from service.matching.dense_table import BLOCK_ROWS, DenseNeed, dense_need, dense_table
from service.matching.kernel import top_k

FIGURES = st.sampled_from([0.0, 0.1, 0.3, 1.0, 2.5, 1e9]) | st.floats(0, 100, width=16)
SHARES = st.sampled_from([0.0, 0.25, 1.0]) | st.floats(0, 1)


def reference(vectors: Any, figures: Any, need: DenseNeed, k: int) -> DenseTop:
    """The task in a few lines, over all rows."""
    utilities = [np.minimum(column / aim, 1.0) for column, aim in zip(figures.T, need.aims, strict=True)]
    products = vectors.astype(np.int64) @ need.vector[: vectors.shape[1]].astype(np.int64)
    eligible = (figures >= need.floors).all(axis=1)
    rows = np.arange(len(vectors), dtype=np.int64)
    weights = [*need.weights.tolist(), need.text_weight]
    page = top_k([*utilities, products.astype(np.float64)], weights, eligible, rows, k)
    return DenseTop(page.positions, page.scores, int(eligible.sum()))


def assert_same(found: DenseTop, expected: DenseTop) -> None:
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.scores.tobytes() == expected.scores.tobytes()
    assert found.eligible == expected.eligible


@st.composite
def cases(draw: Any) -> tuple[Any, Any, dict[str, Any], int]:
    count, width, criteria = draw(st.integers(0, 40)), draw(st.integers(1, 70)), draw(st.integers(0, 3))
    # Few different values, so that many rows tie.
    entries = st.sampled_from([-128, -127, -1, 0, 1, 127]) | st.integers(-128, 127)
    vectors = draw(hnp.arrays(np.int8, (count, width), elements=entries))
    figures = draw(hnp.arrays(np.float64, (count, criteria), elements=FIGURES))
    wanted = {
        "vector": draw(hnp.arrays(np.int8, width, elements=entries)),
        "text_weight": draw(SHARES) / 16129,
        "floors": draw(hnp.arrays(np.float64, criteria, elements=st.just(-np.inf) | FIGURES)),
        "aims": draw(hnp.arrays(np.float64, criteria, elements=st.floats(1e-6, 1e6))),
        "weights": draw(hnp.arrays(np.float64, criteria, elements=SHARES)),
    }
    return vectors, figures, wanted, draw(st.integers(1, 8))


@settings(max_examples=200, deadline=None)
@given(cases())
def test_whatever_the_rows_are_the_answer_is_that_of_plain_numpy(case: Any) -> None:
    vectors, figures, wanted, k = case
    table = dense_table(vectors, figures)
    need = dense_need(table, **wanted)
    assert_same(dense_top(table, need, k), reference(vectors, figures, need, k))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32), st.integers(1, 80 * BLOCK_ROWS), st.sampled_from([1, 4, 40]), st.integers(1, 30)
)
def test_over_many_blocks_one_thread_and_two_give_the_same(
    seed: int, count: int, spread: int, k: int
) -> None:
    """Blocks are passed over, rows stop short, ties cross blocks; the answer stays."""
    generator = np.random.default_rng(seed)
    heaps = generator.integers(-90, 90, (5, 24))
    noise = generator.integers(-spread, spread + 1, (count, 24)) * (generator.random((count, 1)) < 0.5)
    vectors = (heaps[generator.integers(0, 5, count)] + noise).astype(np.int8)
    figures = np.round(generator.lognormal(0, 1, (count, 3)), 1)
    table = dense_table(vectors, figures)
    text = generator.uniform(0, 1)
    need = dense_need(
        table,
        generator.integers(-127, 128, 24).astype(np.int8),
        text_weight=text / 200_000,
        floors=np.round(generator.uniform(0, 1.2, 3), 1),
        aims=generator.uniform(0.5, 4, 3),
        weights=generator.dirichlet(np.ones(3)) * (1 - text),
    )
    expected = reference(vectors, figures, need, k)
    assert_same(dense_top(table, need, k), expected)
    with ThreadPoolExecutor(1) as beside:
        assert_same(dense_top(table, need, k, beside), expected)


def test_of_equal_rows_the_first_ones_win() -> None:
    count = 3 * BLOCK_ROWS
    table = dense_table(np.ones((count, 4), dtype=np.int8), np.ones((count, 1)))
    found = dense_top(table, _any_need(table), 5)
    assert found.rows.tolist() == [0, 1, 2, 3, 4]
    assert found.eligible == count


def _any_need(table: Any, **changes: Any) -> DenseNeed:
    wanted: dict[str, Any] = {
        "vector": np.ones(4, dtype=np.int8),
        "text_weight": 0.1,
        "floors": np.array([0.5]),
        "aims": np.array([2.0]),
        "weights": np.array([0.5]),
    }
    return dense_need(table, **wanted | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"text_weight": -0.1},
        {"text_weight": float("nan")},
        {"weights": np.array([1.5])},
        {"aims": np.array([0.0])},
        {"floors": np.array([np.nan])},
    ],
)
def test_a_need_for_which_no_bound_would_hold_is_refused(changes: dict[str, Any]) -> None:
    table = dense_table(np.ones((2, 4), dtype=np.int8), np.ones((2, 1)))
    with pytest.raises(ValueError, match="weights must be from 0 to 1"):
        dense_top(table, _any_need(table, **changes), 5)


@pytest.mark.parametrize("figure", [-1.0, np.nan, np.inf])
def test_a_figure_that_no_bound_would_hold_for_is_refused(figure: float) -> None:
    with pytest.raises(ValueError, match="negative or not finite"):
        dense_table(np.ones((1, 4), dtype=np.int8), np.array([[figure]]))


def test_a_vector_wider_than_the_table_is_refused() -> None:
    table = dense_table(np.ones((1, 4), dtype=np.int8), np.ones((1, 1)))
    with pytest.raises(ValueError, match="wider"):
        _any_need(table, vector=np.ones(65, dtype=np.int8))
