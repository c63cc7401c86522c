"""Approvals: what one person has submitted and another has to approve before it counts.

A noun's module says in three places that one of its actions may need a second person: it asks
``required`` before it acts, calls ``submit`` with the intended body where it is, and registers with
``carries_out`` what is done once the body is approved.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, Index, String, text
from sqlmodel import Field, Session, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import UtcDateTime, new_id, now, record_change
from service.domain import events, organisation_settings
from service.domain.events import EventType
from service.domain.organisation_settings import Action
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    StrictBody,
    Versioned,
    by_age,
    created,
    replace_fields,
    require_version,
    strict,
)
from service.errors import Conflict, Forbidden, NotFound
from service.units import Id, Instant, LongText

State = Literal["submitted", "returned", "approved", "withdrawn"]


class Approval(Versioned, table=True):
    """What was submitted, and what became of it; of one thing and action an organisation has one open."""

    __tablename__ = "approvals"
    __table_args__ = (
        Index(
            "uq_approvals_open",
            "organisation_id",
            "noun_id",
            "action",
            unique=True,
            sqlite_where=text("state = 'submitted'"),
            postgresql_where=text("state = 'submitted'"),
        ),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    action: Action = Field(sa_type=String(40))
    noun: str = Field(max_length=20)
    noun_id: str = Field(max_length=64)
    noun_version: int | None = Field(default=None)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    state: State = Field(default="submitted", sa_type=String(12))
    submitted_by_person_id: str | None = Field(default=None, foreign_key="people.id", max_length=40)
    submitted_by_key_id: str | None = Field(default=None, max_length=40)
    comment: str | None = Field(default=None, max_length=5000)
    decided_by_person_id: str | None = Field(default=None, foreign_key="people.id", max_length=40)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApprovalRead(Answer):
    """An approval as the people of its organisation see it."""

    id: Id
    organisation_id: Id
    action: Action
    noun: str
    noun_id: Id = Field(description="What it is about.")
    noun_version: int | None = Field(description="The version that the submitter had before them.")
    payload: dict[str, Any] = Field(description="The intended body.")
    state: State
    submitted_by_person_id: Id | None = Field(description="Null where a key for programs submitted it.")
    submitted_by_key_id: str | None = Field(description="The key, or the session, that submitted it.")
    comment: str | None = Field(description="Why it was returned.")
    decided_by_person_id: Id | None
    decided_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class ReturnWrite(StrictBody):
    """Why a submission is returned."""

    model_config = strict({"comment": "用电容量请附供电局回函文号"})

    comment: LongText = Field(min_length=1)


_TOLD: dict[State, EventType] = {
    "submitted": "approval.submitted",
    "returned": "approval.returned",
    "approved": "approval.approved",
    "withdrawn": "approval.withdrawn",
}
CarryOut = Callable[[Session, Actor, Approval], None]
_carry_out: dict[str, CarryOut] = {}
_give_back: dict[str, CarryOut] = {}


def carries_out(action: Action) -> Callable[[CarryOut], CarryOut]:
    """Register what is done with an approved payload; called as the approver, inside the transaction.

    What it raises is the answer of the approver's request, and nothing is stored: it raises ``Conflict``
    where the thing has changed since the submission (``approval.noun_version`` is at hand for that).
    """

    def register(act: CarryOut) -> CarryOut:
        _carry_out[action] = act
        return act

    return register


def gives_back(action: Action) -> Callable[[CarryOut], CarryOut]:
    """Register what happens to the thing when a submission is returned or withdrawn; nothing unless said."""

    def register(act: CarryOut) -> CarryOut:
        _give_back[action] = act
        return act

    return register


def registered() -> frozenset[str]:
    """The actions that some module carries out."""
    return frozenset(_carry_out)


def required(session: Session, actor: Actor, action: Action) -> bool:
    """Whether the actor's organisation wants a second person for this action."""
    row = organisation_settings.of(session, actor.organisation_id)
    return row is not None and action in row.second_person_for


def submit(
    session: Session,
    actor: Actor,
    action: Action,
    noun: str,
    noun_id: str,
    payload: dict[str, Any],
    *,
    noun_version: int | None = None,
) -> Approval:
    """Put a payload before a second person.

    Raises
    ------
    Conflict
        ``approval_open``: one of this thing and action waits already.
    """
    require_none_open(session, actor, action, noun_id)
    row = Approval.model_validate(
        {
            **created(session),
            "id": new_id("apv"),
            "organisation_id": actor.organisation_id,
            "action": action,
            "noun": noun,
            "noun_id": noun_id,
            "noun_version": noun_version,
            "payload": payload,
            "submitted_by_person_id": actor.person_id,
            "submitted_by_key_id": actor.key_id,
        }
    )
    session.add(row)
    # A rival that was submitted meanwhile shows here, inside the operation that it spoils.
    session.flush()
    _record(session, actor, row, "submit")
    return row


