"""Who may do what: the one place where permissions are named and granted.

A permission is ``noun:action``; action is ``read`` or ``write`` (create, change, remove), or a verb
of its own where the deed is weightier than a write. A key's scopes are permissions too: a request
needs the permission in the rules for its organisation's kind *and* in the key's scopes *and*, where
a person stands behind it, in that person's role. ``account`` is what is one's own: session, password,
personal keys.
Which rows an organisation sees is said by ``visible_to`` of each noun, built from the predicates here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from service.errors import Forbidden, NotFound

Kind = Literal["authority", "bureau", "county", "department", "town", "field_team", "platform"]
Role = Literal["viewer", "clerk", "approver", "auditor", "administrator", "security_administrator"]


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
    OPPORTUNITIES_READ = "opportunities:read"
    OPPORTUNITIES_WRITE = "opportunities:write"
    VISITS_READ = "visits:read"
    VISITS_WRITE = "visits:write"
    ENCLAVES_READ = "enclaves:read"
    ENCLAVES_WRITE = "enclaves:write"
    LEDGER_READ = "ledger:read"
    LEDGER_WRITE = "ledger:write"
    LEDGER_CONFIRM = "ledger:confirm"
    LEDGER_DECIDE = "ledger:decide"
    HOLDS_READ = "holds:read"
    HOLDS_WRITE = "holds:write"
    POOLS_READ = "pools:read"
    POOLS_WRITE = "pools:write"
    ASSESSMENTS_READ = "assessments:read"
    ASSESSMENTS_SUBMIT = "assessments:submit"
    TARGETS_READ = "targets:read"
    TARGETS_WRITE = "targets:write"
    APPROVALS_READ = "approvals:read"
    APPROVALS_WRITE = "approvals:write"
    APPROVALS_DECIDE = "approvals:decide"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    PEOPLE_GRANT = "people:grant"
    EVENTS_READ = "events:read"
    SEARCHES_READ = "searches:read"
    SEARCHES_WRITE = "searches:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    AUDIT_READ = "audit:read"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    EXPORTS_WRITE = "exports:write"


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
    Permission.OPPORTUNITIES_READ: _EVERYONE,
    Permission.OPPORTUNITIES_WRITE: _WORKING,
    Permission.VISITS_READ: _EVERYONE,
    Permission.VISITS_WRITE: _WORKING,
    Permission.ENCLAVES_READ: _EVERYONE,
    Permission.ENCLAVES_WRITE: _WORKING,
    Permission.LEDGER_READ: _EVERYONE,
    Permission.LEDGER_WRITE: _WORKING,
    Permission.LEDGER_CONFIRM: _WORKING,
    Permission.LEDGER_DECIDE: frozenset({"authority"}),
    Permission.HOLDS_READ: _EVERYONE,
    Permission.HOLDS_WRITE: _WORKING,
    Permission.POOLS_READ: _EVERYONE,
    Permission.POOLS_WRITE: _WORKING,
    Permission.ASSESSMENTS_READ: _EVERYONE,
    Permission.ASSESSMENTS_SUBMIT: _EVERYONE,
    Permission.TARGETS_READ: _EVERYONE,
    Permission.TARGETS_WRITE: frozenset({"platform", "authority"}),
    Permission.APPROVALS_READ: _EVERYONE,
    Permission.APPROVALS_WRITE: _EVERYONE,
    Permission.APPROVALS_DECIDE: _EVERYONE,
    Permission.PEOPLE_READ: _EVERYONE,
    Permission.PEOPLE_WRITE: _EVERYONE,
    Permission.PEOPLE_GRANT: _EVERYONE,
    Permission.EVENTS_READ: _EVERYONE,
    Permission.SEARCHES_READ: _EVERYONE,
    Permission.SEARCHES_WRITE: _EVERYONE,
    Permission.WEBHOOKS_READ: _EVERYONE,
    Permission.WEBHOOKS_WRITE: _EVERYONE,
    Permission.SETTINGS_READ: _EVERYONE,
    Permission.SETTINGS_WRITE: _EVERYONE,
    Permission.ACCOUNT_READ: _EVERYONE,
    Permission.ACCOUNT_WRITE: _EVERYONE,
    Permission.AUDIT_READ: _EVERYONE,
    Permission.JOBS_READ: _EVERYONE,
    Permission.JOBS_WRITE: _EVERYONE,
    Permission.FILES_READ: _EVERYONE,
    Permission.FILES_WRITE: _EVERYONE,
    Permission.IMPORTS_READ: _EVERYONE,
    Permission.IMPORTS_WRITE: _EVERYONE,
    Permission.EXPORTS_WRITE: _EVERYONE,
}

# Whatever a person is, these are theirs.
_ANYBODY: frozenset[Permission] = frozenset(
    {
        Permission.REFERENCE_READ,
        Permission.ORGANISATIONS_READ,
        Permission.PAIRINGS_READ,
        Permission.PEOPLE_READ,
        Permission.SETTINGS_READ,
        Permission.ACCOUNT_READ,
        Permission.ACCOUNT_WRITE,
    }
)
_VIEWER: frozenset[Permission] = _ANYBODY | {
    Permission.PROJECTS_READ,
    Permission.PROFILES_READ,
    Permission.MATCHES_READ,
    Permission.OUTCOMES_READ,
    Permission.OPPORTUNITIES_READ,
    Permission.VISITS_READ,
    Permission.ENCLAVES_READ,
    Permission.LEDGER_READ,
    Permission.HOLDS_READ,
    Permission.POOLS_READ,
    Permission.ASSESSMENTS_READ,
    Permission.TARGETS_READ,
    Permission.APPROVALS_READ,
    Permission.EVENTS_READ,
    Permission.SEARCHES_READ,
    Permission.JOBS_READ,
    # To cancel what one has asked for; others' jobs are a clerk's to cancel.
    Permission.JOBS_WRITE,
    Permission.FILES_READ,
    Permission.IMPORTS_READ,
    # No more than reading the same: what a person sees can be taken along.
    Permission.EXPORTS_WRITE,
}
_CLERK: frozenset[Permission] = _VIEWER | {
    Permission.PAIRINGS_WRITE,
    Permission.PROJECTS_WRITE,
    Permission.PROFILES_WRITE,
    Permission.PROFILES_CONFIRM,
    Permission.OUTCOMES_WRITE,
    Permission.OPPORTUNITIES_WRITE,
    Permission.VISITS_WRITE,
    Permission.ENCLAVES_WRITE,
    Permission.LEDGER_WRITE,
    Permission.LEDGER_CONFIRM,
    Permission.HOLDS_WRITE,
    Permission.POOLS_WRITE,
    Permission.ASSESSMENTS_SUBMIT,
    Permission.TARGETS_WRITE,
    Permission.APPROVALS_WRITE,
    Permission.SEARCHES_WRITE,
    Permission.FILES_WRITE,
    Permission.IMPORTS_WRITE,
}
# What a person's role adds to the rules above. Everybody has one role, so system, security and audit
# administration exclude one another, and none of the three works on the organisation's records.
ROLES: dict[Role, frozenset[Permission]] = {
    "viewer": _VIEWER,
    "clerk": _CLERK,
    "approver": _CLERK | {Permission.APPROVALS_DECIDE, Permission.LEDGER_DECIDE},
    "auditor": _VIEWER | {Permission.AUDIT_READ},
    "administrator": _ANYBODY
    | {
        Permission.ORGANISATIONS_WRITE,
        Permission.PEOPLE_WRITE,
        Permission.KEYS_READ,
        Permission.KEYS_WRITE,
        # Where data is sent to is decided by who decides which programs have keys.
        Permission.WEBHOOKS_READ,
        Permission.WEBHOOKS_WRITE,
    },
    "security_administrator": _ANYBODY
    | {Permission.KEYS_READ, Permission.PEOPLE_GRANT, Permission.SETTINGS_WRITE},
}
#: Roles of which an organisation must not lose the last holder, with what would then be lost.
GUARDED: dict[Role, Permission] = {
    "administrator": Permission.PEOPLE_WRITE,
    "security_administrator": Permission.PEOPLE_GRANT,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf a request runs. ``region_code`` is None for a platform.

    ``key_id`` is the key's id, or the session's. Without a person it is the organisation itself that
    acts, by a key for programs.
    """

    organisation_id: str
    kind: Kind
    region_code: str | None
    key_id: str
    scopes: frozenset[str]
    person_id: str | None = None
    person_role: Role | None = None
    must_change_password: bool = False

    @property
    def is_platform(self) -> bool:
        """Whether this is the operator of the service."""
        return self.kind == "platform"


