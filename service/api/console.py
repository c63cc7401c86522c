"""The web console: the files that `npm run build` has made of web/, served from memory by the service itself.

A middleware before all others: its files are the same for everybody, may be kept by browsers, and need
neither a key nor a place among the requests. Without a build the front page says how to make one.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

import service

#: Where the build puts the console; the wheel carries it.
DIRECTORY: Final = Path(service.__file__).parent / "console"
#: What the console's own pages begin with (web/src/shell/App.tsx); all else is the API's.
PAGES: Final = frozenset(
    {
        "",
        "answer",
        "projects",
        "profiles",
        "opportunities",
        "approvals",
        "alerts",
        "assessment",
        "administration",
    }
)
_NONCE: Final = b"__NONCE__"
_PACKED: Final = frozenset({".js", ".css", ".svg", ".html", ".json", ".txt"})
_NOT_BUILT: Final = (
    "<!doctype html><meta charset=utf-8><title>山海 Shanhai</title>"
    "<h1>山海 Shanhai</h1>"
    "<p>服务正在运行，但网页控制台尚未构建。安装 npm 后执行 <code>make web</code>，再重新启动服务。"
    "<p>The service runs, but its web console was not built. Run <code>make web</code> where npm is present, "
    "then start the service again.<p><a href=/docs>API: /docs</a>"
)


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    packed: bytes | None
    media_type: str
    etag: str


class Console:
    """The middleware; the files are read once in a process."""

    def __init__(self, app: ASGIApp, directory: Path = DIRECTORY) -> None:
        self.app = app
        # Read as the process starts, not while somebody waits for a page.
        self._files = _read(directory)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is the console's, pass everything else on."""
        answer = (
            self._answer(scope) if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} else None
        )
        await (answer or self.app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path: str = scope["path"].removeprefix("/")
        headers = dict(scope["headers"])
        if path.partition("/")[0] in PAGES:
            return _page(self._files.get("index.html"))
        file = self._files.get(path)
        return None if file is None or path == "index.html" else _asset(path, file, headers)


def _page(file: _File | None) -> Response:
    nonce = secrets.token_urlsafe(16)
    content = _NOT_BUILT.encode() if file is None else file.content.replace(_NONCE, nonce.encode())
    return Response(
        content,
        status_code=200 if file else 404,
        media_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-cache", "Content-Security-Policy": _policy(nonce), **_SAFE},
    )


def _asset(path: str, file: _File, headers: dict[bytes, bytes]) -> Response:
    # The build names its assets by their content: under one name there is never anything else.
    kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "public, max-age=3600"
    common = {"Cache-Control": kept, "ETag": file.etag, "Vary": "Accept-Encoding", **_SAFE}
    if headers.get(b"if-none-match", b"").decode("latin-1") == file.etag:
        return Response(status_code=304, headers=common)
    if file.packed is not None and b"gzip" in headers.get(b"accept-encoding", b""):
        return Response(
            file.packed, media_type=file.media_type, headers={**common, "Content-Encoding": "gzip"}
        )
    return Response(file.content, media_type=file.media_type, headers=common)


_SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def _policy(nonce: str) -> str:
    """Nothing from any other host. Charts and tables place themselves by style attributes."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


@cache
def _read(directory: Path) -> dict[str, _File]:
    files = {}
    for path in sorted(directory.rglob("*")) if directory.is_dir() else []:
        if path.is_file():
            content = path.read_bytes()
            packed = gzip.compress(content, mtime=0) if path.suffix in _PACKED else None
            media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            digest = hashlib.sha256(content).hexdigest()[:32]
            files[path.relative_to(directory).as_posix()] = _File(content, packed, media_type, f'"{digest}"')
    return files
