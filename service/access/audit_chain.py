"""Follows the chain of audit events from its start to its head, and says where it does not hold.

The hash is taken over what is stored, column by column as its very text, never over what it parses to:
whatever is written otherwise, be it a blank in the detail or a letter of the hash, is found. On SQLite the
value in the table and the one in its index are read apart, and its pages are looked at too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import Session

from service.access.audit import chain
from service.access.audit_rows import Stored, anchor_of, damage, events_from, follower_of, state_of
from service.database import Database, reading
from service.errors import Conflict, invalid

Reason = Literal[
    "altered", "missing", "reordered", "unreadable", "appended", "head_differs", "other_history", "not_pruned"
]
#: The action of the event by which a prune is on record.
PRUNE: Final = "audit.prune"
_EVENTS_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Mark:
    """An event's number and hash: all before it hangs on that hash."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Mark:
        """The mark that ``str`` has written; raises ``Invalid`` for what is none."""
        number, _, digits = text.strip().partition(":")
        is_hash = len(digits) == 64 and set(digits) <= set("0123456789abcdef")
        if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**63 and is_hash):
            raise invalid(
                "/anchor", "not_a_head", "Give a head as `shanhai audit verify` prints it: 1234:0f3a…"
            )
        return cls(int(number), digits)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first event that does not hold, and why."""

    sequence: int
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification has found; ``head`` is the last event that holds."""

    first: int
    events: int
    head: Mark
    fault: Fault | None


def verify(
    database: Database,
    *,
    since: Mark | None = None,
    anchor: Mark | None = None,
    step: Callable[[int, int], None] = lambda _done, _of: None,
) -> Report:
    """Follow the chain, in pieces: memory does not grow with it, and writers go on meanwhile.

    Parameters
    ----------
    since : Mark, optional
        A head that was noted earlier: what is before it is taken as verified.
    anchor : Mark, optional
        A head that was noted earlier: the chain must lead through it. A chain that was written anew as a
        whole holds in itself, and shows by this alone.
    step : callable
        Called with the number of the last event looked at, and with that of the last there is.

    Raises
    ------
    Conflict
        ``head_pruned`` where a noted head is older than what is kept.
    """
    walk = _Walk(since, anchor, start=since.sequence if since else None)
    size = _EVENTS_AT_ONCE
    while True:
        with reading(database) as session:
            try:
                walk.know(state_of(session), anchor_of(session))
                rows = events_from(session, walk.start, size)
                for row in rows:
                    fault = walk.place(row) or walk.link(row)
                    if fault is not None:
                        return walk.report(_explained(session, walk, row, fault))
            except DatabaseError as error:
                if isinstance(error, OperationalError):
                    raise
                if size == 1:
                    return walk.report(
                        Fault(walk.last + 1, "unreadable", f"It cannot be read: {error.orig}.")
                    )
                # Again one by one, to find which it is.
                size = 1
                continue
            step(walk.last, walk.end)
            if len(rows) < size:
                return walk.report(walk.close() or _damaged(session, walk))


