"""Files over HTTP: send one, read what it is, read its content with a key or by a link."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from service.access.policy import Permission, require
from service.api.deps import (
    DatabaseDep,
    FileReader,
    FileReaderOrLink,
    FileWriterApart,
    PathId,
    ReadSession,
    authenticate,
)
from service.api.pages import signer_of
from service.api.preconditions import OnceDep, tagged
from service.api.problems import documented
from service.api.uploads import media_type_of, uploads_of
from service.database import Database, State, reading, writing
from service.domain import files
from service.domain.files import File, FileRead
from service.errors import Unavailable, invalid
from service.units import Name

router = APIRouter(prefix="/v1/files", tags=["files"])
#: What was sent to be imported need not be there for longer.
KEPT: Final = timedelta(days=7)
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file itself; its media type is kept.",
        "content": {"application/octet-stream": _BINARY},
    }
}
_READ_BYTES = 262_144


class _Kept(BaseModel):
    """What is kept of the answer: its link is a secret, and is made anew for whoever repeats the request."""

    id: str
    version: int


class _Sent(BaseModel):
    """What an Idempotency-Key stands for: a repetition sends the same file under the same name."""

    name: str
    media_type: str
    size_bytes: int
    sha256: str


@router.post(
    "",
    status_code=201,
    summary="Send a file",
    responses=documented(404, 408, 409, 413),
    openapi_extra=_SENT,
)
async def create_file(
    request: Request,
    name: Annotated[Name, Query(description="What the file is called, with its ending.")],
    database: DatabaseDep,
    _actor: FileWriterApart,
    once: OnceDep,
) -> FileRead:
    """Send the bytes of a file as the body, for an import; it is kept for 7 days.

    Its size is bounded (`SHANHAI_MAX_FILE_BYTES`), and checked before anything is stored.
    """
    media_type = media_type_of(request)
    async with uploads_of(request).taken(request) as sent:
        return await run_in_threadpool(_store, request, database, once, sent, name, media_type)


def _store(
    request: Request,
    database: Database,
    once: OnceDep,
    sent: SpooledTemporaryFile[bytes],
    name: str,
    media_type: str,
) -> FileRead:
    told = _Sent(name=name, media_type=media_type, **_measured(sent))
    if told.size_bytes == 0:
        raise invalid("", "empty_file", "The file is empty. Send its bytes as the body of the request.")
    with writing(database) as session:
        # Authorised again: the key may have been revoked while the file was on its way.
        actor = authenticate(request, session, request.headers.get("authorization"))
        require(actor, Permission.FILES_WRITE)

        def act() -> _Kept:
            row = files.store(session, actor, name, media_type, _pieces_of(sent), keep=KEPT)
            return _Kept(id=row.id, version=row.version)

        answer = once(session, actor, told, _Kept, act)
        return _read(request, session, files.get(session, actor, answer.id))


def _measured(sent: SpooledTemporaryFile[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces_of(sent):
        digest.update(piece)
        size += len(piece)
    return {"size_bytes": size, "sha256": digest.hexdigest()}


def _pieces_of(sent: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    sent.seek(0)
    while piece := sent.read(_READ_BYTES):
        yield piece


def _read(request: Request, session: Session, row: File) -> FileRead:
    return FileRead(**row.model_dump(), link=files.link(session, row, _key(request, session)))


def _key(request: Request, session: Session) -> bytes:
    """What links are signed by. A worker that began before its database was there has no signer yet."""
    key = signer_of(request).key or session.get_one(State, 1).signing_key.encode()
    if not key:
        raise Unavailable("not_migrated", "The database is not migrated. Run `shanhai migrate`.", 10)
    return key


@router.get("/{file_id}", summary="Read what a file is", responses=documented(404))
def get_file(
    request: Request, file_id: PathId, session: ReadSession, actor: FileReader, response: Response
) -> FileRead:
    """Name, size, hash, and a link to the content that needs no key and lapses in a day."""
    return tagged(response, _read(request, session, files.get(session, actor, file_id)))


@router.get(
    "/{file_id}/content",
    summary="Read the content of a file",
    responses={
        **documented(404),
        200: {
            "description": "The bytes, of the media type of the file.",
            "content": {"application/octet-stream": _BINARY},
        },
    },
    response_class=StreamingResponse,
)
def get_file_content(
    request: Request,
    file_id: PathId,
    session: ReadSession,
    database: DatabaseDep,
    actor: FileReaderOrLink,
    expires: Annotated[str | None, Query(description="Of a link.")] = None,
    signature: Annotated[str | None, Query(description="Of a link; then no key is needed.")] = None,
) -> StreamingResponse:
    """The bytes, for a key with `files:read` or by the file's `link`; anything wrong with that is 404."""
    if actor is None:
        row = files.linked(session, file_id, expires or "", signature or "", _key(request, session))
    else:
        row = files.get(session, actor, file_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}",
        "Content-Length": str(row.size_bytes),
        # As it was sent: the framework would say of any text that it is UTF-8.
        "Content-Type": row.media_type,
        # Whatever a file says that it is, no browser runs it in this service's name.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Referrer-Policy": "no-referrer",
    }
    return StreamingResponse(_pieces(database, row.id), headers=headers)


def _pieces(database: Database, file_id: str) -> Iterator[bytes]:
    # A session for each: a client that reads slowly must not keep a connection to the database.
    number = 0
    while True:
        with reading(database) as session:
            piece = files.chunk(session, file_id, number)
        if piece is None:
            return
        yield piece
        number += 1
