"""What ranks: the model, its criteria and the admission rules, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from service.api.deps import (
    Cursor,
    IndexDep,
    Language,
    LanguageDep,
    Limit,
    MatchReader,
    ReadSession,
    ReferenceReader,
)
from service.api.pages import Page, page_of
from service.api.problems import documented
from service.domain import models
from service.index import CRITERIA
from service.units import Instant

router = APIRouter(prefix="/v1", tags=["matching"])


class CriterionRead(BaseModel):
    """A criterion of the score."""

    name: str
    title: str = Field(description="Its name in the caller's language.")
    unit: str
    default_weight: float
    bounds: str = Field(description="What counts 0 and what counts 1; fixed.")
    neutral: float = Field(description="The utility that counts where a figure is not known.")
    direction: str = Field(description="`more` or `less` of the figure is better, or it must `match`.")
    text: str


class RuleRead(BaseModel):
    """An admission rule: pass, fail, or unknown, which keeps the place in and asks to confirm."""

    name: str
    title: str = Field(description="Its name in the caller's language.")
    fields: list[str] = Field(description="The fields of project and profile that it reads.")
    unit: str
    source: str = Field(description="The law, catalogue or threshold that it rests on.")
    fixable: bool = Field(description="Whether a county can act on it.")
    decided_by: str
    valid_from: date | None
    valid_to: date | None


class ModelVersionRead(BaseModel):
    """A model that is kept: live, live before, or a candidate that did not pass its training."""

    version: str
    created_at: Instant
    activated_at: Instant | None = Field(description="When it last went live; null if it never did.")
    metrics: dict[str, Any]
    live: bool


class ModelRead(BaseModel):
    """The model that ranks now, and those that it can be compared with."""

    version: str
    activated_at: Instant | None
    criteria: list[CriterionRead]
    default_weights: dict[str, float]
    metrics: dict[str, Any]
    versions: list[ModelVersionRead] = Field(description="All that are kept, newest first.")


def _criteria(language: Language, defaults: Mapping[str, float]) -> list[CriterionRead]:
    chinese = language == "zh"
    return [
        CriterionRead(
            name=criterion.name,
            title=criterion.name_zh if chinese else criterion.name_en,
            unit=criterion.unit,
            default_weight=defaults[criterion.name],
            bounds=criterion.bounds_zh if chinese else criterion.bounds_en,
            neutral=criterion.neutral,
            direction=criterion.direction,
            text=(
                f"{criterion.name_zh}：{criterion.bounds_zh}"
                if chinese
                else f"{criterion.name_en}: {criterion.bounds_en}"
            ),
        )
        for criterion in CRITERIA
    ]


@router.get("/criteria", summary="List criteria", responses=documented(400))
def list_criteria(
    request: Request,
    session: ReadSession,
    _actor: ReferenceReader,
    index: IndexDep,
    language: LanguageDep,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[CriterionRead]:
    """The criteria in the order in which a score is added up, with the live model's default weights."""
    defaults = index.current(session).matcher.default_weights
    return page_of(request, _criteria(language, defaults), limit, cursor)


@router.get("/rules", summary="List admission rules", responses=documented(400))
def list_rules(
    request: Request,
    session: ReadSession,
    _actor: ReferenceReader,
    index: IndexDep,
    language: LanguageDep,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[RuleRead]:
    """Every admission rule with its source; each is pass, fail or unknown."""
    chinese = language == "zh"
    items = [
        RuleRead(
            name=rule.name,
            title=rule.text.name_zh if chinese else rule.text.name_en,
            fields=list(dict.fromkeys((*rule.reads_need, *rule.reads_offer))),
            unit=rule.unit,
            source=rule.text.source_zh if chinese else rule.text.source_en,
            fixable=rule.text.fixable,
            decided_by=rule.text.decided_by,
            valid_from=rule.text.valid_from,
            valid_to=rule.text.valid_to,
        )
        for rule in index.current(session).matcher.rules
    ]
    return page_of(request, items, limit, cursor)


@router.get("/model", summary="Read the live model", responses=documented())
def get_model(session: ReadSession, _actor: MatchReader, index: IndexDep, language: LanguageDep) -> ModelRead:
    """The version, criteria, default weights and measured quality of the model that ranks now."""
    row = models.live(session)
    defaults = index.current(session).matcher.default_weights
    return ModelRead(
        version=row.version,
        activated_at=row.activated_at,
        criteria=_criteria(language, defaults),
        default_weights=dict(defaults),
        metrics=row.metrics,
        versions=[
            ModelVersionRead(**kept.model_dump(exclude={"id", "content"}), live=kept.id == row.id)
            for kept in models.versions(session)
        ],
    )