@dataclass(slots=True)
class _Walk:
    """How far the chain was followed. ``previous`` is None where the hash before is not kept any more."""

    since: Mark | None
    anchor: Mark | None
    start: int | None
    last: int = 0
    previous: str | None = ""
    first: int = 0
    events: int = 0
    end: int = 0
    head: str | None = ""
    pruned: Mark = field(default_factory=lambda: Mark(0, ""))
    vouched: list[tuple[Any, Any]] = field(default_factory=lambda: [(0, "")])

    def know(self, state: tuple[Any, Any], pruned: tuple[Any, Any] | None) -> None:
        """Take in the head and the newest anchor of the snapshot that is looked at."""
        # What is no number knows of no event.
        self.end, self.head = state[0] if type(state[0]) is int else 0, state[1]
        if pruned is not None:
            self.pruned = Mark(pruned[0] if type(pruned[0]) is int else 0, pruned[1] or "")
        for noted in (self.since, self.anchor):
            is_gone = noted is not None and self.events == 0 and noted.sequence <= self.pruned.sequence
            if is_gone and noted != self.pruned:
                raise Conflict(
                    "head_pruned",
                    f"Events up to {self.pruned.sequence} were pruned: a head that was noted before cannot "
                    "be compared any more. Give a later one.",
                )
        if self.events == 0 and self.since is not None:
            self.last, self.previous = self.since.sequence - 1, None

    def place(self, row: Stored) -> Fault | None:
        """Whether the event stands where it should, and the state row knows of it."""
        number = row.indexed
        if type(number) is not int or type(row.sequence) is not int or number != row.sequence:
            return Fault(self.last + 1, "altered", "Its number is not one that it was stored under.")
        if number > self.last + 1 and self.last < self.pruned.sequence:
            # What is before was pruned; a prune that was killed leaves some.
            is_left = number <= self.pruned.sequence
            self.last = number - 1 if is_left else self.pruned.sequence
            self.previous = None if is_left else self.pruned.hash
        if number > self.end == self.last:
            return Fault(number, "appended", f"The state row knows of no event after {self.end}.")
        if number > self.last + 1:
            return Fault(self.last + 1, "missing", "It is not there.")
        if number <= self.last:
            return Fault(self.last + 1, "altered", f"An event stands at {number}, where none can.")
        return None

    def link(self, row: Stored) -> Fault | None:
        """Whether the event is whole and follows on the one before."""
        before = row.previous_hash if self.previous is None else self.previous
        if row.previous_hash != before or row.content is None or chain(before, row.content) != row.hash:
            return Fault(row.sequence, "altered", "It is not what its hash was taken over.")
        for noted in (self.since, self.anchor, self.pruned):
            if noted is not None and noted.sequence == row.sequence and noted.hash != row.hash:
                said = "It is whole, but not the one whose hash was noted: the chain was written anew."
                return Fault(row.sequence, "other_history", said)
        if row.action == PRUNE:
            self.vouched.append(_pruned_by(row.detail))
        self.first = self.first or row.sequence
        self.events += 1
        self.last, self.start, self.previous = row.sequence, row.sequence + 1, row.hash
        return None

    def close(self) -> Fault | None:
        """Whether the chain ends where the state row says, and what is gone was pruned."""
        for noted in (self.since, self.anchor):
            if noted is not None and noted.sequence > max(self.last, self.pruned.sequence):
                gone = "The chain ends before the head that was noted: it was cut off, or written anew."
                return Fault(noted.sequence, "missing", gone)
        if self.events == 0:
            self.last, self.previous = self.pruned.sequence, self.pruned.hash
        if self.last != self.end:
            gone = f"The state row knows of events up to {self.end}; this and what follows is not there."
            return Fault(self.last + 1, "missing", gone)
        if self.previous != self.head:
            return Fault(self.last, "head_differs", "The state row holds another hash than the last event.")
        if self.since is None and (self.pruned.sequence, self.pruned.hash) not in self.vouched:
            gone = f"Events up to {self.pruned.sequence} are gone, and no prune of them is on record."
            return Fault(self.pruned.sequence, "not_pruned", gone)
        return None

    def report(self, fault: Fault | None) -> Report:
        """What was found so far."""
        return Report(self.first, self.events, Mark(self.last, self.previous or ""), fault)


def _pruned_by(detail: str) -> tuple[Any, Any]:
    try:
        said = json.loads(detail)
    except ValueError:
        said = None
    return (said.get("through"), said.get("hash")) if isinstance(said, dict) else (None, None)


def _explained(session: Session, walk: _Walk, row: Stored, fault: Fault) -> Fault:
    """The fault; another one where the event that belongs here stands elsewhere."""
    is_other = fault.reason == "missing" or (fault.reason == "altered" and row.previous_hash != walk.previous)
    if not is_other or walk.previous is None:
        return fault
    elsewhere = follower_of(session, walk.previous, fault.sequence)
    if elsewhere is None:
        return fault
    return Fault(fault.sequence, "reordered", f"The event that belongs here stands at {elsewhere}.")


def _damaged(session: Session, walk: _Walk) -> Fault | None:
    said = damage(session)
    if not said:
        return None
    return Fault(walk.last, "unreadable", f"Every event holds, but the pages of the table do not: {said}.")
