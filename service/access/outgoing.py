"""Requests that this service sends: to no address inside, to no other place than was asked, not for ever.

The name is resolved once, every address that it has is checked, and the connection goes to the one that was
checked: a name that leads elsewhere a moment later leads nowhere. Addresses where clouds keep their metadata
are refused always.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson

_SECONDS = 5.0
#: From the first byte sent to the last one read: a receiver that drips bytes is not waited for.
_SECONDS_IN_ALL = 10.0
_MOST_BYTES = 512 * 1024
#: What a receiver of events says beyond its status is of no interest.
_MOST_ANSWERED_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Where clouds keep what opens everything, as far as these are not link-local.
_METADATA: Final = frozenset(
    ipaddress.ip_address(text)
    for text in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)


class Unreachable(Exception):
    """The address may not be asked, or gives no answer; says why, for the log alone."""


class Refused(Unreachable):
    """The address may not be asked."""


class TimedOut(Unreachable):
    """There was no whole answer in time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a receiver said. ``retry_after`` is the header as it came."""

    status: int
    retry_after: str | None


def fetch_json(url: str, *, allow_private: bool) -> Any:
    """The JSON at an https address, by one GET.

    Parameters
    ----------
    allow_private : bool
        Whether private and loopback addresses may be asked too, and loopback ones without TLS.

    Raises
    ------
    Unreachable
        With the reason.
    """
    with _told():
        host, address = _resolved(url, allow_private)
        return orjson.loads(_get(url, host, address))


def post(url: str, content: bytes, headers: Mapping[str, str], *, allow_private: bool) -> Answered:
    """What an https address answers to one POST; redirects are answers like any other.

    Parameters
    ----------
    allow_private : bool
        As for ``fetch_json``.

    Raises
    ------
    Refused, TimedOut, Unreachable
        With the reason.
    """
    with _told():
        host, address = _resolved(url, allow_private)
        return _post(url, host, address, content, headers)


def check_url(url: str, *, allow_private: bool) -> None:
    """Raise ``Refused`` for an address that will never be asked, without asking where its name leads."""
    with _told():
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.port == 0:
            raise Refused("no web address")
        # What httpx cannot read is refused here too.
        httpx.URL(url).netloc.decode("ascii")
        if parts.username is not None or parts.password is not None:
            raise Refused("a password stands in the address")
        if parts.scheme != "https" and not allow_private:
            raise Refused("only https may be asked")
        try:
            literal = ipaddress.ip_address(parts.hostname)
        except ValueError:
            return
        if not _may_be_asked(literal, allow_private):
            raise Refused(f"{literal} is an address inside")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise TimedOut(repr(error)) from error
    except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(repr(error)) from error


def _resolved(url: str, allow_private: bool) -> tuple[str, Address]:
    """The name in a URL, and the address to which it leads; all that it has are checked."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = _checked_address(host, parts.port or _PORTS.get(parts.scheme, 0), allow_private)
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_private and address.is_loopback):
        raise Refused("only https may be asked")
    return host, address


def _checked_address(host: str, port: int, allow_private: bool) -> Address:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not _may_be_asked(address, allow_private):
            raise Refused(f"{host} leads to {address}")
    if not addresses:
        raise Unreachable(f"{host} has no address")
    return addresses[0]


def _may_be_asked(address: Address, allow_private: bool) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return _may_be_asked(address.ipv4_mapped, allow_private)
        if address.sixtofour is not None or address.teredo is not None:
            # Tunnels: where the packet comes out is another address.
            return False
    if address in _METADATA or address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if address.is_loopback:
        return allow_private
    if address.is_reserved:
        # Of IPv6 also what translates to IPv4 (64:ff9b::/96, ::/96).
        return False
    return address.is_global or (allow_private and address.is_private)


def _get(url: str, host: str, address: Address) -> bytes:
    with _asked("GET", url, host, address, {"Accept": "application/json"}) as answer:
        if answer.status_code != httpx.codes.OK:
            raise Unreachable(f"status {answer.status_code}")
        body = bytearray()
        for part in answer.iter_bytes():
            body += part
            if len(body) > _MOST_BYTES:
                raise Unreachable("the answer is too long")
    return bytes(body)


def _post(url: str, host: str, address: Address, content: bytes, headers: Mapping[str, str]) -> Answered:
    with _asked("POST", url, host, address, headers, content) as answer:
        read = 0
        # As it comes: nothing is unpacked.
        for part in answer.iter_raw():
            read += len(part)
            if read > _MOST_ANSWERED_BYTES:
                break
        return Answered(answer.status_code, answer.headers.get("retry-after"))


@contextmanager
def _asked(
    method: str,
    url: str,
    host: str,
    address: Address,
    headers: Mapping[str, str],
    content: bytes | None = None,
) -> Iterator[httpx.Response]:
    """The answer of exactly this address, its body still to be read, for as long as there is time."""
    literal = f"[{address}]" if address.version == 6 else str(address)
    asked = httpx.URL(url)
    sent = {**headers, "Host": asked.netloc.decode("ascii")}
    with (
        _Clock(_SECONDS_IN_ALL) as clock,
        # Neither proxies nor credentials of the environment.
        httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream(
            method,
            asked.copy_with(host=literal),
            headers=sent,
            content=content,
            # Certificates are checked for the name, though the connection goes to the number.
            extensions={"sni_hostname": host, "trace": clock.seen},
        ) as answer,
    ):
        yield answer


class _Clock:
    """Cuts the connection when the time is over: the client's own limits begin anew with each byte."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def seen(self, event: str, told: dict[str, Any]) -> None:
        """What the client tells of its doings; of interest are the connections that it opens."""
        if event == "connection.connect_tcp.complete":
            # A handle of its own: when TLS begins, the first one is emptied.
            self._socket = told["return_value"].get_extra_info("socket").dup()
            if time.monotonic() >= self._ends:
                self._cut()

    def _cut(self) -> None:
        opened = self._socket
        if opened is not None:
            try:
                opened.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It is closed already.
                return

    def __enter__(self) -> _Clock:
        self._timer.start()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()
        if error is not None and time.monotonic() >= self._ends:
            raise TimedOut("no whole answer in time") from error
