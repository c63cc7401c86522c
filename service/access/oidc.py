"""OpenID Connect: whose id_tokens are believed, and how their issuers' public keys are kept at hand."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jwt
import structlog

from service.access.outgoing import Unreachable, fetch_json
from service.errors import Unavailable

_log = structlog.get_logger()
#: Both of key pairs: no token can have a public key taken for a shared secret.
ALGORITHMS: Final = frozenset({"RS256", "ES256"})
#: Without a nonce, only a token that was made just now shows that somebody has just signed in.
FRESH_SECONDS: Final = 300
LEEWAY_SECONDS: Final = 60
KEPT_SECONDS: Final = 3600.0
#: An unknown key may be a new one, or made up to have the issuer asked again and again.
PAUSE_SECONDS: Final = 60.0
_MOST_ISSUERS: Final = 1_000
Fetch = Callable[[str], Any]


@dataclass
class _Held:
    """The keys of one address by their id, when they were had and when they were last asked for."""

    keys: Mapping[str, jwt.PyJWK] = field(default_factory=dict)
    had_at: float = -math.inf
    asked_at: float = -math.inf
    lock: threading.Lock = field(default_factory=threading.Lock)


class Issuers:
    """The public keys of the organisations' sign-in services; one per worker, for any thread.

    Parameters
    ----------
    allow_private : bool
        Whether an issuer may have a private address.
    clock : callable () -> float
        Seconds that only grow.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        clock: Callable[[], float] = time.monotonic,
        fetch: Fetch | None = None,
    ) -> None:
        self._fetch: Fetch = fetch or (lambda url: fetch_json(url, allow_private=allow_private))
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def subject_of(self, id_token: str, issuer: str, audience: str, jwks_uri: str) -> str | None:
        """The `sub` of an id_token that is signed, in date, fresh, and meant for this service; else None.

        Raises
        ------
        Unavailable
            ``issuer_unavailable`` while the issuer's keys cannot be had.
        """
        try:
            header = jwt.get_unverified_header(id_token)
            algorithm, key_id = header.get("alg"), header.get("kid")
            if algorithm not in ALGORITHMS or not isinstance(key_id, str):
                raise jwt.InvalidAlgorithmError("algorithm or key id")
            key = self._key(jwks_uri, key_id)
            if key is None or key.algorithm_name != algorithm:
                raise jwt.InvalidKeyError("no such key of that kind")
            claims = jwt.decode(
                id_token,
                key.key,
                algorithms=[algorithm],
                audience=audience,
                issuer=issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
            _require_fresh(claims)
            _require_meant(claims, audience)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            # The caller is told nothing of it: neither what fails nor that the organisation exists.
            _log.info("id_token_refused", issuer=issuer, reason=repr(error))
            return None
        subject: str = claims["sub"]
        return subject

    def _key(self, jwks_uri: str, key_id: str) -> jwt.PyJWK | None:
        with self._lock:
            if len(self._held) >= _MOST_ISSUERS:
                self._held.clear()
            held = self._held.setdefault(jwks_uri, _Held())
        with held.lock:
            instant = self._clock()
            known = key_id in held.keys and instant < held.had_at + KEPT_SECONDS
            if not known and instant >= held.asked_at + PAUSE_SECONDS:
                held.asked_at = instant
                self._ask(jwks_uri, held)
            if instant >= held.had_at + KEPT_SECONDS:
                raise _unavailable()
            return held.keys.get(key_id)

    def _ask(self, jwks_uri: str, held: _Held) -> None:
        try:
            held.keys = _signing_keys(self._fetch(jwks_uri))
            held.had_at = held.asked_at
        except (Unreachable, jwt.PyJWTError) as error:
            _log.warning("issuer_unavailable", jwks_uri=jwks_uri, reason=repr(error))


def _signing_keys(found: Any) -> dict[str, jwt.PyJWK]:
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise jwt.PyJWKSetError("not a set of keys")
    keys = jwt.PyJWKSet([key for key in found["keys"] if isinstance(key, dict)]).keys
    return {key.key_id: key for key in keys if key.key_id and key.public_key_use in (None, "sig")}


def _require_fresh(claims: Mapping[str, Any]) -> None:
    if time.time() - claims["iat"] > FRESH_SECONDS:
        raise jwt.ExpiredSignatureError("not made just now")


def _require_meant(claims: Mapping[str, Any], audience: str) -> None:
    """A token for several is meant for the party that it names as authorised."""
    meant = claims["aud"]
    party = claims.get("azp", audience if isinstance(meant, str) or len(meant) == 1 else None)
    if party != audience:
        raise jwt.InvalidAudienceError("authorised for another party")


def _unavailable() -> Unavailable:
    return Unavailable(
        "issuer_unavailable",
        "The keys of your organisation's sign-in service cannot be had. Try again in a minute, or sign in "
        "with a password.",
        60,
    )
