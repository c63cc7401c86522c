"""The joint records as a workbook with their milestones and the stages that they passed."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Permission
from service.domain import milestones, opportunities
from service.domain.milestones import Milestone, MilestoneRead
from service.domain.opportunities import Opportunity, OpportunityRead, StageChange, StageChangeRead
from service.domain.shapes import StrictBody
from service.domain.stages import Stage
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.lists.holds import named_pair
from service.exports.reading import Reading, Row
from service.units import Flag, Id
from service.workbooks import Sheet


class OpportunitiesAsked(StrictBody):
    """Which joint records; as the parameters of GET /v1/opportunities."""

    stage: Stage | None = None
    project_id: Id | None = None
    profile_id: Id | None = None
    overdue: Flag | None = None


def sheets(reading: Reading, asked: OpportunitiesAsked) -> Iterator[Sheet]:
    """Records, milestones, stages passed."""
    language = reading.language

    def listed(session: Session) -> SelectOfScalar[Opportunity]:
        return opportunities.listed(
            session, reading.actor, asked.stage, asked.project_id, asked.profile_id, asked.overdue
        )

    def of_records(table: type[Any], session: Session) -> SelectOfScalar[Any]:
        """All that stands on those records."""
        records = listed(session).order_by(None).with_only_columns(col(Opportunity.id))
        return select(table).where(col(table.opportunity_id).in_(records)).order_by(col(table.id))

    records = [
        *of_model(OpportunityRead, "project_name", "site_name"),
        Shown("region_name", attrgetter("region_name")),
        *of_model(OpportunityRead, "stage", "investor_name"),
        Shown("project_organisation_name", attrgetter("project_organisation_name")),
        Shown("profile_organisation_name", attrgetter("profile_organisation_name")),
        *of_model(OpportunityRead, "recommended_by", "unsealed_by", "overdue_milestones", "reason_code"),
        *of_model(OpportunityRead, "created_at", "updated_at", "id", "project_id", "profile_id"),
    ]
    found = reading.each(Opportunity, listed, lambda session, row: _record(reading, session, row))
    yield Sheet(
        reading.say("合作事项", "Opportunities"), columns(records, language), rows(found, records, language)
    )
    steps = [
        *_names(),
        *of_model(MilestoneRead, "kind"),
        Shown("milestone_name", attrgetter("name")),
        *of_model(MilestoneRead, "planned_on", "actual_on", "overdue", "document_no", "note"),
        *of_model(MilestoneRead, "opportunity_id"),
    ]
    dated = reading.each(
        Milestone,
        lambda session: of_records(Milestone, session),
        lambda session, row: _on_record(reading, session, row, milestones.read(session, row)),
    )
    yield Sheet(reading.say("节点", "Milestones"), columns(steps, language), rows(dated, steps, language))
    moves = [
        *_names(),
        *of_model(StageChangeRead, "from_stage", "to_stage", "occurred_on", "document_no", "reason_code"),
        *of_model(StageChangeRead, "note", "recorded_at"),
        Shown("opportunity_id", attrgetter("opportunity_id")),
    ]
    passed = reading.each(
        StageChange,
        lambda session: of_records(StageChange, session),
        lambda session, row: _on_record(
            reading, session, row, StageChangeRead.model_validate(row), opportunity_id=row.opportunity_id
        ),
    )
    yield Sheet(
        reading.say("阶段记录", "Stages passed"), columns(moves, language), rows(passed, moves, language)
    )


def _record(reading: Reading, session: Session, row: Opportunity) -> Row:
    answer = opportunities.read(session, reading.actor, row)
    pair = named_pair(reading, session, answer)
    # The record itself names both, even where the place is no longer public.
    names = pair | {"project_name": answer.project_name, "site_name": answer.site_name}
    return Row(answer, region_name=reading.region(session, answer.region_code), **names)


def _names() -> list[Shown[Any]]:
    return [Shown(name, attrgetter(name)) for name in ("project_name", "site_name")]


def _on_record(reading: Reading, session: Session, row: Any, answer: Any, **more: str) -> Row:
    record = opportunities.get(session, reading.actor, row.opportunity_id)
    shown = opportunities.read(session, reading.actor, record)
    return Row(answer, project_name=shown.project_name, site_name=shown.site_name, **more)


KIND = listing(
    "opportunities",
    "合作事项",
    "Opportunities",
    Permission.OPPORTUNITIES_READ,
    OpportunitiesAsked,
    sheets,
)
