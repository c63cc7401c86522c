"""Ledger entries 台账: what a joint promotion brought, dated, with its evidence, under one pairing.

An entry is claimed, confirmed by the partner, and recognised or rejected by the authority. It is never
edited and never deleted: it is corrected by a reversal, an entry with the opposite amount. Who may do
what with an entry is in ``ledger_parts``, claims are in ``ledger_claims``, all else that is done in
``ledger_records``; what is refused in ``ledger_checks``; how entries are shown in ``ledger_views``, and
what an assessment computes on in ``ledger_counting``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import Field as Check
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    and_,
)
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor, Kind
from service.database import UtcDateTime
from service.domain import opportunities, regions
from service.domain.amounts import Exact
from service.domain.opportunities import Opportunity
from service.domain.pairings import Programme
from service.domain.profiles import Evidence
from service.domain.shapes import JsonOf, StrictBody, Versioned, strict
from service.errors import NotFound
from service.units import AnyQuantity, Day, Flag, Id, LongText, QuantityName

State = Literal["claimed", "confirmed", "recognised", "rejected"]
#: Fixed assets 固定资产, land 土地, working capital 流动资金.
Component = Literal["fixed_asset", "land", "working_capital"]
PairingSide = Literal["supporting", "partner"]
#: States in which nobody has decided yet.
OPEN: Final[frozenset[str]] = frozenset({"claimed", "confirmed"})
#: Who takes part in a pairing by the region alone; a field team does so where it is appointed.
SIDE_KINDS: Final[frozenset[Kind]] = frozenset({"bureau", "county", "department", "town"})


class LedgerEntryFields(SQLModel):
    """What is claimed, typed once for table, body and answer; the amount differs in its type."""

    pairing_id: Id = Field(description="Under which it may count, and under no other.")
    opportunity_id: Id | None = Field(
        default=None, description="The joint record that it came of; null where it came of none."
    )
    measure: QuantityName = Field(description="See GET /v1/measures.")
    component: Component | None = Field(
        default=None, sa_type=String(16), description="What the money went into; only of some measures."
    )
    occurred_on: Day = Field(
        sa_type=Date, description="The day it was paid or happened; of a stock the last day of a month."
    )
    evidence: Annotated[list[Evidence], Check(min_length=1, max_length=20)] = Field(
        sa_type=JsonOf(list[Evidence]),
        description="Documents. No contacts, and no investor who is sealed: these are refused.",
    )
    separate: Flag = Field(
        default=False,
        description="It is something else than an entry that looks like it; the authority sees this.",
    )
    note: LongText | None = Field(default=None, description="Seen by everybody who sees the entry.")


EXAMPLE: dict[str, Any] = {
    "pairing_id": "par_00000000000000000000000000",
    "opportunity_id": "opp_00000000000000000000000000",
    "measure": "funds_in_place",
    "component": "fixed_asset",
    "amount": 1200.5,
    "occurred_on": "2026-11-20",
    "evidence": [{"source": "验资报告", "document_no": "庆验〔2026〕12号", "as_of": "2026-11-21"}],
}


class LedgerEntryWrite(LedgerEntryFields, StrictBody):
    """Body of a new entry: a claim."""

    model_config = strict(EXAMPLE)

    amount: AnyQuantity = Field(description="In the measure's unit, with no more digits than it allows.")


class CountedUnder(SQLModel, table=True):
    """Under which pairing all that one joint record brought counts.

    A living entry of the record refers to both columns at once, so the database itself keeps two living
    entries of one record from standing under two pairings, and this row from moving while one lives.
    """

    __tablename__ = "counted_under"
    __table_args__ = (UniqueConstraint("opportunity_id", "pairing_id"),)

    opportunity_id: str = Field(primary_key=True, foreign_key="opportunities.id", max_length=40)
    pairing_id: str = Field(foreign_key="pairings.id", max_length=40)


class LedgerEntry(LedgerEntryFields, Versioned, table=True):
    """The stored entry. Of what was claimed nothing changes afterwards; state and what is left do.

    The pairing's regions and programme are those of the day of the claim: a pairing that is changed later
    moves no entry. ``living_opportunity_id`` is the record's id until the entry counts for nothing any
    more, being rejected or wholly taken back.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        ForeignKeyConstraint(
            ["living_opportunity_id", "pairing_id"],
            ["counted_under.opportunity_id", "counted_under.pairing_id"],
            name="fk_ledger_entries_counted_under",
        ),
        Index("ix_ledger_entries_alike", "measure", "occurred_on", "amount"),
        CheckConstraint("state IN ('claimed', 'confirmed', 'recognised', 'rejected')", name="known_state"),
        CheckConstraint("component IN ('fixed_asset', 'land', 'working_capital')", name="known_component"),
        CheckConstraint(
            "(reverses_id IS NULL AND amount >= 0 AND reversed_amount >= 0 AND reversed_amount <= amount)"
            " OR (reverses_id IS NOT NULL AND amount < 0 AND reversed_amount = 0)",
            name="never_more_than_is_left",
        ),
        CheckConstraint(
            "(state = 'recognised') = (recognised_amount IS NOT NULL)"
            " AND (state = 'recognised') = (eligible_share IS NOT NULL)",
            name="share_where_recognised",
        ),
        CheckConstraint(
            "recognised_amount IS NULL"
            " OR (amount >= 0 AND recognised_amount >= 0 AND recognised_amount <= amount)"
            " OR (amount < 0 AND recognised_amount <= 0 AND recognised_amount >= amount)",
            name="recognised_within_claimed",
        ),
        CheckConstraint("eligible_share >= 0 AND eligible_share <= 1000000", name="share_of_one"),
        CheckConstraint(
            "(state = 'rejected') = (rejection_reason IS NOT NULL)", name="reason_where_rejected"
        ),
        CheckConstraint("living_opportunity_id = opportunity_id", name="living_of_its_own_record"),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    # A field team, where it claims for the organisation.
    entered_by_organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    opportunity_id: str | None = Field(
        default=None, foreign_key="opportunities.id", index=True, max_length=40
    )
    living_opportunity_id: str | None = Field(default=None, max_length=40)
    pairing_id: str = Field(foreign_key="pairings.id", index=True, max_length=40)
    programme: Programme = Field(sa_type=String(12))
    supporting_region_code: str = Field(foreign_key="regions.code", index=True, max_length=6)
    partner_region_code: str = Field(foreign_key="regions.code", index=True, max_length=6)
    side: PairingSide = Field(sa_type=String(12))
    measure: str = Field(foreign_key="measures.name", max_length=60)
    amount: Decimal = Field(sa_type=Exact)
    reversed_amount: Decimal = Field(default=Decimal(0), sa_type=Exact)
    occurred_on: date
    note: str | None = Field(default=None, max_length=5000)
    state: State = Field(default="claimed", sa_type=String(12))
    eligible_share: Decimal | None = Field(default=None, sa_type=Exact)
    recognised_amount: Decimal | None = Field(default=None, sa_type=Exact)
    reverses_id: str | None = Field(default=None, foreign_key="ledger_entries.id", index=True, max_length=40)
    reason: str | None = Field(default=None, max_length=5000)
    rejection_reason: str | None = Field(default=None, max_length=5000)
    confirmed_by_organisation_id: str | None = Field(
        default=None, foreign_key="organisations.id", max_length=40
    )
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by_organisation_id: str | None = Field(
        default=None, foreign_key="organisations.id", max_length=40
    )
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_reversed(self) -> bool:
        """Whether all of it has been taken back."""
        return self.reversed_amount > 0 and self.reversed_amount == self.amount

    @property
    def left(self) -> Decimal:
        """What has not been taken back."""
        return self.amount - self.reversed_amount


