"""What live holds leave of places, by the clock: every offer that is ranked or promised is net of them.

Amounts are summed as the decimals that people wrote, not as binary fractions: 0.1 and 0.2 of 0.3 leave
nothing, and nothing is missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.domain.bands import band_of
from service.domain.holds import Hold
from service.domain.pools import CapacityPool, PoolMember
from service.domain.profiles import Profile

# Far below what either database takes as parameters of one statement.
_IDS_PER_STATEMENT: Final = 500
#: Of more profiles than this, what is held of all is read at once: live holds are far fewer than places.
_MANY: Final = 5_000


def exact(value: float) -> Fraction:
    """The decimal that a number reads as: the shortest that stands for the same binary fraction."""
    return Fraction(repr(float(value)))


@dataclass(frozen=True, slots=True)
class Free:
    """What is taken of one profile.

    Attributes
    ----------
    held : mapping of quantity to Fraction
        By its own live holds.
    pooled : mapping of quantity to Fraction
        What the scarcest of its pools has left for it and its fellows.
    """

    held: Mapping[str, Fraction] = field(default_factory=dict)
    pooled: Mapping[str, Fraction] = field(default_factory=dict)

    def left(self, quantity: str, published: float) -> Fraction:
        """What is left of a published figure. Below nothing only where labour is short."""
        left = exact(published) - self.held.get(quantity, Fraction(0))
        return min(left, self.pooled.get(quantity, left))

    def net(self, figures: Mapping[str, float | None]) -> dict[str, float | None]:
        """Figures net of what is taken; one that is not known stays unknown."""
        touched = self.held.keys() | self.pooled.keys()
        if not touched:
            return dict(figures)
        return {
            name: max(0.0, float(self.left(name, value))) if value is not None and name in touched else value
            for name, value in figures.items()
        }


NOTHING_TAKEN: Final = Free()


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool and who draws on it, apart from the session that read it."""

    id: str
    quantity: str
    capacity: float
    members: frozenset[str]


def held(session: Session, profile_ids: Collection[str] | None, instant: datetime) -> dict[str, Free]:
    """What is taken of profiles at an instant; those of which nothing is taken are left out.

    Parameters
    ----------
    profile_ids : collection of str or None
        None stands for all profiles.
    """
    asked = None if profile_ids is None or len(profile_ids) > _MANY else profile_ids
    pools = pools_of(session, asked)
    concerned = None if asked is None else set(asked).union(*(pool.members for pool in pools))
    return free_of(pools, live(session, concerned, instant), profile_ids)


def free_of(
    pools: Sequence[Pool], holds: Iterable[Hold], profile_ids: Collection[str] | None = None
) -> dict[str, Free]:
    """What these active holds and pools leave of each profile that they concern."""
    taken = sums_of(holds)
    pooled: dict[str, dict[str, Fraction]] = {}
    for pool in pools:
        left = exact(pool.capacity) - drawn(pool, taken)
        for member in pool.members:
            own = pooled.setdefault(member, {})
            own[pool.quantity] = min(left, own.get(pool.quantity, left))
    concerned = taken.keys() | pooled.keys()
    if profile_ids is not None:
        concerned &= set(profile_ids)
    return {id_: Free(taken.get(id_, {}), pooled.get(id_, {})) for id_ in concerned}


def sums_of(holds: Iterable[Hold]) -> dict[str, dict[str, Fraction]]:
    """What active holds keep that no document has taken yet, by profile and quantity."""
    taken: dict[str, dict[str, Fraction]] = {}
    for row in holds:
        own = taken.setdefault(row.profile_id, {})
        for name, amount in row.open_amounts().items():
            own[name] = own.get(name, Fraction(0)) + exact(amount)
    return taken


def drawn(pool: Pool, taken: Mapping[str, Mapping[str, Fraction]]) -> Fraction:
    """What all members' holds take of a pool."""
    return sum(
        (taken.get(member, {}).get(pool.quantity, Fraction(0)) for member in pool.members), Fraction(0)
    )


def live(session: Session, profile_ids: Collection[str] | None, instant: datetime) -> list[Hold]:
    """The active holds that have not lapsed at an instant."""
    statement = select(Hold).where(Hold.state == "active", col(Hold.expires_at) > instant)
    if profile_ids is None:
        return list(session.exec(statement))
    found: list[Hold] = []
    for ids in _batches(profile_ids):
        found += session.exec(statement.where(col(Hold.profile_id).in_(ids)))
    return found


def pools_of(session: Session, profile_ids: Collection[str] | None) -> list[Pool]:
    """The pools that these profiles draw on (None: all that are drawn on), in the order of their ids."""
    members: dict[str, set[str]] = {}
    if profile_ids is None:
        rows = session.exec(select(PoolMember.pool_id, PoolMember.profile_id)).all()
    else:
        rows = []
        for ids in _batches(profile_ids):
            own = select(PoolMember.pool_id).where(col(PoolMember.profile_id).in_(ids))
            fellows = select(PoolMember.pool_id, PoolMember.profile_id)
            rows += session.exec(fellows.where(col(PoolMember.pool_id).in_(own))).all()
    for pool_id, profile_id in rows:
        members.setdefault(pool_id, set()).add(profile_id)
    found: list[Pool] = []
    columns = select(CapacityPool.id, CapacityPool.quantity, CapacityPool.capacity)
    for ids in _batches(members):
        for id_, quantity, capacity in session.exec(columns.where(col(CapacityPool.id).in_(ids))):
            found.append(Pool(id_, quantity, capacity, frozenset(members[id_])))
    return sorted(found, key=lambda pool: pool.id)


def next_expiry(session: Session, instant: datetime) -> datetime | None:
    """When the next active hold of all lapses, after an instant."""
    statement = select(func.min(col(Hold.expires_at))).where(
        Hold.state == "active", col(Hold.expires_at) > instant
    )
    return session.exec(statement).one()


def bound(session: Session) -> set[str]:
    """The profiles of which something may be taken: held at present, or in a pool that others draw on."""
    holding = select(Hold.profile_id).where(Hold.state == "active")
    return {*session.exec(holding), *session.exec(select(PoolMember.profile_id))}


def lapsed(session: Session, since: datetime, until: datetime) -> set[str]:
    """The profiles of which a hold lapsed from one instant to another (both included), with pool fellows."""
    statement = select(Hold.profile_id).where(
        Hold.state == "active", col(Hold.expires_at) >= since, col(Hold.expires_at) <= until
    )
    ids = set(session.exec(statement))
    return ids.union(*(pool.members for pool in pools_of(session, ids)))


def free_as_known(row: Profile, free: Free, quantity: str, organisation_id: str) -> Fraction | None:
    """The most that an organisation may think is left of a figure; None where the figure is not known.

    A figure that is withheld from it counts as the upper end of the band of what is left: asking again and
    again must not find the figure.
    """
    published = row.figures().get(quantity)
    if published is None:
        return None
    left = max(Fraction(0), free.left(quantity, published))
    if quantity in row.restricted_fields and organisation_id not in row.owners():
        return exact(band_of(float(left)).high)
    return left


def _batches(ids: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(ids)
    return [
        ordered[start : start + _IDS_PER_STATEMENT] for start in range(0, len(ordered), _IDS_PER_STATEMENT)
    ]
