"""How long events are kept, and how they go: from the oldest on, leaving a mark that the rest hangs on.

The database itself refuses every other change: triggers let an event go only at or below the newest
anchor, and an anchor come only where all up to it is older than the time of keeping. What is pruned is
verified first, and the prune is an event of the chain; an anchor that no such event vouches for is refused
by the verifier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, CursorResult, delete, func
from sqlmodel import Field, Session, SQLModel, col, select

from service.access import audit
from service.access.audit import AuditEvent
from service.access.audit_chain import PRUNE, verify
from service.database import Database, lock_state, now, reading, writing
from service.errors import Conflict

KEPT_MONTHS = 36
# So that no other writer waits long for the lock.
_EVENTS_AT_ONCE = 5_000


class AuditAnchor(SQLModel, table=True):
    """The last event that a prune removed, and its hash: what is kept begins after it."""

    __tablename__ = "audit_anchors"

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    hash: str = Field(max_length=64)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a prune has done: the last event that is gone, 0 for none, and how many went this time."""

    through: int
    removed: int


def prune(
    database: Database,
    verifying: Callable[[int, int], None] = lambda _done, _of: None,
    removing: Callable[[int, int], None] = lambda _done, _of: None,
) -> Pruned:
    """Remove the events that are older than 36 months. Killed in the middle, the next one goes on.

    Raises
    ------
    Conflict
        ``audit_chain_broken``: nothing is removed from a chain that does not hold.
    """
    report = verify(database, step=verifying)
    if report.fault is not None:
        raise Conflict(
            "audit_chain_broken",
            f"Nothing was pruned: the chain does not hold at event {report.fault.sequence}. Run `shanhai "
            "audit verify`, and keep the database as it is until that is cleared up.",
        )
    with writing(database) as session:
        through = _anchored(session)
    with reading(database) as session:
        events = select(func.count()).select_from(AuditEvent).where(col(AuditEvent.sequence) <= through)
        left = session.exec(events).one()
    removed = 0
    while removed < left:
        with writing(database) as session:
            oldest = select(AuditEvent.sequence).where(col(AuditEvent.sequence) <= through)
            some = oldest.order_by(col(AuditEvent.sequence)).limit(_EVENTS_AT_ONCE)
            gone = session.execute(delete(AuditEvent).where(col(AuditEvent.sequence).in_(some)))
        # Another prune at the same time leaves fewer.
        count = cast(CursorResult[Any], gone).rowcount
        removed += count
        removing(removed, left)
        if not count:
            break
    return Pruned(through, removed)


def before(instant: datetime) -> datetime:
    """36 months before; the last of February where there is no such day."""
    year, month = divmod(instant.year * 12 + instant.month - 1 - KEPT_MONTHS, 12)
    for day in range(instant.day, 0, -1):
        try:
            return instant.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _anchored(session: Session) -> int:
    """Put the newest anchor on record where there is more to prune; its sequence."""
    # Of two prunes at once, the second finds what the first has done.
    state = lock_state(session)
    standing = session.exec(select(func.max(AuditAnchor.sequence))).one() or 0
    cutoff = before(now(session))
    young = session.exec(select(func.min(AuditEvent.sequence)).where(AuditEvent.at >= cutoff)).one()
    through = state.audit_sequence if young is None else young - 1
    if through <= standing:
        return standing
    last = session.exec(select(AuditEvent.hash).where(AuditEvent.sequence == through)).one()
    session.add(AuditAnchor(sequence=through, hash=last))
    detail = {"through": through, "hash": last, "before": cutoff.isoformat(timespec="seconds")}
    audit.record(session, None, PRUNE, "audit", str(through), detail)
    return through
