"""Saved searches 订阅: places that a project or a free query would have, or projects that a place would have.

A job beside the requests looks at what has changed and tells what newly fits, and what fell out and why; see
``service/jobs/saved_searches.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field as Check
from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import JSON, BigInteger, CheckConstraint, String, delete, func
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import UtcDateTime, new_id, record_change
from service.domain import profiles, project_records, projects
from service.domain.filters import Filters
from service.domain.projects import ProjectWrite
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    JsonOf,
    StrictBody,
    Versioned,
    created,
    patched,
    replace_fields,
    require_version,
    strict,
)
from service.errors import Conflict, NotFound, invalid
from service.units import AnyQuantity, Flag, Id, Instant, Name, ShortText

#: What may be kept of one organisation: each is looked at whenever something changes that may concern it.
MOST_SEARCHES: Final = 100
#: `asked`: by whoever may; `subject_gone`: its project or place is not to be seen any more.
Paused = Literal["asked", "subject_gone"]
#: Checks what only the index knows: weights and regions of filters.
CheckQuery = Callable[["SavedSearchWrite"], None]


class SavedSearchFields(SQLModel):
    """What is looked for, typed once for table, body and answer."""

    name: Name
    project_id: Id | None = Field(default=None, description="Look for places for this project.")
    project: ProjectWrite | None = Field(
        default=None,
        sa_type=JsonOf(ProjectWrite | None),
        description="Look for places for what is described here; nothing of it is registered.",
    )
    profile_id: Id | None = Field(default=None, description="Look for projects for this place.")
    weights: Annotated[dict[ShortText, AnyQuantity], Check(max_length=50)] = Field(
        default_factory=dict, sa_type=JSON, description="Per criterion; see GET /v1/criteria."
    )
    filters: Filters | None = Field(
        default=None, sa_type=JsonOf(Filters | None), description="Of places; null filters nothing."
    )
    best: Annotated[int, Check(ge=1, le=100, strict=True)] = Field(
        default=20, description="Told is what comes to stand among so many."
    )
    language: Literal["zh", "en"] = Field(default="zh", sa_type=String(2), description="Of the reasons told.")
    active: Flag = True


EXAMPLE: dict[str, Any] = {
    "name": "家具配套项目的新地块",
    "project_id": "prj_00000000000000000000000000",
    "filters": {"province": "浙江省"},
    "best": 20,
}


class SavedSearchWrite(SavedSearchFields, StrictBody):
    """Body of a new saved search: of a project, a description of one, or a place."""

    model_config = strict(EXAMPLE)

    @model_validator(mode="after")
    def _one_subject(self) -> SavedSearchWrite:
        given = [value for value in (self.project_id, self.project, self.profile_id) if value is not None]
        if len(given) != 1:
            raise PydanticCustomError("one_subject", "Send one of project_id, project and profile_id.")
        if self.profile_id is not None and self.filters is not None:
            raise PydanticCustomError("filters_of_places", "Filters narrow down places, not projects.")
        return self


class SavedSearch(SavedSearchFields, Versioned, table=True):
    """The stored search; ``evaluated_at`` is null until what fits already has been noted, untold."""

    __tablename__ = "saved_searches"
    __table_args__ = (
        CheckConstraint(
            "(active AND paused_because IS NULL) OR (NOT active AND paused_because IS NOT NULL)",
            name="paused_for_a_reason",
        ),
        CheckConstraint("project_id IS NULL OR profile_id IS NULL", name="one_subject"),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    project_id: str | None = Field(default=None, foreign_key="projects.id", max_length=40)
    profile_id: str | None = Field(default=None, foreign_key="profiles.id", max_length=40)
    best: int = Field(default=20)
    paused_because: Paused | None = Field(default=None, sa_type=String(12))
    evaluated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def looks_for_places(self) -> bool:
        """Whether places are looked for, and not projects."""
        return self.profile_id is None


class SavedSearchHit(SQLModel, table=True):
    """What fits a search: it was noted at the beginning, or told since; until it falls out."""

    __tablename__ = "saved_search_hits"

    search_id: str = Field(primary_key=True, foreign_key="saved_searches.id", max_length=40)
    found_id: str = Field(primary_key=True, max_length=40)
    rank: int
    since: datetime = Field(sa_type=UtcDateTime)


class SearchProgress(SQLModel, table=True):
    """The singleton row: up to which revision, and which instant, all searches have been looked at."""

    __tablename__ = "search_progress"

    id: int = Field(default=1, primary_key=True)
    revision: int = Field(default=0, sa_type=BigInteger)
    instant: datetime = Field(sa_type=UtcDateTime)


class SavedSearchRead(SavedSearchFields, Answer):
    """A saved search as its organisation sees it."""

    id: Id
    organisation_id: Id
    paused_because: Paused | None
    evaluated_at: Instant | None = Field(
        description="When what fits was noted first; what comes after it is told."
    )
    version: int
    created_at: Instant
    updated_at: Instant


class SavedSearchHitRead(Answer):
    """A place or a project that fits at present."""

    found_id: Id
    rank: int = Field(description="When it was noted.")
    since: Instant


def visible_to(actor: Actor) -> SelectOfScalar[SavedSearch]:
    """The searches of the actor's own organisation."""
    return select(SavedSearch).where(SavedSearch.organisation_id == actor.organisation_id)