def require(actor: Actor, permission: Permission) -> None:
    """Raise unless the actor's kind, role (of a person) and key all carry the permission.

    Raises
    ------
    Forbidden
        ``missing_permission``, ``missing_role`` or ``missing_scope``, naming the permission;
        ``password_change_required`` before a temporary password is changed.
    """
    if actor.kind not in RULES[permission]:
        raise Forbidden(
            "missing_permission", f"Organisations of kind {actor.kind} do not have `{permission}`."
        )
    if actor.person_role is not None and permission not in ROLES[actor.person_role]:
        raise Forbidden(
            "missing_role",
            f"Your role, {actor.person_role}, does not carry `{permission}`. Ask somebody whose role does.",
        )
    if actor.must_change_password and permission not in (Permission.ACCOUNT_READ, Permission.ACCOUNT_WRITE):
        raise Forbidden(
            "password_change_required",
            "Your password is a temporary one. Change it at POST /v1/people/{id}/password first.",
        )
    if permission not in actor.scopes:
        raise Forbidden(
            "missing_scope", f"This key does not carry `{permission}`. Ask for a key with that scope."
        )


def granted_to(kind: Kind, role: Role | None = None) -> frozenset[str]:
    """All permissions of an organisation's kind, of a person those of the role among them.

    It is what a key carries when no scopes are named.
    """
    return frozenset(
        str(permission)
        for permission, kinds in RULES.items()
        if kind in kinds and (role is None or permission in ROLES[role])
    )


def require_own(actor: Actor, organisation_id: str | None) -> None:
    """Raise ``NotFound`` unless the row is the actor's own: others must not learn that it exists."""
    if actor.organisation_id != organisation_id:
        raise NotFound()


def governs(actor: Actor, region_paths: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the actor's region is one of these regions or above one of them (a platform: always)."""
    return actor.is_platform or any(actor.region_code in path for path in region_paths)
