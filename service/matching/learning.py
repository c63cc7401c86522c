"""Learning from decisions and measuring what was learned; pure arrays and plain values.

A decision is a project at a place, chosen or not, with the places that it could have had instead.
Only utilities are frozen in it: the one that the text model gives is worked out anew by each model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.matching.blend import BlendModel, Floats
from service.matching.criteria import CRITERIA
from service.matching.evaluation.metrics import ranks_of
from service.matching.history import Placement
from service.matching.kernel import blend
from service.matching.ranking_model import RankingModel, text_utilities
from service.matching.text import TextModel
from service.matching.weights import Weights

#: So many choices for one region count in full, more of them no more together: a county that gets
#: everything must not set the weights for all others.
REGION_CAP: Final = 20
#: The same for what one organisation says: it may move a weight, and not decide it.
ORGANISATION_CAP: Final = 50
_TEXT_COLUMN: Final = [criterion.name for criterion in CRITERIA].index("text")


@dataclass(frozen=True, slots=True)
class Option:
    """A place that stood to choose: its region, what it writes of itself, utilities by criterion."""

    place_id: str
    region_code: str
    text: str
    utilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a project at a place, and the eligible places that were not decided on.

    Attributes
    ----------
    organisation_id : str
        Who says so.
    """

    organisation_id: str
    project_id: str
    need_text: str
    place: Option
    chosen: bool
    others: tuple[Option, ...]


def fit_ranking(text: TextModel, decisions: Sequence[Decision]) -> RankingModel:
    """The text model with the weights that the decisions teach; the hand-set ones where none does."""
    pairs, counts = preferences(text, decisions)
    if not len(pairs):
        return RankingModel(text)
    return RankingModel(text, BlendModel().fit(pairs, sample_weight=counts).weights_)


def preferences(text: TextModel, decisions: Sequence[Decision]) -> tuple[Floats, Floats]:
    """Utilities of what was chosen minus those of what was not, within each project.

    A chosen place is preferred to each place that the same project refused, and to its alternatives,
    which together count as much as one refusal: that they were passed over says less.

    Returns
    -------
    differences : ndarray of float64, shape (p, number of criteria)
    counts : ndarray of float64, shape (p,)
    """
    tables = _tables(text, decisions)
    per_region = Counter(decision.place.region_code for decision in decisions if decision.chosen)
    per_organisation = Counter(decision.organisation_id for decision in decisions if decision.chosen)
    refused: dict[str, list[int]] = {}
    taken: dict[str, set[str]] = {}
    for row, decision in enumerate(decisions):
        if decision.chosen:
            taken.setdefault(decision.project_id, set()).add(decision.place.place_id)
        else:
            refused.setdefault(decision.project_id, []).append(row)
    pairs: list[Floats] = []
    counts: list[float] = []
    for row, decision in enumerate(decisions):
        if not decision.chosen:
            continue
        share = min(
            1.0,
            REGION_CAP / per_region[decision.place.region_code],
            ORGANISATION_CAP / per_organisation[decision.organisation_id],
        )
        own = tables[row][0]
        worse = refused.get(decision.project_id, [])
        pairs += [own - tables[other][0] for other in worse]
        counts += [share] * len(worse)
        passed_over = [
            place
            for place, option in enumerate(decision.others, start=1)
            if option.place_id not in taken[decision.project_id]
        ]
        pairs += [own - tables[row][place] for place in passed_over]
        counts += [share / max(len(passed_over), 1)] * len(passed_over)
    shape = (-1, len(CRITERIA))
    return np.array(pairs, dtype=np.float64).reshape(shape), np.array(counts, dtype=np.float64)


def reciprocal_ranks_of_choices(model: RankingModel, decisions: Sequence[Decision]) -> Floats:
    """For each chosen place 1 / its rank among itself and its alternatives. Shape (decisions,)."""
    weights = Weights(defaults=model.default_weights).normalised
    found = []
    for table in _tables(model.text, decisions):
        scores = blend(list(table.T), weights, len(table))
        found.append(1.0 / ranks_of(scores[None, :], np.zeros(1, dtype=np.int64))[0])
    return np.array(found, dtype=np.float64)


def reciprocal_ranks_of_placements(
    model: TextModel, placements: Sequence[Placement], places: Mapping[str, str]
) -> Floats:
    """For each placement 1 / the rank of its region by text alone. Shape (placements,).

    Parameters
    ----------
    places : mapping of region code to text
        The candidates; a region that only history knows has an empty text.
    """
    if not placements:
        return np.zeros(0)
    columns = {region_code: column for column, region_code in enumerate(places)}
    truth = np.array([columns[placement.region_code] for placement in placements], dtype=np.int64)
    scores = text_utilities(model, [placement.text for placement in placements], list(places.items()))
    return 1.0 / ranks_of(np.stack(scores), truth)


def even_shares(regions: Sequence[str]) -> Floats:
    """Factors that make a mean over cases the mean over regions of their means. Shape (cases,)."""
    counts = Counter(regions)
    return np.array([len(regions) / (len(counts) * counts[region]) for region in regions], dtype=np.float64)


def _tables(text: TextModel, decisions: Sequence[Decision]) -> list[Floats]:
    """Per decision the utilities of the place and of its alternatives, with this model's text utility.

    Row 0 is the place. A criterion that did not exist when the decision was recorded is neutral.
    """
    options = [(decision.place, *decision.others) for decision in decisions]
    places: dict[tuple[str, str], int] = {}
    for stood in options:
        for option in stood:
            places.setdefault((option.region_code, option.text), len(places))
    positions = [[places[option.region_code, option.text] for option in stood] for stood in options]
    said = text_utilities(text, [decision.need_text for decision in decisions], list(places), positions)
    tables = []
    for stood, utility in zip(options, said, strict=True):
        table = np.array([[option.utilities.get(c.name, c.neutral) for c in CRITERIA] for option in stood])
        table[:, _TEXT_COLUMN] = utility
        tables.append(table)
    return tables