def listed(actor: Actor, project_id: str | None, profile_id: str | None) -> SelectOfScalar[SavedSearch]:
    """Visible searches, oldest first."""
    statement = visible_to(actor).order_by(col(SavedSearch.id))
    if project_id:
        statement = statement.where(SavedSearch.project_id == project_id)
    return statement.where(SavedSearch.profile_id == profile_id) if profile_id else statement


def get(session: Session, actor: Actor, search_id: str) -> SavedSearch:
    """One visible search; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(SavedSearch.id == search_id)).first()
    if found is None:
        raise NotFound()
    return found


def hits_of(session: Session, actor: Actor, search_id: str) -> SelectOfScalar[SavedSearchHit]:
    """What fits a visible search; raises ``NotFound``."""
    row = get(session, actor, search_id)
    statement = select(SavedSearchHit).where(SavedSearchHit.search_id == row.id)
    return statement.order_by(col(SavedSearchHit.found_id))


def save(session: Session, actor: Actor, body: SavedSearchWrite, check: CheckQuery) -> SavedSearch:
    """Keep a search; what fits already is noted in a moment, what fits later is told.

    Raises
    ------
    Conflict
        ``too_many_searches``.
    Invalid
        For a project or a place that the actor does not see, and for what ``check`` refuses.
    """
    _check(session, actor, body, check)
    counted = select(func.count()).select_from(visible_to(actor).subquery())
    if session.exec(counted).one() >= MOST_SEARCHES:
        said = f"An organisation keeps {MOST_SEARCHES} searches at most. Remove one first."
        raise Conflict("too_many_searches", said)
    row = SavedSearch.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("sav"),
            "organisation_id": actor.organisation_id,
            "paused_because": None if body.active else "asked",
        }
    )
    session.add(row)
    # The audit event refers to a row that the database has accepted.
    session.flush()
    _note(session, actor, row, "create")
    return row


def change(
    session: Session,
    actor: Actor,
    search_id: str,
    expected: ExpectedVersion,
    patch: dict[str, Any],
    check: CheckQuery,
) -> SavedSearch:
    """Apply a merge patch; where it asks something else, what fits is noted anew, untold."""
    row = _locked(session, actor, search_id, expected)
    body = patched(SavedSearchWrite, row, patch)
    _check(session, actor, body, check)
    values = SavedSearch.model_validate(row.model_dump() | body.model_dump())
    after = {name: getattr(values, name) for name in SavedSearchWrite.model_fields}
    asks_anew = any(after[name] != getattr(row, name) for name in after.keys() - {"name", "language"})
    if body.active != row.active:
        after["paused_because"] = None if body.active else "asked"
    if asks_anew:
        after["evaluated_at"] = None
        _forget_hits(session, row.id)
    replace_fields(session, row, after)
    _note(session, actor, row, "update", {"fields": sorted(patch)})
    return row


def remove(session: Session, actor: Actor, search_id: str, expected: ExpectedVersion) -> None:
    """Look for it no more."""
    row = _locked(session, actor, search_id, expected)
    _forget_hits(session, row.id)
    session.delete(row)
    _note(session, actor, row, "delete")


def _forget_hits(session: Session, search_id: str) -> None:
    session.execute(delete(SavedSearchHit).where(col(SavedSearchHit.search_id) == search_id))


def _locked(session: Session, actor: Actor, search_id: str, expected: ExpectedVersion) -> SavedSearch:
    row = session.exec(visible_to(actor).where(SavedSearch.id == search_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def _check(session: Session, actor: Actor, body: SavedSearchWrite, check: CheckQuery) -> None:
    try:
        if body.project_id is not None:
            projects.get(session, actor, body.project_id)
        if body.profile_id is not None:
            profiles.get(session, actor, body.profile_id)
    except NotFound as error:
        name = "project" if body.project_id is not None else "profile"
        raise invalid(f"/{name}_id", f"unknown_{name}", "There is none that you may see.") from error
    if body.project is not None:
        project_records.check(session, actor, body.project, at="/project")
    check(body)


def _note(
    session: Session, actor: Actor, row: SavedSearch, deed: str, detail: dict[str, Any] | None = None
) -> None:
    record_change(session, "saved_search", row.id, deed)
    audit.record(session, actor, f"saved_search.{deed}", "saved_search", row.id, detail)
