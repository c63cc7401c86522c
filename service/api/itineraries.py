"""An itinerary from a project's matches over HTTP: the shortest order of places, parted into days."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from service.api.deps import IndexDep, LanguageDep, MatchReader, ReadSession
from service.api.match_engine import Engine
from service.api.problems import documented
from service.domain import itineraries, projects
from service.domain.itineraries import Leg
from service.domain.projects import Project
from service.errors import FieldError, Invalid, invalid
from service.index import MOST_STOPS, Point, distances_km, parted, shortest_order
from service.units import LAST_DAY, Day, Id, Kilometres, RegionCode

router = APIRouter(prefix="/v1/itineraries", tags=["visits"])


class ItineraryQuery(BaseModel):
    """Which places to visit for a project, from where, on how many days; stores nothing."""

    model_config = {
        "extra": "forbid",
        "json_schema_extra": {
            "examples": [
                {
                    "project_id": "prj_00000000000000000000000000",
                    "first": 5,
                    "starts_on": "2026-12-08",
                    "days": 2,
                }
            ]
        },
    }

    project_id: Id
    profile_ids: list[Id] = Field(
        [], max_length=MOST_STOPS, description="Places of the project's ranking; empty: the first ones of it."
    )
    first: Annotated[int, Field(ge=1, le=MOST_STOPS, strict=True)] = 5
    starts_on: Day
    days: Annotated[int, Field(ge=1, le=MOST_STOPS, strict=True, json_schema_extra={"unit": "days"})] = 1
    start_region_code: RegionCode | None = Field(
        None, description="The project's origin where it is left out."
    )


class ItineraryStop(BaseModel):
    """A place in the order of the visit."""

    profile_id: Id
    site_name: str
    region_code: RegionCode
    region_name: str
    on: Day
    distance_km: Kilometres = Field(description="Great-circle, from the start or the stop before.")


class ItineraryRead(BaseModel):
    """The order with the shortest way from the start, and its days with the shortest longest one."""

    stops: list[ItineraryStop]
    total_km: float = Field(description="Great-circle, without a way back.", json_schema_extra={"unit": "km"})
    text: str
    without_position: list[Id] = Field(description="Places of which no position is known; not in the order.")
    index_revision: int


@router.post("", summary="Order places for a visit", responses=documented(404, 408, 413))
def query_itinerary(
    body: ItineraryQuery,
    request: Request,
    session: ReadSession,
    index: IndexDep,
    actor: MatchReader,
    language: LanguageDep,
) -> ItineraryRead:
    """The shortest round of a project's places; enter it with `POST /v1/visits`."""
    if body.starts_on > LAST_DAY - timedelta(days=body.days - 1):
        raise invalid("/starts_on", "date_out_of_range", f"All days must lie before {LAST_DAY}, or on it.")
    row = projects.get(session, actor, body.project_id)
    engine = Engine.of(request, session, index, actor, language)
    start = _start(engine, row, body.start_region_code)
    chosen = _chosen(engine, row, body)
    known = [position for position in chosen if _point(engine, position) is not None]
    stops = _in_order(engine, known, start, body)
    legs = [Leg(s.on, s.site_name, s.region_name, None, s.distance_km) for s in stops]
    return ItineraryRead(
        stops=stops,
        total_km=round(sum(stop.distance_km for stop in stops), 1),
        text=itineraries.as_text(legs, language, purpose=row.name),
        without_position=[engine.snapshot.places[p].id for p in chosen if p not in known],
        index_revision=engine.snapshot.revision,
    )


def _start(engine: Engine, row: Project, region_code: str | None) -> Point:
    atlas = engine.snapshot.atlas
    own = row.organisation_id == engine.actor.organisation_id
    # A teaser tells of its origin no more than what stands above the county.
    code = region_code or (
        row.origin_region_code if own else atlas.places[row.origin_region_code].above_county
    )
    if code not in atlas.places:
        raise invalid("/start_region_code", "unknown_region", f"There is no region {code}.")
    lon, lat = atlas.point(code)
    if lon is None or lat is None:
        raise invalid(
            "/start_region_code", "no_position", "Of this region no position is known; name another."
        )
    return Point(lon, lat)


def _chosen(engine: Engine, row: Project, body: ItineraryQuery) -> list[int]:
    """Positions of the places that were named, or of the first ones of the ranking."""
    snapshot = engine.snapshot
    need = engine.need(row, row.id, row.organisation_id)
    visible = engine.places(None, need)
    if body.profile_ids:
        asked = list(dict.fromkeys(body.profile_ids))
        rows = {
            snapshot.places[position].id: position
            for profile_id in asked
            for position in snapshot.rows_of_profile(profile_id)
            if visible[position]
        }
        errors = [
            FieldError(f"/profile_ids/{i}", "unknown_profile", "There is no such place in the ranking.")
            for i, profile_id in enumerate(body.profile_ids)
            if profile_id not in rows
        ]
        if errors:
            raise Invalid(errors)
        return [rows[profile_id] for profile_id in asked]
    ranking = engine.rank(need, visible, limit=body.first, query="")
    found: list[int] = ranking.positions.tolist()
    return found


def _point(engine: Engine, position: int) -> Point | None:
    offer = engine.snapshot.offers.row(position)
    return None if offer.lon is None or offer.lat is None else Point(offer.lon, offer.lat)


def _in_order(engine: Engine, known: list[int], start: Point, body: ItineraryQuery) -> list[ItineraryStop]:
    points: list[Any] = [_point(engine, position) for position in known]
    order = shortest_order(start, points)
    between = np.array(distances_km([start, *points]))
    legs = [float(between[a, b]) for a, b in pairwise([0, *(i + 1 for i in order)])]
    days = parted(legs, body.days)
    stops = []
    for i, leg, day in zip(order, legs, days, strict=True):
        card = engine.snapshot.places[known[i]]
        stops.append(
            ItineraryStop(
                profile_id=card.id,
                site_name=card.site_name,
                region_code=card.region_code,
                region_name=card.region_name,
                on=body.starts_on + timedelta(days=day),
                distance_km=round(leg, 1),
            )
        )
    return stops
