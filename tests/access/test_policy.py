"""Permissions: named once, granted by kind, narrowed by a key's scopes."""

from __future__ import annotations

from typing import get_args

import pytest

from service.access.policy import (
    ROLES,
    RULES,
    Actor,
    Kind,
    Permission,
    Role,
    governs,
    granted_to,
    require,
    require_own,
)
from service.errors import Forbidden, NotFound

KINDS: tuple[Kind, ...] = get_args(Kind)
# Who may do more than read. Reading is everyone's; what is read is said by visible_to.
WRITERS = {
    "organisations:write": {"platform", "authority"},
    "pairings:write": {"platform", "authority", "bureau"},
    "keys:write": set(KINDS),
    "projects:write": set(KINDS) - {"authority"},
    "profiles:write": set(KINDS) - {"authority"},
    "outcomes:write": set(KINDS) - {"authority"},
    "opportunities:write": set(KINDS) - {"authority"},
    "visits:write": set(KINDS) - {"authority"},
    "enclaves:write": set(KINDS) - {"authority"},
    "ledger:write": set(KINDS) - {"authority"},
    "ledger:confirm": set(KINDS) - {"authority"},
    "ledger:decide": {"authority"},
    "holds:write": set(KINDS) - {"authority"},
    "pools:write": set(KINDS) - {"authority"},
    "profiles:confirm": {"county"},
    "assessments:submit": set(KINDS),
    "targets:write": {"platform", "authority"},
    "approvals:write": set(KINDS),
    "approvals:decide": set(KINDS),
    "searches:write": set(KINDS),
    "webhooks:write": set(KINDS),
    "people:write": set(KINDS),
    "people:grant": set(KINDS),
    "settings:write": set(KINDS),
    "account:write": set(KINDS),
    "jobs:write": set(KINDS),
    "files:write": set(KINDS),
    "imports:write": set(KINDS),
    "exports:write": set(KINDS),
}
# V viewer, C clerk, A approver, U auditor, S system administrator, G security administrator: who has what.
LETTERS: dict[str, Role] = {
    "V": "viewer",
    "C": "clerk",
    "A": "approver",
    "U": "auditor",
    "S": "administrator",
    "G": "security_administrator",
}
ROLE_TABLE = {
    "reference:read": "VCAUSG",
    "organisations:read": "VCAUSG",
    "organisations:write": "S",
    "pairings:read": "VCAUSG",
    "pairings:write": "CA",
    "keys:read": "SG",
    "keys:write": "S",
    "projects:read": "VCAU",
    "projects:write": "CA",
    "profiles:read": "VCAU",
    "profiles:write": "CA",
    "profiles:confirm": "CA",
    "matches:read": "VCAU",
    "outcomes:read": "VCAU",
    "outcomes:write": "CA",
    "opportunities:read": "VCAU",
    "opportunities:write": "CA",
    "visits:read": "VCAU",
    "visits:write": "CA",
    "enclaves:read": "VCAU",
    "enclaves:write": "CA",
    "ledger:read": "VCAU",
    "ledger:write": "CA",
    "ledger:confirm": "CA",
    "ledger:decide": "A",
    "holds:read": "VCAU",
    "holds:write": "CA",
    "pools:read": "VCAU",
    "pools:write": "CA",
    "assessments:read": "VCAU",
    "assessments:submit": "CA",
    "targets:read": "VCAU",
    "targets:write": "CA",
    "approvals:read": "VCAU",
    "approvals:write": "CA",
    "approvals:decide": "A",
    "events:read": "VCAU",
    "searches:read": "VCAU",
    "searches:write": "CA",
    "webhooks:read": "S",
    "webhooks:write": "S",
    "people:read": "VCAUSG",
    "people:write": "S",
    "people:grant": "G",
    "settings:read": "VCAUSG",
    "settings:write": "G",
    "account:read": "VCAUSG",
    "account:write": "VCAUSG",
    "audit:read": "U",
    "jobs:read": "VCAU",
    "jobs:write": "VCAU",
    "files:read": "VCAU",
    "files:write": "CA",
    "imports:read": "VCAU",
    "imports:write": "CA",
    "exports:write": "VCAU",
}


