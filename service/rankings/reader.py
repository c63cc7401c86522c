"""Rankings as one actor may see them, on one snapshot of the index: for requests and for what is rendered.

Whatever shows a ranking reads it here, so that a file can tell nothing that an answer would not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from sqlmodel import Session

from service.access.policy import Actor
from service.domain import capacity
from service.domain.capacity import NOTHING_TAKEN
from service.domain.filters import Filters
from service.domain.profiles import Profile
from service.domain.projects import ProjectFields
from service.errors import FieldError, Invalid
from service.index import (
    DEFAULT_WEIGHTS,
    Cursor,
    ExclusionCursor,
    NeedColumns,
    OfferColumns,
    Places,
    Ranking,
    Snapshot,
    Weights,
    WeightsError,
    apply_fix,
    passing,
)
from service.index.snapshot import Bools
from service.index.values import need_of, offer_of
from service.rankings import shapes as r

Language = Literal["zh", "en"]


def weights_of(
    chosen: Mapping[str, float], defaults: Mapping[str, float], pointer: str = "/weights"
) -> Weights:
    """The caller's weights; what is left out keeps the live model's default.

    Raises
    ------
    Invalid
        For an unknown criterion, a negative weight, or weights that are all zero.
    """
    errors = [
        FieldError(f"{pointer}/{name[:60]}", "unknown_criterion", "See GET /v1/criteria.")
        for name in chosen
        if name not in DEFAULT_WEIGHTS
    ]
    if errors:
        raise Invalid(errors)
    try:
        return Weights(chosen, defaults)
    except WeightsError as error:
        raise Invalid([FieldError(pointer, "invalid_weights", f"{error}.")]) from error


@dataclass
class Reader:
    """What one actor reads of one snapshot; ``effective_at`` decides what is in date."""

    actor: Actor
    snapshot: Snapshot
    language: Language
    effective_at: datetime
    chosen: Weights | None = None

    @cached_property
    def weights(self) -> Weights:
        """The caller's weights where some were chosen, else the live model's."""
        return self.chosen or Weights(defaults=self.snapshot.matcher.default_weights)

    @property
    def basis(self) -> dict[str, Any]:
        """What the answer was worked out from."""
        return {
            "model_version": self.snapshot.model_version,
            "index_revision": self.snapshot.revision,
            "effective_at": self.effective_at,
        }

    def need(self, row: ProjectFields, key: str, organisation_id: str) -> NeedColumns:
        """One project as the actor may know it."""
        snapshot = self.snapshot
        teaser = organisation_id != self.actor.organisation_id and row.disclosure == "teaser"
        region_code = snapshot.regions_of.get(organisation_id)
        need = need_of(row, key, snapshot.atlas, region_code, snapshot.today, teaser=teaser)
        return snapshot.matcher.needs([need])

    def offer(self, session: Session, row: Profile) -> OfferColumns:
        """One profile as the actor may know it, net of what is held of it."""
        exact = self.actor.organisation_id in row.owners()
        free = capacity.held(session, [row.id], self.effective_at).get(row.id, NOTHING_TAKEN)
        return self.snapshot.matcher.offers([offer_of(row, self.snapshot.atlas, exact=exact, free=free)])

    def places(self, filters: Filters | None, need: NeedColumns) -> Bools:
        """The places that the actor is ranked on, narrowed down by the filters."""
        visible = self.snapshot.visible_places(self.actor.organisation_id)
        return visible if filters is None else visible & passing(self.snapshot, filters, need)

    def rank_places(
        self, need: NeedColumns, visible: Bools, *, limit: int, after: Cursor | None = None
    ) -> Ranking:
        """Some places for one project, unexplained."""
        return self.snapshot.matcher.rank_offers(
            need,
            self.snapshot.offers,
            visible=visible,
            k=limit,
            today=self.snapshot.today,
            weights=self.weights,
            after=after,
        )

    def match_items(
        self, need: NeedColumns, visible: Bools, ranking: Ranking, *, stability: bool = False
    ) -> list[r.MatchItem]:
        """The ranked places, explained."""
        snapshot = self.snapshot
        lines = snapshot.matcher.explain(
            need,
            snapshot.offers,
            ranking,
            today=snapshot.today,
            weights=self.weights,
            language=self.language,
        )
        intervals = self._intervals(need, snapshot.offers, visible, ranking) if stability else None
        return [
            r.MatchItem(
                profile=r.place_read(snapshot.places[line.position]),
                **r.item_values(line, intervals[row] if intervals else None),
            )
            for row, line in enumerate(lines)
        ]

    def exclusion_items(
        self, need: NeedColumns, visible: Bools, *, limit: int, after: ExclusionCursor | None = None
    ) -> tuple[list[r.ExclusionItem], ExclusionCursor | None, int]:
        """Some places that the project passes over, where to go on, and how many there are in all."""
        page = self.snapshot.matcher.exclusions(
            need,
            self.snapshot.offers,
            visible=visible,
            limit=limit,
            today=self.snapshot.today,
            weights=self.weights,
            language=self.language,
            after=after,
        )
        items = [
            r.ExclusionItem(
                profile=r.place_read(self.snapshot.places[line.position]),
                failures=r.failure_reads(line.failures),
                cheapest_fix=r.fix_reads(line.cheapest_fix),
                score_if_fixed=line.score_if_fixed,
                rank_if_fixed=line.rank_if_fixed,
            )
            for line in page.items
        ]
        return items, page.next_cursor, page.excluded_count

    def pair(self, need: NeedColumns, offer: OfferColumns, visible: Bools) -> dict[str, Any]:
        """One project and one place in full, with the rank that the place has or would have."""
        matcher, today = self.snapshot.matcher, self.snapshot.today
        found = matcher.pair(need, offer, today=today, weights=self.weights, language=self.language)
        fixed = None
        if not found.eligible and found.cheapest_fix is not None:
            changed = matcher.offers([apply_fix(offer.rows[0], found.cheapest_fix)])
            fixed = matcher.pair(need, changed, today=today, weights=self.weights, language=self.language)
        tie_key = offer.tie_key(0)
        return {
            "eligible": found.eligible,
            "score": found.score,
            "summary": found.summary,
            "rank": self._rank(need, visible, found.score, tie_key) if found.eligible else None,
            "contributions": r.contribution_reads(found.contributions),
            "site_mode": found.site_mode,
            "to_confirm": list(found.to_confirm),
            "distance_km": None if found.distance_km is None else round(found.distance_km, 1),
            "programme": found.programme,
            "failures": r.failure_reads(found.failures),
            "cheapest_fix": r.fix_reads(found.cheapest_fix),
            "score_if_fixed": fixed.score if fixed else None,
            "rank_if_fixed": 1 + self._rank(need, visible, fixed.score, tie_key) if fixed else None,
            **self.basis,
        }

    def _rank(self, need: NeedColumns, visible: Bools, score: float, tie_key: tuple[str, ...]) -> int:
        """How many visible and eligible places stand at this score and tie key or before."""
        ranking = self.snapshot.matcher.rank_offers(
            need,
            self.snapshot.offers,
            visible=visible,
            k=1,
            today=self.snapshot.today,
            weights=self.weights,
            after=Cursor(score, tie_key),
        )
        return ranking.preceding

    def _intervals(
        self, needs: NeedColumns, offers: OfferColumns | Places, visible: Bools, ranking: Ranking
    ) -> list[tuple[int, int]]:
        low, high = self.snapshot.matcher.stability(
            needs,
            offers,
            visible=visible,
            today=self.snapshot.today,
            weights=self.weights,
            positions=ranking.positions,
        )
        return list(zip(low.tolist(), high.tolist(), strict=True))
