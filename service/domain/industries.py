"""Industries 国民经济行业: the classes of GB/T 4754-2017."""

from __future__ import annotations

from collections.abc import Container

from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.errors import invalid
from service.units import IndustryCode


class IndustryRead(SQLModel):
    """An industry: section (level 1), division (2), group (3) or class (4)."""

    code: IndustryCode
    name: str = Field(max_length=100)
    parent_code: str | None = Field(default=None, max_length=5)
    level: int = Field(ge=1, le=4)


class Industry(IndustryRead, table=True):
    """The stored industry."""

    __tablename__ = "industries"

    code: str = Field(primary_key=True, max_length=5)
    parent_code: str | None = Field(default=None, foreign_key="industries.code", index=True, max_length=5)


def listed(q: str | None, parent: str | None) -> SelectOfScalar[Industry]:
    """Industries by part of their name or start of their code, or right below a parent."""
    statement = select(Industry).order_by(col(Industry.code))
    if q:
        statement = statement.where(
            or_(
                col(Industry.name).icontains(q, autoescape=True),
                col(Industry.code).istartswith(q, autoescape=True),
            )
        )
    return statement.where(Industry.parent_code == parent) if parent else statement


def require_known(session: Session, codes: dict[str, str]) -> None:
    """Raise ``Invalid`` for the first pointer whose code is no industry. ``codes``: pointer -> code."""
    if not codes:
        return
    require_among(
        set(session.exec(select(Industry.code).where(col(Industry.code).in_(set(codes.values()))))), codes
    )


def require_among(known: Container[str], codes: dict[str, str]) -> None:
    """``require_known`` where the codes that there are have been read before."""
    for pointer, code in codes.items():
        if code not in known:
            raise invalid(
                pointer, "unknown_industry", f"There is no industry {code}; see GET /v1/industries."
            )
