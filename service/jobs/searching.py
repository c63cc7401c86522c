"""One saved search on one snapshot of the index, as its organisation may see it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from sqlmodel import Session

from service.access.policy import Actor
from service.database import now
from service.domain import capacity, profiles, projects
from service.domain.capacity import NOTHING_TAKEN
from service.domain.profiles import Profile
from service.domain.projects import ProjectFields
from service.domain.saved_searches import SavedSearch
from service.errors import Invalid, NotFound
from service.index import Failure, NeedColumns, OfferColumns, Ranking, Snapshot, Weights, passing
from service.index.snapshot import Bools
from service.index.values import need_of, offer_of

Because = Literal["rule", "not_offered", "filtered"]
_SAID: Final = {
    ("place", "not_offered"): ("该载体已不再向贵方公开。", "This place is no longer offered to you."),
    ("place", "filtered"): (
        "该载体不再符合筛选条件。",
        "This place no longer passes the filters of the search.",
    ),
    ("project", "not_offered"): ("该项目已不再向贵方公开。", "This project is no longer open to you."),
}


@dataclass(frozen=True, slots=True)
class Lost:
    """What fell out, and why: the first rule that fails, in a sentence; or it is not to be seen any more."""

    found_id: str
    because: Because
    rule: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What newly stands among the best, with its rank; and what fits no more."""

    matched: list[tuple[str, int]] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)


class SubjectGone(Exception):
    """The project or place that is searched for may not be seen any more."""


@dataclass(frozen=True, slots=True)
class _View:
    """What the organisation of a search may know of projects and places."""

    session: Session
    snapshot: Snapshot
    actor: Actor
    row: SavedSearch

    def weights(self) -> Weights:
        return Weights(self.row.weights, self.snapshot.matcher.default_weights)

    def need(self, fields: ProjectFields, key: str, organisation_id: str) -> NeedColumns:
        """A project as the organisation may know it."""
        snapshot = self.snapshot
        teaser = organisation_id != self.actor.organisation_id and fields.disclosure == "teaser"
        region_code = snapshot.regions_of.get(organisation_id)
        need = need_of(fields, key, snapshot.atlas, region_code, snapshot.today, teaser=teaser)
        return snapshot.matcher.needs([need])

    def offer(self, row: Profile) -> OfferColumns:
        """A place as the organisation may know it, net of what is held of it."""
        exact = self.actor.organisation_id in row.owners()
        free = capacity.held(self.session, [row.id], now(self.session)).get(row.id, NOTHING_TAKEN)
        return self.snapshot.matcher.offers([offer_of(row, self.snapshot.atlas, exact=exact, free=free)])

    def failures(self, need: NeedColumns, offer: OfferColumns) -> tuple[Failure, ...] | None:
        """The rules that a pair fails; None where it fails none."""
        pair = self.snapshot.matcher.pair(
            need, offer, today=self.snapshot.today, weights=self.weights(), language=self.row.language
        )
        return None if pair.eligible else pair.failures

    def said(self, found_id: str, noun: str, because: Because) -> Lost:
        sentences = _SAID[noun, because]
        return Lost(found_id, because, None, sentences[self.row.language == "en"])

    def failed(self, found_id: str, failures: tuple[Failure, ...]) -> Lost:
        return Lost(found_id, "rule", failures[0].rule, failures[0].reason)


@dataclass(frozen=True, slots=True)
class _Search(_View, ABC):
    """What both kinds of searches share."""

    @abstractmethod
    def ids_of(self, positions: list[int]) -> list[str]:
        """What stands at these positions of the ranked columns."""

    @abstractmethod
    def visible(self) -> Bools:
        """What is ranked for the organisation."""

    @abstractmethod
    def rows_of(self, ids: Collection[str]) -> list[int]:
        """The positions of some ids, those that no longer count among them."""

    @abstractmethod
    def rank(self, visible: Bools, k: int) -> Ranking:
        """The best of what is visible."""

    @abstractmethod
    def why(self, found_id: str) -> Lost | None:
        """Why something is not among what fits; None where it is."""

    def look(self, hits: Collection[str], changed: Collection[str] | None) -> Found:
        """What has come to stand among the best, and which of the ``hits`` fit no more.

        Parameters
        ----------
        hits : collection of str
            What fitted when it was last looked at.
        changed : collection of str or None
            What may have changed since; None is everything.
        """
        visible = self.visible()
        concerned = set(hits) if changed is None else set(hits).intersection(changed)
        fitting = self._fitting(visible, concerned if changed is None else concerned.union(changed))
        lost = [self.why(found_id) for found_id in sorted(concerned - fitting)]
        matched: list[tuple[str, int]] = []
        if changed is None or fitting - set(hits):
            ranking = self.rank(visible, self.row.best)
            ranked = enumerate(self.ids_of(ranking.positions.tolist()), 1)
            matched = [(found_id, rank) for rank, found_id in ranked if found_id not in hits]
        return Found(matched, [told for told in lost if told is not None])

    def _fitting(self, visible: Bools, ids: Collection[str]) -> set[str]:
        """Which of these pass every rule and filter."""
        rows = [row for row in self.rows_of(ids) if visible[row]]
        if not rows:
            return set()
        some = np.zeros_like(visible)
        some[rows] = True
        return set(self.ids_of(self.rank(visible & some, len(rows)).positions.tolist()))


