"""All open projects against all places, in parts that other processes can work on.

Everything is taken from one snapshot. So no part can be of another revision, however long the run takes
and whatever is written meanwhile; and whoever works on a part needs no access to the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from service.domain import projects
from service.index.snapshot import Bools, Snapshot
from service.matching.matcher import Matcher, NeedColumns, OfferTable, Places, Segment, Top, Weights


@dataclass(frozen=True, eq=False)
class SharedPlaces:
    """The places of one snapshot as arrays, for another process; their plain rows stay behind.

    Attributes
    ----------
    tables : one mapping of array names to arrays per segment, as ``OfferTable.arrays`` gives them
    alive : one ndarray of bool per segment
    tie_rank : ndarray of int64, shape (n,)
    profile_ids : ndarray of bytes, shape (n,)
    visible : ndarray of bool, shape (n,)
        What an organisation sees that knows nothing of its own.
    differing : mapping of organisation to the rows where it sees otherwise
    """

    matcher: Matcher
    today: date
    tables: tuple[Mapping[str, NDArray[Any]], ...]
    alive: tuple[Bools, ...]
    tie_rank: NDArray[np.int64]
    profile_ids: NDArray[np.bytes_]
    visible: Bools
    differing: Mapping[str, NDArray[np.int64]]

    @classmethod
    def of(cls, snapshot: Snapshot, organisation_ids: set[str]) -> Self:
        """The places as these organisations see them."""
        offers = snapshot.offers
        visible = snapshot.public & offers.alive
        differing = {}
        for organisation_id in sorted(organisation_ids & snapshot.rows_of.keys()):
            own = snapshot.visible_places(organisation_id)
            differing[organisation_id] = np.flatnonzero(own != visible)
        return cls(
            matcher=snapshot.matcher,
            today=snapshot.today,
            tables=tuple(segment.table.arrays() for segment in offers.segments),
            alive=tuple(segment.alive for segment in offers.segments),
            tie_rank=offers.tie_rank,
            profile_ids=np.array([snapshot.places[row].id for row in range(len(offers))], dtype=np.bytes_),
            visible=visible,
            differing=differing,
        )

    def __getstate__(self) -> dict[str, Any]:
        """What it was made of, and nothing that was worked out of it since."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def places(self) -> Places:
        """The places as the kernel reads them."""
        segments = [
            Segment(OfferTable.from_arrays({name: _own(a) for name, a in arrays.items()}, ()), _own(alive))
            for arrays, alive in zip(self.tables, self.alive, strict=True)
        ]
        places = Places(tuple(segments))
        # It would be worked out from the plain rows, which are not here.
        places.__dict__["tie_rank"] = _own(self.tie_rank)
        return places

    @cached_property
    def weights(self) -> Weights:
        """Those of the live model."""
        return Weights(defaults=self.matcher.default_weights)

    def visible_to(self, organisation_id: str) -> Bools:
        """``Snapshot.visible_places`` of an organisation that this was made for. Shape (n,)."""
        visible = np.array(self.visible)
        rows = self.differing.get(organisation_id)
        if rows is not None:
            visible[rows] = ~visible[rows]
        return visible

    def warm(self) -> None:
        """Have everything at hand before the first project waits for it."""
        self.matcher.warm(self.places, self.today)

    def rank(self, part: Part, k: int) -> Iterator[tuple[str, Top]]:
        """Each project of the part and its k best places, in the order of the part."""
        masks = {owner: self.visible_to(owner) for owner in set(part.organisation_ids)}
        found = self.matcher.top_of_each(
            # A copy is writable; see _own.
            part.needs.take(np.arange(len(part.needs))),
            self.places,
            visible=[masks[owner] for owner in part.organisation_ids],
            k=k,
            today=self.today,
            weights=self.weights,
        )
        return zip(part.project_ids, found, strict=True)


def _own(array: NDArray[Any]) -> NDArray[Any]:
    """A plain array that numba takes for the same type as any other.

    What comes over the wire is read-only, and the kernel would be compiled once more for that.
    """
    plain = array.view(np.ndarray)
    return plain if plain.flags.writeable else plain.copy()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some projects, to be ranked by any process that has the places."""

    number: int
    project_ids: tuple[str, ...]
    organisation_ids: tuple[str, ...]
    needs: NeedColumns


@dataclass(frozen=True, slots=True, eq=False)
class OpenProjects:
    """All projects that are not ended, in the order of their ids."""

    snapshot: Snapshot
    rows: tuple[int, ...]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Of each project the exact row, which is its own organisation's."""
        cards = snapshot.projects
        found = [row for row, card in enumerate(cards) if card.own and card.stage != projects.ENDED]
        return cls(snapshot, tuple(sorted(found, key=lambda row: cards[row].id)))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ids(self) -> list[str]:
        """Their ids, in order."""
        return [self.snapshot.projects[row].id for row in self.rows]

    @property
    def organisation_ids(self) -> set[str]:
        """Whose they are."""
        return {self.snapshot.projects[row].organisation_id for row in self.rows}

    def part(self, number: int, size: int) -> Part:
        """The projects from ``number * size`` on, at most ``size``."""
        rows = self.rows[number * size : (number + 1) * size]
        cards = [self.snapshot.projects[row] for row in rows]
        return Part(
            number=number,
            project_ids=tuple(card.id for card in cards),
            organisation_ids=tuple(card.organisation_id for card in cards),
            needs=self.snapshot.needs.take(rows),
        )
