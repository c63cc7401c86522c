"""One state of the match index: immutable, so that a reader never sees half a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from service.index.cards import Address, PlaceCard, ProjectCard
from service.index.place_rows import Cards, Positions
from service.index.templates import address_of
from service.index.values import Atlas
from service.matching.matcher import Matcher, NeedColumns, Places
from service.matching.values import Offer
from service.units import shanghai_day

Bools = NDArray[np.bool_]
Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Arrays and cards of one revision; row i of the columns is card i.

    ``base_revision`` is that of the first segment, which the others change and which ``is_mapped`` from a
    stored base; ``settled_rows`` of the others were there from the beginning. ``places`` may go on beyond
    the rows of this snapshot: younger ones add their cards to the same object.
    ``positions_of`` is for the writer, who alone knows the newest. Offers are net of holds, until
    ``next_expiry``, when the next of all live holds lapses; ``read_at`` is the instant of the last look.
    """

    revision: int
    base_revision: int
    today: date
    model_version: str
    matcher: Matcher
    atlas: Atlas
    offers: Places
    places: Cards
    positions_of: Positions
    needs: NeedColumns
    projects: tuple[ProjectCard, ...]
    regions_of: Mapping[str, str | None]
    public: Bools
    rows_of: Mapping[str, Rows]
    read_at: datetime
    next_expiry: datetime | None
    is_mapped: bool = False
    settled_rows: int = 0

    def is_of(self, instant: datetime) -> bool:
        """Whether the clock alone has changed nothing: it is the same day, and no hold has lapsed."""
        same_day = self.today == shanghai_day(instant)
        return same_day and (self.next_expiry is None or instant < self.next_expiry)

    def visible_places(self, organisation_id: str) -> Bools:
        """Which places the organisation is ranked on. Shape (n,)."""
        visible = self.public & self.offers.alive
        own = self.rows_of.get(organisation_id)
        if own is not None:
            visible[own] = self.offers.alive[own] & ~self.public[own]
        return visible

    def rows_of_profile(self, profile_id: str) -> list[int]:
        """The rows of one profile, those that no longer count among them."""
        stored = self.places.store
        young = range(len(stored), len(self.offers))
        return [
            *stored.rows_of(profile_id),
            *(row for row in young if self.places[row].id == profile_id),
        ]

    def addresses(self) -> tuple[Rows, list[Address]]:
        """Distinct addresses, and which of them each row has. Shape (n,)."""
        store = self.places.store
        young = [address_of(self.offers.row(row)) for row in range(len(store), len(self.offers))]
        start = len(store.addresses)
        own = np.arange(start, start + len(young), dtype=np.int32)
        return np.concatenate([store.address_codes(), own]), [*store.addresses, *young]

    def stale_rows(self) -> int:
        """How many rows are younger than the base, or dead in it, but for what no base can have.

        What is held is net of holds at an instant, and read anew for every base.
        """
        return self.young_or_dead_rows() - self.settled_rows

    def young_or_dead_rows(self) -> int:
        """How many rows are younger than the base, or dead in it."""
        base = self.offers.segments[0].alive
        return len(self.offers) - int(np.count_nonzero(base))

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


def public_rows(places: Iterable[PlaceCard]) -> Bools:
    """Rows that stand for everyone but those they are kept from."""
    return np.array([card.audience is None for card in places], dtype=np.bool_)


def rows_by_organisation(places: Iterable[PlaceCard], first: int = 0) -> dict[str, Rows]:
    """For each organisation, the rows that are for it alone or kept from it; rows count from ``first``."""
    rows: dict[str, list[int]] = {}
    for row, card in enumerate(places, first):
        for organisation_id in card.kept_from | (card.audience or frozenset()):
            rows.setdefault(organisation_id, []).append(row)
    return {name: np.array(found, dtype=np.int32) for name, found in rows.items()}
