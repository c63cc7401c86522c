"""Requests that this service sends: to no address inside, to no other place than was asked, not for ever."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

_SECONDS = 5.0
_MOST_BYTES = 512 * 1024
_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """The address may not be asked, or gives no answer; says why, for the log alone."""


def fetch_json(url: str, *, allow_private: bool) -> Any:
    """The JSON at an https address, by one GET.

    The name is resolved once, every address that it has is checked, and the connection goes to the one
    that was checked: a name that leads elsewhere a moment later leads nowhere. Link-local addresses,
    where clouds keep their metadata, are refused always.

    Parameters
    ----------
    allow_private : bool
        Whether private and loopback addresses may be asked too, and loopback ones without TLS.

    Raises
    ------
    Unreachable
        With the reason.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        address = _checked_address(host, parts.port or _PORTS.get(parts.scheme, 0), allow_private)
        if parts.scheme != "https" and not (parts.scheme == "http" and allow_private and address.is_loopback):
            raise Unreachable("only https may be asked")
        return orjson.loads(_get(url, host, address))
    except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(repr(error)) from error


def _checked_address(
    host: str, port: int, allow_private: bool
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    for address in addresses:
        if not _may_be_asked(address, allow_private):
            raise Unreachable(f"{host} leads to {address}")
    if not addresses:
        raise Unreachable(f"{host} has no address")
    return addresses[0]


def _may_be_asked(address: ipaddress.IPv4Address | ipaddress.IPv6Address, allow_private: bool) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    address = mapped or address
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (allow_private and (address.is_private or address.is_loopback))


def _get(url: str, host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bytes:
    literal = f"[{address}]" if address.version == 6 else str(address)
    asked = httpx.URL(url)
    headers = {"Host": asked.netloc.decode("ascii"), "Accept": "application/json"}
    # Certificates are checked for the name, though the connection goes to the number.
    extensions = {"sni_hostname": host}
    body = bytearray()
    with (
        # Neither proxies nor credentials of the environment.
        httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", asked.copy_with(host=literal), headers=headers, extensions=extensions) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise Unreachable(f"status {answer.status_code}")
        for part in answer.iter_bytes():
            body += part
            if len(body) > _MOST_BYTES:
                raise Unreachable("the answer is too long")
    return bytes(body)
