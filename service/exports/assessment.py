"""The assessment form 考核表 as a workbook: as it stands, or as it was submitted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import Field
from sqlmodel import Session

from service.access.policy import Actor, Permission
from service.database import reading as read_transaction
from service.domain import assessment_form, assessment_page, assessments, oversight, submissions
from service.domain.assessment_form import FormSheet
from service.domain.assessment_reads import AssessmentRead
from service.domain.assessments import Question
from service.domain.indicators import Period
from service.domain.pairings import Programme
from service.domain.shapes import StrictBody
from service.domain.submissions import Submission
from service.exports.kind import Kind, listing
from service.exports.reading import Reading
from service.units import Id, Year
from service.workbooks import Column, Sheet


class AssessmentAsked(StrictBody):
    """Which assessment; as the year and the parameters of GET /v1/assessments/{year}."""

    year: Year
    programme: Programme
    organisation_id: Id | None = None
    period: Period = "year"
    pairing_id: Id | None = None
    years_back: Annotated[int, Field(ge=0, le=5)] = 1


class SubmissionAsked(StrictBody):
    """Which submission."""

    submission_id: Id


def sheets(reading: Reading, asked: AssessmentAsked) -> list[Sheet]:
    """The form of the page as the actor sees it at this instant."""
    with read_transaction(reading.database) as session:
        found = assessments.assess(session, reading.actor, Question(**asked.model_dump()))
        page = assessment_page.shown(found, reading.language)
    return _of_form(assessment_form.sheets(page, reading.language))


def submitted_sheets(reading: Reading, asked: SubmissionAsked) -> list[Sheet]:
    """The form of what was signed: its names and sentences are those of the signed text, in Chinese."""
    row = _submission(reading, asked)
    page = AssessmentRead.model_validate_json(row.content)
    return _of_form(assessment_form.sheets(page, reading.language, sha256=row.sha256))


def _of_form(form: Iterable[FormSheet]) -> list[Sheet]:
    return [
        Sheet(
            one.name, [Column(column.title, "", column.form) for column in one.columns], one.rows, one.notes
        )
        for one in form
    ]


def _submission(reading: Reading, asked: SubmissionAsked) -> Submission:
    with read_transaction(reading.database) as session:
        return submissions.get(session, reading.actor, asked.submission_id)


def _about(reading: Reading, asked: AssessmentAsked) -> str:
    with read_transaction(reading.database) as session:
        return f"{oversight.get(session, reading.actor, asked.organisation_id).name} {asked.year}"


def _about_submitted(reading: Reading, asked: SubmissionAsked) -> str:
    row = _submission(reading, asked)
    return f"{AssessmentRead.model_validate_json(row.content).organisation_name} {row.year}"


def _check(session: Session, actor: Actor, asked: AssessmentAsked) -> None:
    oversight.get(session, actor, asked.organisation_id)


def _check_submitted(session: Session, actor: Actor, asked: SubmissionAsked) -> None:
    submissions.get(session, actor, asked.submission_id)


ASSESSMENT: Final[Kind] = listing(
    "assessment",
    "考核表",
    "Assessment",
    Permission.ASSESSMENTS_READ,
    AssessmentAsked,
    sheets,
    about=_about,
    check=_check,
)
SUBMISSION: Final[Kind] = listing(
    "submission",
    "考核上报稿",
    "Submission",
    Permission.ASSESSMENTS_READ,
    SubmissionAsked,
    submitted_sheets,
    about=_about_submitted,
    check=_check_submitted,
)
