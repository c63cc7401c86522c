"""The list of visits as a workbook with stops and what is to follow: what GET /v1/visits answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from sqlmodel import Session

from service.access.policy import Permission
from service.domain import visits
from service.domain.shapes import StrictBody
from service.domain.visits import FollowUp, StopRead, Visit, VisitRead
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.reading import Reading, Row
from service.units import Day, Id
from service.workbooks import Sheet


class VisitsAsked(StrictBody):
    """Which visits; as the parameters of GET /v1/visits."""

    project_id: Id | None = None
    since: Day | None = None


def sheets(reading: Reading, asked: VisitsAsked) -> Iterator[Sheet]:
    """Visits, their stops, their follow-ups; a place that is visited sees its own alone."""
    language = reading.language

    def lines(parts: Callable[[Row], list[Any]]) -> Iterator[Row]:
        found = reading.each(
            Visit,
            lambda _session: visits.listed(reading.actor, asked.project_id, asked.since),
            lambda session, row: _read(reading, session, row),
        )
        for visit in found:
            for part in parts(visit):
                yield Row(part, purpose=visit.purpose, visit_id=visit.id, **_names(visit, part))

    whole = [
        *of_model(VisitRead, "purpose"),
        Shown("organisation_name", attrgetter("organisation_name")),
        Shown("project_name", attrgetter("project_name")),
        *of_model(VisitRead, "starts_on", "ends_on"),
        Shown("members", lambda row: [member(one) for one in row.members]),
        *of_model(VisitRead, "created_at", "id"),
    ]
    yield Sheet(
        reading.say("考察", "Visits"),
        columns(whole, language),
        rows(lines(lambda visit: [visit]), whole, language),
    )
    stops = [
        *of_model(VisitRead, "purpose"),
        *of_model(StopRead, "on", "site_name", "region_name", "note"),
        Shown("stop_result", lambda row: row.result),
        Shown("visit_id", attrgetter("visit_id")),
    ]
    yield Sheet(
        reading.say("行程", "Stops"),
        columns(stops, language),
        rows(lines(lambda visit: visit.stops), stops, language),
    )
    open_ends = [
        *of_model(VisitRead, "purpose"),
        *of_model(FollowUp, "text"),
        Shown("site_name", attrgetter("place_name")),
        *of_model(FollowUp, "due_on", "done_on"),
        Shown("visit_id", attrgetter("visit_id")),
    ]
    yield Sheet(
        reading.say("后续事项", "Follow-ups"),
        columns(open_ends, language),
        rows(lines(lambda visit: visit.follow_ups), open_ends, language),
    )


def member(one: Any) -> str:
    """A member of a delegation in a line."""
    return " ".join(part for part in (one.name, one.office, one.title) if part)


def _read(reading: Reading, session: Session, row: Visit) -> Row:
    answer = visits.read(session, reading.actor, row)
    return Row(
        answer,
        organisation_name=reading.organisation(session, answer.organisation_id),
        project_name=reading.project(session, answer.project_id),
    )


def _names(visit: Row, part: Any) -> dict[str, Any]:
    places = {stop.profile_id: stop.site_name for stop in visit.stops}
    return {"place_name": places.get(getattr(part, "profile_id", None))}


KIND = listing("visits", "考察", "Visits", Permission.VISITS_READ, VisitsAsked, sheets)
