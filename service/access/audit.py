"""The record of every change: written in the change's own transaction, chained by hashes.

Each event's hash covers its content and the hash before it, so that a removed or altered event
shows. The chain's head lives in the state row that the commit locks anyway. The detail is stored as the
very text that the hash covers: what parses alike but is written otherwise shows too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field, Session, SQLModel

from service.access.policy import Actor
from service.bulk import insert_rows, instant_text
from service.database import State, UtcDateTime, before_seal, now, table_of, when_alone


class AuditEvent(SQLModel, table=True):
    """Who did what to which thing, and when. Never updated, never deleted before its time."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_noun_noun_id", "noun", "noun_id"),
        Index("ix_audit_events_organisation_id_sequence", "organisation_id", "sequence"),
    )

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    organisation_id: str | None = Field(default=None, max_length=40)
    key_id: str | None = Field(default=None, max_length=40)
    action: str = Field(max_length=40)
    noun: str = Field(max_length=20)
    noun_id: str = Field(max_length=64)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)

    def content(self) -> str:
        """The canonical JSON that the hash covers, without the hashes themselves."""
        at = self.at.isoformat(timespec="microseconds")
        parts = [
            self.sequence, at, self.organisation_id, self.key_id, self.action, self.noun, self.noun_id,
            self.detail,
        ]  # fmt: skip
        return _compact(parts)


def chain(previous_hash: str, content: str) -> str:
    """SHA-256 over the previous hash and this event's content, in hexadecimal."""
    return hashlib.sha256(f"{previous_hash}\n{content}".encode()).hexdigest()


def record(
    session: Session,
    actor: Actor | None,
    action: str,
    noun: str,
    noun_id: str,
    detail: dict[str, Any] | None = None,
    *,
    organisation_id: str | None = None,
) -> None:
    """Put an event on record with the change of this session; ``actor`` None is the operator's command.

    The person who acts stands in the detail: so older chains verify as they did.

    Parameters
    ----------
    organisation_id : str, optional
        Whose auditor is to see it where none of its own acted: a sign-in that failed, an operator's deed.
    """
    about = [(noun_id, dict(detail or {}))]
    before_seal(session, _chained(session, actor, action, noun, about, organisation_id))


def record_many(
    session: Session,
    actor: Actor,
    action: str,
    noun: str,
    about: Sequence[tuple[str, dict[str, Any]]],
) -> None:
    """``record`` for many things: each with its id and its detail, chained in one pass in their order."""
    when_alone(session, _chained(session, actor, action, noun, about, None))


def _chained(
    session: Session,
    actor: Actor | None,
    action: str,
    noun: str,
    about: Sequence[tuple[str, dict[str, Any]]],
    organisation_id: str | None,
) -> Callable[[Session, State], None]:
    """What writes the events under the lock of the state row."""
    at = now(session)
    whose, key_id = (actor.organisation_id, actor.key_id) if actor else (organisation_id, None)
    person = {} if actor is None or actor.person_id is None else {"person_id": actor.person_id}

    def finish(session: Session, state: State) -> None:
        # What all events share is written once; the rest of their content is put between.
        shared = _compact([at.isoformat(timespec="microseconds"), whose, key_id, action, noun])[1:-1]
        columns = (instant_text(session, at), whose, key_id, action, noun)

        def rows() -> Iterator[tuple[Any, ...]]:
            sequence, head = state.audit_sequence, state.audit_head
            for noun_id, detail in about:
                sequence += 1
                said, previous = _compact(detail | person if person else detail), head
                head = chain(previous, f"[{sequence},{shared},{_compact(noun_id)},{said}]")
                yield (sequence, *columns, noun_id, said, previous, head)
            state.audit_sequence, state.audit_head = sequence, head

        insert_rows(session, table_of(AuditEvent), _COLUMNS, rows())

    return finish


_COLUMNS = (
    "sequence", "at", "organisation_id", "key_id", "action", "noun", "noun_id", "detail", "previous_hash",
    "hash",
)  # fmt: skip


# A configured encoder: json.dumps makes a new one at every call.
_compact = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
