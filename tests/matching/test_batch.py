"""Many needs at once get, each of them, what each would get alone; without the plain rows at hand."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_examples import LEXICON, MATCHER, TODAY, WEIGHTS, needs, offer
from test_places import places_of, segmented

from service.matching.batch import single_rows
from service.matching.offer_table import OfferTable
from service.matching.places import Places, Segment


def without_rows(places):
    """The same places on their arrays alone, ties decided as worked out before."""
    bare = Places(
        tuple(Segment(OfferTable.from_arrays(s.table.arrays(), ()), s.alive) for s in places.segments)
    )
    bare.__dict__["tie_rank"] = places.tie_rank
    return bare


@given(segmented(), st.lists(needs(), min_size=1, max_size=4), st.integers(1, 14))
def test_every_need_of_a_batch_gets_what_it_gets_alone(rows, several, k):
    found, cuts, alive, visible = rows
    places = places_of(found, cuts, alive)
    columns = MATCHER.needs(several)
    tops = MATCHER.top_of_each(
        columns, without_rows(places), visible=[visible] * len(several), k=k, today=TODAY, weights=WEIGHTS
    )
    for need, top in zip(several, tops, strict=True):
        alone = MATCHER.rank_offers(
            MATCHER.needs([need]), places, visible=visible, k=k, today=TODAY, weights=WEIGHTS
        )
        assert top.positions.tolist() == alone.positions.tolist()
        assert top.scores.tobytes() == alone.scores.tobytes()
        assert (top.site_modes, top.eligible_count) == (alone.site_modes, alone.eligible_count)


def _content(value):
    """Every array within, whatever holds it."""
    if hasattr(value, "toarray"):
        return value.shape, value.toarray().tolist()
    if isinstance(value, np.ndarray):
        return value.tolist() if value.dtype != np.float64 else value.tobytes()
    if isinstance(value, dict):
        return {name: _content(inner) for name, inner in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {name: _content(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


@settings(max_examples=25)
@given(st.lists(needs(), max_size=4))
def test_a_single_row_is_what_taking_it_gives(several):
    columns = MATCHER.needs(several)
    rows = list(single_rows(columns))
    assert len(rows) == len(several)
    for number, row in enumerate(rows):
        assert _content(row) == _content(columns.take([number]))


def test_a_mask_too_many_is_an_error():
    places = Places.of(MATCHER.table([offer()]))
    columns = MATCHER.needs([])
    tops = MATCHER.top_of_each(
        columns, places, visible=[np.ones(1, dtype=np.bool_)], k=1, today=TODAY, weights=WEIGHTS
    )
    with pytest.raises(ValueError, match="longer"):
        list(tops)


@settings(max_examples=15)
@given(segmented(most=5), needs())
def test_a_matcher_that_was_handed_over_ranks_alike(rows, need):
    found, cuts, alive, visible = rows
    other = pickle.loads(pickle.dumps(MATCHER))
    places = places_of(found, cuts, alive)
    answers = [
        matcher.rank_offers(matcher.needs([need]), places, visible=visible, k=5, today=TODAY, weights=WEIGHTS)
        for matcher in (MATCHER, other)
    ]
    assert answers[0].scores.tobytes() == answers[1].scores.tobytes()
    assert answers[0].positions.tolist() == answers[1].positions.tolist()


def test_a_lexicon_that_was_handed_over_reads_alike():
    other = pickle.loads(pickle.dumps(LEXICON))
    for term in ("胶合板", "五金配件", "竹家具", "无此物"):
        assert other.codes(term) == LEXICON.codes(term)
