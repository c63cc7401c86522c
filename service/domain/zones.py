"""Development zones 开发区 of the official catalogue of 2018."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Literal

from sqlalchemy import JSON, ColumnElement, String, cast
from sqlmodel import Field, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.domain.regions import Region
from service.errors import invalid
from service.units import RegionCode

_CODE = re.compile(r"[A-T]([0-9]{2,4})?")


class ZoneRead(SQLModel):
    """A development zone. ``approved_area_ha`` was approved once; it is not land that is free today.

    ``key`` tells apart the two zones that the catalogue gives one code.
    ``industry_codes`` are this service's reading of the leading industries, not the catalogue's.
    """

    key: str = Field(max_length=20)
    code: str = Field(max_length=20)
    name: str = Field(max_length=100)
    region_code: RegionCode
    approval_level: Literal["national", "provincial"] = Field(sa_type=String(12))
    zone_type: str = Field(max_length=40)
    approved: str = Field(max_length=7, description="Month of the approval, YYYY-MM.")
    approved_area_ha: float | None = Field(default=None, schema_extra={"json_schema_extra": {"unit": "ha"}})
    leading_industries: list[str] = Field(default_factory=list, sa_type=JSON)
    industry_codes: list[str] = Field(default_factory=list, sa_type=JSON)
    location_match: str = Field(max_length=12)


class Zone(ZoneRead, table=True):
    """The stored zone."""

    __tablename__ = "zones"

    key: str = Field(primary_key=True, max_length=20)
    code: str = Field(index=True, max_length=20)
    region_code: str = Field(foreign_key="regions.code", index=True, max_length=6)
    # One searchable text: a JSON column is compared differently by the two databases.
    leading_text: str = Field(default="", max_length=400)


def listed(q: str | None, province: str | None, industry: str | None) -> SelectOfScalar[Zone]:
    """Zones by part of their name or code, province (name or code), and leading industry (a word)."""
    statement = select(Zone).order_by(col(Zone.key))
    if q:
        statement = statement.where(
            or_(col(Zone.name).icontains(q, autoescape=True), col(Zone.code).istartswith(q, autoescape=True))
        )
    if province:
        inside = select(Region.code).where(
            or_(
                col(Region.code).startswith(province[:2] if province.isdigit() else "--", autoescape=True),
                col(Region.full_name).startswith(province, autoescape=True),
            )
        )
        statement = statement.where(col(Zone.region_code).in_(inside))
    return statement.where(_leads(industry)) if industry else statement


def _leads(industry: str) -> ColumnElement[bool]:
    """A code finds zones that lead with it, with what is below it, or with what it belongs to."""
    if not _CODE.fullmatch(industry):
        return col(Zone.leading_text).icontains(industry, autoescape=True)
    codes = cast(Zone.industry_codes, String)
    above = [codes.contains(f'"{industry[:length]}"') for length in range(3, len(industry))]
    return or_(codes.contains(f'"{industry}'), *above)


def require_among(known: Container[str], pointer: str, code: str | None) -> None:
    """Raise ``Invalid`` unless the code (or key) is among those of the catalogue."""
    if code is not None and code not in known:
        raise invalid(pointer, "unknown_zone", f"The catalogue has no zone {code}; see GET /v1/zones.")
