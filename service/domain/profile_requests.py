"""Requests to partners 请核: a county that does not log in confirms figures by a one-time link or a sheet.

The answer comes back as a difference; whoever asked accepts it, figure by figure.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field as Check
from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor
from service.database import UtcDateTime, new_id, now, record_change
from service.domain import events, profiles
from service.domain.asked_fields import Value, askable, stated
from service.domain.events import EventType
from service.domain.profiles import Profile
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
from service.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, invalid
from service.units import Id, Instant, LongText, Name, ShortText

State = Literal["open", "answered", "accepted", "declined", "withdrawn"]
_TOLD: dict[str, EventType] = {
    "answered": "profile_request.answered",
    "accepted": "profile_request.accepted",
    "declined": "profile_request.declined",
    "withdrawn": "profile_request.withdrawn",
}
DEFAULT_LIFE = timedelta(days=14)
LONGEST_LIFE = timedelta(days=90)


class ProfileRequestFields(SQLModel):
    """What is asked, typed once for table, body and answer."""

    profile_id: Id
    fields: Annotated[list[ShortText], Check(max_length=100)] = Field(
        default_factory=list,
        sa_type=JSON,
        description="Figures, quantities and facts to confirm or correct; empty means all.",
    )
    recipient: Name | None = Field(default=None, description="Whom it is sent to, for one's own record.")
    message: LongText | None = Field(default=None, description="Shown to whoever answers.")
    expires_at: Instant | None = Field(default=None, sa_type=UtcDateTime, description="14 days from now.")


EXAMPLE: dict[str, Any] = {
    "profile_id": "prf_00000000000000000000000001",
    "fields": ["land_mu", "power_kva", "largest_parcel_mu"],
    "recipient": "庆元县招商投资促进中心",
    "message": "请核对以下数据，有出入请直接更正。",
}


class ProfileRequestWrite(ProfileRequestFields, StrictBody):
    """Body of a new request."""

    model_config = strict(EXAMPLE)


class Answerer(StrictBody):
    """Who says so."""

    name: ShortText
    office: Name
    title: ShortText | None = None


class ProfileRequest(ProfileRequestFields, Versioned, table=True):
    """The stored request; the link's secret itself is not here and cannot be worked out."""

    __tablename__ = "profile_requests"

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    profile_id: str = Field(foreign_key="profiles.id", index=True, max_length=40)
    recipient: str | None = Field(default=None, max_length=200)
    message: str | None = Field(default=None, max_length=5000)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    prefix: str = Field(unique=True, max_length=20)
    secret_hash: str = Field(max_length=64)
    state: str = Field(default="open", max_length=10)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_through: str | None = Field(default=None, max_length=8)
    answer: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    accepted_fields: list[str] = Field(default_factory=list, sa_type=JSON)


class Difference(Answer):
    """One figure as the profile states it now, and as the answer says it is."""

    field: str
    unit: str
    before: Value = Field(description="Null too where the profile is another organisation's by now.")
    after: Value
    accepted: bool


class ProfileRequestRead(ProfileRequestFields, Answer):
    """A request as the organisation that asked sees it."""

    id: Id
    organisation_id: Id
    expires_at: Instant
    state: State
    is_expired: bool
    answered_at: Instant | None
    answered_through: Literal["link", "sheet"] | None
    answered_by: Answerer | None
    note: str | None
    differences: list[Difference]
    version: int
    created_at: Instant
    updated_at: Instant


class ProfileRequestCreated(ProfileRequestRead):
    """A new request; ``secret`` is shown in the first answer only, and null on a replay."""

    secret: str | None = Field(description="For the link: `/answer#<secret>`; null on a replay.")


@dataclass(frozen=True, slots=True)
class Issued:
    """A new request's row and the secret of its link, which is shown this once."""

    row: ProfileRequest
    secret: str


def visible_to(actor: Actor) -> SelectOfScalar[ProfileRequest]:
    """One's own requests."""
    return select(ProfileRequest).where(ProfileRequest.organisation_id == actor.organisation_id)


def listed(
    actor: Actor, profile_id: str | None, state: State | None, *, newest_first: bool = False
) -> SelectOfScalar[ProfileRequest]:
    """One's own requests, oldest first unless asked otherwise."""
    statement = visible_to(actor).order_by(by_age(ProfileRequest.id, newest_first=newest_first))
    if profile_id:
        statement = statement.where(ProfileRequest.profile_id == profile_id)
    return statement.where(ProfileRequest.state == state) if state else statement


def get(session: Session, actor: Actor, request_id: str) -> ProfileRequest:
    """One's own request; raises ``NotFound``."""
    found = session.exec(visible_to(actor).where(ProfileRequest.id == request_id)).first()
    if found is None:
        raise NotFound()
    return found


