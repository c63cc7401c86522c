"""An entry that was claimed and the reversals of it: one family, locked and settled together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from service.access import audit
from service.access.policy import Actor
from service.database import record_change
from service.domain import ledger_entries
from service.domain.ledger_entries import LedgerEntry
from service.domain.ledger_parts import PARTS, TRANSITIONS, Action, acts_with_original, parts_of
from service.domain.shapes import ExpectedVersion, require_version
from service.errors import Conflict, Forbidden


@dataclass
class Family:
    """An entry that was claimed, and the reversals of it, oldest first; all locked."""

    original: LedgerEntry
    reversals: list[LedgerEntry]

    def members(self) -> list[LedgerEntry]:
        """The entry and what takes it back."""
        return [self.original, *self.reversals]

    def is_over(self) -> bool:
        """Whether nothing of it counts any more, nor ever will."""
        if self.original.state == "recognised":
            taken = sum((-row.amount for row in self.reversals if row.state == "recognised"), Decimal(0))
            return 0 < taken == self.original.amount
        return self.original.state == "rejected" or self.original.is_reversed


def ready(
    session: Session, actor: Actor, entry_id: str, expected: ExpectedVersion, action: Action
) -> tuple[Family, LedgerEntry]:
    """The entry with its family, locked, where the actor may do this to it now.

    Raises
    ------
    NotFound
        For an entry that the actor does not see.
    Forbidden
        ``not_the_claimant``, ``not_the_partner``, ``not_the_authority``.
    Conflict
        ``transition_not_allowed``, ``acts_with_original``, ``is_a_reversal``, ``taken_back``.
    """
    seen = ledger_entries.get(session, actor, entry_id)
    family = _locked(session, seen.reverses_id or seen.id)
    row = next(member for member in family.members() if member.id == entry_id)
    if PARTS[action] not in parts_of(session, actor, row):
        raise _REFUSED[PARTS[action]]
    require_version(row, expected)
    if acts_with_original(row, family.original):
        raise Conflict("acts_with_original", "It goes with the entry that it takes back; decide on that one.")
    if action == "reverse" and row.reverses_id is not None:
        raise Conflict("is_a_reversal", "A reversal is not taken back; claim anew what is true.")
    if row.state not in TRANSITIONS[action]:
        allowed = ", ".join(name for name, states in TRANSITIONS.items() if row.state in states) or "nothing"
        raise Conflict("transition_not_allowed", f"With an entry that is {row.state}, one may: {allowed}.")
    if action != "reverse" and row.is_reversed:
        raise Conflict("taken_back", "The claimant has taken all of it back; there is nothing to decide.")
    return family, row


_REFUSED = {
    "claimant": Forbidden("not_the_claimant", "Only who claimed an entry takes it back."),
    "partner": Forbidden(
        "not_the_partner", "The other side of the pairing confirms, and never who entered the claim."
    ),
    "authority": Forbidden(
        "not_the_authority", "An authority over a side of the pairing decides, never the claimant."
    ),
}


def _locked(session: Session, original_id: str) -> Family:
    # The entry before its reversals: two that come at once wait here for one another.
    fresh = {"populate_existing": True}
    own = select(LedgerEntry).where(LedgerEntry.id == original_id).with_for_update()
    original = session.exec(own.execution_options(**fresh)).one()
    statement = select(LedgerEntry).where(LedgerEntry.reverses_id == original_id)
    ordered = statement.order_by(col(LedgerEntry.id)).with_for_update()
    return Family(original, list(session.exec(ordered.execution_options(**fresh))))


def together(family: Family, row: LedgerEntry) -> list[LedgerEntry]:
    """What a decision on an entry decides: with an entry that was claimed, what was taken back of it."""
    return family.members() if row is family.original else [row]


def settle(session: Session, family: Family) -> None:
    """Let a family that is over go, so that what its record brought may count under another pairing."""
    if family.is_over():
        for member in family.members():
            member.living_opportunity_id = None
            session.add(member)
        # The record's pairing may move only once nothing refers to it.
        session.flush()


def note(
    session: Session, actor: Actor, row: LedgerEntry, deed: str, more: dict[str, Any] | None = None
) -> None:
    """Put a deed on record: what is claimed, never the texts of its evidence."""
    record_change(session, "ledger_entry", row.id, deed)
    detail = {"pairing_id": row.pairing_id, "measure": row.measure, "amount": str(row.amount)}
    audit.record(session, actor, f"ledger_entry.{deed}", "ledger_entry", row.id, detail | (more or {}))
