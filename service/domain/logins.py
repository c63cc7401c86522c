"""Signing in: by password or by an id_token of the organisation's own sign-in service.

Whoever cannot sign in is not told why: a user name that does not exist takes the same work and gets the
same answer as a wrong password. An attempt counts before the password is looked at, in a transaction of
its own, so that neither two workers nor a hundred requests at once try more than they may.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Field, Session, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit, passwords, sessions
from service.access.oidc import Issuers
from service.access.policy import Actor, Permission, require
from service.access.sessions import Begun, BrowserSession, digest
from service.database import Database, now, reading, record_change, writing
from service.domain import organisation_settings, people, person_records, sign_in_attempts
from service.domain.people import Person
from service.domain.shapes import StrictBody, replace_fields
from service.errors import Forbidden, NotFound, Unauthenticated, invalid
from service.units import Password, TypedPassword

DIFFERENT_CHARACTERS = 5


class PasswordWrite(StrictBody):
    """A new password. One's own needs the old one; for somebody else it is a temporary one."""

    old_password: TypedPassword | None = Field(default=None, description="Of one's own account.")
    new_password: Password


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever has just signed in, and the token for the cookie."""

    actor: Actor
    begun: Begun


def by_password(database: Database, user_name: str, password: str) -> SignedIn:
    """Begin a session by user name and password.

    Raises
    ------
    Unauthenticated
        ``sign_in_refused``, whatever the reason.
    TooManyRequests
        ``sign_in_locked`` after 5 failures within 15 minutes, for 15 minutes.
    """
    name = user_name.strip().lower()
    with writing(database) as session:
        attempt = sign_in_attempts.count(session, name)
    with reading(database) as session:
        stored = session.exec(select(Person.password_hash).where(Person.user_name == name)).first()
    matches = passwords.matches(password, stored)
    with writing(database) as session:
        same = select(Person).where(Person.user_name == name, Person.password_hash == stored)
        found = _begin(session, same) if matches else None
        if found is not None:
            sign_in_attempts.forget(session, name)
        else:
            person = session.exec(select(Person).where(Person.user_name == name)).first()
            sign_in_attempts.refuse(session, person, "password", attempt)
    if found is None:
        # After the commit: the refusal stays on record.
        raise _refused()
    return found


def by_id_token(database: Database, organisation_id: str, id_token: str, issuers: Issuers) -> SignedIn:
    """Begin a session by an id_token of the organisation's sign-in service; each begins one.

    Raises
    ------
    Unauthenticated
        ``sign_in_refused``, whatever the reason.
    Unavailable
        ``issuer_unavailable``: its public keys cannot be had at the moment.
    """
    with reading(database) as session:
        settings = organisation_settings.of(session, organisation_id)
    if settings is None or settings.oidc is None:
        raise _refused()
    oidc = settings.oidc
    subject = issuers.subject_of(id_token, oidc.issuer, oidc.audience, oidc.jwks_uri)
    found = None
    with writing(database) as session:
        used = select(BrowserSession.id).where(BrowserSession.proof_hash == digest(id_token))
        same = select(Person).where(
            Person.organisation_id == organisation_id,
            Person.oidc_issuer == oidc.issuer,
            Person.oidc_subject == subject,
        )
        if subject is not None and session.exec(used).first() is None:
            found = _begin(session, same, proof=id_token)
        if found is None:
            person = session.exec(same).first() if subject is not None else None
            sign_in_attempts.refuse_id_token(session, organisation_id, person)
    if found is None:
        raise _refused()
    return found


def sign_out(session: Session, actor: Actor) -> None:
    """End the session that the actor comes with; raises ``NotFound`` where it comes with a key."""
    row = session.get(BrowserSession, actor.key_id)
    if row is None:
        raise NotFound(
            "not_found", "You came with a key, not with a session. DELETE /v1/keys/{id} revokes a key."
        )
    row.revoked_at = now(session)
    session.add(row)
    record_change(session, "session", row.id, "revoke")
    audit.record(session, actor, "session.revoke", "session", row.id)


def set_password(database: Database, actor: Actor, person_id: str, body: PasswordWrite) -> Person:
    """Change one's own password by the old one, or set a temporary one for somebody else.

    Every other session of the person ends.

    Raises
    ------
    Forbidden
        ``wrong_password``; without ``people:write``, or ``administrator_protected``, for somebody else.
    TooManyRequests
        ``sign_in_locked``: trying old passwords counts as trying to sign in.
    """
    with reading(database) as session:
        before = people.get(session, actor, person_id)
    is_own = before.id == actor.person_id
    _check_new(before, body, is_own=is_own)
    if is_own:
        with writing(database) as session:
            attempt = sign_in_attempts.count(session, before.user_name)
        if not passwords.matches(body.old_password or "", before.password_hash):
            with writing(database) as session:
                sign_in_attempts.refuse(session, before, "old_password", attempt, actor)
            raise Forbidden("wrong_password", "The old password is not the one. Type it again.")
    else:
        require(actor, Permission.PEOPLE_WRITE)
    new_hash = passwords.hashed(body.new_password)
    with writing(database) as session:
        row = person_records.locked(session, actor, person_id, frozenset({before.version}))
        person_records.require_reach(actor, row)
        replace_fields(session, row, {"password_hash": new_hash, "must_change_password": not is_own})
        sessions.revoke_all(session, row.id, but=actor.key_id if is_own else "")
        sign_in_attempts.forget(session, row.user_name)
        record_change(session, "person", row.id, "password")
        audit.record(session, actor, "person.password", "person", row.id, {"temporary": not is_own})
        return row


def reset_password(session: Session, user_name: str) -> str:
    """The operator's way back in: a temporary password for a user name, which is returned once."""
    row = session.exec(select(Person).where(Person.user_name == user_name.lower()).with_for_update()).first()
    if row is None:
        raise NotFound("not_found", "Nobody has this user name.")
    password = passwords.temporary()
    row.must_change_password = True
    replace_fields(session, row, {"password_hash": passwords.hashed(password)})
    sessions.revoke_all(session, row.id)
    sign_in_attempts.forget(session, row.user_name)
    record_change(session, "person", row.id, "password")
    whose = row.organisation_id
    audit.record(
        session, None, "person.password", "person", row.id, {"temporary": True}, organisation_id=whose
    )
    return password


def _check_new(row: Person, body: PasswordWrite, *, is_own: bool) -> None:
    if is_own and body.old_password is None:
        raise invalid("/old_password", "missing", "Send your old password too.")
    if not is_own and body.old_password is not None:
        raise invalid("/old_password", "not_expected", "Somebody else's password is set without the old one.")
    new = body.new_password.lower()
    if row.user_name in new:
        raise invalid("/new_password", "contains_user_name", "A password must not contain the user name.")
    if body.new_password == body.old_password:
        raise invalid("/new_password", "unchanged", "Choose another password than the old one.")
    if len(set(new)) < DIFFERENT_CHARACTERS:
        raise invalid("/new_password", "too_simple", "Use more different characters.")


def _begin(session: Session, same: SelectOfScalar[Person], proof: str | None = None) -> SignedIn | None:
    # Read again under a lock: the person may have been disabled while the password was looked at.
    person = session.exec(same.with_for_update()).first()
    if person is None or person.disabled_at is not None:
        return None
    begun = sessions.begin(session, person.id, proof)
    actor = sessions.authenticate(session, begun.token)
    audit.record(session, actor, "session.create", "session", begun.row.id)
    return SignedIn(actor, begun)


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "sign_in_refused",
        "These do not go together, or may not sign in. Check them, or ask an administrator.",
    )
