"""The cookie of a browser's session, and what shows that a request with it comes from our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request, Response

from service.access.sessions import LIFETIME
from service.errors import Forbidden

NAME = "shanhai_session"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def put(request: Request, response: Response, token: str) -> None:
    """Have the browser keep the token: out of reach of scripts, and sent to nobody else."""
    response.set_cookie(
        NAME,
        token,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=_is_https(request),
        httponly=True,
        samesite="strict",
    )


def remove(request: Request, response: Response) -> None:
    """Have the browser forget the token."""
    response.delete_cookie(NAME, path="/", secure=_is_https(request), httponly=True, samesite="strict")


def require_same_site(request: Request) -> None:
    """Raise unless a change shows that one of our own pages asks for it.

    A foreign page can have the browser send a request with the cookie, but neither set a header of its
    own nor choose what the browser says of where it comes from.

    Raises
    ------
    Forbidden
        ``cross_site``.
    """
    own = request.headers.get("x-requested-with") == "shanhai" or _origin_is_own(request) is True
    if request.method not in _SAFE_METHODS and not own:
        raise _cross_site()


def refuse_foreign_page(request: Request) -> None:
    """Raise where a browser says that a foreign page asks: nobody is to be signed in as somebody else."""
    if _origin_is_own(request) is False:
        raise _cross_site()


def _cross_site() -> Forbidden:
    return Forbidden(
        "cross_site",
        "With the cookie of a session, send `X-Requested-With: shanhai` with every change.",
    )


def _origin_is_own(request: Request) -> bool | None:
    """What the browser says of where the request comes from; None where it says nothing."""
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched == "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return None
    return urlsplit(origin).netloc == request.headers.get("host", "") != ""


def _is_https(request: Request) -> bool:
    """Whether the browser speaks TLS; the proxy says so. To claim it falsely only harms oneself."""
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
