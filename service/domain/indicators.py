"""Indicators 考核指标 as data: what counts, in which window, and how points follow.

An indicator never names code: it is a line of a pack (``indicator_packs``), and an authority may set its own.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, LiteralString, get_args

from pydantic import AfterValidator, model_validator
from pydantic import Field as Check
from pydantic_core import PydanticCustomError
from sqlmodel import Field

from service.domain.milestones import Kind as MilestoneKind
from service.domain.shapes import StrictBody
from service.domain.stages import Stage
from service.units import (
    AnyQuantity,
    Days,
    LongText,
    Months,
    Points,
    QuantityName,
    Rank,
    Ratio,
    Share,
    ShortText,
)

Component = Literal["fixed_asset", "land", "working_capital"]
Nature = Literal["flow", "stock"]
Direction = Literal["higher", "lower"]
#: What one step of the pipeline brings: the project's investment, its workers, or one firm.
Brings = Literal["fixed_investment", "labour", "firm"]
#: Cumulative from the start of the window, as progress is reported: 一季度, 上半年, 前三季度, 全年.
Period = Literal["first_quarter", "first_half", "first_three_quarters", "year"]
PERIOD_MONTHS: dict[Period, int] = {
    "first_quarter": 3,
    "first_half": 6,
    "first_three_quarters": 9,
    "year": 12,
}
PERIODS: tuple[Period, ...] = get_args(Period)


def _month_day(value: str) -> str:
    try:
        # A year that is no leap year: a window that ends on 29 February would have no end in most.
        date.fromisoformat(f"2023-{value}")
    except ValueError as error:
        raise PydanticCustomError("not_a_month_day", "Send a day of every year as MM-DD.") from error
    return value


MonthDay = Annotated[str, Check(pattern=r"^\d{2}-\d{2}$", examples=["12-31"]), AfterValidator(_month_day)]


class Term(StrictBody):
    """Ledger entries of a measure, and how much of them counts."""

    measure: QuantityName
    components: Annotated[list[Component], Check(min_length=1, max_length=3)] | None = Field(
        default=None, description="Null: every component, and entries that have none."
    )
    share: Share = Field(default=1.0, description="Of what is recognised.")
    most_share: Share | None = Field(
        default=None, description="At most this part of the indicator's whole figure."
    )


class RatioStep(StrictBody):
    """A point of the curve from done/target to the share of the points."""

    ratio: Ratio
    share: Share


class RankStep(StrictBody):
    """The share of the points for ranks up to one."""

    rank_until: Rank
    share: Share


class Prospect(StrictBody):
    """What the pipeline of joint records still promises: when, by which milestone, and how much."""

    milestone: MilestoneKind
    brings: Brings


class Indicator(StrictBody):
    """One line of a pack."""

    code: QuantityName
    name_zh: ShortText
    name_en: ShortText
    unit: ShortText
    unit_zh: ShortText
    nature: Nature
    direction: Direction = "higher"
    counts: Literal["amount", "opportunities"] = Field(
        default="amount", description="The amounts, or how many joint records have any."
    )
    terms: Annotated[list[Term], Check(min_length=1, max_length=20)]
    at_least: AnyQuantity | None = Field(
        default=None, description="Counting joint records: from this amount on, after shares."
    )
    most_per_opportunity: AnyQuantity | None = Field(
        default=None, description="What one joint record may bring at most, in `unit`."
    )
    carry_months: Months = Field(
        default=1, description="Of a stock: how many month ends a figure stands for that is not renewed."
    )
    window_from: MonthDay = "01-01"
    window_until: MonthDay = Field(
        default="12-31", description="In the year of the assessment; earlier than `window_from`: the next."
    )
    points: Points = Field(description="For done against target.")
    by_ratio: Annotated[list[RatioStep], Check(min_length=1, max_length=20)] = Field(
        default_factory=lambda: [RatioStep(ratio=0, share=0), RatioStep(ratio=1, share=1)]
    )
    is_stepped: bool = Field(default=False, description="Steps; else straight lines between the points.")
    rank_points: Points = Field(default=0, description="For the rank, on top.")
    by_rank: Annotated[list[RankStep], Check(max_length=50)] = Field(default_factory=list)
    prospect: Prospect | None = None
    source: LongText = Field(description="Which document says so.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Indicator:
        pairs = Counter(
            (term.measure, component)
            for term in self.terms
            for component in (term.components or (*get_args(Component), None))
        )
        _require(max(pairs.values()) == 1, "terms_overlap", "No entry may count by two terms.")
        ratios, shares = ([getattr(step, name) for step in self.by_ratio] for name in ("ratio", "share"))
        _require(_ascends(ratios, strictly=True), "ratios_not_ascending", "The ratios have to ascend.")
        _require(_ascends(shares), "shares_descend", "A better ratio cannot bring fewer points.")
        ranks, shares = ([getattr(step, name) for step in self.by_rank] for name in ("rank_until", "share"))
        _require(_ascends(ranks, strictly=True), "ranks_not_ascending", "The ranks have to ascend.")
        _require(_ascends(shares[::-1]), "shares_ascend", "A worse rank cannot bring more points.")
        _require(not self.rank_points or bool(ranks), "ranks_missing", "Say how points follow from ranks.")
        _require(
            self.at_least is None or self.counts == "opportunities",
            "at_least_of_amounts",
            "`at_least` is for counting joint records.",
        )
        _require(
            self.most_per_opportunity is None or all(term.most_share is None for term in self.terms),
            "two_caps",
            "Limit what a joint record brings, or parts of the whole: both at once has no one meaning.",
        )
        _require(
            self.prospect is None or (self.prospect.brings == "firm") >= (self.counts == "opportunities"),
            "brings_no_firm",
            "Where joint records are counted, the pipeline brings a `firm` each.",
        )
        return self


class Chance(StrictBody):
    """How much of what is expected is taken to come: cautiously, as a rule, at best."""

    low: Share
    expected: Share
    high: Share

    @model_validator(mode="after")
    def _ascends(self) -> Chance:
        _require(self.low <= self.expected <= self.high, "chances_descend", "low <= expected <= high.")
        return self


class Delay(StrictBody):
    """By how many days a planned day is taken to slip: cautiously, as a rule, at best."""

    low: Days
    expected: Days
    high: Days

    @model_validator(mode="after")
    def _descends(self) -> Delay:
        _require(self.low >= self.expected >= self.high, "delays_ascend", "low >= expected >= high.")
        return self


class Outlook(StrictBody):
    """The assumptions of the projection: nobody knows them, so they are data and shown with it."""

    claimed: Chance = Field(description="What is claimed and awaits the partner.")
    confirmed: Chance = Field(description="What the partner has confirmed and awaits the authority.")
    stages: Annotated[dict[Stage, Chance], Check(max_length=12)] = Field(
        description="What a joint record at this stage still brings; a stage that is left out brings nothing."
    )
    delay: Delay

    @model_validator(mode="after")
    def _knows_the_end(self) -> Outlook:
        _require("ended" not in self.stages, "ended_brings_nothing", "A record that ended brings nothing.")
        return self


def _ascends(values: list[Any], *, strictly: bool = False) -> bool:
    return all(a < b or (a == b and not strictly) for a, b in pairwise(values))


def _require(holds: bool, code: LiteralString, said: LiteralString) -> None:
    if not holds:
        raise PydanticCustomError(code, said)
