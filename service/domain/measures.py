"""Measures 计量项: what a ledger entry counts is declared as data; a new one is a line, no migration."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import String
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

#: A flow happens on a day and is added up; a stock stands at the end of a month.
Nature = Literal["flow", "stock"]


class MeasureRead(SQLModel):
    """A declared measure."""

    name: str = Field(max_length=60)
    name_zh: str = Field(max_length=60)
    name_en: str = Field(max_length=100)
    unit: str = Field(max_length=20)
    unit_zh: str = Field(max_length=20)
    nature: Nature = Field(
        sa_type=String(8), description="A flow is dated by its day, a stock by the last day of a month."
    )
    with_component: bool = Field(description="Whether an entry says what the money went into.")
    decimals: int = Field(description="Digits after the point that an amount may have.")
    maximum: float = Field(description="The largest amount of one entry, in `unit`.")
    at_most: str | None = Field(
        default=None,
        max_length=60,
        description="The measure that this one is a part of: never more than that of the same month.",
    )


class Measure(MeasureRead, table=True):
    """The stored line of the registry."""

    __tablename__ = "measures"

    name: str = Field(primary_key=True, max_length=60)


def listed() -> SelectOfScalar[Measure]:
    """All measures in the order of their names."""
    return select(Measure).order_by(col(Measure.name))
