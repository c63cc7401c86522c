"""Holds 意向预留: capacity of a place kept for a project for a time; an intent, never title.

What is done with holds (create, grant, release, extend, commit) is in ``hold_records``; what they leave
of a place, and the locks under which that is decided, in ``capacity``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field as Check
from sqlalchemy import JSON, CheckConstraint, ColumnElement, Index, String, text
from sqlmodel import Field, Session, SQLModel, and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access.policy import Actor
from service.database import UtcDateTime, now
from service.domain.quantities import LABOUR
from service.domain.shapes import Answer, JsonOf, StrictBody, Versioned, strict
from service.errors import NotFound
from service.units import (
    AnyQuantity,
    Id,
    Instant,
    Kva,
    Mu,
    Name,
    Persons,
    QuantityName,
    ShortText,
    SquareMetres,
)

State = Literal["requested", "active", "released", "expired", "committed"]
Action = Literal["grant", "release", "extend", "commit"]
Side = Literal["project", "profile"]
#: The states of which a project has one at most at one place. A requested hold reserves nothing yet.
LIVE: Final[frozenset[str]] = frozenset({"requested", "active"})
#: For each action, from which state it leads to which. From anywhere else it is refused with 409.
TRANSITIONS: Final[dict[Action, dict[State, State]]] = {
    "grant": {"requested": "active"},
    "release": {"requested": "released", "active": "released"},
    "extend": {"requested": "requested", "active": "active"},
    # To `active` while some of what is held has no document yet.
    "commit": {"active": "committed"},
}
#: Whose part an action is. Only the place's organisation binds the place for longer than it has agreed to.
SIDES: Final[dict[tuple[Action, State], frozenset[Side]]] = {
    ("grant", "requested"): frozenset({"profile"}),
    ("release", "requested"): frozenset({"project", "profile"}),
    ("release", "active"): frozenset({"project", "profile"}),
    ("extend", "requested"): frozenset({"project"}),
    ("extend", "active"): frozenset({"profile"}),
    ("commit", "active"): frozenset({"profile"}),
}
#: How long a hold lasts where nothing is said, and how far ahead it may end at most, from now on.
DEFAULT_LENGTH: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=180)
FIELDS: Final = ("land_mu", "floor_area_m2", "power_kva", "labour_persons")


class HoldFields(SQLModel):
    """What is kept for whom, typed once for table, body and answer. Null = none of it."""

    project_id: Id
    profile_id: Id
    land_mu: Mu | None = None
    floor_area_m2: SquareMetres | None = None
    power_kva: Kva | None = None
    labour_persons: Persons | None = Field(default=None, description="Never refused: what is short warns.")
    quantities: dict[QuantityName, AnyQuantity] = Field(default_factory=dict, sa_type=JSON)


EXAMPLE: dict[str, Any] = {
    "project_id": "prj_00000000000000000000000000",
    "profile_id": "prf_00000000000000000000000001",
    "land_mu": 60,
    "power_kva": 1250,
}


class HoldWrite(HoldFields, StrictBody):
    """Body of a new hold."""

    model_config = strict(EXAMPLE)

    expires_at: Instant | None = Field(
        default=None, description="In 30 days where it is left out; in 180 days at most."
    )

    def amounts(self) -> dict[str, float]:
        """What is asked for, by quantity."""
        return amounts_of(self)


class HoldRelease(StrictBody):
    """Body of a release."""

    model_config = strict({"reason": "项目推迟到明年"})

    reason: Name | None = Field(
        default=None, description="Required of the place's organisation where the hold is active."
    )


class HoldExtension(StrictBody):
    """Body of an extension."""

    model_config = strict({"expires_at": "2027-03-31T16:00:00Z"})

    expires_at: Instant = Field(description="In 180 days at most.")


class HoldCommit(StrictBody):
    """Body of a commit: the documents that turn an intent into a fact, for all that is held or a part."""

    model_config = strict({"documents": {"land_mu": "庆土让〔2026〕12号"}})

    documents: Annotated[dict[QuantityName, ShortText], Check(min_length=1, max_length=60)] = Field(
        description="By held quantity: land auction confirmation, grid supply reply and the like."
    )


class Commitment(StrictBody):
    """A quantity that a document has turned from held into taken."""

    amount: AnyQuantity
    document_no: ShortText
    committed_at: Instant


class Warned(StrictBody):
    """Something that does not stand in the way, but should be known."""

    quantity: str
    code: str
    detail: str


class Hold(HoldFields, Versioned, table=True):
    """The stored hold. Both sides' organisations stand on it: who has part in it never changes."""

    __tablename__ = "holds"
    __table_args__ = (
        Index(
            "uq_holds_live",
            "project_id",
            "profile_id",
            unique=True,
            sqlite_where=text("state IN ('requested', 'active')"),
            postgresql_where=text("state IN ('requested', 'active')"),
        ),
        Index(
            "ix_holds_active",
            "expires_at",
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        CheckConstraint(
            "state IN ('requested', 'active', 'released', 'expired', 'committed')", name="known_state"
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    project_id: str = Field(foreign_key="projects.id", index=True, max_length=40)
    profile_id: str = Field(foreign_key="profiles.id", index=True, max_length=40)
    project_organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    profile_organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    state: State = Field(sa_type=String(12))
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str | None = Field(default=None, max_length=200)
    commitments: dict[str, Commitment] = Field(default_factory=dict, sa_type=JsonOf(dict[str, Commitment]))

    def amounts(self) -> dict[str, float]:
        """What is held or was, by quantity."""
        return amounts_of(self)

    def open_amounts(self) -> dict[str, float]:
        """What is not committed yet, by quantity."""
        return {name: value for name, value in self.amounts().items() if name not in self.commitments}

    def state_at(self, instant: datetime) -> State:
        """The state by the clock: nobody has to come by for a hold to expire."""
        return "expired" if self.state in LIVE and self.expires_at <= instant else self.state

    def participants(self) -> tuple[str, str]:
        """The organisations of both sides."""
        return self.project_organisation_id, self.profile_organisation_id

    def told(self, **more: Any) -> dict[str, Any]:
        """What an event about the hold tells both sides."""
        ids = {"hold_id": self.id, "project_id": self.project_id, "profile_id": self.profile_id}
        return ids | {"state": self.state} | more

    def sides_of(self, organisation_id: str) -> frozenset[Side]:
        """On which side of the hold an organisation stands; on both of one on a place of its own."""
        sides: dict[Side, str] = {
            "project": self.project_organisation_id,
            "profile": self.profile_organisation_id,
        }
        return frozenset(side for side, owner in sides.items() if owner == organisation_id)


class HoldRead(HoldFields, Answer):
    """A hold as its two sides see it. Of the project no more than its id: see GET /v1/projects/{id}."""

    id: Id
    project_organisation_id: Id
    profile_organisation_id: Id
    state: State
    expires_at: Instant
    ended_at: Instant | None = Field(description="When it was released, expired, or wholly committed.")
    reason: str | None
    commitments: dict[str, Commitment]
    actions: list[Action] = Field(description="What the caller may do with it now.")
    warnings: list[Warned] = Field(
        default_factory=list, description="What is short but does not block, told where it was asked for."
    )
    version: int
    created_at: Instant
    updated_at: Instant


def amounts_of(fields: HoldFields) -> dict[str, float]:
    """Every quantity of a hold by name: the fields and the registered ones."""
    own = {name: getattr(fields, name) for name in FIELDS}
    return {name: value for name, value in own.items() if value is not None} | dict(fields.quantities)


def is_binding(quantity: str) -> bool:
    """Whether a place can run out of it for a hold; labour comes and goes, it only warns."""
    return quantity not in LABOUR


def pointer_of(quantity: str) -> str:
    """Where a quantity stands in a body."""
    return f"/{quantity}" if quantity in FIELDS else f"/quantities/{quantity}"


def visible_to(actor: Actor) -> SelectOfScalar[Hold]:
    """The holds of own projects and on own places; nobody else's, in whatever state."""
    return select(Hold).where(
        or_(
            col(Hold.project_organisation_id) == actor.organisation_id,
            col(Hold.profile_organisation_id) == actor.organisation_id,
        )
    )


def listed(
    session: Session, actor: Actor, project_id: str | None, profile_id: str | None, state: State | None
) -> SelectOfScalar[Hold]:
    """Visible holds, oldest first; ``state`` as it is by the clock of this session."""
    statement = visible_to(actor).order_by(col(Hold.id))
    if project_id:
        statement = statement.where(Hold.project_id == project_id)
    if profile_id:
        statement = statement.where(Hold.profile_id == profile_id)
    return statement.where(_is(state, now(session))) if state else statement


def _is(state: State, instant: datetime) -> ColumnElement[bool]:
    stored = col(Hold.state) == state
    if state == "expired":
        return or_(stored, and_(col(Hold.state).in_(LIVE), col(Hold.expires_at) <= instant))
    return and_(stored, col(Hold.expires_at) > instant) if state in LIVE else stored


def get(session: Session, actor: Actor, hold_id: str) -> Hold:
    """One visible hold; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Hold.id == hold_id)).first()
    if found is None:
        raise NotFound()
    return found


def actions_of(row: Hold, organisation_id: str, instant: datetime) -> list[Action]:
    """What an organisation may do with a hold at an instant, in the order of the table."""
    state, sides = row.state_at(instant), row.sides_of(organisation_id)
    return [action for action in TRANSITIONS if sides & SIDES.get((action, state), frozenset())]


def read(session: Session, actor: Actor, row: Hold, warnings: list[Warned] | None = None) -> HoldRead:
    """The row as either side sees it, by the clock of this session."""
    instant = now(session)
    state = row.state_at(instant)
    values = row.model_dump() | {
        "state": state,
        "ended_at": row.expires_at if state == "expired" else row.ended_at,
        "actions": actions_of(row, actor.organisation_id, instant),
        "warnings": warnings or [],
    }
    return HoldRead.model_validate(values)