def read(session: Session, row: ProfileRequest) -> ProfileRequestRead:
    """The request with the differences that its answer makes to the profile as it is now."""
    said = row.answer or {}
    profile = session.get_one(Profile, row.profile_id)
    # A county that has confirmed the profile meanwhile withholds what it likes from whoever asked.
    now_stated = stated(profile) if row.organisation_id in profile.owners() else {}
    units = {name: field.unit for name, field in askable(session).items()}
    differences = [
        Difference(
            field=name,
            unit=units.get(name, ""),
            before=now_stated.get(name),
            after=value,
            accepted=name in row.accepted_fields,
        )
        for name, value in said.get("corrections", {}).items()
    ]
    return ProfileRequestRead(
        **row.model_dump(exclude={"answer"}),
        is_expired=row.expires_at <= now(session),
        answered_by=said.get("answered_by"),
        note=said.get("note"),
        differences=differences,
    )


def is_still_own(session: Session, row: ProfileRequest) -> bool:
    """Whether the profile is there still, and its figures are for whoever asked to see."""
    profile = session.get_one(Profile, row.profile_id)
    return profile.deleted_at is None and row.organisation_id in profile.owners()


def ask(session: Session, actor: Actor, body: ProfileRequestWrite) -> Issued:
    """Make a request about a profile that the actor may change, with the secret of its link.

    Raises
    ------
    NotFound, Forbidden
        Where the profile is not seen, or is another's.
    Invalid
        For fields that cannot be asked, and for an end that is past or too far.
    """
    profile = profiles.get(session, actor, body.profile_id)
    if actor.organisation_id not in profile.owners():
        raise Forbidden(
            "not_yours", "Ask about profiles of your own, or such as you have entered for a county."
        )
    known = askable(session)
    errors = [
        FieldError(f"/fields/{i}", "unknown_field", "Name a figure, a registered quantity or a fact.")
        for i, name in enumerate(body.fields)
        if name not in known
    ]
    if errors:
        raise Invalid(errors)
    prefix = secrets.token_hex(6)
    secret = f"shq_{prefix}_{secrets.token_urlsafe(32)}"
    row = ProfileRequest.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("rqs"),
            "organisation_id": actor.organisation_id,
            "expires_at": _end(session, body.expires_at),
            "prefix": prefix,
            "secret_hash": hashlib.sha256(secret.encode()).hexdigest(),
        }
    )
    session.add(row)
    # The profile may have gone meanwhile: it shows here.
    session.flush()
    note(session, actor, row, "create")
    return Issued(row, secret)


def _end(session: Session, wanted: datetime | None) -> datetime:
    instant = now(session)
    if wanted is None:
        return instant + DEFAULT_LIFE
    if not instant < wanted <= instant + LONGEST_LIFE:
        said = f"A link ends later than now, and after {LONGEST_LIFE.days} days at most."
        raise invalid("/expires_at", "out_of_range", said)
    return wanted


def withdraw(session: Session, actor: Actor, request_id: str, expected: ExpectedVersion) -> None:
    """Make the link worthless; what was answered stays on record."""
    row = locked(session, actor, request_id, expected)
    if row.state not in {"open", "answered"}:
        raise Conflict("settled", f"This request is {row.state}; there is nothing to withdraw.")
    settle(session, actor, row, "withdrawn", [])


def decline(session: Session, actor: Actor, request_id: str, expected: ExpectedVersion) -> ProfileRequest:
    """Take over nothing of an answer."""
    row = locked(session, actor, request_id, expected)
    require_answered(row)
    settle(session, actor, row, "declined", [])
    return row


def settle(session: Session, actor: Actor, row: ProfileRequest, state: State, fields: list[str]) -> None:
    """End a request in this state, with the fields that were taken over."""
    replace_fields(session, row, {"state": state, "accepted_fields": fields})
    note(session, actor, row, state)


def locked(session: Session, actor: Actor, request_id: str, expected: ExpectedVersion) -> ProfileRequest:
    """One's own request, locked until the end of the transaction."""
    statement = visible_to(actor).where(ProfileRequest.id == request_id)
    row = session.exec(statement.with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def require_answered(row: ProfileRequest) -> None:
    """Raise ``Conflict`` unless there is an answer that nobody has settled."""
    if row.state != "answered":
        raise Conflict("not_answered", f"This request is {row.state}; only an answered one is settled.")


def note(session: Session, actor: Actor | None, row: ProfileRequest, deed: str) -> None:
    """Put a deed on record; ``actor`` None is whoever holds the link."""
    record_change(session, "profile_request", row.id, deed)
    detail = {"profile_id": row.profile_id, "state": row.state, "accepted_fields": row.accepted_fields}
    audit.record(session, actor, f"profile_request.{deed}", "profile_request", row.id, detail)
    if row.state in _TOLD:
        told = {"profile_request_id": row.id, "profile_id": row.profile_id}
        events.emit(session, _TOLD[row.state], row.id, told, [row.organisation_id])
