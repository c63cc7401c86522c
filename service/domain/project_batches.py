"""Enters many projects as ``project_records.register`` enters one, without an object for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, select

from service.access import audit
from service.access.policy import Actor
from service.bulk import insert_rows, instant_text
from service.database import new_ids, now, record_changes
from service.domain.batches import GIVEN, Layout
from service.domain.project_checks import Known, check
from service.domain.projects import Project, ProjectFields, ProjectWrite

_LAYOUT: Final = Layout(Project, ProjectFields)
_COLUMNS: Final = (*GIVEN, "organisation_id", "stage", *_LAYOUT.columns)
_STAGE: Final = "registered"


class Ready(NamedTuple):
    """A checked project: the values of its fields as they are stored."""

    values: tuple[Any, ...]


def ready(known: Known, _actor: Actor, body: ProjectWrite) -> Ready:
    """The project as it will be stored; the same checks as of a single one. Raises ``Invalid``."""
    check(known, body)
    return Ready(_LAYOUT.values(body))


def key(body: ProjectWrite) -> str:
    """By what a project is known again: its name and its investor."""
    return f"{body.name.casefold()}\n{(body.investor_name or '').casefold()}"


def keys_taken(session: Session, actor: Actor) -> Iterator[str]:
    """The keys of the actor's projects."""
    statement = select(Project.name, Project.investor_name).where(
        Project.organisation_id == actor.organisation_id, col(Project.deleted_at).is_(None)
    )
    for name, investor_name in session.exec(statement.execution_options(yield_per=5_000)):
        yield f"{name.casefold()}\n{(investor_name or '').casefold()}"


def enter(session: Session, actor: Actor, projects: Iterable[Sequence[Ready]]) -> int:
    """Store the projects with their changes and audit events; how many there were.

    They come in pieces, so that no more than a piece need be at hand. They share one revision, and one
    instant; their ids sort in their order.
    """
    count = 0
    own, instant = new_ids("prj"), instant_text(session, now(session))
    for piece in projects:
        if not piece:
            continue
        ids = list(islice(own, len(piece)))
        given = ((row_id, 1, instant, instant, actor.organisation_id, _STAGE) for row_id in ids)
        rows = ((*one, *project.values) for one, project in zip(given, piece, strict=True))
        insert_rows(session, _LAYOUT.table, _COLUMNS, rows)
        record_changes(session, "project", ids, "create")
        audit.record_many(session, actor, "project.create", "project", [(row_id, {}) for row_id in ids])
        count += len(ids)
    return count
