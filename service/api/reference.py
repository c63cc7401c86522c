"""Reference data over HTTP: regions, industries, zones, quantities."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from service.api.deps import Cursor, Limit, PathId, ReadSession, ReferenceReader, Search
from service.api.pages import Page, page
from service.api.problems import documented
from service.domain import industries, measures, quantities, regions, zones
from service.domain.industries import IndustryRead
from service.domain.measures import MeasureRead
from service.domain.quantities import QuantityRead
from service.domain.regions import Level, RegionRead
from service.domain.zones import ZoneRead
from service.units import IndustryCode, ShortText

router = APIRouter(prefix="/v1", tags=["reference"])
Province = Annotated[ShortText | None, Query(description="A province's name or code.", examples=["330000"])]


@router.get("/regions", summary="List regions", responses=documented(400))
def list_regions(
    request: Request,
    session: ReadSession,
    _actor: ReferenceReader,
    q: Search = None,
    province: Province = None,
    level: Level | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[RegionRead]:
    """Provinces, prefectures and counties, with centroids to draw as points."""
    statement = regions.listed(q, province, level)
    return page(request, session, statement, RegionRead.model_validate, limit, cursor)


@router.get("/regions/{code}", summary="Read a region", responses=documented(404))
def get_region(code: PathId, session: ReadSession, _actor: ReferenceReader) -> RegionRead:
    """One region by its GB/T 2260 code."""
    return RegionRead.model_validate(regions.get(session, code))


@router.get("/industries", summary="List industries", responses=documented(400))
def list_industries(
    request: Request,
    session: ReadSession,
    _actor: ReferenceReader,
    q: Search = None,
    parent: Annotated[IndustryCode | None, Query(description="Only those right below this one.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[IndustryRead]:
    """The classes of GB/T 4754-2017."""
    statement = industries.listed(q, parent)
    return page(request, session, statement, IndustryRead.model_validate, limit, cursor)


@router.get("/zones", summary="List development zones", responses=documented(400))
def list_zones(
    request: Request,
    session: ReadSession,
    _actor: ReferenceReader,
    q: Search = None,
    province: Province = None,
    industry: Annotated[
        ShortText | None,
        Query(description="A word of the leading industries, or an industry code.", examples=["C21"]),
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[ZoneRead]:
    """The zones of the official catalogue of 2018."""
    statement = zones.listed(q, province, industry)
    return page(request, session, statement, ZoneRead.model_validate, limit, cursor)


@router.get("/quantities", summary="List quantities", responses=documented(400))
def list_quantities(
    request: Request, session: ReadSession, _actor: ReferenceReader, limit: Limit = 100, cursor: Cursor = None
) -> Page[QuantityRead]:
    """What can be needed and offered; those with `is_field` are fields of their own."""
    return page(request, session, quantities.listed(), QuantityRead.model_validate, limit, cursor)


@router.get("/measures", summary="List measures", responses=documented(400))
def list_measures(
    request: Request, session: ReadSession, _actor: ReferenceReader, limit: Limit = 100, cursor: Cursor = None
) -> Page[MeasureRead]:
    """What a ledger entry may count: flows by their day, stocks by the end of a month."""
    return page(request, session, measures.listed(), MeasureRead.model_validate, limit, cursor)
