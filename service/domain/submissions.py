"""Submissions 上报: an assessment as it was signed. It never changes, whatever is entered afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.database import UtcDateTime
from service.domain import oversight
from service.domain.indicators import Period
from service.domain.pairings import Programme
from service.domain.shapes import Answer, StrictBody, strict
from service.errors import NotFound
from service.units import Id, Instant, LongText, Year


class SubmissionFields(SQLModel):
    """Which assessment is submitted, typed once for table, body and answer."""

    programme: Programme = Field(sa_type=String(12))
    year: Year
    period: Period = Field(default="year", sa_type=String(20))
    pairing_id: Id | None = Field(default=None, description="Null: over all pairings of the programme.")
    note: LongText | None = None


EXAMPLE: dict[str, Any] = {
    "programme": "mountain_sea",
    "year": 2026,
    "period": "year",
    "pairing_id": None,
    "note": "年度自评上报",
}


class SubmissionWrite(SubmissionFields, StrictBody):
    """Body of a new submission, of one's own organisation."""

    model_config = strict(EXAMPLE)


class Submission(SubmissionFields, table=True):
    """The stored submission.

    ``content`` is the signed text itself, of which ``sha256`` is the hash; ``figures`` are what peers are
    ranked by, taken from it.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        Index("ix_submissions_scope", "organisation_id", "programme", "year", "period", "pairing_id"),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    pairing_id: str | None = Field(default=None, foreign_key="pairings.id", max_length=40)
    note: str | None = Field(default=None, max_length=5000)
    content: str = Field(sa_type=Text)
    sha256: str = Field(max_length=64)
    figures: dict[str, Any] = Field(sa_type=JSON)
    submitted_by_person_id: str | None = Field(default=None, foreign_key="people.id", max_length=40)
    approved_by_person_id: str | None = Field(default=None, foreign_key="people.id", max_length=40)
    submitted_at: datetime = Field(sa_type=UtcDateTime)


class SubmissionBrief(SubmissionFields, Answer):
    """A submission in a list."""

    id: Id
    organisation_id: Id
    sha256: str = Field(description="Of the signed text, in hexadecimal.")
    submitted_by_person_id: Id | None
    approved_by_person_id: Id | None = Field(description="The second person, where one was asked for.")
    submitted_at: Instant


class SubmissionRead(SubmissionBrief):
    """A submission with what was signed."""

    content: dict[str, Any] = Field(
        description="The assessment (AssessmentRead) as it stood, in Chinese: what the signed text says."
    )
    signed_text: str = Field(description="The very text that was signed, of which `sha256` is the hash.")


@dataclass(frozen=True, slots=True)
class Reported:
    """What one organisation has submitted last: ratio and points by indicator, and their sum."""

    submission_id: str
    ratios: Mapping[str, Fraction]
    points: Mapping[str, float]
    total: Fraction


def signed_text(content: Mapping[str, Any]) -> str:
    """The one text of a JSON value: sorted keys, no blanks, every character as itself."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(text: str) -> str:
    """The hash of a signed text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def visible_to(actor: Actor) -> SelectOfScalar[Submission]:
    """Own submissions, and those of organisations below an authority."""
    return select(Submission).where(col(Submission.organisation_id).in_(oversight.ids_overseen(actor)))


def listed(
    actor: Actor,
    organisation_id: str | None,
    programme: Programme | None,
    year: int | None,
    period: Period | None,
) -> SelectOfScalar[Submission]:
    """Visible submissions, oldest first."""
    statement = visible_to(actor).order_by(col(Submission.id))
    wanted = {
        Submission.organisation_id: organisation_id,
        Submission.programme: programme,
        Submission.year: year,
        Submission.period: period,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(col(column) == value)
    return statement


def get(session: Session, actor: Actor, submission_id: str) -> Submission:
    """One visible submission; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Submission.id == submission_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(row: Submission) -> SubmissionRead:
    """The submission with what was signed."""
    return SubmissionRead(
        **row.model_dump(exclude={"content", "figures"}),
        content=json.loads(row.content),
        signed_text=row.content,
    )


def newest(
    session: Session,
    organisation_ids: Collection[str],
    programme: Programme,
    year: int,
    period: Period,
    pairing_id: str | None = None,
) -> dict[str, Reported]:
    """By organisation, its last submission of the scope; those that have none are missing."""
    statement = select(Submission.organisation_id, Submission.id, Submission.figures).where(
        col(Submission.organisation_id).in_(organisation_ids),
        Submission.programme == programme,
        Submission.year == year,
        Submission.period == period,
        col(Submission.pairing_id).is_not_distinct_from(pairing_id),
    )
    # Ids sort by time: later ones go before earlier ones.
    return {
        organisation_id: Reported(
            submission_id,
            {code: Fraction(ratio) for code, ratio in figures["ratios"].items()},
            figures["points"],
            Fraction(figures["total"]),
        )
        for organisation_id, submission_id, figures in session.exec(statement.order_by(col(Submission.id)))
    }
