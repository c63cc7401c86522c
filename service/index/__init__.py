"""Rows -> arrays: the live match index, kept current by revision."""

from __future__ import annotations

from service.index.basis import basis_of
from service.index.cards import PlaceCard, ProjectCard
from service.index.live import MatchIndex
from service.index.matchers import build_matcher, fit_first_model
from service.index.passing import passing, require_known
from service.index.snapshot import Snapshot
from service.index.upkeep import Upkeep
from service.matching.candidates import Candidates, FirstPage
from service.matching.choice import kinds, lines_of, weighed_page
from service.matching.compiled.joined import join_items
from service.matching.criteria import CRITERIA
from service.matching.explain import Account, Line
from service.matching.matcher import (
    DEFAULT_WEIGHTS,
    Complements,
    Contribution,
    Cursor,
    ExclusionCursor,
    Failure,
    FixStep,
    Item,
    NeedColumns,
    OfferColumns,
    Places,
    Ranking,
    TermComplements,
    Weights,
    WeightsError,
    apply_fix,
)
from service.matching.route import MOST_STOPS, Point, distances_km, parted, shortest_order
from service.matching.summary import Points, sentence
from service.matching.weights import normalised_weights

# The matcher's own shapes go up through here, so that only this package imports it.
__all__ = [
    "CRITERIA",
    "DEFAULT_WEIGHTS",
    "MOST_STOPS",
    "Account",
    "Candidates",
    "Complements",
    "Contribution",
    "Cursor",
    "ExclusionCursor",
    "Failure",
    "FirstPage",
    "FixStep",
    "Item",
    "Line",
    "MatchIndex",
    "NeedColumns",
    "OfferColumns",
    "PlaceCard",
    "Places",
    "Point",
    "Points",
    "ProjectCard",
    "Ranking",
    "Snapshot",
    "TermComplements",
    "Upkeep",
    "Weights",
    "WeightsError",
    "apply_fix",
    "basis_of",
    "build_matcher",
    "distances_km",
    "fit_first_model",
    "join_items",
    "kinds",
    "lines_of",
    "normalised_weights",
    "parted",
    "passing",
    "require_known",
    "sentence",
    "shortest_order",
    "weighed_page",
]
