"""What is done with capacity pools: enter, replace, change, remove; under the lock of their members."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.access import audit
from service.access.policy import Actor
from service.database import new_id, now, record_change
from service.domain import pools, promises, quantities
from service.domain.capacity import Pool, drawn, exact, live, sums_of
from service.domain.holds import is_binding
from service.domain.pools import CapacityPool, PoolMember, PoolRead, PoolWrite
from service.domain.profiles import Profile
from service.domain.promises import Sharing
from service.domain.shapes import (
    ExpectedVersion,
    created,
    merge_patch,
    replace_fields,
    require_version,
    validated,
)
from service.errors import Conflict, FieldError, Invalid, NotFound, invalid


def create(session: Session, actor: Actor, body: PoolWrite) -> CapacityPool:
    """Enter a pool; what its members hold already counts from now on.

    Raises
    ------
    Invalid
        For a quantity that cannot be held, and members that are not the actor's own.
    Conflict
        ``below_holds`` where live holds keep more than the capacity.
    """
    sharing = promises.lock(session, body.members)
    _check(session, actor, body, sharing)
    fields = body.model_dump(exclude={"members"})
    row = CapacityPool.model_validate(
        {**fields, **created(session), "id": new_id("cpl"), "organisation_id": actor.organisation_id}
    )
    session.add(row)
    # Members refer to the row.
    session.flush()
    _join(session, row, body)
    _put(session, actor, sharing, row, body, "create")
    return row


def replace(
    session: Session, actor: Actor, pool_id: str, expected: ExpectedVersion, body: PoolWrite
) -> CapacityPool:
    """Put a whole new body in place of the old."""
    row, members = _own(session, actor, pool_id)
    sharing = _locked(session, row, members, body.members, expected)
    return _write(session, actor, row, body, sharing)


def change(
    session: Session, actor: Actor, pool_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> CapacityPool:
    """Apply a merge patch (RFC 7396)."""
    row, members = _own(session, actor, pool_id)
    stored = row.model_dump(include=set(PoolWrite.model_fields)) | {"members": members}
    unknown = [
        FieldError(f"/{name}", "extra_forbidden", "This resource has no such member.")
        for name in patch
        if name not in PoolWrite.model_fields
    ]
    if unknown:
        raise Invalid(unknown)
    body = validated(PoolWrite, merge_patch(stored, patch))
    sharing = _locked(session, row, members, body.members, expected)
    return _write(session, actor, row, body, sharing)


def remove(session: Session, actor: Actor, pool_id: str, expected: ExpectedVersion) -> None:
    """Take the pool away: its members draw on their own figures alone.

    Raises
    ------
    Conflict
        ``live_holds`` while holds draw on it.
    """
    row, members = _own(session, actor, pool_id)
    sharing = _locked(session, row, members, [], expected)
    _require_undrawn(sharing, row, set(members), "The pool")
    session.execute(delete(PoolMember).where(col(PoolMember.pool_id) == row.id))
    session.delete(row)
    session.flush()
    sharing.pools = [pool for pool in sharing.pools if pool.id != row.id]
    promises.settle(session, sharing)
    audit.record(session, actor, "pool.delete", "pool", row.id)
    record_change(session, "pool", row.id, "delete")


def read(session: Session, row: CapacityPool) -> PoolRead:
    """The row as its organisation sees it; what is held, by the clock of this session."""
    members = pools.members_of(session, row.id)
    taken = sums_of(live(session, members, now(session)))
    held = float(drawn(Pool(row.id, row.quantity, row.capacity, frozenset(members)), taken))
    return PoolRead.model_validate(row.model_dump() | {"members": members, "held": held})


def _own(session: Session, actor: Actor, pool_id: str) -> tuple[CapacityPool, list[str]]:
    row = pools.get(session, actor, pool_id)
    return row, pools.members_of(session, row.id)


def _locked(
    session: Session, row: CapacityPool, members: list[str], wanted: list[str], expected: ExpectedVersion
) -> Sharing:
    """Everything concerned under lock, and the row as it is under it."""
    sharing = promises.lock(session, {*members, *wanted})
    # A pool without members is locked by nobody else.
    statement = select(CapacityPool).where(CapacityPool.id == row.id).with_for_update(key_share=True)
    if session.exec(statement.execution_options(populate_existing=True)).first() is None:
        raise NotFound()
    require_version(row, expected)
    return sharing


def _write(
    session: Session, actor: Actor, row: CapacityPool, body: PoolWrite, sharing: Sharing
) -> CapacityPool:
    _check(session, actor, body, sharing)
    before = set(pools.members_of(session, row.id))
    if body.quantity != row.quantity:
        _require_undrawn(sharing, row, before, "The pool's quantity")
    _require_undrawn(sharing, row, before - set(body.members), "A site that leaves the pool")
    session.execute(delete(PoolMember).where(col(PoolMember.pool_id) == row.id))
    _join(session, row, body)
    _put(session, actor, sharing, row, body, "update")
    return row


def _join(session: Session, row: CapacityPool, body: PoolWrite) -> None:
    session.add_all(PoolMember(pool_id=row.id, profile_id=member) for member in sorted(set(body.members)))
    # The counters are settled by statements of their own.
    session.flush()


def _put(
    session: Session, actor: Actor, sharing: Sharing, row: CapacityPool, body: PoolWrite, action: str
) -> None:
    """Count what is held of the pool as it will be, then write capacity and counter in one step."""
    pool = Pool(row.id, body.quantity, body.capacity, frozenset(body.members))
    held = drawn(pool, sums_of(sharing.active()))
    if held > exact(body.capacity):
        said = f"{float(held):.12g} are held by the members; release or commit holds first."
        raise Conflict(
            "below_holds",
            "Live holds keep more than that.",
            errors=[FieldError("/capacity", "below_holds", said)],
        )
    fields = body.model_dump(exclude={"members"}) | {"held": float(held)}
    if action == "create":
        row.held = float(held)
        session.flush()
    else:
        replace_fields(session, row, fields)
    sharing.pools = [other for other in sharing.pools if other.id != row.id] + [pool]
    promises.settle(session, sharing)
    record_change(session, "pool", row.id, action)
    audit.record(session, actor, f"pool.{action}", "pool", row.id, body.model_dump(mode="json"))


def _check(session: Session, actor: Actor, body: PoolWrite, sharing: Sharing) -> None:
    if body.quantity not in quantities.units_of_capacities(session) or not is_binding(body.quantity):
        raise invalid(
            "/quantity", "not_a_capacity", "Name a capacity that can be held; see GET /v1/quantities."
        )
    errors = []
    for number, member in enumerate(body.members):
        row = sharing.profiles.get(member)
        if row is None or not _is_own(actor, row):
            said = "Name profiles of your own organisation."
            errors.append(FieldError(f"/members/{number}", "unknown_profile", said))
    if errors:
        raise Invalid(errors)


def _is_own(actor: Actor, row: Profile) -> bool:
    confirmed = row.deleted_at is None and not row.unconfirmed
    return confirmed and row.organisation_id == actor.organisation_id


def _require_undrawn(sharing: Sharing, row: CapacityPool, members: set[str], what: str) -> None:
    taken = sums_of(sharing.active())
    if drawn(Pool(row.id, row.quantity, row.capacity, frozenset(members)), taken):
        raise Conflict("live_holds", f"{what} is drawn on by live holds. Release or commit them first.")
