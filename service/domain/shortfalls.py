"""Shortfalls 缺口: targets that the expected case misses, told once, and again when worse or over.

What has been told is kept, so that whoever looks every hour repeats nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast

from sqlalchemy import String
from sqlmodel import Field, Session, SQLModel, select

from service.database import UtcDateTime, now
from service.domain import assessments
from service.domain.assessing.lines import Line
from service.domain.assessing.projecting import Risk
from service.domain.assessment_page import number
from service.domain.assessments import Question
from service.domain.indicators import Period
from service.domain.organisations import Organisation
from service.domain.pairings import Programme
from service.domain.targets import Target
from service.errors import NotFound
from service.units import shanghai_day

#: How bad a risk is; what is not here is no shortfall.
_SEVERITY: Final[dict[str, int]] = {"at_risk": 1, "out_of_reach": 2}


class Shortfall(SQLModel, table=True):
    """What an organisation has been told of one of its targets."""

    __tablename__ = "shortfalls"

    organisation_id: str = Field(primary_key=True, foreign_key="organisations.id", max_length=40)
    programme: str = Field(primary_key=True, max_length=12)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    period: str = Field(primary_key=True, max_length=20)
    indicator: str = Field(primary_key=True, max_length=60)
    risk: Risk = Field(sa_type=String(16))
    noticed_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Watched:
    """One page that somebody has targets on."""

    organisation_id: str
    programme: Programme
    year: int
    period: Period


@dataclass(frozen=True, slots=True)
class Noticed:
    """What is to be told to the organisation: a shortfall that is new or worse, or that has ended."""

    watched: Watched
    indicator: str
    kind: Literal["new", "worse", "over"]
    data: dict[str, Any]


def watched(session: Session) -> list[Watched]:
    """The pages of this year on which there are targets, in a fixed order."""
    year = shanghai_day(now(session)).year
    statement = (
        select(Target.organisation_id, Target.programme, Target.year, Target.period)
        .where(Target.year == year)
        .distinct()
    )
    return sorted(
        (
            Watched(organisation_id, cast(Programme, programme), year, cast(Period, period))
            for organisation_id, programme, year, period in session.exec(statement)
        ),
        key=lambda page: (page.organisation_id, page.programme, page.period),
    )


def notice(session: Session, page: Watched) -> list[Noticed]:
    """Compare a page with what was told of it, and keep what is told now; in the caller's transaction.

    A shortfall that turned less bad is told when it is over, not before.
    """
    organisation = session.get(Organisation, page.organisation_id)
    if organisation is None:
        return []
    question = Question(page.programme, page.year, page.period, years_back=0)
    try:
        found = assessments.computed(session, organisation, question, is_own=True)
    except NotFound:
        # The pack was taken back: there is no page any more.
        return []
    known = _known(session, page)
    told = [_compared(session, page, line, known.get(line.indicator.code)) for line in found.lines]
    session.flush()
    return [item for item in told if item is not None]


def _known(session: Session, page: Watched) -> dict[str, Shortfall]:
    # Locked: two that look at once must not both tell.
    statement = select(Shortfall).where(
        Shortfall.organisation_id == page.organisation_id,
        Shortfall.programme == page.programme,
        Shortfall.year == page.year,
        Shortfall.period == page.period,
    )
    return {row.indicator: row for row in session.exec(statement.with_for_update())}


def _compared(session: Session, page: Watched, line: Line, row: Shortfall | None) -> Noticed | None:
    severity, before = _SEVERITY.get(line.risk, 0), _SEVERITY.get(row.risk, 0) if row else 0
    kind: Literal["new", "worse", "over"]
    if severity > before:
        kind = "worse" if before else "new"
        _keep(session, page, line, row)
    elif before and not severity and row is not None:
        kind = "over"
        session.delete(row)
    else:
        return None
    return Noticed(page, line.indicator.code, kind, _data(page, line, kind))


def _keep(session: Session, page: Watched, line: Line, row: Shortfall | None) -> None:
    if row is None:
        row = Shortfall(
            organisation_id=page.organisation_id,
            programme=page.programme,
            year=page.year,
            period=page.period,
            indicator=line.indicator.code,
            risk=line.risk,
            noticed_at=now(session),
        )
    row.risk, row.noticed_at = line.risk, now(session)
    session.add(row)


def _data(page: Watched, line: Line, kind: str) -> dict[str, Any]:
    """What the event carries: sums of the organisation's own page, for the organisation alone."""
    return {
        "kind": kind,
        "programme": page.programme,
        "year": page.year,
        "period": page.period,
        "indicator": line.indicator.code,
        "risk": line.risk,
        "unit": line.indicator.unit,
        "target": None if line.target is None else number(line.target),
        "done": number(line.done),
        "expected": number(line.projection.expected),
        "shortfall": None if line.shortfall is None else number(line.shortfall),
    }
