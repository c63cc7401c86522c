"""Permissions: named once, granted by kind, narrowed by a key's scopes."""

from __future__ import annotations

from typing import get_args

import pytest

from service.access.policy import RULES, Actor, Kind, Permission, governs, granted_to, require, require_own
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
    "holds:write": set(KINDS) - {"authority"},
    "pools:write": set(KINDS) - {"authority"},
    "profiles:confirm": {"county"},
}


def actor(kind: Kind, *scopes: str, region_code: str | None = "331126") -> Actor:
    return Actor("org_1", kind, region_code, "key_1", frozenset(scopes))


def test_every_permission_has_a_rule_and_is_named_noun_and_action() -> None:
    assert set(RULES) == set(Permission)
    for permission in Permission:
        noun, action = permission.split(":")
        assert noun.isalpha(), permission
        assert action in {"read", "write", "confirm"}, permission
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
        kind: Kind = "county" if "county" in RULES[permission] else "platform"
        require(actor(kind, permission), permission)
        with pytest.raises(Forbidden) as told:
            require(actor(kind, *(set(Permission) - {permission})), permission)
        assert (told.value.code, told.value.status) == ("missing_scope", 403)


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