def visible_to(actor: Actor) -> SelectOfScalar[LedgerEntry]:
    """Entries of a pairing of which the actor is a side, or over one of whose sides it is an authority.

    Beside these the own ones, and those of joint records in which the actor takes part: of a field team
    they are all that it sees.
    """
    records = opportunities.visible_to(actor).with_only_columns(col(Opportunity.id))
    own = or_(
        col(LedgerEntry.organisation_id) == actor.organisation_id,
        col(LedgerEntry.opportunity_id).in_(records),
    )
    return select(LedgerEntry).where(or_(own, _of_the_pairing(actor)))


def _of_the_pairing(actor: Actor) -> ColumnElement[bool]:
    if actor.kind in SIDE_KINDS:
        codes = regions.at_or_above(actor.region_code)
    elif actor.kind == "authority":
        codes = regions.at_or_below(actor.region_code)
    else:
        return col(LedgerEntry.id).is_(None)
    return or_(
        col(LedgerEntry.supporting_region_code).in_(codes), col(LedgerEntry.partner_region_code).in_(codes)
    )


def listed(
    actor: Actor,
    *,
    opportunity_id: str | None = None,
    pairing_id: str | None = None,
    measure: str | None = None,
    state: State | None = None,
    since: date | None = None,
    until: date | None = None,
) -> SelectOfScalar[LedgerEntry]:
    """Visible entries, reversals too, oldest first by when they were entered; both days are inclusive."""
    statement = visible_to(actor).order_by(col(LedgerEntry.id))
    if opportunity_id:
        statement = statement.where(LedgerEntry.opportunity_id == opportunity_id)
    if pairing_id:
        statement = statement.where(LedgerEntry.pairing_id == pairing_id)
    if measure:
        statement = statement.where(LedgerEntry.measure == measure)
    if state:
        statement = statement.where(LedgerEntry.state == state)
    return statement.where(between(since, until))


def between(since: date | None, until: date | None) -> ColumnElement[bool]:
    """Entries of these days; both are inclusive, and either may be left out."""
    day = col(LedgerEntry.occurred_on)
    return and_(True, *([day >= since] if since else []), *([day <= until] if until else []))


def get(session: Session, actor: Actor, entry_id: str) -> LedgerEntry:
    """One visible entry; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(LedgerEntry.id == entry_id)).first()
    if found is None:
        raise NotFound()
    return found
