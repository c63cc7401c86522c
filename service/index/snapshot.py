"""One state of the match index: immutable, so that a reader never sees half a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from service.index.values import Atlas
from service.matching.matcher import Matcher, NeedColumns, Places
from service.matching.values import Offer
from service.units import shanghai_day

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """What an item of a ranking shows of its place, at hand without a query.

    ``audience`` are the organisations that are ranked on this row; None stands for everyone but
    ``kept_from``, who have a more exact row of their own.
    """

    id: str
    site_name: str
    region_code: str
    region_name: str
    organisation_id: str | None
    is_synthetic: bool
    unconfirmed: bool
    audience: frozenset[str] | None
    kept_from: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """What an item shows of its project; ``own`` rows are exact and for their organisation alone."""

    id: str
    name: str
    industry_code: str
    origin_region_code: str
    organisation_id: str
    stage: str
    own: bool


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Arrays and cards of one revision; row i of the columns is card i.

    ``places`` may go on beyond the rows of this snapshot: younger ones add their cards to the same list.
    ``positions_of`` is for the writer, who alone knows the newest. Offers are net of holds, until
    ``next_expiry``, when the next of all live holds lapses; ``read_at`` is the instant of the last look.
    """

    revision: int
    today: date
    model_version: str
    matcher: Matcher
    atlas: Atlas
    offers: Places
    places: Sequence[PlaceCard]
    positions_of: Mapping[str, tuple[int, ...]]
    needs: NeedColumns
    projects: tuple[ProjectCard, ...]
    regions_of: Mapping[str, str | None]
    public: Bools
    rows_of: Mapping[str, tuple[int, ...]]
    read_at: datetime
    next_expiry: datetime | None

    def is_of(self, instant: datetime) -> bool:
        """Whether the clock alone has changed nothing: it is the same day, and no hold has lapsed."""
        same_day = self.today == shanghai_day(instant)
        return same_day and (self.next_expiry is None or instant < self.next_expiry)

    def visible_places(self, organisation_id: str) -> Bools:
        """Which places the organisation is ranked on. Shape (n,)."""
        visible = self.public & self.offers.alive
        for row in self.rows_of.get(organisation_id, ()):
            visible[row] = self.places[row].audience is not None and self.offers.alive[row]
        return visible

    def living(self) -> Iterator[tuple[PlaceCard, Offer]]:
        """Every row that counts: its card and its plain values."""
        for row in np.flatnonzero(self.offers.alive).tolist():
            yield self.places[row], self.offers.row(row)

    def visible_projects(self, organisation_id: str, project_ids: set[str]) -> Bools:
        """Which project rows the organisation is ranked on, given the projects that it may see."""
        return np.array(
            [
                card.id in project_ids and card.own == (card.organisation_id == organisation_id)
                for card in self.projects
            ],
            dtype=np.bool_,
        )


def positions_by_id(places: Iterable[PlaceCard]) -> dict[str, tuple[int, ...]]:
    """For each profile, its rows."""
    positions: dict[str, tuple[int, ...]] = {}
    for row, card in enumerate(places):
        positions[card.id] = (*positions.get(card.id, ()), row)
    return positions


def public_rows(places: Iterable[PlaceCard]) -> Bools:
    """Rows that stand for everyone but those they are kept from."""
    return np.array([card.audience is None for card in places], dtype=np.bool_)


def rows_by_organisation(places: Iterable[PlaceCard], first: int = 0) -> dict[str, tuple[int, ...]]:
    """For each organisation, the rows that are for it alone or kept from it; rows count from ``first``."""
    rows: dict[str, list[int]] = {}
    for row, card in enumerate(places, first):
        for organisation_id in card.kept_from | (card.audience or frozenset()):
            rows.setdefault(organisation_id, []).append(row)
    return {organisation_id: tuple(found) for organisation_id, found in rows.items()}
