"""Files 文件: what was made for somebody or sent by somebody, kept for a time in the database.

In the database, so that a process on another machine that takes a job on finds them there; in pieces, so
that no process holds a large one as a whole.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary
from sqlmodel import Field, Session, SQLModel, col, delete, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from service.access import audit
from service.access.policy import Actor, Permission
from service.database import UtcDateTime, new_id, now
from service.domain.shapes import Answer, Versioned, created
from service.errors import Conflict, NotFound
from service.units import Id, Instant

CHUNK_BYTES: Final = 262_144
#: Where an organisation keeps so much, nothing more is stored for it: the disk is everybody's.
MOST_STORED_BYTES: Final = 2 * 2**30
#: A link that was handed on is good for so long, and never longer than the file.
LINK_LASTS: Final = timedelta(hours=24)
#: A file that has lapsed is removed later, so that a download that began in time comes to its end.
REMOVED_AFTER: Final = timedelta(hours=1)


class File(Versioned, table=True):
    """A stored file, without its content.

    ``needs`` is a permission that a reader must have beside ``files:read``.
    """

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("size_bytes >= 0", name="size_not_negative"),
        Index("ix_files_expires_at", "expires_at"),
    )

    id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(foreign_key="organisations.id", index=True, max_length=40)
    person_id: str | None = Field(default=None, max_length=40)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size_bytes: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    needs: str | None = Field(default=None, max_length=40)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class FileChunk(SQLModel, table=True):
    """A piece of a file; all but the last have ``CHUNK_BYTES``."""

    __tablename__ = "file_chunks"

    file_id: str = Field(primary_key=True, foreign_key="files.id", max_length=40)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: bytes = Field(sa_type=LargeBinary)


class FileRead(Answer):
    """A file, and a link that whoever holds it may read the content by, without a key."""

    id: Id
    organisation_id: Id
    name: str
    media_type: str
    size_bytes: int = Field(schema_extra={"json_schema_extra": {"unit": "bytes"}})
    sha256: str = Field(description="Of the content, in hexadecimal.")
    link: str = Field(description="Needs no key, and lapses in a day or with the file: read this again.")
    expires_at: Instant = Field(description="Not served from then on.")
    version: int
    created_at: Instant
    updated_at: Instant


def store(
    session: Session,
    actor: Actor,
    name: str,
    media_type: str,
    chunks: Iterable[bytes],
    *,
    keep: timedelta,
    needs: Permission | None = None,
) -> File:
    """Store a file of the actor's organisation, in the caller's transaction; pieces of any size are taken.

    ``needs`` is a permission that whoever reads it must have beside ``files:read``.

    Raises
    ------
    Conflict
        ``files_full``.
    """
    _require_room(session, actor)
    row = File.model_validate(
        {
            **created(session),
            "id": new_id("fil"),
            "organisation_id": actor.organisation_id,
            "person_id": actor.person_id,
            "name": name,
            "media_type": media_type,
            "size_bytes": 0,
            "sha256": "",
            "needs": needs,
            "expires_at": now(session) + keep,
        }
    )
    session.add(row)
    # The pieces refer to it.
    session.flush()
    digest = hashlib.sha256()
    for number, piece in enumerate(_evened(chunks)):
        digest.update(piece)
        row.size_bytes += len(piece)
        chunk = FileChunk(file_id=row.id, number=number, content=piece)
        session.add(chunk)
        # Sent and let go of piece by piece: the whole need never be in memory.
        session.flush()
        session.expunge(chunk)
    row.sha256 = digest.hexdigest()
    session.add(row)
    session.flush()
    said = {"name": name, "size_bytes": row.size_bytes, "sha256": row.sha256}
    audit.record(session, actor, "file.create", "file", row.id, said)
    return row


def _require_room(session: Session, actor: Actor) -> None:
    stored = select(func.coalesce(func.sum(col(File.size_bytes)), 0))
    if session.exec(stored.where(File.organisation_id == actor.organisation_id)).one() >= MOST_STORED_BYTES:
        raise Conflict(
            "files_full",
            "Your organisation keeps too many files. They lapse by themselves; try again later.",
        )


def _evened(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)


def visible_to(session: Session, actor: Actor) -> SelectOfScalar[File]:
    """Files of the actor's own organisation that have not lapsed, as far as it may read what is in them."""
    return select(File).where(
        File.organisation_id == actor.organisation_id,
        or_(col(File.needs).is_(None), col(File.needs).in_(sorted(actor.scopes))),
        col(File.expires_at) > now(session),
    )


def get(session: Session, actor: Actor, file_id: str) -> File:
    """One visible file; raises ``NotFound``."""
    found = session.exec(visible_to(session, actor).where(File.id == file_id)).first()
    if found is None:
        raise NotFound()
    return found


def content(session: Session, file_id: str) -> Iterator[bytes]:
    """The content, piece by piece, for whoever has been found to see the file."""
    number = 0
    while (piece := chunk(session, file_id, number)) is not None:
        yield piece
        number += 1


def chunk(session: Session, file_id: str, number: int) -> bytes | None:
    """One piece; None after the last."""
    statement = select(FileChunk.content).where(FileChunk.file_id == file_id, FileChunk.number == number)
    return session.exec(statement).first()


def link(session: Session, row: File, key: bytes) -> str:
    """The address of the content for whoever holds it, signed, and good for ``LINK_LASTS`` at most."""
    expires = int(min(row.expires_at, now(session) + LINK_LASTS).timestamp())
    return f"/v1/files/{row.id}/content?expires={expires}&signature={_signature(row.id, str(expires), key)}"


def linked(session: Session, file_id: str, expires: str, signature: str, key: bytes) -> File:
    """The file that a link leads to; raises ``NotFound`` for whatever is wrong with it."""
    # Compared first: without the key nobody learns from the time whether there is such a file.
    is_ours = hmac.compare_digest(
        signature.encode("utf-8", "replace"), _signature(file_id, expires, key).encode()
    )
    if not is_ours or int(expires) <= now(session).timestamp():
        raise NotFound()
    row = session.get(File, file_id)
    if row is None or row.expires_at <= now(session):
        raise NotFound()
    return row


def _signature(file_id: str, expires: str, key: bytes) -> str:
    # Named after its purpose: what else is signed with this key is never a link.
    said = f"file link\n{file_id}\n{expires}".encode("utf-8", "replace")
    return hmac.new(key, said, hashlib.sha256).hexdigest()


def remove_lapsed(session: Session, most: int) -> int:
    """Remove some files that lapsed a while ago; how many."""
    lapsed = col(File.expires_at) < now(session) - REMOVED_AFTER
    ids = session.exec(select(File.id).where(lapsed).limit(most)).all()
    if ids:
        session.execute(delete(FileChunk).where(col(FileChunk.file_id).in_(ids)))
        session.execute(delete(File).where(col(File.id).in_(ids)))
    return len(ids)
