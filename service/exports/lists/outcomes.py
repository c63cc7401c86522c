"""The list of outcomes as a workbook: what GET /v1/outcomes answers."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from sqlmodel import Session

from service.access.policy import Permission
from service.domain import outcomes
from service.domain.outcomes import Outcome, OutcomeRead, Result
from service.domain.shapes import StrictBody
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.reading import Reading, Row
from service.units import Id
from service.workbooks import Sheet


class OutcomesAsked(StrictBody):
    """Which outcomes; as the parameters of GET /v1/outcomes."""

    project_id: Id | None = None
    profile_id: Id | None = None
    result: Result | None = None


def sheets(reading: Reading, asked: OutcomesAsked) -> Iterator[Sheet]:
    """One sheet, superseded outcomes too."""
    shown = [
        *(Shown(name, attrgetter(name)) for name in ("project_name", "site_name", "organisation_name")),
        *of_model(OutcomeRead, "result", "reason_code", "decided_on", "note", "model_version"),
        *of_model(OutcomeRead, "superseded_at", "created_at", "id", "project_id", "profile_id"),
    ]
    found = reading.each(
        Outcome,
        lambda session: outcomes.listed(
            session, reading.actor, asked.project_id, asked.profile_id, asked.result
        ),
        lambda session, row: _read(reading, session, row),
    )
    yield Sheet(
        reading.say("推荐结果", "Outcomes"),
        columns(shown, reading.language),
        rows(found, shown, reading.language),
    )


def _read(reading: Reading, session: Session, row: Outcome) -> Row:
    answer = OutcomeRead.model_validate(row)
    return Row(
        answer,
        project_name=reading.project(session, answer.project_id),
        site_name=reading.site(session, answer.profile_id),
        organisation_name=reading.organisation(session, answer.organisation_id),
    )


KIND = listing("outcomes", "推荐结果", "Outcomes", Permission.OUTCOMES_READ, OutcomesAsked, sheets)
