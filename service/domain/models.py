"""Model versions: bytes and hash live in the database; workers only load, never fit."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON
from sqlalchemy.orm import defer
from sqlmodel import Field, Session, SQLModel, col, select

from service.access import audit
from service.database import UtcDateTime, new_id, now, record_change
from service.errors import Conflict, NotFound, Unavailable


class Model(SQLModel, table=True):
    """A fitted model; the newest activation is the live one, a candidate that failed has none."""

    __tablename__ = "models"

    id: str = Field(primary_key=True, max_length=40)
    version: str = Field(unique=True, max_length=60)
    content: bytes
    content_hash: str = Field(max_length=64)
    metrics: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    activated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def live(session: Session) -> Model:
    """The model that ranks now.

    Raises
    ------
    Unavailable
        ``no_model`` before ``shanhai migrate`` has fitted the first one.
    """
    statement = select(Model).where(col(Model.activated_at).is_not(None))
    row = session.exec(statement.order_by(col(Model.activated_at).desc())).first()
    if row is None:
        raise Unavailable("no_model", "No model is there yet. Run `shanhai migrate`.", 60)
    return row


def versions(session: Session) -> list[Model]:
    """Every version that is kept, newest first, without its bytes."""
    statement = select(Model).options(defer(cast(Any, Model.content)))
    return list(session.exec(statement.order_by(col(Model.created_at).desc(), col(Model.id).desc())))


def find(session: Session, version: str) -> Model | None:
    """The kept version of that name."""
    return session.exec(select(Model).where(Model.version == version)).first()


def store(session: Session, version: str, content: bytes, metrics: dict[str, Any]) -> Model:
    """Keep a fitted model and make it the live one, unless that version is kept already."""
    known = find(session, version)
    return known or activate(session, keep(session, version, content, metrics))


def keep(session: Session, version: str, content: bytes, metrics: dict[str, Any]) -> Model:
    """Keep a fitted model that does not rank; nothing changes for anybody."""
    row = Model(
        id=new_id("mdl"),
        version=version,
        content=content,
        content_hash=hashlib.sha256(content).hexdigest(),
        metrics=metrics,
        created_at=now(session),
    )
    session.add(row)
    audit.record(session, None, "model.keep", "model", row.id, {"version": version})
    return row


def activate(session: Session, row: Model, action: str = "activate") -> Model:
    """Make a kept model the live one, from the very next ranking on in every worker."""
    newest = session.exec(
        select(Model.activated_at)
        .where(col(Model.activated_at).is_not(None))
        .order_by(col(Model.activated_at).desc())
    ).first()
    instant = now(session)
    # A clock that was set back must not leave the model before it live.
    row.activated_at = instant if newest is None else max(instant, newest + timedelta(microseconds=1))
    session.add(row)
    record_change(session, "model", row.id, "activate")
    audit.record(session, None, f"model.{action}", "model", row.id, {"version": row.version})
    return row


def roll_back(session: Session, version: str) -> Model:
    """Make a version that was live before the live one again.

    Raises
    ------
    NotFound
        ``no_such_model``.
    Conflict
        ``already_live``; ``never_live`` for a candidate that was found worse, or never judged.
    """
    row = find(session, version)
    if row is None:
        raise NotFound("no_such_model", f"There is no model {version}. See `shanhai models list`.")
    if row.activated_at is None:
        raise Conflict("never_live", f"{version} has never been live: it did not pass its training.")
    if row.id == live(session).id:
        raise Conflict("already_live", f"{version} is the live model.")
    return activate(session, row, "rollback")
