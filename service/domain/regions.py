"""Regions 行政区: provinces, prefectures and counties by their GB/T 2260 code."""

from __future__ import annotations

from collections.abc import Container
from typing import Literal, NamedTuple

from sqlalchemy import String
from sqlalchemy import select as select_columns
from sqlmodel import Field, Session, SQLModel, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.database import table_of
from service.errors import NotFound, invalid
from service.units import Latitude, Longitude, RegionCode

Level = Literal["province", "prefecture", "county"]


class RegionRead(SQLModel):
    """A region; centroid in WGS84 degrees, null where no polygon is known. Points, not borders."""

    code: RegionCode
    name: str = Field(max_length=60)
    full_name: str = Field(max_length=200)
    level: Level = Field(sa_type=String(12))
    parent_code: RegionCode | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    area_km2: float | None = Field(default=None, schema_extra={"json_schema_extra": {"unit": "km2"}})


class Region(RegionRead, table=True):
    """The stored region."""

    __tablename__ = "regions"

    code: str = Field(primary_key=True, max_length=6)
    parent_code: str | None = Field(default=None, foreign_key="regions.code", index=True, max_length=6)


class PlainRegion(NamedTuple):
    """A region as one of thousands that are read at once: no object of the database's."""

    code: str
    name: str
    full_name: str
    level: Level
    parent_code: str | None
    lon: float | None
    lat: float | None


def every(session: Session) -> list[PlainRegion]:
    """All regions."""
    columns = [table_of(Region).c[name] for name in PlainRegion._fields]
    return [PlainRegion(*row) for row in session.execute(select_columns(*columns))]


def listed(q: str | None, province: str | None, level: Level | None) -> SelectOfScalar[Region]:
    """Regions by part of their name, province (name or code) and level, in the order of codes."""
    statement = select(Region).order_by(col(Region.code))
    if q:
        statement = statement.where(
            or_(
                col(Region.full_name).icontains(q, autoescape=True),
                col(Region.code).istartswith(q, autoescape=True),
            )
        )
    if province:
        statement = statement.where(
            or_(
                col(Region.code).startswith(province[:2] if province.isdigit() else "--", autoescape=True),
                col(Region.full_name).startswith(province, autoescape=True),
            )
        )
    return statement.where(Region.level == level) if level else statement


def get(session: Session, code: str) -> Region:
    """The region of this code; raises ``NotFound``."""
    region = session.get(Region, code)
    if region is None:
        raise NotFound(detail=f"There is no region {code}. Look it up with GET /v1/regions?q=.")
    return region


def require_known(session: Session, codes: dict[str, str]) -> None:
    """Raise ``Invalid`` for the first pointer whose code is no region. ``codes``: pointer -> code."""
    require_among(
        set(session.exec(select(Region.code).where(col(Region.code).in_(set(codes.values()))))), codes
    )


def require_among(known: Container[str], codes: dict[str, str]) -> None:
    """``require_known`` where the codes that there are have been read before."""
    for pointer, code in codes.items():
        if code not in known:
            raise invalid(pointer, "unknown_region", f"There is no region {code}; see GET /v1/regions.")


def above_county(region: Region | PlainRegion) -> str:
    """The code of the prefecture, or province, in which a county lies; of any other region its own.

    A county of a municipality, or one that a province governs directly, has no prefecture above it.
    """
    return region.parent_code if region.level == "county" and region.parent_code else region.code


def path(session: Session, code: str | None) -> tuple[str, ...]:
    """The region and everything above it, itself first: ("330421", "330400", "330000")."""
    # A page of a list asks for the same few regions in every row.
    known: dict[str | None, tuple[str, ...]] = session.info.setdefault("region_paths", {})
    if code not in known:
        codes: list[str] = []
        above = code
        while above:
            codes.append(above)
            above = session.exec(select(Region.parent_code).where(Region.code == above)).first()
        known[code] = tuple(codes)
    return known[code]


def at_or_below(code: str | None) -> SelectOfScalar[str]:
    """The codes of a region and of everything below it, as a subquery."""
    children = select(Region.code).where(Region.parent_code == code)
    return select(Region.code).where(
        or_(col(Region.code) == code, col(Region.parent_code) == code, col(Region.parent_code).in_(children))
    )


def at_or_above(code: str | None) -> SelectOfScalar[str]:
    """The codes of a region and of everything above it, as a subquery."""
    parent = select(Region.parent_code).where(Region.code == code)
    grandparent = select(Region.parent_code).where(col(Region.code).in_(parent))
    return select(Region.code).where(
        or_(col(Region.code) == code, col(Region.code).in_(parent), col(Region.code).in_(grandparent))
    )
