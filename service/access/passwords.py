"""Passwords: argon2id hashes, and the same work for a user name that does not exist."""

from __future__ import annotations

import secrets
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

#: What OWASP asks of argon2id at the least; more memory would let sign-ins push out the match index.
_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
#: No letters and digits that are taken for one another when a password is read out.
_LEGIBLE = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 5


def hashed(password: str) -> str:
    """The argon2id hash to store."""
    return _HASHER.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the one; without a stored hash the same work is done, for nothing."""
    try:
        same = _HASHER.verify(password, stored or _of_nobody())
    except UnknownHashError:
        return False
    return same and stored is not None


@cache
def _of_nobody() -> str:
    return hashed(secrets.token_urlsafe(32))


def temporary() -> str:
    """A password of about 99 random bits that can be read out, such as ``k3m9x-…``."""
    groups = ("".join(secrets.choice(_LEGIBLE) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)
