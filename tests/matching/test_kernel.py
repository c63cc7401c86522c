import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.matching.kernel import blend, top_k

_UTILITIES = st.sampled_from([0.0, 0.25, 0.5, 1.0])
_ROWS = st.lists(st.tuples(_UTILITIES, _UTILITIES, st.booleans()), max_size=12)
WEIGHTS = (0.75, 0.25)


def _arrays(rows, seed):
    utilities = [np.array([row[i] for row in rows], dtype=np.float64) for i in (0, 1)]
    eligible = np.array([row[2] for row in rows], dtype=np.bool_)
    ties = np.random.Generator(np.random.PCG64(seed)).permutation(len(rows)).astype(np.int64)
    return utilities, eligible, ties


@given(rows=_ROWS, k=st.integers(1, 14), seed=st.integers(0, 5))
def test_the_top_k_is_the_head_of_the_sorted_list(rows, k, seed):
    utilities, eligible, ties = _arrays(rows, seed)
    scores = blend(utilities, WEIGHTS, len(rows))
    expected = sorted(np.flatnonzero(eligible).tolist(), key=lambda row: (-scores[row], ties[row]))
    page = top_k(utilities, WEIGHTS, eligible, ties, k)
    assert page.positions.tolist() == expected[:k]
    assert page.scores.tolist() == scores[expected[:k]].tolist()


@given(rows=_ROWS, k=st.integers(1, 5), seed=st.integers(0, 5))
def test_pages_one_after_another_give_the_whole_list_once(rows, k, seed):
    utilities, eligible, ties = _arrays(rows, seed)
    whole = top_k(utilities, WEIGHTS, eligible, ties, len(rows) + 1).positions.tolist()
    seen, after = [], None
    while True:
        page = top_k(utilities, WEIGHTS, eligible, ties, k, after)
        assert page.preceding == len(seen)
        if not len(page.positions):
            break
        seen += page.positions.tolist()
        after = (float(page.scores[-1]), int(ties[page.positions[-1]]) + 1)
    assert seen == whole


def test_a_blend_adds_up_in_the_order_given():
    parts = [np.array([0.1]), np.array([0.2]), np.array([0.3])]
    assert blend(parts, (1.0, 1.0, 1.0), 1)[0] == (0.1 + 0.2) + 0.3
    assert blend(parts[::-1], (1.0, 1.0, 1.0), 1)[0] == (0.3 + 0.2) + 0.1
