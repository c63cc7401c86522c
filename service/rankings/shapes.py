"""Shapes of rankings, and how the matcher's lines become answers."""

from __future__ import annotations

from typing import Any, Literal

import orjson
from pydantic import BaseModel, Field

from service.domain.bands import BandRead
from service.domain.profiles import Profile
from service.index import Contribution, Failure, FixStep, Item, Line, PlaceCard, ProjectCard
from service.units import Instant

SiteMode = Literal["build", "rent", "both"]
SUMMARY: Any = Field(
    description="One line: the strongest points, then the weakest one and the main open question."
)


class PlaceRead(BaseModel):
    """The place of an item."""

    id: str
    site_name: str
    region_code: str
    region_name: str
    organisation_id: str | None
    is_synthetic: bool
    unconfirmed: bool


class ProjectItemRead(BaseModel):
    """The project of an item, as far as the caller may know it."""

    id: str
    name: str
    industry_code: str
    origin_region_code: str
    organisation_id: str
    stage: str


class ContributionRead(BaseModel):
    """One line of a score: ``weight`` (of 1) times ``utility`` (0 to 1) is ``contribution``."""

    criterion: str
    weight: float
    utility: float
    contribution: float
    need: float | str | None
    offer: float | str | None
    unit: str
    need_band: BandRead | None
    offer_band: BandRead | None
    unknown: bool = Field(description="A figure is missing; the criterion's neutral value counts.")
    reason: str


class FailureRead(BaseModel):
    """One admission rule that the place fails."""

    rule: str
    need: float | str | None
    offer: float | str | None
    unit: str
    need_band: BandRead | None
    offer_band: BandRead | None
    source: str
    fixable: bool
    decided_by: str
    reason: str


class FixRead(BaseModel):
    """One field that the county would have to change."""

    model_config = {"serialize_by_alias": True, "populate_by_name": True}

    field: str
    start: float | str | None = Field(alias="from")
    to: float | str
    change: float | None
    unit: str
    from_band: BandRead | None
    decided_by: str


class MatchItem(BaseModel):
    """A place for the project."""

    rank: int
    score: float
    profile: PlaceRead
    summary: str = SUMMARY
    contributions: list[ContributionRead]
    site_mode: SiteMode
    to_confirm: list[str]
    rank_low: int | None
    rank_high: int | None
    distance_km: float | None = Field(json_schema_extra={"unit": "km"}, description="Great-circle distance.")
    programme: Literal["east_west", "mountain_sea", "other"] | None


class ProjectMatchItem(BaseModel):
    """A project for the place."""

    rank: int
    score: float
    project: ProjectItemRead
    summary: str = SUMMARY
    contributions: list[ContributionRead]
    site_mode: SiteMode
    to_confirm: list[str]
    rank_low: int | None
    rank_high: int | None
    distance_km: float | None = Field(json_schema_extra={"unit": "km"}, description="Great-circle distance.")
    programme: Literal["east_west", "mountain_sea", "other"] | None


class ExclusionItem(BaseModel):
    """A place passed over: why, and what would fix it."""

    profile: PlaceRead
    failures: list[FailureRead]
    cheapest_fix: list[FixRead] | None
    score_if_fixed: float | None
    rank_if_fixed: int | None


class RankingBasis(BaseModel):
    """What an answer was worked out from."""

    model_version: str
    index_revision: int
    effective_at: Instant


class ExclusionPageRead(RankingBasis):
    """A page of places passed over, easiest to fix first."""

    items: list[ExclusionItem]
    next_cursor: str | None
    excluded_count: int


class MatchPage(RankingBasis):
    """A page of places, best first."""

    items: list[MatchItem]
    next_cursor: str | None
    eligible_count: int
    excluded_count: int


class MatchQueryPage(MatchPage):
    """A page of places; ``exclusions`` only when they were asked for."""

    exclusions: ExclusionPageRead | None


class ProjectMatchPage(RankingBasis):
    """A page of projects, best first."""

    items: list[ProjectMatchItem]
    next_cursor: str | None
    eligible_count: int
    excluded_count: int


