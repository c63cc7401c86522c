"""What is done with people: enter, change, give a role, disable; and how roles stay in the right hands.

Whoever administers people gives no roles, and whoever gives roles administers no people; nobody
changes the own role.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, or_, select

from service.access import audit, passwords
from service.access.keys import ApiKey
from service.access.policy import GUARDED, Actor, Permission, Role, require
from service.access.sessions import revoke_all
from service.database import new_id, now, record_change
from service.domain import organisation_settings
from service.domain.organisations import Organisation
from service.domain.people import Person, PersonCreate, PersonWrite, visible_to
from service.domain.shapes import ExpectedVersion, created, patched, replace_fields, require_version
from service.errors import Conflict, Forbidden, NotFound, invalid

# Their passwords and subjects are nobody's to set but the organisation's own key's: whoever sets one can
# sign in as that person.
PROTECTED: frozenset[Role] = frozenset({"administrator", "security_administrator", "auditor"})


def create(session: Session, actor: Actor | None, body: PersonCreate) -> tuple[Person, str]:
    """Enter a person with a temporary password, which is returned and stored nowhere.

    ``actor`` None is the operator's command.

    Raises
    ------
    Forbidden
        ``organisation_not_yours``; without ``people:grant`` for any role but viewer.
    Conflict
        ``user_name_taken``.
    """
    if actor is not None and not actor.is_platform and body.organisation_id != actor.organisation_id:
        raise Forbidden("organisation_not_yours", "A person can be entered for your own organisation only.")
    if actor is not None and body.role != "viewer":
        require(actor, Permission.PEOPLE_GRANT)
    if session.get(Organisation, body.organisation_id) is None:
        raise invalid("/organisation_id", "unknown_organisation", "There is no such organisation.")
    _require_free(session, body.user_name, None)
    password = passwords.temporary()
    row = Person.model_validate(
        {
            **body.model_dump(),
            **created(session),
            "id": new_id("usr"),
            "password_hash": passwords.hashed(password),
            "oidc_issuer": _issuer_for(session, body.organisation_id, body.oidc_subject),
        }
    )
    row.must_change_password = True
    session.add(row)
    # A rival of the same name shows here, inside the operation that it spoils.
    session.flush()
    record_change(session, "person", row.id, "create")
    audit.record(
        session,
        actor,
        "person.create",
        "person",
        row.id,
        {"role": row.role},
        organisation_id=row.organisation_id,
    )
    return row, password


def change(
    session: Session, actor: Actor, person_id: str, expected: ExpectedVersion, patch: dict[str, Any]
) -> Person:
    """Apply a merge patch to what an administrator enters.

    Raises
    ------
    Forbidden
        ``administrator_protected`` for the subject of somebody with an administration's role.
    """
    row = locked(session, actor, person_id, expected)
    body = patched(PersonWrite, row, patch)
    _require_free(session, body.user_name, row.id)
    values = body.model_dump()
    if body.oidc_subject != row.oidc_subject:
        require_reach(actor, row)
        values["oidc_issuer"] = _issuer_for(session, row.organisation_id, body.oidc_subject)
        # Whoever signed in by the subject before is not known to be this person any more.
        revoke_all(session, row.id)
    changed = sorted(name for name in PersonWrite.model_fields if getattr(row, name) != values[name])
    replace_fields(session, row, values)
    record_change(session, "person", row.id, "update")
    audit.record(session, actor, "person.update", "person", row.id, {"fields": changed})
    return row


def grant(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion, role: Role) -> Person:
    """Give a person another role; it holds from the very next request on.

    Raises
    ------
    Forbidden
        ``own_role``.
    Conflict
        ``last_administrator``.
    """
    row = locked(session, actor, person_id, expected)
    if row.id == actor.person_id:
        raise Forbidden("own_role", "Nobody changes the own role. Ask another security administrator.")
    if role != row.role:
        _require_successor(session, row)
    before = row.role
    replace_fields(session, row, {"role": role})
    record_change(session, "person", row.id, "grant")
    audit.record(session, actor, "person.grant", "person", row.id, {"from": before, "to": role})
    return row


def disable(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion) -> Person:
    """Refuse a person, with every session and personal key, from the very next request on.

    Raises
    ------
    Conflict
        ``last_administrator``.
    """
    row = locked(session, actor, person_id, expected)
    if row.disabled_at is None:
        _require_successor(session, row)
        replace_fields(session, row, {"disabled_at": now(session)})
        # A person who is enabled again signs in again.
        revoke_all(session, row.id)
        record_change(session, "person", row.id, "disable")
        audit.record(session, actor, "person.disable", "person", row.id)
    return row


def enable(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion) -> Person:
    """Let a disabled person in again, in the role they had."""
    row = locked(session, actor, person_id, expected)
    if row.disabled_at is not None:
        require_reach(actor, row)
        replace_fields(session, row, {"disabled_at": None})
        record_change(session, "person", row.id, "enable")
        audit.record(session, actor, "person.enable", "person", row.id)
    return row


def locked(session: Session, actor: Actor, person_id: str, expected: ExpectedVersion) -> Person:
    """The row, locked while it is checked: two writers that hold the same ETag must not both pass."""
    row = session.exec(visible_to(actor).where(Person.id == person_id).with_for_update()).first()
    if row is None:
        raise NotFound()
    require_version(row, expected)
    return row


def require_reach(actor: Actor, row: Person) -> None:
    """Raise ``Forbidden`` where somebody would get hold of an administration's role that is another's.

    A key that an administrator has made for a program is without a person too: but it cannot grant.
    """
    is_own_key = actor.person_id is None and Permission.PEOPLE_GRANT in actor.scopes
    if row.role in PROTECTED and row.id != actor.person_id and not is_own_key:
        raise Forbidden(
            "administrator_protected",
            f"What a person with the role {row.role} signs in with is set by the organisation's own key or "
            "the operator, not by another person.",
        )


def _require_free(session: Session, user_name: str, own_id: str | None) -> None:
    taken = session.exec(select(Person.id).where(Person.user_name == user_name)).first()
    if taken is not None and taken != own_id:
        raise Conflict("user_name_taken", "Somebody has this user name. Choose another one.")


def _issuer_for(session: Session, organisation_id: str, subject: str | None) -> str | None:
    """The issuer that a subject is entered for: another issuer's `sub` may be another person's."""
    if subject is None:
        return None
    settings = organisation_settings.of(session, organisation_id)
    if settings is None or settings.oidc is None:
        raise invalid("/oidc_subject", "no_issuer", "Set `oidc` in the organisation's settings first.")
    return settings.oidc.issuer


def _require_successor(session: Session, row: Person) -> None:
    """Raise ``Conflict`` where nobody could do any more what this person's role is there for."""
    permission = GUARDED.get(row.role)
    if permission is None or row.disabled_at is not None:
        return
    # Locked: of two that are disabled at once, neither must count on the other.
    own = select(Organisation.id).where(Organisation.id == row.organisation_id)
    session.exec(own.with_for_update(key_share=True)).one()
    other = select(Person.id).where(
        Person.organisation_id == row.organisation_id,
        Person.role == row.role,
        Person.id != row.id,
        col(Person.disabled_at).is_(None),
    )
    if session.exec(other).first() is not None or _has_own_key(session, row.organisation_id, permission):
        return
    raise Conflict(
        "last_administrator",
        f"This is the last active {row.role} of an organisation that has no key of its own. Give somebody "
        "else the role first.",
    )


def _has_own_key(session: Session, organisation_id: str, permission: Permission) -> bool:
    keys = select(ApiKey).where(
        ApiKey.organisation_id == organisation_id,
        col(ApiKey.person_id).is_(None),
        col(ApiKey.revoked_at).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now(session)),
    )
    return any(permission in key.scopes for key in session.exec(keys))