def actor(kind: Kind, *scopes: str, region_code: str | None = "331126") -> Actor:
    return Actor("org_1", kind, region_code, "key_1", frozenset(scopes))


def test_every_permission_has_a_rule_and_is_named_noun_and_action() -> None:
    assert set(RULES) == set(Permission)
    for permission in Permission:
        noun, action = permission.split(":")
        assert noun.isalpha(), permission
        assert action in {"read", "write", "confirm", "grant", "decide", "submit"}, permission
    assert {p for p in Permission if not p.endswith(":read")} == set(WRITERS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_its_permissions_and_no_others(kind: Kind) -> None:
    expected = {p for p in Permission if p.endswith(":read") or kind in WRITERS[p]}
    assert granted_to(kind) == expected
    for permission in Permission:
        everything = actor(kind, *Permission)
        if permission in expected:
            require(everything, permission)
        else:
            with pytest.raises(Forbidden, match=kind) as told:
                require(everything, permission)
            assert told.value.code == "missing_permission"


def test_a_key_without_the_scope_is_refused_though_its_kind_is_not() -> None:
    for permission in Permission:
        kind = next(kind for kind in ("county", "platform", "authority") if kind in RULES[permission])
        require(actor(kind, permission), permission)
        with pytest.raises(Forbidden) as told:
            require(actor(kind, *(set(Permission) - {permission})), permission)
        assert (told.value.code, told.value.status) == ("missing_scope", 403)


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_has_its_permissions_and_no_others(letter: str, permission: Permission) -> None:
    role = LETTERS[letter]
    for kind in KINDS:
        whoever = Actor("org_1", kind, "331126", "ses_1", frozenset(Permission), "usr_1", role)
        if letter in ROLE_TABLE[permission] and kind in RULES[permission]:
            require(whoever, permission)
            assert permission in granted_to(kind, role)
            continue
        with pytest.raises(Forbidden) as told:
            require(whoever, permission)
        assert told.value.code in {"missing_role", "missing_permission"}
        assert permission not in granted_to(kind, role)


def test_the_table_knows_every_role_and_every_permission() -> None:
    assert set(ROLE_TABLE) == set(Permission)
    assert set(LETTERS.values()) == set(ROLES) == set(get_args(Role))


def test_system_security_and_audit_administration_have_nothing_in_common_but_what_anybody_has() -> None:
    shared = ROLES["viewer"] | {Permission.KEYS_READ}
    special = [ROLES[role] - shared for role in ("administrator", "security_administrator", "auditor")]
    assert all(special)
    assert len(frozenset.union(*special)) == sum(map(len, special))
    # None of the three changes or approves a record of the organisation's work.
    for role in special:
        assert not role & (ROLES["approver"] - {Permission.ACCOUNT_WRITE})


def test_a_temporary_password_opens_nothing_but_the_own_account() -> None:
    fresh = Actor("org_1", "county", "331126", "ses_1", frozenset(Permission), "usr_1", "clerk", True)
    for permission in granted_to("county", "clerk"):
        if permission.startswith("account:"):
            require(fresh, Permission(permission))
            continue
        with pytest.raises(Forbidden) as told:
            require(fresh, Permission(permission))
        assert told.value.code == "password_change_required"


def test_what_is_not_ones_own_is_not_found() -> None:
    require_own(actor("county"), "org_1")
    for other in ("org_2", "", None):
        with pytest.raises(NotFound):
            require_own(actor("county"), other)


def test_one_governs_ones_own_region_and_those_below_it() -> None:
    county, prefecture = ("331126", "331100", "330000"), ("331100", "330000")
    for region_code, paths, expected in (
        ("331126", (county,), True),
        ("331100", (county,), True),
        ("330000", (county,), True),
        ("331127", (county,), False),
        ("331126", (prefecture,), False),
        ("331126", (("330421", "330400", "330000"), county), True),
        ("331126", (), False),
        (None, (county,), False),
    ):
        assert governs(actor("county", region_code=region_code), paths) == expected, (region_code, paths)
    assert governs(actor("platform", region_code=None), (county,))
