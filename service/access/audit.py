"""The record of every change: written in the change's own transaction, chained by hashes.

Each event's hash covers its content and the hash before it, so that a removed or altered event
shows. The chain's head lives in the state row that the commit locks anyway.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field, Session, SQLModel

from service.access.policy import Actor
from service.database import State, UtcDateTime, before_seal, now


class AuditEvent(SQLModel, table=True):
    """Who did what to which thing, and when. Never updated, never deleted before its time."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_noun_noun_id", "noun", "noun_id"),)

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
        return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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
) -> None:
    """Put an event on record with the change of this session; ``actor`` None is the operator's command.

    The person who acts stands in the detail: so older chains verify as they did.
    """
    at = now(session)
    said = dict(detail or {})
    if actor is not None and actor.person_id is not None:
        said["person_id"] = actor.person_id

    def finish(session: Session, state: State) -> None:
        state.audit_sequence += 1
        written = AuditEvent(
            sequence=state.audit_sequence,
            at=at,
            organisation_id=actor.organisation_id if actor else None,
            key_id=actor.key_id if actor else None,
            action=action,
            noun=noun,
            noun_id=noun_id,
            detail=said,
            previous_hash=state.audit_head,
            hash="",
        )
        written.hash = state.audit_head = chain(written.previous_hash, written.content())
        session.add(written)

    before_seal(session, finish)
