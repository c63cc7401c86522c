"""Assessments over HTTP: the page of a year."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from service.api.deps import AssessmentReader, LanguageDep, ReadSession
from service.api.problems import documented
from service.domain import assessment_page, assessments
from service.domain.assessment_reads import AssessmentRead
from service.domain.assessments import Question
from service.domain.indicators import Period
from service.domain.pairings import Programme
from service.units import Id

router = APIRouter(prefix="/v1/assessments", tags=["assessment"])


@router.get("/{year}", summary="Read an assessment", responses=documented(404))
def get_assessment(
    year: Annotated[int, Path(ge=2000, le=2199)],
    session: ReadSession,
    actor: AssessmentReader,
    language: LanguageDep,
    programme: Annotated[Programme, Query(description="Under which programme.")],
    organisation_id: Annotated[
        Id | None, Query(description="Whose; the caller's own where it is left out.")
    ] = None,
    period: Annotated[Period, Query(description="Cumulative from the start of the window.")] = "year",
    pairing_id: Annotated[Id | None, Query(description="Of this pairing alone; it has no ranks.")] = None,
    years_back: Annotated[int, Query(ge=0, le=5, description="How many earlier years beside it.")] = 1,
) -> AssessmentRead:
    """Target, done, points, rank and what is at risk, computed from the ledger at this instant.

    An organisation sees its own, an authority those of all in its region. The first block is one page for a
    leader; every line has its reason in a sentence.
    """
    question = Question(programme, year, period, organisation_id, pairing_id, years_back)
    return assessment_page.shown(assessments.assess(session, actor, question), language)
