"""Judges a candidate model against the live one on cases that the candidate has not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from service.domain.outcomes import Outcome
from service.index import Snapshot, learning
from service.index.learning import Decision, Interval, Placement, RankingModel

#: Fewer cases, or cases of fewer regions, judge nothing.
FEWEST_CASES: Final = 10
FEWEST_REGIONS: Final = 3
#: Not worse: no loss on average, and none beyond this within the 95 % interval.
MARGIN_MRR: Final = 0.05
#: Past placements that are judged at most, evenly spread: more take longer and say the same.
MOST_PLACEMENTS: Final = 500

Kind = Literal["outcomes", "placements"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One kind of held-out cases: mean reciprocal rank of the truth by either model.

    Of outcomes it is the mean over regions of their means, so that one county cannot decide alone.
    """

    name: Kind
    cases: int
    regions: int
    candidate_mrr: float
    live_mrr: float
    gain: Interval

    @property
    def is_worse(self) -> bool:
        """Whether the candidate loses on average, or may lose more than the margin."""
        return self.gain.mean < -1e-12 or self.gain.low < -MARGIN_MRR

    def figures(self) -> dict[str, Any]:
        """The figures as they are kept beside a model."""
        return {
            "cases": self.cases,
            "regions": self.regions,
            "mrr": round(self.candidate_mrr, 6),
            "live_mrr": round(self.live_mrr, 6),
            "gain": [round(value, 6) for value in (self.gain.mean, self.gain.low, self.gain.high)],
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """What a candidate is judged by.

    Attributes
    ----------
    decisions : list of Decision
        Places that were chosen, each with its alternatives.
    placements : list of Placement
    places : dict of region code to text
        The candidates among which a placement's region is ranked.
    """

    decisions: list[Decision]
    placements: list[Placement]
    places: dict[str, str]

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        outcomes: Sequence[Outcome],
        placements: Sequence[Placement],
        past: Sequence[Placement],
    ) -> Bench:
        """The bench of what was held out; ``past`` are the placements that are learned from."""
        places = learning.texts_by_region(snapshot)
        for placement in past:
            places.setdefault(placement.region_code, "")
        known = [placement for placement in placements if placement.region_code in places]
        if len(known) > MOST_PLACEMENTS:
            known = [known[row] for row in np.linspace(0, len(known) - 1, MOST_PLACEMENTS).astype(int)]
        decisions = learning.decisions_of(outcomes, snapshot)
        return cls([d for d in decisions if d.chosen and d.others], known, places)

    @property
    def judges_weights(self) -> bool:
        """Whether there are outcomes enough to judge learned weights by."""
        return _is_enough([decision.place.region_code for decision in self.decisions])

    @property
    def judges_text(self) -> bool:
        """Whether there are placements enough to judge the text model by."""
        return _is_enough([placement.region_code for placement in self.placements])

    def judge(self, candidate: RankingModel, live: RankingModel) -> tuple[Judged, ...]:
        """Both kinds, outcomes first; a kind with too few cases is told but decides nothing."""
        regions = [decision.place.region_code for decision in self.decisions]
        shares = learning.even_shares(regions)
        by_choice = [
            shares * learning.reciprocal_ranks_of_choices(model, self.decisions)
            for model in (candidate, live)
        ]
        by_place = [
            learning.reciprocal_ranks_of_placements(model.text, self.placements, self.places)
            for model in (candidate, live)
        ]
        past = [placement.region_code for placement in self.placements]
        return _judged("outcomes", regions, *by_choice), _judged("placements", past, *by_place)

    def is_worse(self, judged: Sequence[Judged]) -> bool:
        """Whether the candidate is worse by any kind that has cases enough."""
        decides = {"outcomes": self.judges_weights, "placements": self.judges_text}
        return any(found.is_worse for found in judged if decides[found.name])


def _is_enough(regions: Sequence[str]) -> bool:
    return len(regions) >= FEWEST_CASES and len(set(regions)) >= FEWEST_REGIONS


def _judged(name: Kind, regions: list[str], ours: Any, theirs: Any) -> Judged:
    if not regions:
        return Judged(name, 0, 0, 0.0, 0.0, Interval(0.0, 0.0, 0.0))
    gain = learning.bootstrap(ours - theirs)
    return Judged(name, len(regions), len(set(regions)), float(ours.mean()), float(theirs.mean()), gain)