class PairRead(RankingBasis):
    """One project and one place in full, eligible or not."""

    profile: PlaceRead
    eligible: bool
    score: float
    rank: int | None = Field(description="Null where the place is not eligible.")
    summary: str = SUMMARY
    contributions: list[ContributionRead]
    site_mode: SiteMode
    to_confirm: list[str]
    distance_km: float | None = Field(json_schema_extra={"unit": "km"}, description="Great-circle distance.")
    programme: Literal["east_west", "mountain_sea", "other"] | None
    failures: list[FailureRead]
    cheapest_fix: list[FixRead] | None
    score_if_fixed: float | None
    rank_if_fixed: int | None


def _band(band: tuple[float, float] | None) -> BandRead | None:
    return BandRead(low=band[0], high=band[1]) if band else None


def place_read(card: PlaceCard) -> PlaceRead:
    """A card as an item shows it."""
    return PlaceRead.model_validate(card, from_attributes=True)


def profile_read(row: Profile, site_name: str, region_name: str) -> PlaceRead:
    """A profile's row as an item shows it."""
    return PlaceRead(
        id=row.id,
        site_name=site_name,
        region_code=row.region_code,
        region_name=region_name,
        organisation_id=row.organisation_id,
        is_synthetic=row.is_synthetic,
        unconfirmed=row.unconfirmed,
    )


def project_read(card: ProjectCard) -> ProjectItemRead:
    """A card as an item shows it."""
    return ProjectItemRead.model_validate(card, from_attributes=True)


def place_values(card: PlaceCard) -> dict[str, Any]:
    """The same as plain values, in the order of `PlaceRead`."""
    return {name: getattr(card, name) for name in PlaceRead.model_fields}


def contribution_texts(line: Line) -> tuple[bytes, bytes]:
    """The members of a `ContributionRead` before its weight and after its contribution, as JSON."""
    shown = line.shown
    figures = {
        "need": shown.need,
        "offer": shown.offer,
        "unit": line.unit,
        "need_band": _ends(shown.need_band),
        "offer_band": _ends(shown.offer_band),
        "unknown": line.unknown,
        "reason": shown.text,
    }
    return b'"criterion":"%b"' % line.criterion.encode(), orjson.dumps(figures)[1:-1]


def _ends(band: tuple[float, float] | None) -> dict[str, float] | None:
    return {"low": band[0], "high": band[1]} if band else None


def contribution_reads(lines: tuple[Contribution, ...]) -> list[ContributionRead]:
    """The lines of a score."""
    return [
        ContributionRead(
            criterion=line.criterion,
            weight=line.weight,
            utility=line.utility,
            contribution=line.contribution,
            need=line.need,
            offer=line.offer,
            unit=line.unit,
            need_band=_band(line.need_band),
            offer_band=_band(line.offer_band),
            unknown=line.unknown,
            reason=line.reason,
        )
        for line in lines
    ]


def failure_reads(failures: tuple[Failure, ...]) -> list[FailureRead]:
    """The failing rules."""
    return [
        FailureRead(
            rule=failure.rule,
            need=failure.need,
            offer=failure.offer,
            unit=failure.unit,
            need_band=_band(failure.need_band),
            offer_band=_band(failure.offer_band),
            source=failure.source,
            fixable=failure.fixable,
            decided_by=failure.decided_by,
            reason=failure.reason,
        )
        for failure in failures
    ]


def fix_reads(steps: tuple[FixStep, ...] | None) -> list[FixRead] | None:
    """The cheapest fix; null when something cannot be fixed."""
    if steps is None:
        return None
    return [
        FixRead(
            field=step.field,
            start=step.start,
            to=step.to,
            change=step.change,
            unit=step.unit,
            from_band=_band(step.start_band),
            decided_by=step.decided_by,
        )
        for step in steps
    ]


def item_values(item: Item, interval: tuple[int, int] | None) -> dict[str, Any]:
    """What an item says whichever side is ranked."""
    low, high = interval or (None, None)
    return {
        "rank": item.rank,
        "score": item.score,
        "summary": item.summary,
        "contributions": contribution_reads(item.contributions),
        "site_mode": item.site_mode,
        "to_confirm": list(item.to_confirm),
        "rank_low": low,
        "rank_high": high,
        "distance_km": None if item.distance_km is None else round(item.distance_km, 1),
        "programme": item.programme,
    }
