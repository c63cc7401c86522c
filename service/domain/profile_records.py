"""What is done with profiles: enter, replace, change, confirm, remove; and every published state kept.

Where the organisation wants a second person for `profile.publish`, what would be published is submitted
instead: a profile that is public stays as it is until then, another one is `submitted`.
"""

from __future__ import annotations

from typing import Any, Final, cast

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor, governs
from service.database import UtcDateTime, new_id, now, record_change
from service.domain import approvals, enclave_terms, promises, regions
from service.domain.approvals import Approval
from service.domain.profile_checks import PUBLISH, Known, check, mentioned, ownership
from service.domain.profiles import (
    Profile,
    ProfileRead,
    ProfileWrite,
    Status,
    get,
    read_state,
    visible_to,
)
from service.domain.shapes import (
    Answer,
    ExpectedVersion,
    created,
    patched,
    replace_fields,
    require_version,
    validated,
)
from service.errors import Conflict, Forbidden, NotFound
from service.units import Instant

# What is submitted where the county takes over what a partner has entered for it.
_CONFIRMATION: Final = {"unconfirmed": False}


class ProfileVersion(SQLModel, table=True):
    """A published state of a profile, never changed afterwards."""

    __tablename__ = "profile_versions"
    __table_args__ = (UniqueConstraint("profile_id", "version"),)

    id: str = Field(primary_key=True, max_length=40)
    profile_id: str = Field(foreign_key="profiles.id", index=True, max_length=40)
    version: int
    published_at: Instant = Field(sa_type=UtcDateTime)
    state: dict[str, Any] = Field(sa_type=JSON)


class ProfileVersionRead(Answer):
    """A published state, and when it was published."""

    version: int
    published_at: Instant
    profile: ProfileRead


def versions(session: Session, actor: Actor, profile_id: str) -> SelectOfScalar[ProfileVersion]:
    """Published states of a visible profile, newest first; raises ``NotFound``."""
    row = get(session, actor, profile_id)
    statement = select(ProfileVersion).where(ProfileVersion.profile_id == profile_id)
    if actor.organisation_id not in row.owners():
        # What a partner entered was never the county's word; its confirmation does not publish it.
        was_unconfirmed = cast(Any, col(ProfileVersion.state))["unconfirmed"].as_boolean()
        statement = statement.where(was_unconfirmed.is_(False))
    return statement.order_by(col(ProfileVersion.version).desc())


def read_version(session: Session, actor: Actor, row: ProfileVersion) -> ProfileVersionRead:
    """A published state as the actor may see it: with the restrictions of then and of now."""
    owner = session.get_one(Profile, row.profile_id)
    state = Profile.model_validate(row.state)
    return ProfileVersionRead(
        version=row.version, published_at=row.published_at, profile=read_state(actor, owner, state)
    )


def register(session: Session, actor: Actor, body: ProfileWrite) -> Profile | Approval:
    """Enter a profile of one's own region, or for a partner county, which then has to confirm it.

    Raises
    ------
    Forbidden
        ``region_not_yours``: neither the actor's region nor paired with it.
    Invalid
        For codes, quantities and dates that do not exist or contradict each other.
    """
    known = mentioned(session, actor, body)
    check(known, body)
    waits = _waits(session, actor, body)
    row = Profile.model_validate(
        {
            **body.model_dump(),
            **created(session),
            **ownership(known, actor, body)._asdict(),
            **({"status": "submitted"} if waits else {}),
            "id": new_id("prf"),
        }
    )
    session.add(row)
    # The versions refer to the row.
    session.flush()
    published(session, row)
    record_change(session, "profile", row.id, "create")
    audit.record(session, actor, "profile.create", "profile", row.id, {"status": row.status})
    return _submit(session, actor, row, body.model_dump(mode="json")) if waits else row


def replace(
    session: Session, actor: Actor, profile_id: str, expected: ExpectedVersion, body: ProfileWrite
) -> Profile | Approval:
    """Put a whole new body in place of the old."""
    return _write(session, actor, _own_locked(session, actor, profile_id, expected), body)


