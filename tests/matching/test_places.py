from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching_examples import (
    BOOK,
    CONTEXT,
    INDUSTRIES,
    LEXICON,
    LINKS,
    MATCHER,
    TODAY,
    TREE,
    need,
    needs,
    offer,
    offers,
)

from service.matching.blocks import Blocks
from service.matching.bounds import Fails
from service.matching.criteria import CRITERIA
from service.matching.kept import Kept
from service.matching.matcher import Matcher, Weights
from service.matching.offer_table import OfferTable
from service.matching.places import Places, Segment
from service.matching.rules import admission_rules
from service.matching.text import TextModel
from service.matching.trait_planning import measured
from service.matching.traits import INDEXED, TRAITS
from service.matching.verdicts import FAIL
from tests.depth import examples

RULES = admission_rules(BOOK)
LEARNED = Matcher(
    BOOK,
    TextModel().fit(
        [name for _, name, _ in INDUSTRIES],
        profiles=[("331126", "家具、竹木制品"), ("513225", "电子信息、涂料")],
    ),
    TREE,
    LEXICON,
    LINKS,
)


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


def places_of(found, cuts, alive, block_rows=2, matcher=MATCHER):
    segments = []
    for start, end in zip([0, *cuts], [*cuts, len(found)], strict=True):
        table = matcher.table(found[start:end])
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


@settings(max_examples=examples(100))
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


@settings(max_examples=examples(50))
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


@settings(max_examples=examples(50))
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
    return replace(row, key=f"{number}", tie_key=(*row.tie_key[:-1], f"{number:03}"))


@settings(max_examples=examples(100))
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


@settings(max_examples=examples(40))
@given(wanted=needs(with_bands=True))
def test_a_rule_without_the_figure_that_it_asks_for_has_no_bounds(wanted):
    encoded = MATCHER.needs([wanted])
    for mode in encoded.modes():
        for rule in RULES:
            if rule.asks and rule.asks not in mode.figures:
                assert rule.bounds(mode) == (), rule.name


@settings(max_examples=examples(20))
@given(
    wanted=st.lists(needs(with_bands=True), min_size=2, max_size=3),
    world=segmented(most=8),
    day=st.sampled_from([TODAY, TODAY - timedelta(days=400)]),
    matcher=st.sampled_from([MATCHER, LEARNED]),
)
def test_what_was_kept_of_one_need_changes_nothing_for_the_next(wanted, world, day, matcher):
    found, cuts, alive, visible = world
    found = [offer_with_key(row, number) for number, row in enumerate(found)]
    places, columns = places_of(found, cuts, alive, matcher=matcher), matcher.offers(found)
    every = matcher.needs(wanted)
    for number, today in enumerate([TODAY, day] * len(wanted)):
        # Alternately encoded alone and taken out of many.
        row = number % len(wanted)
        encoded = every.take([row]) if number % 2 else matcher.needs([wanted[row]])
        shared = {"k": 4, "today": today, "weights": Weights()}
        _equal(
            matcher.rank_offers(encoded, places, visible=visible, **shared),
            matcher.rank_offers(encoded, columns, visible=visible & alive, **shared),
        )


@settings(max_examples=examples(40))
@given(wanted=needs(), places=st.lists(offers(), min_size=1, max_size=6), learned=st.booleans())
def test_every_criterion_by_terms_is_what_it_measures_to_the_last_digit(wanted, places, learned):
    matcher = LEARNED if learned else MATCHER
    encoded, table = matcher.needs([wanted]), matcher.table(places)
    context = replace(CONTEXT, model=matcher.model)
    found = measured(encoded, table, context)
    for number, criterion in enumerate(CRITERIA):
        if criterion.trait:
            rows = table.traits[criterion.trait]
            reference = criterion.measure(encoded, rows, context)
            start = found.places[number].start
            own = found.utility[start : start + len(rows)]
            expected = np.broadcast_to(reference.values, len(rows))
            assert own.tobytes() == expected.tobytes(), criterion.name
            assert found.places[number].largest == expected.max(), criterion.name
            unknown = np.broadcast_to(reference.unknown, len(rows))
            assert found.unknown[number].tolist() == unknown.tolist(), criterion.name


def test_findings_are_forgotten_with_the_rule_book_and_when_they_are_too_many():
    kept = Kept()
    assert kept.get(CONTEXT, "a", lambda: 1, 0) == 1
    assert kept.get(CONTEXT, "a", lambda: 2, 2**40) == 1
    assert kept.get(CONTEXT, "b", lambda: 3, 2**40) == 3
    assert kept.get(CONTEXT, "a", lambda: 4, 0) == 4
    assert kept.get(replace(CONTEXT, book=replace(BOOK)), "a", lambda: 5, 0) == 5


def test_every_rule_and_criterion_reads_one_trait_or_figures():
    assert {rule.name for rule in RULES if (rule.bounds is None) != bool(rule.trait)} == set()
    assert {c.name for c in CRITERIA if (c.parts is None) != bool(c.trait)} == set()
    assert {rule.trait for rule in RULES} | {c.trait for c in CRITERIA} <= {*TRAITS, ""}


def test_what_is_by_trait_says_what_it_reads_of_a_need():
    assert {rule.name for rule in RULES if (rule.key is not None) != bool(rule.trait)} == set()
    by_trait = [c for c in CRITERIA if c.trait]
    assert {c.name for c in by_trait if c.key is not None and c.terms is not None} == set()
    assert all(INDEXED[c.terms.matrix][0] == c.trait for c in by_trait if c.terms)


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