def require_none_open(session: Session, actor: Actor, action: Action, noun_id: str) -> None:
    """Raise ``Conflict`` (``approval_open``) while the organisation's submission of the same waits."""
    found = waiting(session, actor, action, noun_id)
    if found is not None:
        raise Conflict(
            "approval_open",
            f"{found.id} waits for a second person. Have it approved or returned, or withdraw it, first.",
        )


def waiting(session: Session, actor: Actor, action: Action, noun_id: str) -> Approval | None:
    """The organisation's open submission of this thing and action, if there is one."""
    open_ones = visible_to(actor).where(
        Approval.noun_id == noun_id, Approval.action == action, Approval.state == "submitted"
    )
    return session.exec(open_ones).first()


def visible_to(actor: Actor) -> SelectOfScalar[Approval]:
    """The approvals of the actor's own organisation, and of no other."""
    return select(Approval).where(Approval.organisation_id == actor.organisation_id)


def listed(
    actor: Actor, state: State | None, action: Action | None, *, newest_first: bool = False
) -> SelectOfScalar[Approval]:
    """Visible approvals; oldest first, for that is the order in which they should be decided."""
    statement = visible_to(actor).order_by(by_age(Approval.id, newest_first=newest_first))
    if state:
        statement = statement.where(Approval.state == state)
    return statement.where(Approval.action == action) if action else statement


def get(session: Session, actor: Actor, approval_id: str) -> Approval:
    """One visible approval; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(Approval.id == approval_id)).first()
    if found is None:
        raise NotFound()
    return found


def approve(session: Session, actor: Actor, approval_id: str, expected: ExpectedVersion) -> Approval:
    """Carry out what was submitted, as the second person.

    Raises
    ------
    Forbidden
        ``person_required``: a key for programs cannot approve; ``own_submission``.
    Conflict
        ``approval_closed``, or whatever the action says of a thing that has changed meanwhile.
    """
    row = _open_locked(session, actor, approval_id, expected)
    _require_second_person(actor, row)
    _decide(session, actor, row, "approved", None)
    _carry_out[row.action](session, actor, row)
    _record(session, actor, row, "approve")
    return row


def give_back(
    session: Session, actor: Actor, approval_id: str, expected: ExpectedVersion, comment: str
) -> Approval:
    """Return a submission with a comment; the submitter may correct it and submit it anew."""
    row = _open_locked(session, actor, approval_id, expected)
    _require_second_person(actor, row)
    _decide(session, actor, row, "returned", comment)
    _given_back(session, actor, row)
    _record(session, actor, row, "return")
    return row


def withdraw(session: Session, actor: Actor, approval_id: str, expected: ExpectedVersion) -> Approval:
    """Take one's own submission back: the person's own, or of a key any key of the organisation's.

    Raises
    ------
    Forbidden
        ``not_your_submission``.
    """
    row = _open_locked(session, actor, approval_id, expected)
    if row.submitted_by_person_id != actor.person_id:
        raise Forbidden(
            "not_your_submission", "Only whoever submitted it can withdraw it; return it instead."
        )
    _decide(session, actor, row, "withdrawn", None)
    _given_back(session, actor, row)
    _record(session, actor, row, "withdraw")
    return row


def _open_locked(session: Session, actor: Actor, approval_id: str, expected: ExpectedVersion) -> Approval:
    # Locked while it is checked: two people who decide at once must not both decide.
    row = session.exec(visible_to(actor).where(Approval.id == approval_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    if row.state != "submitted":
        raise Conflict("approval_closed", f"This was {row.state} already.")
    return row


def _require_second_person(actor: Actor, row: Approval) -> None:
    if actor.person_id is None:
        raise Forbidden("person_required", "A key for programs cannot decide: a person has to sign in.")
    if actor.person_id == row.submitted_by_person_id:
        raise Forbidden("own_submission", "You submitted this yourself: another person has to decide.")


def _decide(session: Session, actor: Actor, row: Approval, state: State, comment: str | None) -> None:
    decided = {"decided_by_person_id": actor.person_id, "decided_at": now(session)}
    replace_fields(session, row, {"state": state, "comment": comment, **decided})


def _given_back(session: Session, actor: Actor, row: Approval) -> None:
    act = _give_back.get(row.action)
    if act is not None:
        act(session, actor, row)


def _record(session: Session, actor: Actor, row: Approval, verb: str) -> None:
    record_change(session, "approval", row.id, verb)
    detail = {"action": row.action, "noun_id": row.noun_id}
    audit.record(session, actor, f"approval.{verb}", "approval", row.id, detail)
    told = {"approval_id": row.id, "action": row.action, "noun": row.noun, "noun_id": row.noun_id}
    events.emit(session, _TOLD[row.state], row.id, told, [row.organisation_id])