def change(
    session: Session, actor: Actor, profile_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> Profile | Approval:
    """Apply a merge patch (RFC 7396); what was returned is a draft again, unless it is published anew."""
    row = _own_locked(session, actor, profile_id, expected)
    _require_not_submitted(session, actor, row)
    return _write(session, actor, row, patched(ProfileWrite, _as_written(row), patch))


def confirm(session: Session, actor: Actor, profile_id: str, expected: ExpectedVersion) -> Profile | Approval:
    """The county takes over what a partner entered for it: from now on it is the county's own.

    Raises
    ------
    Conflict
        ``confirmed_already``.
    Forbidden
        ``region_not_yours``: only the county that the profile is about can confirm it.
    """
    row = _locked(session, actor, profile_id, expected)
    if not row.unconfirmed:
        raise Conflict("confirmed_already", "This profile needs no confirmation.")
    paths = tuple(regions.path(session, code) for code in (row.region_code, *row.home_region_codes))
    if actor.is_platform or not governs(actor, paths):
        raise Forbidden("region_not_yours", "Only the county that the profile is about can confirm it.")
    if approvals.required(session, actor, PUBLISH):
        return _submit(session, actor, row, _CONFIRMATION)
    return _confirmed(session, actor, row, None)


def _confirmed(session: Session, actor: Actor, row: Profile, approved_by: str | None) -> Profile:
    own = {"unconfirmed": False, "organisation_id": actor.organisation_id, "approved_by": approved_by}
    replace_fields(session, row, own)
    published(session, row)
    record_change(session, "profile", row.id, "confirm")
    audit.record(session, actor, "profile.confirm", "profile", row.id)
    return row


def remove(session: Session, actor: Actor, profile_id: str, expected: ExpectedVersion) -> None:
    """Take the profile out of every list and ranking; the record and its versions stay."""
    row = _own_locked(session, actor, profile_id, expected)
    promises.keep(session, actor, row, None)
    promises.leave_pools(session, row.id)
    replace_fields(session, row, {"deleted_at": now(session)})
    record_change(session, "profile", row.id, "delete")
    audit.record(session, actor, "profile.delete", "profile", row.id)


def _locked(session: Session, actor: Actor, profile_id: str, expected: ExpectedVersion) -> Profile:
    # Before the row itself: whoever shares capacity with it is locked in one order.
    promises.lock(session, [profile_id])
    # Locked while it is checked: two writers that hold the same ETag must not both pass.
    row = session.exec(visible_to(actor).where(Profile.id == profile_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def _own_locked(session: Session, actor: Actor, profile_id: str, expected: ExpectedVersion) -> Profile:
    row = _locked(session, actor, profile_id, expected)
    if actor.organisation_id not in row.owners():
        raise Forbidden("not_yours", "Only the organisation whose profile this is can change it.")
    return row


def _write(session: Session, actor: Actor, row: Profile, body: ProfileWrite) -> Profile | Approval:
    _require_not_submitted(session, actor, row)
    known = mentioned(session, actor, body)
    check(known, body)
    _require_region(known, actor, row, body)
    if not _waits(session, actor, body):
        return _applied(session, actor, row, body, body.status, None)
    approvals.require_none_open(session, actor, PUBLISH, row.id)
    if row.status != "published":
        _applied(session, actor, row, body, "submitted", None)
    return _submit(session, actor, row, body.model_dump(mode="json"))


def _applied(
    session: Session, actor: Actor, row: Profile, body: ProfileWrite, status: Status, approved_by: str | None
) -> Profile:
    values = Profile.model_validate(row.model_dump() | body.model_dump() | {"status": status})
    before = {name: getattr(row, name) for name in ProfileWrite.model_fields}
    after = {name: getattr(values, name) for name in ProfileWrite.model_fields}
    promises.keep(session, actor, row, after)
    replace_fields(session, row, {**after, "approved_by": approved_by})
    published(session, row)
    record_change(session, "profile", row.id, "update")
    if after["home_region_codes"] != before["home_region_codes"]:
        enclave_terms.home_changed(session, actor, row.id)
    changed = sorted(name for name in after if after[name] != before[name])
    audit.record(session, actor, "profile.update", "profile", row.id, {"fields": changed})
    return row


def _as_written(row: Profile) -> ProfileWrite:
    """The row as the body that it came of; nobody writes that something is returned."""
    fields = row.model_dump(include=set(ProfileWrite.model_fields))
    return ProfileWrite.model_validate(fields | ({"status": "draft"} if row.status == "returned" else {}))


def _waits(session: Session, actor: Actor, body: ProfileWrite) -> bool:
    """Whether the body would be public, and a second person is wanted for that."""
    return body.status == "published" and approvals.required(session, actor, PUBLISH)


def _submit(session: Session, actor: Actor, row: Profile, payload: dict[str, Any]) -> Approval:
    return approvals.submit(session, actor, PUBLISH, "profile", row.id, payload, noun_version=row.version)


def _require_not_submitted(session: Session, actor: Actor, row: Profile) -> None:
    if row.status == "submitted":
        approvals.require_none_open(session, actor, PUBLISH, row.id)


@approvals.carries_out("profile.publish")
def _publish(session: Session, actor: Actor, approval: Approval) -> None:
    row = _submitted(session, approval)
    if row is None or row.version != approval.noun_version:
        raise Conflict(
            "changed_since",
            "The profile was changed after this was submitted. Return it, to be submitted anew.",
        )
    if approval.payload == _CONFIRMATION:
        _confirmed(session, actor, row, actor.person_id)
        return
    body = validated(ProfileWrite, approval.payload)
    check(mentioned(session, actor, body), body)
    _applied(session, actor, row, body, "published", actor.person_id)


@approvals.gives_back("profile.publish")
def _give_back(session: Session, actor: Actor, approval: Approval) -> None:
    row = _submitted(session, approval)
    if row is None or row.status != "submitted":
        # What is public has stayed as it was.
        return
    replace_fields(session, row, {"status": "returned" if approval.state == "returned" else "draft"})
    record_change(session, "profile", row.id, "update")
    audit.record(session, actor, "profile.update", "profile", row.id, {"fields": ["status"]})


def _submitted(session: Session, approval: Approval) -> Profile | None:
    promises.lock(session, [approval.noun_id])
    same = select(Profile).where(Profile.id == approval.noun_id, col(Profile.deleted_at).is_(None))
    return session.exec(same.with_for_update()).first()


def published(session: Session, row: Profile) -> None:
    """Keep the row's state as a version where it is published."""
    if row.status == "published":
        session.add(
            ProfileVersion(
                id=new_id("ver"),
                profile_id=row.id,
                version=row.version,
                published_at=now(session),
                state=row.model_dump(mode="json"),
            )
        )


def _require_region(known: Known, actor: Actor, row: Profile, body: ProfileWrite) -> None:
    """A change of region must not move a profile into a region that is not the actor's to enter."""
    same = (row.region_code, row.home_region_codes) == (body.region_code, body.home_region_codes)
    if not same and ownership(known, actor, body).unconfirmed != row.unconfirmed:
        raise Forbidden("region_not_yours", "The profile would then be about a region that is not yours.")
