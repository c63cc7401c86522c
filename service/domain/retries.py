"""Idempotency keys: a POST that is sent again answers as it did the first time, for seven days."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, delete, text
from sqlmodel import Field, Session, SQLModel, col, select

from service.access.policy import Actor
from service.database import UtcDateTime, new_id, now
from service.errors import Conflict, FieldError, Invalid

KEPT = timedelta(days=7)


class Retry(SQLModel, table=True):
    """The answer that was given to a POST under its Idempotency-Key."""

    __tablename__ = "retries"
    __table_args__ = (
        UniqueConstraint("organisation_id", "route", "idempotency_key"),
        Index("ix_retries_created_at", "created_at"),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", max_length=40)
    route: str = Field(max_length=200)
    idempotency_key: str = Field(max_length=200)
    body_hash: str = Field(max_length=64)
    body: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST with an Idempotency-Key: whose, where, under which key, with which body."""

    actor: Actor
    route: str
    idempotency_key: str
    body_hash: str


def earlier(session: Session, attempt: Attempt) -> Retry | None:
    """The answer given before; None for the first attempt, which then holds the key.

    Raises
    ------
    Conflict
        ``request_in_progress``: a twin is being handled at this moment.
    Invalid
        ``idempotency_key_reused``: the key came before with another body.
    """
    _hold(session, attempt)
    instant = now(session)
    session.execute(delete(Retry).where(col(Retry.created_at) < instant - KEPT))
    found = session.exec(
        select(Retry).where(
            Retry.organisation_id == attempt.actor.organisation_id,
            Retry.route == attempt.route,
            Retry.idempotency_key == attempt.idempotency_key,
        )
    ).first()
    if found is not None and found.body_hash != attempt.body_hash:
        raise Invalid(
            [FieldError("", "idempotency_key_reused", "Use a new Idempotency-Key for another body.")],
            code="idempotency_key_reused",
            detail="This Idempotency-Key came before with another body. Use a new key.",
        )
    return found


def keep(session: Session, attempt: Attempt, body: dict[str, Any]) -> None:
    """Keep the answer in the transaction of the change itself: both are there, or neither."""
    session.add(
        Retry(
            id=new_id("try"),
            organisation_id=attempt.actor.organisation_id,
            route=attempt.route,
            idempotency_key=attempt.idempotency_key,
            body_hash=attempt.body_hash,
            body=body,
            created_at=now(session),
        )
    )


def _hold(session: Session, attempt: Attempt) -> None:
    # SQLite has one writer at a time: there, a twin waits for its turn and finds the answer.
    if session.get_bind().dialect.name == "sqlite":
        return
    name = f"{attempt.actor.organisation_id} {attempt.route} {attempt.idempotency_key}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    held = session.execute(text("SELECT pg_try_advisory_xact_lock(:n)"), {"n": number}).scalar_one()
    if not held:
        raise Conflict("request_in_progress", "The same request is being handled; wait for its answer.")
