"""What an assessment answers: the page of a leader first, then every indicator with its reasons."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field as Check
from sqlmodel import Field

from service.domain.assessing.projecting import Risk
from service.domain.assessing.ranks import RankSource
from service.domain.indicators import Direction, Nature, Period
from service.domain.pairings import Programme
from service.domain.shapes import Answer
from service.units import Day, Flag, Id, Instant, QuantityName, Year

Language = Literal["zh", "en"]
_Count = Annotated[int, Check(ge=0, json_schema_extra={"unit": "organisations"})]
_Lines = Annotated[int, Check(ge=0, json_schema_extra={"unit": "indicators"})]
_Points = Annotated[float, Check(json_schema_extra={"unit": "points"})]
_Part = Annotated[float, Check(json_schema_extra={"unit": "1"})]


class RankRead(Answer):
    """A rank and where it comes from; null as long as nobody knows it, never a guess."""

    rank: int | None
    of: _Count | None
    source: RankSource | None
    bulletin_id: Id | None
    peers: _Count = Field(description="With a target of the same authority for the same.")
    reported: _Count = Field(description="Of them with a submission.")
    reason: str


class ComingRead(Answer):
    """What may come until the end of the window, times its chance in each case, before shares and caps."""

    opportunity_id: Id | None
    why: Literal["claimed", "confirmed", "planned"]
    planned_on: Day | None
    low: float
    expected: float
    high: float
    unit: str


class ProjectionRead(Answer):
    """The figure at the end of the window: cautiously, as a rule, at best."""

    low: float
    expected: float
    high: float
    unit: str
    includes_pipeline: Flag = Field(
        description="False for an authority: what joint records plan is seen by their sides alone."
    )
    coming: list[ComingRead]
    unplanned_opportunity_ids: list[Id] = Field(
        description="Joint records with a contract whose milestone has no planned day: not in the projection."
    )


class OtherYearRead(Answer):
    """An earlier year by this year's rule."""

    year: Year
    target: float | None
    done: float
    done_by_same_day: float
    unit: str
    points: _Points | None = Field(description="As submitted in that year; null where nothing was.")


class IndicatorRead(Answer):
    """One line of the assessment."""

    code: QuantityName
    name: str
    unit: str
    unit_name: str
    nature: Nature
    direction: Direction
    window_from: Day
    window_until: Day
    target: float | None
    done: float = Field(description="Recognised, within the window, by shares and caps.")
    claimed: float = Field(description="The same of all that is claimed, recognised or not.")
    ratio: _Part | None = Field(description="done/target; where less is better target/done.")
    due: float | None = Field(description="Of a flow: what an even pace would have brought by now.")
    stock_on: Day | None = Field(description="Of a stock: the newest month end that counts.")
    risk: Risk
    shortfall: float | None = Field(description="By how much the expected case misses the target.")
    points: _Points
    points_full: _Points
    points_lost: _Points
    points_open: _Points = Field(description="What depends on a rank, or a target, that nobody knows yet.")
    points_expected: _Points = Field(description="If the expected case comes, with the rank as it is.")
    rank: RankRead
    projection: ProjectionRead
    other_years: list[OtherYearRead]
    reason: str


class RiskRead(Answer):
    """What a leader has to look at."""

    code: QuantityName
    name: str
    risk: Risk
    target: float
    done: float
    shortfall: float
    unit: str
    points_at_stake: _Points = Field(
        description="Of its points, those that the expected case does not bring."
    )
    reason: str


class SummaryRead(Answer):
    """The one page: target, done, rank, what is at risk."""

    sentence: str
    indicators: _Lines
    with_target: _Lines
    met: _Lines
    points: _Points
    points_full: _Points
    points_lost: _Points
    points_open: _Points
    points_expected: _Points
    rank: RankRead
    at_risk: list[RiskRead] = Field(description="The most points at stake first.")


class PackBrief(Answer):
    """By which pack it is assessed."""

    id: Id
    name: str
    is_example: Flag = Field(description="No authority has set a pack: this one is made up.")
    version: int


class AssessmentRead(Answer):
    """An assessment as it stands now; a submission keeps one as it stood."""

    year: Year
    programme: Programme
    period: Period
    organisation_id: Id
    organisation_name: str
    region_code: str | None
    pairing_id: Id | None
    as_of: Instant
    pack: PackBrief
    summary: SummaryRead
    indicators: list[IndicatorRead]
    last_submission_id: Id | None
