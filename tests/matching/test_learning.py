"""What decisions teach, and how it is measured: tables small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from service.matching.criteria import CRITERIA
from service.matching.history import Placement
from service.matching.learning import (
    ORGANISATION_CAP,
    REGION_CAP,
    Decision,
    Option,
    even_shares,
    fit_ranking,
    preferences,
    reciprocal_ranks_of_choices,
    reciprocal_ranks_of_placements,
)
from service.matching.ranking_model import RankingModel
from service.matching.weights import DEFAULT_WEIGHTS
from tests.matching.matching_examples import MODEL

NAMES = [criterion.name for criterion in CRITERIA]
LAND = NAMES.index("land")


def place(place_id: str, land: float, region_code: str = "331126", text: str = "家具") -> Option:
    return Option(place_id, region_code, text, dict.fromkeys(NAMES, 0.5) | {"land": land})


def decision(
    chosen: bool,
    option: Option,
    *others: Option,
    project_id: str = "prj_1",
    organisation_id: str = "org_1",
) -> Decision:
    return Decision(organisation_id, project_id, "木质家具", option, chosen, others)


def land_of(decisions: list[Decision]) -> list[tuple[float, float]]:
    """The difference in land of each pair, and how much the pair counts."""
    differences, counts = preferences(MODEL, decisions)
    assert np.delete(differences, LAND, axis=1) == pytest.approx(0.0)
    return list(zip(np.round(differences[:, LAND], 9).tolist(), counts.tolist(), strict=True))


def test_what_was_chosen_is_preferred_to_what_the_same_project_refused_and_passed_over():
    one, two, three, four = (place(f"prf_{number}", number / 10) for number in (9, 4, 3, 2))
    assert land_of([decision(True, one), decision(False, two)]) == [(0.5, 1.0)]
    assert land_of([decision(True, one, two, three, four)]) == [(0.5, 1 / 3), (0.6, 1 / 3), (0.7, 1 / 3)]
    assert land_of([decision(True, one), decision(False, two, project_id="prj_2")]) == []
    assert land_of([decision(False, one, two)]) == []
    # What the project chose as well was not passed over.
    assert land_of([decision(True, one, two, three), decision(True, two)]) == [(0.6, 1.0)]


def test_choices_of_one_region_count_no_more_together_than_the_cap():
    many = [
        decision(True, place("prf_1", 0.9), place("prf_2", 0.1), project_id=f"prj_{number}")
        for number in range(5 * REGION_CAP)
    ]
    _, counts = preferences(MODEL, many)
    assert counts.sum() == pytest.approx(REGION_CAP)
    _, counts = preferences(MODEL, many[:REGION_CAP])
    assert counts.sum() == pytest.approx(REGION_CAP)


def test_what_one_organisation_chose_counts_no_more_together_than_its_cap():
    def many(count: int, organisation_id: str) -> list[Decision]:
        return [
            decision(
                True,
                place("prf_1", 0.9, str(330000 + number)),
                place("prf_2", 0.1),
                project_id=f"prj_{organisation_id}_{number}",
                organisation_id=organisation_id,
            )
            for number in range(count)
        ]

    _, counts = preferences(MODEL, many(4 * ORGANISATION_CAP, "org_1") + many(10, "org_2"))
    assert counts.sum() == pytest.approx(ORGANISATION_CAP + 10)
    _, counts = preferences(MODEL, many(ORGANISATION_CAP, "org_1"))
    assert counts.sum() == pytest.approx(ORGANISATION_CAP)


def test_where_nothing_is_preferred_the_hand_set_weights_stay():
    assert fit_ranking(MODEL, []).version == MODEL.version_
    assert fit_ranking(MODEL, [decision(False, place("prf_1", 0.1))]).learned_weights is None


def test_choosing_land_again_and_again_raises_the_weight_of_land():
    decisions = [
        decision(True, place("prf_1", 0.9, region), place("prf_2", 0.1), project_id=f"prj_{region}")
        for region in map(str, range(331000, 331200))
    ]
    learned = fit_ranking(MODEL, decisions).default_weights
    assert learned["land"] > DEFAULT_WEIGHTS["land"] + 0.05
    assert all(learned[name] <= DEFAULT_WEIGHTS[name] + 1e-6 for name in NAMES if name != "land")


def test_the_text_utility_is_the_models_own_and_not_the_one_that_was_frozen():
    far, near = place("prf_1", 0.5, text="集成电路"), place("prf_2", 0.5, text="木质家具")
    far = replace(far, utilities={**far.utilities, "text": 1.0})
    near = replace(near, utilities={**near.utilities, "text": 0.0})
    ranks = reciprocal_ranks_of_choices(RankingModel(MODEL), [decision(True, near, far)])
    assert ranks.tolist() == [1.0]


def test_a_choice_is_ranked_among_its_alternatives_and_ties_share_their_mean_rank():
    best, middle, worst = place("prf_1", 0.9), place("prf_2", 0.5), place("prf_3", 0.1)
    model = RankingModel(MODEL)
    cases = [
        (decision(True, best, middle, worst), 1.0),
        (decision(True, middle, best, worst), 1 / 2),
        (decision(True, worst, best, middle), 1 / 3),
        (decision(True, middle, middle), 1 / 1.5),
    ]
    ranks = reciprocal_ranks_of_choices(model, [case for case, _ in cases])
    assert ranks == pytest.approx([expected for _, expected in cases])


def test_a_placement_is_ranked_among_the_regions_by_text():
    places = {"331126": "竹木 家具", "330421": "集成电路", "330523": ""}
    past = [Placement("木质家具", code, date(2020, 1, 1)) for code in places]
    first, second, third = reciprocal_ranks_of_placements(MODEL, past, places).tolist()
    assert first == 1.0
    assert second < 1.0
    assert third < 1.0
    assert reciprocal_ranks_of_placements(MODEL, [], places).tolist() == []


def test_every_region_counts_the_same_in_the_mean_however_many_cases_it_has():
    regions = ["a", "a", "a", "b"]
    values = np.array([1.0, 1.0, 1.0, 0.0])
    assert (even_shares(regions) * values).mean() == pytest.approx(0.5)
    assert even_shares([]).tolist() == []
