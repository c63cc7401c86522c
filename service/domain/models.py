"""Models of the similarity: bytes and hash live in the database; workers only load, never fit."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select

from service.access import audit
from service.database import UtcDateTime, new_id, now, record_change
from service.errors import Unavailable


class Model(SQLModel, table=True):
    """A fitted model; the newest activation is the live one."""

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


def store(session: Session, version: str, content: bytes, metrics: dict[str, Any]) -> Model:
    """Keep a fitted model and make it the live one, unless that version is kept already."""
    known = session.exec(select(Model).where(Model.version == version)).first()
    if known is not None:
        return known
    row = Model(
        id=new_id("mdl"),
        version=version,
        content=content,
        content_hash=hashlib.sha256(content).hexdigest(),
        metrics=metrics,
        created_at=now(session),
        activated_at=now(session),
    )
    session.add(row)
    record_change(session, "model", row.id, "activate")
    audit.record(session, None, "model.activate", "model", row.id, {"version": version})
    return row
