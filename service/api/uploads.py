"""Takes in a file that is sent: piece by piece, within limits that are checked before anything is stored."""

from __future__ import annotations

import asyncio
import errno
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from service.api.guard import BodyTooLarge, BodyTooSlow
from service.errors import Unavailable, invalid

#: Each may take its whole size of temporary storage.
AT_ONCE: Final = 4
_IN_MEMORY_BYTES: Final = 1_048_576
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,48}/[a-z0-9][a-z0-9!#$&^_.+-]{0,48}")
_ANY: Final = "application/octet-stream"


class Uploads:
    """Room for the few files that are being taken in at once; for one event loop."""

    def __init__(self, most_bytes: int, patience_seconds: float) -> None:
        self._most_bytes, self._patience_seconds = most_bytes, patience_seconds
        self._being_taken = 0

    @asynccontextmanager
    async def taken(self, request: Request) -> AsyncIterator[SpooledTemporaryFile[bytes]]:
        """The body of a request as a file at its beginning, gone after use.

        Raises
        ------
        Unavailable
            ``overloaded`` where so many are taken in already.
        BodyTooLarge, BodyTooSlow
        """
        self._refuse_what_is_declared(request)
        if self._being_taken >= AT_ONCE:
            raise Unavailable("overloaded", "Too many files are sent at this moment. Try again in a second.")
        self._being_taken += 1
        try:
            with SpooledTemporaryFile[bytes](max_size=_IN_MEMORY_BYTES) as sent:
                try:
                    async with asyncio.timeout(self._patience_seconds):
                        await self._take(request, sent)
                except TimeoutError as error:
                    raise BodyTooSlow(
                        "body_too_slow", "The file took too long to arrive. Send it again."
                    ) from error
                sent.seek(0)
                yield sent
        finally:
            self._being_taken -= 1

    async def _take(self, request: Request, sent: SpooledTemporaryFile[bytes]) -> None:
        size = 0
        try:
            async for part in request.stream():
                size += len(part)
                if size > self._most_bytes:
                    raise self._too_large()
                _keep(sent, part)
        except ClientDisconnect as error:
            raise BodyTooSlow(
                "disconnected", "The connection closed before the file was complete."
            ) from error

    def _refuse_what_is_declared(self, request: Request) -> None:
        declared = request.headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:19]) > self._most_bytes:
            raise self._too_large()

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge("body_too_large", f"A file may have {self._most_bytes} bytes. Part it.")


def _keep(sent: SpooledTemporaryFile[bytes], part: bytes) -> None:
    try:
        sent.write(part)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Unavailable(
            "storage_full", "There is no room for the file at this moment. Tell the operator.", 60
        ) from error


def uploads_of(request: Request) -> Uploads:
    """The application's room."""
    uploads: Uploads = request.app.state.uploads
    return uploads


def media_type_of(request: Request) -> str:
    """What the request says that its body is, without parameters; raises ``Invalid``."""
    media_type = request.headers.get("content-type", _ANY).partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise invalid("/header/content-type", "bad_media_type", "Send the file's media type, or none.")
    return media_type
