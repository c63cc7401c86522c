"""Who may do what: the one place where permissions are named and granted.

A permission is ``noun:action``; action is ``read`` or ``write`` (create, change, remove), or a verb
of its own where the deed is weightier than a write. A key's scopes are permissions too: a request
needs the permission in the rules for its organisation's kind *and* in the key's scopes.
Which rows an organisation sees is said by ``visible_to`` of each noun, built from the predicates here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from service.errors import Forbidden, NotFound

Kind = Literal["authority", "bureau", "county", "department", "town", "field_team", "platform"]


class Permission(StrEnum):
    """Every permission there is; also the scopes that a key may carry."""

    REFERENCE_READ = "reference:read"
    ORGANISATIONS_READ = "organisations:read"
    ORGANISATIONS_WRITE = "organisations:write"
    PAIRINGS_READ = "pairings:read"
    PAIRINGS_WRITE = "pairings:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    PROJECTS_READ = "projects:read"
    PROJECTS_WRITE = "projects:write"
    PROFILES_READ = "profiles:read"
    PROFILES_WRITE = "profiles:write"
    PROFILES_CONFIRM = "profiles:confirm"
    MATCHES_READ = "matches:read"
    OUTCOMES_READ = "outcomes:read"
    OUTCOMES_WRITE = "outcomes:write"
    HOLDS_READ = "holds:read"
    HOLDS_WRITE = "holds:write"
    POOLS_READ = "pools:read"
    POOLS_WRITE = "pools:write"


_EVERYONE: frozenset[Kind] = frozenset(
    ("authority", "bureau", "county", "department", "town", "field_team", "platform")
)
_WORKING: frozenset[Kind] = _EVERYONE - {"authority"}

RULES: dict[Permission, frozenset[Kind]] = {
    Permission.REFERENCE_READ: _EVERYONE,
    Permission.ORGANISATIONS_READ: _EVERYONE,
    Permission.ORGANISATIONS_WRITE: frozenset({"platform", "authority"}),
    Permission.PAIRINGS_READ: _EVERYONE,
    Permission.PAIRINGS_WRITE: frozenset({"platform", "authority", "bureau"}),
    Permission.KEYS_READ: _EVERYONE,
    Permission.KEYS_WRITE: _EVERYONE,
    Permission.PROJECTS_READ: _EVERYONE,
    Permission.PROJECTS_WRITE: _WORKING,
    Permission.PROFILES_READ: _EVERYONE,
    Permission.PROFILES_WRITE: _WORKING,
    Permission.PROFILES_CONFIRM: frozenset({"county"}),
    Permission.MATCHES_READ: _EVERYONE,
    Permission.OUTCOMES_READ: _EVERYONE,
    Permission.OUTCOMES_WRITE: _WORKING,
    Permission.HOLDS_READ: _EVERYONE,
    Permission.HOLDS_WRITE: _WORKING,
    Permission.POOLS_READ: _EVERYONE,
    Permission.POOLS_WRITE: _WORKING,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf a request runs. ``region_code`` is None for a platform."""

    organisation_id: str
    kind: Kind
    region_code: str | None
    key_id: str
    scopes: frozenset[str]

    @property
    def is_platform(self) -> bool:
        """Whether this is the operator of the service."""
        return self.kind == "platform"


def require(actor: Actor, permission: Permission) -> None:
    """Raise unless the actor's kind and key both carry the permission.

    Raises
    ------
    Forbidden
        code ``missing_permission``, naming the permission.
    """
    if actor.kind not in RULES[permission]:
        raise Forbidden(
            "missing_permission", f"Organisations of kind {actor.kind} do not have `{permission}`."
        )
    if permission not in actor.scopes:
        raise Forbidden(
            "missing_scope", f"This key does not carry `{permission}`. Ask for a key with that scope."
        )


def granted_to(kind: Kind) -> frozenset[str]:
    """All permissions of an organisation's kind: what a key carries when no scopes are named."""
    return frozenset(str(permission) for permission, kinds in RULES.items() if kind in kinds)


def require_own(actor: Actor, organisation_id: str | None) -> None:
    """Raise ``NotFound`` unless the row is the actor's own: others must not learn that it exists."""
    if actor.organisation_id != organisation_id:
        raise NotFound()


def governs(actor: Actor, region_paths: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the actor's region is one of these regions or above one of them (a platform: always)."""
    return actor.is_platform or any(actor.region_code in path for path in region_paths)