@dataclass(frozen=True, slots=True)
class _PlaceSearch(_Search):
    """Places for a project."""

    wanted: NeedColumns

    def ids_of(self, positions: list[int]) -> list[str]:
        return [self.snapshot.places[position].id for position in positions]

    def visible(self) -> Bools:
        seen = self.snapshot.visible_places(self.actor.organisation_id)
        if self.row.filters is None:
            return seen
        try:
            return seen & passing(self.snapshot, self.row.filters, self.wanted)
        except Invalid:
            # A region that is gone from the catalogue has no places.
            return np.zeros_like(seen)

    def rows_of(self, ids: Collection[str]) -> list[int]:
        size = len(self.snapshot.offers)
        return [row for id_ in ids for row in self.snapshot.rows_of_profile(id_) if row < size]

    def rank(self, visible: Bools, k: int) -> Ranking:
        snapshot = self.snapshot
        return snapshot.matcher.rank_offers(
            self.wanted, snapshot.offers, visible=visible, k=k, today=snapshot.today, weights=self.weights()
        )

    def why(self, found_id: str) -> Lost | None:
        try:
            row = profiles.get(self.session, self.actor, found_id)
        except NotFound:
            return self.said(found_id, "place", "not_offered")
        failures = self.failures(self.wanted, self.offer(row))
        if failures:
            return self.failed(found_id, failures)
        rows = [row for row in self.rows_of([found_id]) if self.visible()[row]]
        # It fits, as far as this snapshot knows: then what has come since is left to the next look.
        return None if rows else self.said(found_id, "place", "filtered")


@dataclass(frozen=True, slots=True)
class _ProjectSearch(_Search):
    """Projects for a place."""

    offered: OfferColumns

    def ids_of(self, positions: list[int]) -> list[str]:
        return [self.snapshot.projects[position].id for position in positions]

    def visible(self) -> Bools:
        seen = projects.visible_ids(self.session, self.actor)
        return self.snapshot.visible_projects(self.actor.organisation_id, seen)

    def rows_of(self, ids: Collection[str]) -> list[int]:
        return [row for row, card in enumerate(self.snapshot.projects) if card.id in ids]

    def rank(self, visible: Bools, k: int) -> Ranking:
        snapshot = self.snapshot
        return snapshot.matcher.rank_needs(
            self.offered, snapshot.needs, visible=visible, k=k, today=snapshot.today, weights=self.weights()
        )

    def why(self, found_id: str) -> Lost | None:
        try:
            row = projects.get(self.session, self.actor, found_id)
        except NotFound:
            return self.said(found_id, "project", "not_offered")
        failures = self.failures(self.need(row, row.id, row.organisation_id), self.offered)
        return self.failed(found_id, failures) if failures else None


def search_of(
    session: Session, snapshot: Snapshot, actor: Actor, row: SavedSearch
) -> _PlaceSearch | _ProjectSearch:
    """A saved search, ready to be looked at.

    Raises
    ------
    SubjectGone
    """
    view = _View(session, snapshot, actor, row)
    try:
        if row.profile_id is not None:
            offer = view.offer(profiles.get(session, actor, row.profile_id))
            return _ProjectSearch(session, snapshot, actor, row, offer)
        if row.project_id is not None:
            project = projects.get(session, actor, row.project_id)
            need = view.need(project, project.id, project.organisation_id)
            return _PlaceSearch(session, snapshot, actor, row, need)
    except NotFound as error:
        raise SubjectGone from error
    if row.project is None:
        raise SubjectGone
    need = view.need(row.project, "", actor.organisation_id)
    return _PlaceSearch(session, snapshot, actor, row, need)
