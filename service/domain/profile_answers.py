"""Answers to requests 回核: through the link or on the sheet, taken over figure by figure."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Literal

from sqlmodel import Field, Session, select

from service.access.policy import Actor
from service.database import now
from service.domain import profile_records, quantities
from service.domain.asked_fields import FACTS, AskedField, Value, askable, patch_of, stated
from service.domain.organisations import Organisation
from service.domain.profile_requests import (
    Answerer,
    ProfileRequest,
    is_still_own,
    locked,
    note,
    require_answered,
    settle,
)
from service.domain.profiles import FIGURES, Profile, ProfileWrite
from service.domain.regions import Region
from service.domain.shapes import Answer, ExpectedVersion, StrictBody, patched, replace_fields, strict
from service.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Unauthenticated
from service.units import Instant, LongText, ShortText, shanghai_day

#: What the evidence of a figure says that was confirmed in writing.
SOURCE = "书面确认"


class ProfileAnswerWrite(StrictBody):
    """An answer: what is different; what is not named is confirmed as it stands."""

    model_config = strict(
        {
            "answered_by": {"name": "李华", "office": "庆元县招商投资促进中心"},
            "corrections": {"land_mu": 80, "power_kva": 3150},
        }
    )

    answered_by: Answerer
    corrections: dict[ShortText, Value] = Field(default_factory=dict, max_length=100)
    note: LongText | None = None


class Acceptance(StrictBody):
    """Which corrections are taken over; empty means all."""

    model_config = strict({"fields": ["land_mu"]})

    fields: list[ShortText] = Field(default_factory=list, max_length=100)


class AskedProfile(Answer):
    """What whoever holds the link is asked, and by whom: without a key nothing else can be looked up."""

    asked_by: str = Field(description="The organisation that asks.")
    site_name: str | None
    region_code: str
    region_name: str
    is_synthetic: bool
    message: str | None
    expires_at: Instant
    fields: list[AskedField]


def opened(session: Session, authorization: str | None, *, lock: bool = True) -> ProfileRequest:
    """The request whose link somebody holds; ``lock`` keeps a second answer out until this one is stored.

    Raises
    ------
    Unauthenticated
        ``missing_link``; ``unknown_link``, also for one that was used, withdrawn or has expired, and where
        the profile is the county's own by now, or gone: the link may be with whoever asked.
    """
    scheme, _, secret = (authorization or "").partition(" ")
    parts = secret.strip().split("_", 2)
    if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != "shq":
        raise Unauthenticated("missing_link", "Open the whole link that you were sent.")
    statement = select(ProfileRequest).where(ProfileRequest.prefix == parts[1][:20])
    row = session.exec(statement.with_for_update() if lock else statement).first()
    given = hashlib.sha256(secret.strip().encode("utf-8", "replace")).hexdigest()
    # The comparison runs for an unknown prefix too, so that its time tells nothing.
    matches = hmac.compare_digest(given, row.secret_hash if row else "0" * 64)
    is_open = row is not None and matches and row.state == "open" and row.expires_at > now(session)
    if row is None or not is_open or not is_still_own(session, row):
        raise Unauthenticated(
            "unknown_link", "This link is not valid (any more). Ask whoever sent it for a new one."
        )
    return row


def asked(session: Session, row: ProfileRequest) -> AskedProfile:
    """What whoever holds the link, or the sheet, is asked; raises ``Forbidden`` as ``answer`` does."""
    _require_own(session, row)
    profile = session.get_one(Profile, row.profile_id)
    values, known = stated(profile), askable(session)
    return AskedProfile(
        asked_by=session.get_one(Organisation, row.organisation_id).name,
        site_name=profile.site_name,
        region_code=profile.region_code,
        region_name=session.get_one(Region, profile.region_code).full_name,
        is_synthetic=profile.is_synthetic,
        message=row.message,
        expires_at=row.expires_at,
        fields=[
            AskedField(**known[name].model_dump(exclude={"value"}), value=values.get(name))
            for name in row.fields or known
        ],
    )


def answer(
    session: Session,
    actor: Actor | None,
    row: ProfileRequest,
    body: ProfileAnswerWrite,
    through: Literal["link", "sheet"],
) -> ProfileRequest:
    """Keep an answer; from now on the link is used up. ``actor`` None is whoever holds the link.

    Raises
    ------
    Conflict
        ``not_open``: it was answered, settled or withdrawn already.
    Forbidden
        ``not_yours``: the profile is the county's own by now, or gone.
    Invalid
        For a field that was not asked, and for a value that the profile could not hold.
    """
    if row.state != "open":
        raise Conflict("not_open", f"This request is {row.state}; make a new one.")
    _require_own(session, row)
    profile = session.get_one(Profile, row.profile_id)
    _check(session, row, profile, body.corrections)
    before = stated(profile)
    changed = {name: value for name, value in body.corrections.items() if value != before.get(name)}
    said = body.model_dump(mode="json") | {"corrections": changed}
    replace_fields(
        session,
        row,
        {"state": "answered", "answered_at": now(session), "answered_through": through, "answer": said},
    )
    note(session, actor, row, "answer")
    return row


def _require_own(session: Session, row: ProfileRequest) -> None:
    if not is_still_own(session, row):
        raise Forbidden(
            "not_yours", "The county has this profile in its own hands by now, or it was removed."
        )


def _check(session: Session, row: ProfileRequest, profile: Profile, values: dict[str, Value]) -> None:
    wanted = row.fields or list(askable(session))
    errors = [
        FieldError(f"/corrections/{name.replace('~', '~0').replace('/', '~1')}", "not_asked", "Not asked.")
        for name in values
        if name not in wanted
    ]
    if errors:
        raise Invalid(errors)
    try:
        body = patched(ProfileWrite, profile, patch_of(values))
        quantities.validate(session, body.quantities)
    except Invalid as error:
        told = [
            FieldError(f"/corrections/{e.pointer.rsplit('/', 1)[-1]}", e.code, e.detail) for e in error.errors
        ]
        raise Invalid(told) from error


def accept(
    session: Session, actor: Actor, request_id: str, expected: ExpectedVersion, body: Acceptance
) -> ProfileRequest:
    """Write the corrections, all or some, into the profile, each with its evidence.

    What was asked and not corrected is confirmed: it gets its evidence too, and the profile the day of
    the answer, unless a correction is left aside.

    Raises
    ------
    Conflict
        ``not_answered``.
    Invalid
        For a field that the answer does not correct.
    """
    row = locked(session, actor, request_id, expected)
    require_answered(row)
    said: dict[str, Any] = row.answer or {}
    corrections: dict[str, Value] = said["corrections"]
    errors = [
        FieldError(f"/fields/{i}", "not_corrected", "The answer does not correct this field.")
        for i, name in enumerate(body.fields)
        if name not in corrections
    ]
    if errors:
        raise Invalid(errors)
    chosen = {name: corrections[name] for name in body.fields or corrections}
    profile = session.get(Profile, row.profile_id)
    if profile is None or profile.deleted_at is not None:
        raise NotFound()
    profile_records.change(session, actor, profile.id, "any", _patch(session, row, profile, chosen))
    settle(session, actor, row, "accepted", sorted(chosen))
    return row


def _patch(
    session: Session, row: ProfileRequest, profile: Profile, chosen: dict[str, Value]
) -> dict[str, Any]:
    said: dict[str, Any] = row.answer or {}
    left = set(said["corrections"]) - set(chosen)
    day = shanghai_day(row.answered_at or now(session))
    by = said["answered_by"]
    evidence = {
        "as_of": day.isoformat(),
        "source": f"{SOURCE}：{by['office']} {by['name']}"[:200],
        "document_no": row.id,
    }
    values = stated(profile) | chosen
    confirmed = [
        name
        for name in row.fields or askable(session)
        if name not in FACTS and name not in left and values.get(name) is not None
    ]
    patch = patch_of(chosen) | {"evidence": dict.fromkeys(confirmed, evidence)}
    everything = not left and (not row.fields or set(FIGURES) <= set(row.fields))
    return patch | ({"as_of": max(day, profile.as_of).isoformat()} if everything else {})
