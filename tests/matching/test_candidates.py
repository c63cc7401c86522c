import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_examples import MATCHER, TODAY, needs
from test_places import places_of, segmented, weights_given

from service.matching.criteria import CRITERIA
from service.matching.matcher import Weights
from service.matching.words import normalised, shared_words


def _weights(values):
    return Weights({c.name: value for c, value in zip(CRITERIA, values, strict=True)})


@settings(max_examples=60)
@given(
    wanted=needs(with_bands=True),
    world=segmented(),
    several=st.lists(weights_given, min_size=1, max_size=3),
    k=st.integers(1, 5),
)
def test_candidates_rank_as_the_kernel_does_to_the_last_digit_under_any_weights(wanted, world, several, k):
    found, cuts, alive, visible = world
    places, encoded = places_of(found, cuts, alive), MATCHER.needs([wanted])
    kept = MATCHER.candidates(encoded, places, visible=visible, most=len(found), today=TODAY)
    for values in several:
        weights = _weights(values)
        reference = MATCHER.rank_offers(encoded, places, visible=visible, k=k, today=TODAY, weights=weights)
        page = kept.first_page(np.array(weights.normalised), k)
        ours = kept.ranking(page)
        assert ours.scores.tobytes() == reference.scores.tobytes()
        assert (ours.eligible_count, ours.excluded_count) == (
            reference.eligible_count,
            reference.excluded_count,
        )
        # Rows of one key, which are never ranked for the same reader, may stand in either order.
        if len({row.tie_key for row in found}) == len(found):
            assert ours.positions.tolist() == reference.positions.tolist()
            assert ours.utilities.tobytes() == reference.utilities.tobytes()
            assert ours.unknown.tolist() == reference.unknown.tolist()
            assert ours.site_modes == reference.site_modes
            assert ours.next_cursor == reference.next_cursor


@settings(max_examples=20)
@given(wanted=needs(with_bands=True), world=segmented())
def test_candidates_beyond_the_most_are_not_kept(wanted, world):
    found, cuts, alive, visible = world
    places, encoded = places_of(found, cuts, alive), MATCHER.needs([wanted])
    shared = {"visible": visible, "today": TODAY}
    count = len(MATCHER.candidates(encoded, places, most=len(found), **shared))
    assert MATCHER.candidates(encoded, places, most=count, **shared) is not None
    if count:
        assert MATCHER.candidates(encoded, places, most=count - 1, **shared) is None


@settings(max_examples=40)
@given(wanted=needs(with_bands=True), world=segmented(most=6))
def test_what_is_kept_of_a_need_changes_no_word_of_its_accounts(wanted, world):
    found, cuts, alive, visible = world
    places, fresh, used = places_of(found, cuts, alive), MATCHER.needs([wanted]), MATCHER.needs([wanted])
    page = MATCHER.rank_offers(fresh, places, visible=visible, k=6, today=TODAY, weights=Weights())
    expected = list(MATCHER.accounts(fresh, places, page, today=TODAY))
    one_by_one = [
        account
        for line in range(len(page.positions))
        for account in MATCHER.accounts(used, places, page, today=TODAY, lines=[line])
    ]
    assert one_by_one == expected


def _plainly_shared(need, offer):
    """The words as they were found before any two characters were looked up first."""
    found = {}
    for part in need.split():
        reach = 0
        for start in range(len(part) - 1):
            end = max(start + 1, reach)
            while end < len(part) and part[start : end + 1] in offer:
                end += 1
            piece = part[start:end]
            if end > reach and len(piece) > 1 and piece in offer and not piece.isdigit():
                found.setdefault(piece)
            reach = max(reach, end)
    return list(found)


@settings(max_examples=300)
@given(need=st.text("家具木板 12", max_size=30), offer=st.text("家具木板 12", max_size=30))
def test_words_are_shared_wherever_two_characters_are(need, offer):
    need, offer = normalised(need), normalised(offer)
    plain = _plainly_shared(need, offer)
    longest = [piece for piece in plain if not any(piece != other and piece in other for other in plain)]
    assert shared_words(need, offer) == longest
