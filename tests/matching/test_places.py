import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_examples import BOOK, CONTEXT, MATCHER, TODAY, need, needs, offer, offers

from service.matching.blocks import Blocks
from service.matching.bounds import Fails
from service.matching.criteria import CRITERIA
from service.matching.matcher import Weights
from service.matching.offer_table import OfferTable
from service.matching.places import Places, Segment
from service.matching.rules import admission_rules
from service.matching.traits import TRAITS
from service.matching.verdicts import FAIL

RULES = admission_rules(BOOK)


@st.composite
def segmented(draw, most=12):
    """Offers, where segments begin among them, and which of them still count."""
    count = draw(st.integers(1, most))
    # Few keys, so that some tie; as the two rows of one profile do.
    found = [draw(offers(with_bands=True, key=f"prf{draw(st.integers(0, 9))}")) for _ in range(count)]
    cuts = sorted(draw(st.sets(st.integers(1, count), max_size=3)))
    alive = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    visible = np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)))
    return found, cuts, alive, visible | draw(st.booleans())


def places_of(found, cuts, alive, block_rows=2):
    segments = []
    for start, end in zip([0, *cuts], [*cuts, len(found)], strict=True):
        table = MATCHER.table(found[start:end])
        table = OfferTable.from_arrays(table.arrays(), table.rows)
        table.__dict__["blocks"] = Blocks.of(table.numbers, table.codes, block_rows)
        segments.append(Segment(table, alive[start:end]))
    return Places(tuple(segments))


weights_given = st.lists(
    st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0]), min_size=len(CRITERIA), max_size=len(CRITERIA)
).filter(any)


def _weights(values):
    return Weights({c.name: value for c, value in zip(CRITERIA, values, strict=True)})


def _equal(ours, reference):
    assert ours.positions.tolist() == reference.positions.tolist()
    assert ours.scores.tobytes() == reference.scores.tobytes()
    assert ours.utilities.tobytes() == reference.utilities.tobytes()
    assert ours.unknown.tolist() == reference.unknown.tolist()
    for name in ("site_modes", "preceding", "eligible_count", "excluded_count", "next_cursor"):
        assert getattr(ours, name) == getattr(reference, name), name


@settings(max_examples=300)
@given(wanted=needs(with_bands=True), world=segmented(), values=weights_given, k=st.integers(1, 5))
def test_the_kernel_ranks_as_the_plain_code_does_to_the_last_digit_page_by_page(wanted, world, values, k):
    found, cuts, alive, visible = world
    places, columns = places_of(found, cuts, alive), MATCHER.offers(found)
    encoded, weights = MATCHER.needs([wanted]), _weights(values)
    shared = {"k": k, "today": TODAY, "weights": weights}
    after = None
    for _ in range(len(found) + 1):
        reference = MATCHER.rank_offers(encoded, columns, visible=visible & alive, after=after, **shared)
        ours = MATCHER.rank_offers(encoded, places, visible=visible, after=after, **shared)
        # Rows of one key, which are never ranked for the same reader, may stand in either order.
        if len({row.tie_key for row in found}) == len(found):
            _equal(ours, reference)
        assert ours.scores.tobytes() == reference.scores.tobytes()
        assert (ours.eligible_count, ours.excluded_count) == (
            reference.eligible_count,
            reference.excluded_count,
        )
        after = ours.next_cursor
        if after is None:
            break
    assert after is None or len({row.tie_key for row in found}) < len(found)


@settings(max_examples=150)
@given(wanted=needs(with_bands=True), world=segmented(most=8))
def test_an_assessment_of_places_is_that_of_their_flat_columns(wanted, world):
    found, cuts, alive, _ = world
    places, columns = places_of(found, cuts, alive), MATCHER.offers(found)
    encoded = MATCHER.needs([wanted])
    ours, reference = (MATCHER.assess(encoded, side, TODAY) for side in (places, columns))
    assert ours.eligible.tolist() == reference.eligible.tolist()
    for one, other in zip(ours.variants, reference.variants, strict=True):
        assert one.failed.tolist() == other.failed.tolist()
        for mine, theirs in zip(one.utilities, other.utilities, strict=True):
            assert mine.values.tobytes() == np.broadcast_to(theirs.values, len(found)).tobytes()
            assert mine.unknown.tolist() == np.broadcast_to(theirs.unknown, len(found)).tolist()
    assert places.tie_rank.tolist() == columns.tie_rank.tolist()


