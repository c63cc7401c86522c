"""Under which locks capacity is promised, and the counters by which the database itself refuses too much.

Three things stand between two governments and the same hectare, and each would do alone: the rows of all
profiles that share capacity are locked first, in the order of their ids, then their pools; a counter moves
only from the value that was read under that lock; and a CHECK keeps every counter within what is published.
Holds that have lapsed by the clock are marked so under the same lock, before anything is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import CheckConstraint, delete, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Field, Session, SQLModel, col, select

from service.access import audit
from service.access.policy import Actor
from service.database import now, record_change
from service.domain import events
from service.domain.capacity import Free, Pool, drawn, exact, free_of, pools_of, sums_of
from service.domain.holds import LIVE, Hold, is_binding, pointer_of
from service.domain.pools import CapacityPool, PoolMember
from service.domain.profiles import Profile
from service.domain.shapes import replace_fields
from service.errors import Conflict, FieldError, Unavailable
from service.units import rfc_3339

#: How often locks are tried for anew, where the database broke a deadlock or a pool changed meanwhile.
ATTEMPTS: Final = 4
_SERIALISATION: Final = frozenset({"40001", "40P01"})


class HeldQuantity(SQLModel, table=True):
    """The counter of one figure of a profile: what its active holds keep of it."""

    __tablename__ = "held_quantities"
    __table_args__ = (CheckConstraint("held >= 0 AND held <= published", name="within_published"),)

    profile_id: str = Field(primary_key=True, foreign_key="profiles.id", max_length=40)
    quantity: str = Field(primary_key=True, max_length=60)
    published: float
    held: float


@dataclass
class Sharing:
    """Profiles that share capacity with one another, locked until the end of the transaction.

    ``holds`` are all their requested and active ones; none of them has lapsed at ``instant``.
    """

    instant: datetime
    profiles: dict[str, Profile]
    pools: list[Pool]
    holds: list[Hold]

    def active(self) -> list[Hold]:
        """The holds that count."""
        return [row for row in self.holds if row.state == "active"]

    def free(self, profile_id: str) -> Free:
        """What is taken of one of the profiles."""
        return free_of(self.pools, self.active()).get(profile_id, Free())

    def next_end(self, profile_id: str, quantities: Collection[str]) -> datetime | None:
        """When the next active hold ends that keeps some of these quantities from this profile."""
        sources = {(profile_id, name) for name in quantities}
        for pool in self.pools:
            if profile_id in pool.members and pool.quantity in quantities:
                sources |= {(member, pool.quantity) for member in pool.members}
        ends = [
            row.expires_at
            for row in self.active()
            if any((row.profile_id, name) in sources for name in row.open_amounts())
        ]
        return min(ends, default=None)


class _Moved(Exception):
    """Between looking and locking, a profile joined the group."""


def lock(session: Session, profile_ids: Collection[str]) -> Sharing:
    """Lock these profiles, all that share a pool with them, and the pools; mark what has lapsed.

    The first thing that is locked of a place, before its row is read for a decision.

    Raises
    ------
    Unavailable
        ``busy``: the locks could not be had.
    """
    for _ in range(ATTEMPTS):
        try:
            # What was locked in vain is let go with the savepoint; nothing is written within it.
            with session.begin_nested():
                sharing = _locked(session, set(profile_ids))
        except _Moved:
            continue
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in _SERIALISATION:
                continue
            raise
        _mark_lapsed(session, sharing)
        return sharing
    raise Unavailable("busy", "The database is busy; nothing was stored. Try again in a second.")


def _locked(session: Session, wanted: set[str]) -> Sharing:
    group = _group(session, wanted)
    # No key changes: whoever only refers to these rows (an outcome, say) neither waits nor is waited for.
    rows = session.exec(
        select(Profile)
        .where(col(Profile.id).in_(group))
        .order_by(col(Profile.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    pools = pools_of(session, group)
    if any(not pool.members <= group for pool in pools):
        raise _Moved
    if pools:
        ids = [pool.id for pool in pools]
        statement = select(CapacityPool).where(col(CapacityPool.id).in_(ids)).order_by(col(CapacityPool.id))
        session.exec(
            statement.with_for_update(key_share=True).execution_options(populate_existing=True)
        ).all()
    holds = select(Hold).where(col(Hold.profile_id).in_(group), col(Hold.state).in_(LIVE))
    found = session.exec(holds.order_by(col(Hold.id)).execution_options(populate_existing=True)).all()
    # Read again under the lock: a capacity may have changed while it was waited for.
    pools = pools_of(session, group) if pools else []
    return Sharing(now(session), {row.id: row for row in rows}, pools, list(found))


def _group(session: Session, wanted: set[str]) -> set[str]:
    """These profiles and all that are bound to them by pools, however many steps away."""
    group = set(wanted)
    while True:
        reached = group.union(*(pool.members for pool in pools_of(session, group)))
        if reached == group:
            return group
        group = reached


def _mark_lapsed(session: Session, sharing: Sharing) -> None:
    """Write down what the clock has said already; so the version, and the ETag, stay."""
    lapsed = [row for row in sharing.holds if row.expires_at <= sharing.instant]
    if not lapsed:
        return
    for row in lapsed:
        row.state, row.ended_at = "expired", row.expires_at
        session.add(row)
        record_change(session, "hold", row.id, "expire")
        audit.record(session, None, "hold.expire", "hold", row.id, {"expired_at": row.expires_at.isoformat()})
        told = row.told(expired_at=rfc_3339(row.expires_at))
        events.emit(session, "hold.expired", row.id, told, row.participants())
    sharing.holds = [row for row in sharing.holds if row.state in LIVE]
    settle(session, sharing)


def settle(session: Session, sharing: Sharing) -> None:
    """Bring the counters of all that is locked to what its active holds keep.

    Raises
    ------
    Unavailable
        ``busy``: a counter is not what was read under the lock; nothing may be promised on it.
    """
    # Holds before counters: a second live one of a pair must be refused as that.
    session.flush()
    taken = sums_of(sharing.active())
    counters = {
        (row.profile_id, row.quantity): row
        for row in session.exec(
            select(HeldQuantity)
            .where(col(HeldQuantity.profile_id).in_(sharing.profiles))
            .execution_options(populate_existing=True)
        )
    }
    for profile_id, row in sharing.profiles.items():
        figures, own = row.figures(), taken.get(profile_id, {})
        known = {name for owner, name in counters if owner == profile_id}
        for name in sorted(known | {name for name in own if is_binding(name)}):
            held = own.get(name, Fraction(0))
            _count(session, counters.get((profile_id, name)), profile_id, name, figures.get(name), held)
        record_change(session, "profile", profile_id, "hold")
    for pool in sharing.pools:
        _count_pool(session, pool, drawn(pool, taken))


def _count(
    session: Session,
    seen: HeldQuantity | None,
    profile_id: str,
    quantity: str,
    published: float | None,
    held: Fraction,
) -> None:
    if seen is None:
        if published is not None and held:
            counter = HeldQuantity(
                profile_id=profile_id, quantity=quantity, published=published, held=float(held)
            )
            session.add(counter)
        return
    own = (col(HeldQuantity.profile_id) == profile_id, col(HeldQuantity.quantity) == quantity)
    if published is None:
        # Nothing is held of what is not known: that was refused before.
        moved: Any = session.execute(delete(HeldQuantity).where(*own, col(HeldQuantity.held) == seen.held))
    elif (seen.published, seen.held) == (published, float(held)):
        return
    else:
        statement = update(HeldQuantity).where(*own, col(HeldQuantity.held) == seen.held)
        moved = session.execute(
            statement.values(published=published, held=float(held)).execution_options(
                synchronize_session=False
            )
        )
    _require_moved(moved.rowcount)


def _count_pool(session: Session, pool: Pool, held: Fraction) -> None:
    row = session.get_one(CapacityPool, pool.id)
    if (row.held, row.capacity) == (float(held), pool.capacity):
        return
    # What a document takes of a pool leaves capacity and counter in one step: the CHECK allows no other.
    values: dict[str, Any] = {"held": float(held)}
    if row.capacity != pool.capacity:
        values |= {"capacity": pool.capacity, "version": row.version + 1, "updated_at": now(session)}
    statement = update(CapacityPool).where(
        col(CapacityPool.id) == pool.id, col(CapacityPool.held) == row.held
    )
    moved: Any = session.execute(statement.values(**values).execution_options(synchronize_session=False))
    _require_moved(moved.rowcount)
    session.refresh(row)


def _require_moved(rows: int) -> None:
    if rows != 1:
        raise Unavailable("busy", "The database is busy; nothing was stored. Try again in a second.")


def keep(session: Session, actor: Actor, row: Profile, after: Mapping[str, Any] | None) -> None:
    """Let a change of a profile that is locked go on only where its live holds stand it.

    Parameters
    ----------
    after : mapping or None
        The fields as they will be; None where the profile is removed.

    Raises
    ------
    Conflict
        ``live_holds``: it would no longer be published while holds on it are active.
        ``below_holds``: a figure would be less than is held of it; ``errors`` names each.
    """
    holds = select(Hold).where(Hold.profile_id == row.id, col(Hold.state).in_(LIVE))
    found = list(session.exec(holds.order_by(col(Hold.id))))
    active = [hold for hold in found if hold.state == "active"]
    if after is None or after["status"] != "published":
        if active:
            raise Conflict(
                "live_holds",
                f"{len(active)} holds on this place are active, and they rest on its being published. "
                "Release or commit them first.",
            )
        for hold in found:
            end(session, actor, hold, "The place was taken back.")
    if after is not None:
        _require_held(session, row.id, after, sums_of(active).get(row.id, {}))


def _require_held(
    session: Session, profile_id: str, after: Mapping[str, Any], held: Mapping[str, Fraction]
) -> None:
    errors = []
    for name in sorted(name for name in held if is_binding(name)):
        figure = after[name] if name in after else after["quantities"].get(name)
        if figure is None or exact(figure) < held[name]:
            said = f"{float(held[name]):g} are held; release or commit holds before you publish less."
            errors.append(FieldError(pointer_of(name), "below_holds", said))
    if errors:
        names = ", ".join(error.pointer.rsplit("/", 1)[1] for error in errors)
        raise Conflict("below_holds", f"Live holds keep more than that of: {names}.", errors=errors)
    counters = select(HeldQuantity).where(HeldQuantity.profile_id == profile_id)
    for counter in session.exec(counters.execution_options(populate_existing=True)):
        figure = (
            after[counter.quantity]
            if counter.quantity in after
            else after["quantities"].get(counter.quantity)
        )
        if figure is None:
            session.delete(counter)
        else:
            counter.published = figure
            session.add(counter)


def end(session: Session, actor: Actor, hold: Hold, reason: str | None) -> None:
    """Release a live hold whose profile is locked; what it kept is free once the counters are settled."""
    replace_fields(session, hold, {"state": "released", "reason": reason, "ended_at": now(session)})
    record_change(session, "hold", hold.id, "release")
    audit.record(session, actor, "hold.release", "hold", hold.id, {"reason": reason})
    events.emit(session, "hold.released", hold.id, hold.told(), hold.participants())


def leave_pools(session: Session, profile_id: str) -> None:
    """Take a profile that is removed out of its pools; the caller has locked it."""
    statement = select(CapacityPool).join(PoolMember, col(PoolMember.pool_id) == col(CapacityPool.id))
    for pool in session.exec(statement.where(PoolMember.profile_id == profile_id)).all():
        replace_fields(session, pool, {})
    session.execute(delete(PoolMember).where(col(PoolMember.profile_id) == profile_id))
