"""How ledger entries are shown: amounts as numbers, sealed names left out, totals per measure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field as Check
from sqlalchemy import BigInteger, ColumnElement, case, func, type_coerce
from sqlalchemy import select as select_columns
from sqlmodel import Field, Session, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.domain import ledger_checks
from service.domain.amounts import SCALE, unscaled
from service.domain.holds import Warned
from service.domain.ledger_entries import LedgerEntry, LedgerEntryFields, PairingSide, State
from service.domain.ledger_parts import Action, actions_of
from service.domain.measures import Measure, Nature
from service.domain.opportunities import Opportunity, sides_of
from service.domain.pairings import Programme
from service.domain.profiles import Evidence
from service.domain.projects import Project
from service.domain.shapes import Answer
from service.units import Day, Id, Instant, QuantityName, RegionCode, Share

#: What stands where a name is left out.
LEFT_OUT = "＊＊＊"


class LedgerEntryRead(LedgerEntryFields, Answer):
    """An entry as those see it who may. Amounts are in ``unit``; of a reversal they are negative."""

    id: Id
    organisation_id: Id = Field(description="Who claims.")
    entered_by_organisation_id: Id
    programme: Programme
    supporting_region_code: RegionCode
    partner_region_code: RegionCode
    side: PairingSide = Field(description="On which side of the pairing the claimant stands.")
    amount: float
    unit: str
    reversed_amount: float = Field(description="How much of it has been taken back, pending or recognised.")
    is_reversed: bool = Field(description="All of it has been taken back.")
    evidence: list[Evidence]
    state: State
    eligible_share: Share | None
    recognised_amount: float | None = Field(description="The amount times its share.")
    reverses_id: Id | None = Field(description="The entry that this one takes back, or a part of it.")
    reason: str | None = Field(description="Of a reversal: why it takes back.")
    rejection_reason: str | None
    confirmed_by_organisation_id: Id | None
    confirmed_at: Instant | None
    decided_by_organisation_id: Id | None
    decided_at: Instant | None
    actions: list[Action] = Field(description="What the caller may do with it now.")
    warnings: list[Warned] = Field(
        description="What does not stand in the way but should be known; empty in lists."
    )
    version: int
    created_at: Instant
    updated_at: Instant


class LedgerTotal(Answer):
    """All entries of one measure that the list's filters leave, not those of the page alone.

    Reversals are taken off. Of a flow the whole time is added up, of a stock what stands at ``as_of``.
    """

    measure: QuantityName
    unit: str
    nature: Nature
    as_of: Day | None = Field(description="Of a stock: the last month end that any of the entries tells of.")
    entry_count: Annotated[int, Check(ge=0)]
    claimed: float = Field(description="All but what was rejected.")
    confirmed: float = Field(description="What the partner has confirmed, recognised or not.")
    recognised: float = Field(description="The amounts times their shares.")


def read(session: Session, actor: Actor, row: LedgerEntry) -> LedgerEntryRead:
    """One entry as the actor sees it, with what it should be warned of."""
    shown = shown_in_list(session, actor, units(session), row)
    shown.warnings = _warnings(session, row)
    return shown


def units(session: Session) -> dict[str, str]:
    """The unit of every measure, read once for a whole page."""
    return dict(session.exec(select(Measure.name, Measure.unit)).all())


def shown_in_list(
    session: Session, actor: Actor, unit_of: Mapping[str, str], row: LedgerEntry
) -> LedgerEntryRead:
    """One entry as the actor sees it."""
    numbers = ("amount", "reversed_amount", "eligible_share", "recognised_amount")
    values: dict[str, Any] = row.model_dump() | {
        name: None if getattr(row, name) is None else float(getattr(row, name)) for name in numbers
    }
    values |= {
        "unit": unit_of[row.measure],
        "is_reversed": row.is_reversed,
        "actions": actions_of(session, actor, row),
        "warnings": [],
    }
    shown = LedgerEntryRead.model_validate(values)
    name = _name_to_leave_out(session, actor, row)
    return _without(shown, name) if name else shown


def _name_to_leave_out(session: Session, actor: Actor, row: LedgerEntry) -> str | None:
    """The investor of the record's project, where the actor may not read the name there.

    What an organisation wrote itself it reads as it wrote it: else it would learn by the gap that its
    guess was right.
    """
    if row.opportunity_id is None:
        return None
    if actor.organisation_id in (row.organisation_id, row.entered_by_organisation_id):
        return None
    record = session.get_one(Opportunity, row.opportunity_id)
    sides = sides_of(actor, record)
    if "project" in sides or (sides and record.is_unsealed):
        return None
    name = session.get_one(Project, record.project_id).investor_name
    return name if name and name.strip() else None


def _without(shown: LedgerEntryRead, name: str) -> LedgerEntryRead:
    pattern = ledger_checks.pattern_of(name)

    def clean(text: str | None) -> str | None:
        if text is None or not pattern.search(unicodedata.normalize("NFKC", text)):
            return text
        return pattern.sub(LEFT_OUT, unicodedata.normalize("NFKC", text))

    shown.evidence = [
        Evidence.model_construct(
            as_of=line.as_of, source=clean(line.source), document_no=clean(line.document_no)
        )
        for line in shown.evidence
    ]
    shown.note, shown.reason = clean(shown.note), clean(shown.reason)
    shown.rejection_reason = clean(shown.rejection_reason)
    return shown


def _warnings(session: Session, row: LedgerEntry) -> list[Warned]:
    if row.state == "rejected":
        return []
    found = ledger_checks.part_and_whole(session, row, recognised=False)
    if found is None:
        return []
    whole, excess = found
    said = (
        f"In the same month more is claimed than of {whole}, of which it is a part, by "
        f"{excess.normalize():f}. It is not recognised before that is claimed too."
    )
    return [Warned(quantity=row.measure, code="more_than_whole", detail=said)]


def totals(session: Session, statement: SelectOfScalar[LedgerEntry]) -> list[LedgerTotal]:
    """What the entries of a list add up to, per measure, exactly."""
    entries = statement.order_by(None).with_only_columns(col(LedgerEntry.id))
    measures = {found.name: found for found in session.exec(select(Measure))}
    stocks = {name for name, found in measures.items() if found.nature == "stock"}
    last = select(LedgerEntry.measure, func.max(LedgerEntry.occurred_on)).where(
        col(LedgerEntry.id).in_(entries), col(LedgerEntry.measure).in_(stocks)
    )
    ends: dict[str, date] = dict(session.exec(last.group_by(col(LedgerEntry.measure))).all())
    counts: list[ColumnElement[bool]] = [col(LedgerEntry.measure).not_in(stocks)]
    counts += [
        and_(col(LedgerEntry.measure) == name, col(LedgerEntry.occurred_on) == day)
        for name, day in ends.items()
    ]
    confirmed = col(LedgerEntry.state).in_(("confirmed", "recognised"))
    sums = (
        select_columns(
            col(LedgerEntry.measure),
            func.count(),
            *_summed(LedgerEntry.amount, col(LedgerEntry.state) != "rejected"),
            *_summed(LedgerEntry.amount, confirmed),
            *_summed(LedgerEntry.recognised_amount, col(LedgerEntry.state) == "recognised"),
        )
        .where(col(LedgerEntry.id).in_(entries), or_(*counts))
        .group_by(col(LedgerEntry.measure))
        .order_by(col(LedgerEntry.measure))
    )
    return [
        LedgerTotal(
            measure=name,
            unit=measures[name].unit,
            nature=measures[name].nature,
            as_of=ends.get(name),
            entry_count=count,
            claimed=_number(*parts[:2]),
            confirmed=_number(*parts[2:4]),
            recognised=_number(*parts[4:]),
        )
        for name, count, *parts in session.execute(sums).all()
    ]


def _summed(column: Any, condition: ColumnElement[bool]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Whole units and millionths added up apart: their sums stay within 64 bits for any number of rows."""
    value = type_coerce(column, BigInteger)
    return (
        func.sum(case((condition, value // SCALE), else_=0)),
        func.sum(case((condition, value % SCALE), else_=0)),
    )


def _number(units: int | Decimal, millionths: int | Decimal) -> float:
    return float(unscaled(int(units) * SCALE + int(millionths)))
