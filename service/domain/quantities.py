"""Quantities 要素: what can be needed and offered is declared as data; a new one is a line, no migration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from sqlalchemy import String
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.errors import FieldError, Invalid

Test = Literal["offer_at_least_need", "offer_at_most_need"]
#: Capacities that people are: they come and go, so nobody can be promised a number of them.
LABOUR: Final = frozenset({"labour_persons", "skilled_labour_persons"})


class QuantityRead(SQLModel):
    """A declared quantity. ``is_field``: it is a field of its own, not a member of ``quantities``."""

    name: str = Field(max_length=60)
    name_zh: str = Field(max_length=60)
    name_en: str = Field(max_length=100)
    unit: str = Field(max_length=20)
    unit_zh: str = Field(max_length=20)
    test: Test = Field(sa_type=String(20))
    kind: str = Field(max_length=20)
    maximum: float = Field(description="The largest value accepted, in `unit`.")
    actionable: bool = Field(description="Whether a county can change it, so that it may be a fix.")
    decided_by: str = Field(max_length=60)
    is_field: bool


class Quantity(QuantityRead, table=True):
    """The stored line of the registry."""

    __tablename__ = "quantities"

    name: str = Field(primary_key=True, max_length=60)


class Limit(NamedTuple):
    """The largest value of a quantity, and the unit that it is in."""

    maximum: float
    unit: str


def listed() -> SelectOfScalar[Quantity]:
    """All quantities in the order of their names."""
    return select(Quantity).order_by(col(Quantity.name))


def validate(session: Session, values: dict[str, float], at: str = "") -> None:
    """Raise ``Invalid`` for every member of ``quantities`` that is not registered or out of range."""
    if values:
        validate_among(registry(session), values, at)


def registry(session: Session) -> dict[str, Limit]:
    """Every quantity that is a member of ``quantities``, with its limit."""
    rows = session.exec(
        select(Quantity.name, Quantity.maximum, Quantity.unit).where(col(Quantity.is_field).is_(False))
    )
    return {name: Limit(maximum, unit) for name, maximum, unit in rows}


def validate_among(known: Mapping[str, Limit], values: dict[str, float], at: str = "") -> None:
    """``validate`` where the registry has been read before."""
    errors = []
    for name, value in values.items():
        if (limit_of := known.get(name)) is not None and value <= limit_of.maximum:
            continue
        pointer = f"{at}/quantities/{name.replace('~', '~0').replace('/', '~1')}"
        if limit_of is None:
            errors.append(FieldError(pointer, "unknown_quantity", "Not registered; see GET /v1/quantities."))
        else:
            limit = f"{limit_of.maximum:g} {limit_of.unit}"
            errors.append(FieldError(pointer, "number_out_of_range", f"The largest value is {limit}."))
    if errors:
        raise Invalid(errors)


def units_of_capacities(session: Session) -> dict[str, str]:
    """What can be held, with its unit: each is used up by those who take it, unlike a voltage or a height."""
    rows = session.exec(select(Quantity).where(Quantity.kind == "capacity").order_by(col(Quantity.name)))
    return {row.name: row.unit for row in rows}
