"""How a snapshot takes in changed places: in a young segment, beside the rows that they replace.

Nothing of what a reader holds is changed. What costs time in proportion to all places is a copy of the
masks, a byte a row; young segments of like size are joined, so that their number stays logarithmic. Rows
that are dead stay where they are until ``upkeep`` lays everything out anew, beside the requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from service.index.cards import PlaceCard
from service.index.snapshot import Snapshot, public_rows, rows_by_organisation
from service.matching.matcher import OfferTable, Places, Segment

_JOINED_AT_ONCE: Final = 4


def grown(old: Snapshot, ids: set[str], added: Sequence[PlaceCard], table: OfferTable) -> Snapshot:
    """The snapshot in which ``table`` stands for every row of the profiles ``ids``.

    To be called by one writer at a time, on the newest snapshot.
    """
    start = len(old.offers)
    dead = [row for profile_id in ids for row in old.positions_of.rows_of(profile_id)]
    segments = _without(old.offers, dead)
    if len(table):
        segments.append(Segment(table, np.ones(len(table), dtype=np.bool_)))
    # A session that began earlier may come late and write rows anew on a snapshot that others grew from.
    cards = old.places if len(old.places) == start else old.places.up_to(start)
    cards.extend(added)
    rows_of = dict(old.rows_of)
    for organisation_id, rows in rows_by_organisation(added, start).items():
        before = rows_of.get(organisation_id)
        rows_of[organisation_id] = rows if before is None else np.concatenate([before, rows])
    new = replace(
        old,
        offers=Places(_joined(segments)),
        places=cards,
        public=np.concatenate([old.public, public_rows(added)]),
        rows_of=rows_of,
    )
    # Last, when nothing can fail any more: a change half taken in would leave the row that it replaces alive.
    new_rows: dict[str, list[int]] = {profile_id: [] for profile_id in ids}
    for row, card in enumerate(added, start):
        new_rows[card.id].append(row)
    for profile_id, numbers in new_rows.items():
        old.positions_of.put(profile_id, tuple(numbers))
    return new


def _without(places: Places, dead: Sequence[int]) -> list[Segment]:
    segments = list(places.segments)
    for number, start in enumerate(places.starts[:-1]):
        own = [row - start for row in dead if start <= row < start + len(segments[number].table)]
        if own:
            alive = segments[number].alive.copy()
            alive[own] = False
            segments[number] = Segment(segments[number].table, alive)
    return segments


def _joined(segments: list[Segment]) -> tuple[Segment, ...]:
    """The last ones as one where none is much larger than the last; the first of all is left alone.

    A row is joined once for every fourfold size, and of any ``_JOINED_AT_ONCE`` neighbours the first is
    much larger than the last. No row changes its position.
    """
    while len(segments) > _JOINED_AT_ONCE:
        last = segments[-_JOINED_AT_ONCE:]
        if max(len(part.table) for part in last) >= _JOINED_AT_ONCE * len(last[-1].table):
            break
        table = OfferTable.concat([part.table for part in last])
        del segments[-_JOINED_AT_ONCE:]
        segments.append(Segment(table, np.concatenate([part.alive for part in last])))
    return tuple(segments)
