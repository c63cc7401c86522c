"""The ledger as an assessment computes on it: all that counts, in figures alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from service.domain.ledger_entries import Component, LedgerEntry, State, between
from service.domain.pairings import Programme

#: What an assessment computes on.
_COUNTED: Final = (
    "id",
    "organisation_id",
    "opportunity_id",
    "pairing_id",
    "programme",
    "measure",
    "component",
    "amount",
    "recognised_amount",
    "occurred_on",
    "state",
    "reversed_amount",
)


@dataclass(frozen=True, slots=True)
class Counted:
    """An entry as an assessment computes on it.

    Attributes
    ----------
    amount : Decimal
        What is claimed, in the measure's unit; of a reversal negative, so that amounts are simply added.
    recognised_amount : Decimal
        The amount times its share; 0 until it is recognised, of a reversal negative.
    occurred_on : date
        The day of a flow; the last day of the month at whose end a stock stands.
    state : {"claimed", "confirmed", "recognised"}
        A rejected entry counts for nothing and is not among them.
    is_reversed : bool
        All of it has been taken back; what takes it back is an entry of its own, already among them.
    """

    entry_id: str
    organisation_id: str
    opportunity_id: str | None
    pairing_id: str
    programme: Programme
    measure: str
    component: Component | None
    amount: Decimal
    recognised_amount: Decimal
    occurred_on: date
    state: State
    is_reversed: bool


def counted(
    session: Session,
    *,
    organisation_id: str | None = None,
    pairing_ids: Collection[str] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Counted]:
    """All that counts, claimed or further, whoever may see it, by day; both days are inclusive."""
    columns = [getattr(LedgerEntry, name) for name in _COUNTED]
    # Columns alone: of a hundred thousand entries the texts are not wanted.
    statement = select(*columns).where(col(LedgerEntry.state) != "rejected", between(since, until))
    if organisation_id is not None:
        statement = statement.where(col(LedgerEntry.organisation_id) == organisation_id)
    if pairing_ids is not None:
        statement = statement.where(col(LedgerEntry.pairing_id).in_(pairing_ids))
    rows = session.execute(statement.order_by(col(LedgerEntry.occurred_on), col(LedgerEntry.id)))
    return [
        Counted(
            entry_id=row.id,
            organisation_id=row.organisation_id,
            opportunity_id=row.opportunity_id,
            pairing_id=row.pairing_id,
            programme=row.programme,
            measure=row.measure,
            component=row.component,
            amount=row.amount,
            recognised_amount=row.recognised_amount or Decimal(0),
            occurred_on=row.occurred_on,
            state=row.state,
            is_reversed=0 < row.reversed_amount == row.amount,
        )
        for row in rows
    ]