@settings(max_examples=150)
@given(wanted=needs(with_bands=True), world=segmented(), limit=st.integers(1, 4))
def test_exclusions_of_places_page_as_those_of_flat_columns(wanted, world, limit):
    found, cuts, alive, visible = world
    found = [offer_with_key(row, number) for number, row in enumerate(found)]
    places, columns = places_of(found, cuts, alive), MATCHER.offers(found)
    encoded, weights = MATCHER.needs([wanted]), Weights()
    shared = {"visible": visible & alive, "limit": limit, "today": TODAY, "weights": weights}
    after, pages = None, 0
    while pages == 0 or after is not None:
        ours = MATCHER.exclusions(encoded, places, after=after, **shared)
        assert ours == MATCHER.exclusions(encoded, columns, after=after, **shared)
        after, pages = ours.next_cursor, pages + 1


def offer_with_key(row, number):
    from dataclasses import replace

    return replace(row, key=f"{number}", tie_key=(*row.tie_key[:-1], f"{number:03}"))


@settings(max_examples=300)
@given(wanted=needs(with_bands=True), places=st.lists(offers(with_bands=True), min_size=1, max_size=6))
def test_every_rule_fails_by_its_bounds_or_its_trait_where_its_test_fails(wanted, places):
    encoded, columns, table = MATCHER.needs([wanted]), MATCHER.offers(places), MATCHER.table(places)
    for mode in encoded.modes():
        for rule in RULES:
            expected = np.broadcast_to(rule.test(mode, columns, CONTEXT) == FAIL, len(places))
            if rule.trait:
                codes = table.codes[list(TRAITS).index(rule.trait)]
                rows = np.broadcast_to(
                    rule.test(mode, table.traits[rule.trait], CONTEXT) == FAIL,
                    len(table.traits[rule.trait]),
                )
                assert rows[codes].tolist() == expected.tolist(), rule.name
                continue
            fails = np.zeros(len(places), dtype=np.bool_)
            for bound in rule.bounds(mode):
                figure = columns.figure(bound.field)
                fails |= _compared(bound, figure.low, figure.high)
            assert fails.tolist() == expected.tolist(), rule.name


def _compared(bound, low, high):
    value = bound.value
    return {
        Fails.BELOW: (high < value) | ((high == value) & (low < high)),
        Fails.STRICTLY_BELOW: high < value,
        Fails.UP_TO: high <= value,
        Fails.ABOVE: low > value,
        Fails.FROM: low >= value,
    }[bound.fails]


def test_every_rule_and_criterion_reads_one_trait_or_figures():
    assert {rule.name for rule in RULES if (rule.bounds is None) != bool(rule.trait)} == set()
    assert {c.name for c in CRITERIA if (c.parts is None) != bool(c.trait)} == set()
    assert {rule.trait for rule in RULES} | {c.trait for c in CRITERIA} <= {*TRAITS, ""}


def test_a_trait_row_does_not_hold_what_its_group_does_not_read():
    rows = MATCHER.table([offer()]).traits["days"]
    with pytest.raises(AttributeError):
        _ = rows.text


def test_a_table_taken_apart_and_concatenated_ranks_as_one():
    found = [
        offer(key=f"p{i}", tie_key=("33", "", "", "", f"p{i}"), figures={"land_mu": 40.0 + i})
        for i in range(9)
    ]
    whole = Places.of(MATCHER.table(found))
    parts = [MATCHER.table(found[:2]), MATCHER.table(found[2:7]), MATCHER.table(found[7:])]
    joined = Places.of(OfferTable.concat(parts))
    encoded = MATCHER.needs([need()])
    shared = {"visible": np.ones(9, dtype=np.bool_), "k": 9, "today": TODAY, "weights": Weights()}
    _equal(MATCHER.rank_offers(encoded, joined, **shared), MATCHER.rank_offers(encoded, whole, **shared))


def test_a_position_outside_all_segments_is_refused():
    with pytest.raises(IndexError):
        Places.of(MATCHER.table([offer()])).row(1)


def test_no_place_at_all_ranks_nothing():
    ranking = MATCHER.rank_offers(
        MATCHER.needs([need()]),
        Places.of(MATCHER.table([])),
        visible=np.zeros(0, dtype=np.bool_),
        k=3,
        today=TODAY,
        weights=Weights(),
    )
    assert (len(ranking.positions), ranking.eligible_count, ranking.next_cursor) == (0, 0, None)
