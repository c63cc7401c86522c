"""People: who enters them, who gives roles, and what nobody can do to oneself or to the last one left."""

from __future__ import annotations

import pytest
from sqlmodel import SQLModel, col, select

from service.access.audit import AuditEvent
from service.access.keys import ApiKey
from service.access.policy import Role
from service.database import Database, reading, revision_of, writing
from service.domain import keys
from tests.conftest import World


def _body(world: World, who: str, **fields: str) -> dict[str, str]:
    return {"organisation_id": world.organisations[who], "name": "张三", "user_name": "zhang.san", **fields}


def _role(world: World, who: str, person: str, role: Role) -> tuple[int, str]:
    path = f"/v1/people/{world.people[person]}/role"
    answer = world.post(who, path, {"role": role}, headers={"If-Match": "*"})
    return answer.status_code, answer.json().get("code", answer.json().get("role"))


def _switch(world: World, who: str, person: str, verb: str) -> tuple[int, str]:
    path = f"/v1/people/{world.people[person]}/{verb}"
    answer = world.call(who, "POST", path, headers={"If-Match": "*"})
    return answer.status_code, answer.json().get("code", "")


def test_an_administrator_enters_viewers_and_a_security_administrator_gives_roles(world: World) -> None:
    administrator = world.person("jiashan", "administrator")
    security = world.person("jiashan", "security_administrator")
    clerk = _body(world, "jiashan", role="clerk")
    told = world.post(administrator, "/v1/people", clerk)
    assert (told.status_code, told.json()["code"]) == (403, "missing_role")
    assert world.post(security, "/v1/people", clerk).json()["code"] == "missing_role"
    made = world.post(administrator, "/v1/people", _body(world, "jiashan"))
    assert made.status_code == 201, made.text
    assert (made.json()["role"], made.json()["must_change_password"]) == ("viewer", True)
    assert len(made.json()["temporary_password"]) > 20
    world.people["zhang"] = made.json()["id"]
    assert _role(world, administrator, "zhang", "clerk") == (403, "missing_role")
    assert _role(world, security, "zhang", "clerk") == (200, "clerk")
    # The organisation's own key does both at once.
    other = _body(world, "jiashan", role="approver", user_name="li.si")
    assert world.post("jiashan", "/v1/people", other).json()["role"] == "approver"


def test_nobody_changes_the_own_role(world: World) -> None:
    security = world.person("jiashan", "security_administrator")
    world.person("jiashan", "security_administrator", "another")
    assert _role(world, security, security, "administrator") == (403, "own_role")
    assert _role(world, "another", security, "administrator") == (200, "administrator")


@pytest.mark.parametrize("role", ["administrator", "security_administrator"])
def test_the_last_administrator_stays_where_the_organisation_has_no_key_of_its_own(
    world: World, database: Database, role: Role
) -> None:
    first, second = (world.person("jiashan", role, name) for name in ("first", "second"))
    other = "security_administrator" if role == "administrator" else "administrator"
    helper = world.person("jiashan", other)
    # While the organisation has a key of its own, even the last one may go: the key can enter another.
    for person in (first, second):
        assert _switch(world, "jiashan", person, "disable") == (200, "")
    for person in (first, second):
        assert _switch(world, "jiashan", person, "enable") == (200, "")
    with writing(database) as session:
        keys.revoke(session, None, world.actors["jiashan"].key_id)
    if role == "administrator":
        assert _switch(world, first, second, "disable") == (200, "")
        assert _switch(world, first, first, "disable") == (409, "last_administrator")
        assert _role(world, helper, first, "clerk") == (409, "last_administrator")
    else:
        assert _role(world, first, second, "clerk") == (200, "clerk")
        assert _switch(world, helper, first, "disable") == (409, "last_administrator")
    # Who is disabled already is not the last one.
    assert _role(world, helper if role == "administrator" else first, second, "viewer")[0] == 200


def test_what_an_administrations_role_signs_in_with_is_no_other_persons_to_set(world: World) -> None:
    administrator = world.person("jiashan", "administrator")
    expected = {
        "viewer": 200,
        "clerk": 200,
        "approver": 200,
        "auditor": 403,
        "security_administrator": 403,
    }
    program = {"organisation_id": world.organisations["jiashan"], "name": "program"}
    world.secrets["program"] = world.post(administrator, "/v1/keys", program).json()["secret"]
    for role, status in expected.items():
        person = world.people[world.person("jiashan", role)]  # type: ignore[arg-type]
        # Neither the administrator, nor a key that the administrator has made to get around it.
        for who in (administrator, "program"):
            answer = world.post(
                who, f"/v1/people/{person}/password", {"new_password": "a temporary passphrase"}
            )
            assert answer.status_code == status, (role, who, answer.text)
        assert status == 200 or answer.json()["code"] == "administrator_protected"
        own = world.post(
            "jiashan", f"/v1/people/{person}/password", {"new_password": "a temporary passphrase"}
        )
        assert own.status_code == 200, own.text


def test_people_are_seen_by_their_own_organisation_alone(world: World) -> None:
    clerk = world.person("jiashan", "clerk")
    path = f"/v1/people/{world.people[clerk]}"
    assert world.get("jiashan", path).status_code == 200
    assert world.get(clerk, path).json()["user_name"] == clerk
    assert world.get("platform", path).status_code == 200
    nobody = world.get("qingyuan", "/v1/people/usr_01aaaaaaaaaaaaaaaaaaaaaaaa").json()
    for method, tail, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("POST", "/role", {"role": "viewer"}),
        ("POST", "/disable", None),
        ("POST", "/enable", None),
        ("POST", "/password", {"new_password": "a temporary passphrase"}),
    ):
        answer = world.call("qingyuan", method, path + tail, json=body, headers={"If-Match": "*"})
        assert answer.json() | {"request_id": ""} == nobody | {"request_id": ""}, (method, tail)
    assert world.get("qingyuan", "/v1/people").json()["items"] == []
    foreign = world.post("qingyuan", "/v1/people", _body(world, "jiashan"))
    assert foreign.json()["code"] == "organisation_not_yours"
    assert world.post("platform", "/v1/people", _body(world, "jiashan")).status_code == 201


def test_user_names_are_lower_case_and_one_of_a_kind(world: World) -> None:
    assert world.post("jiashan", "/v1/people", _body(world, "jiashan")).status_code == 201
    twin = world.post("qingyuan", "/v1/people", _body(world, "qingyuan"))
    assert (twin.status_code, twin.json()["code"]) == (409, "user_name_taken")
    for bad in ("Zhang.San", "z", "张三", "-zhang", "zhang san", "x" * 65):
        answer = world.post("jiashan", "/v1/people", _body(world, "jiashan", user_name=bad))
        assert answer.status_code == 422, bad
    person = world.person("jiashan", "clerk")
    path = f"/v1/people/{world.people[person]}"
    assert world.patch("jiashan", path, {"user_name": "zhang.san"}).json()["code"] == "user_name_taken"
    assert world.patch("jiashan", path, {"user_name": "wang.wu", "name": "王五"}).json()["name"] == "王五"
    # The role has an address, and a permission, of its own.
    assert world.patch("jiashan", path, {"role": "approver"}).status_code == 422
    assert world.patch("jiashan", path, {"name": "x"}, etag='"v1"').status_code == 412
    assert world.call("jiashan", "PATCH", path, json={}).status_code == 428


def test_a_person_found_by_name_or_role(world: World) -> None:
    for role in ("clerk", "approver"):
        world.person("jiashan", role)  # type: ignore[arg-type]
    found = world.get("jiashan", "/v1/people?role=clerk").json()["items"]
    assert [person["user_name"] for person in found] == ["clerk.jiashan"]
    assert len(world.get("jiashan", "/v1/people?q=APPROVER").json()["items"]) == 1
    assert world.get("jiashan", "/v1/people?role=king").status_code == 422


def test_the_hash_of_a_password_is_in_no_answer_and_the_password_in_no_table(
    world: World, database: Database
) -> None:
    once = {"Idempotency-Key": "one"}
    made = world.post("jiashan", "/v1/people", _body(world, "jiashan"), headers=once)
    password = made.json()["temporary_password"]
    again = world.post("jiashan", "/v1/people", _body(world, "jiashan"), headers=once)
    assert (again.status_code, again.json()["temporary_password"]) == (201, None)
    everything = made.text + again.text + world.get("jiashan", "/v1/people").text
    assert "argon2" not in everything
    assert "hash" not in everything
    with reading(database) as session:
        hashes = 0
        for table in SQLModel.metadata.tables.values():
            if table.name in {"regions", "industries", "zones", "models"}:
                continue
            for row in session.execute(select(table)):
                assert password not in str(tuple(row)), table.name
                hashes += str(tuple(row)).count("$argon2id$")
        assert hashes == 1


def test_a_personal_key_does_what_the_role_allows_at_the_moment_and_is_its_persons_alone(
    world: World, database: Database
) -> None:
    clerk = world.person("jiashan", "clerk")
    made = world.post(clerk, "/v1/personal-keys", {"name": "大屏"})
    assert made.status_code == 201, made.text
    assert made.json()["person_id"] == world.people[clerk]
    world.secrets["program"] = made.json()["secret"]
    path = f"/v1/personal-keys/{made.json()['id']}"
    assert world.get("program", "/v1/projects").status_code == 200
    assert world.get("program", "/v1/sessions/current").json()["person"]["user_name"] == clerk
    # No more than the role, whatever is asked for.
    beyond = world.post(clerk, "/v1/personal-keys", {"name": "k", "scopes": ["approvals:decide"]})
    assert (beyond.status_code, beyond.json()["code"]) == (403, "scope_not_yours")
    narrow = world.post(clerk, "/v1/personal-keys", {"name": "k", "scopes": ["account:write"]}).json()
    world.secrets["narrow"] = narrow["secret"]
    assert world.post("narrow", "/v1/personal-keys", {"name": "k"}).json()["scopes"] == ["account:write"]
    # Nobody else's, though an administrator can revoke it.
    world.person("jiashan", "clerk", "other")
    assert world.get("other", path).status_code == 404
    assert world.delete("other", path).status_code == 404
    assert world.get("other", "/v1/personal-keys").json()["items"][0]["person_id"] == world.people["other"]
    assert world.get("jiashan", "/v1/personal-keys").json()["items"] == []
    refused = world.post("jiashan", "/v1/personal-keys", {"name": "k"})
    assert (refused.status_code, refused.json()["code"]) == (403, "person_required")
    security = world.person("jiashan", "security_administrator")
    assert _role(world, security, clerk, "viewer") == (200, "viewer")
    told = world.post("program", "/v1/projects", {})
    assert (told.status_code, told.json()["code"]) == (403, "missing_role")
    assert _role(world, security, clerk, "administrator") == (200, "administrator")
    # A key that was made for a clerk's work does no administrator's.
    assert world.post("program", "/v1/people", {}).json()["code"] == "missing_scope"
    assert world.get("program", "/v1/projects").json()["code"] == "missing_role"
    assert _role(world, security, clerk, "clerk") == (200, "clerk")
    assert world.delete(clerk, path).status_code == 204
    assert world.get("program", "/v1/projects").json()["code"] == "revoked_key"
    assert _switch(world, "jiashan", clerk, "disable") == (200, "")
    assert world.get("narrow", "/v1/personal-keys").json()["code"] == "person_disabled"
    with reading(database) as session:
        own = session.exec(select(ApiKey).where(col(ApiKey.person_id) == world.people[clerk])).all()
        assert len(own) == 4


def test_every_change_of_a_person_moves_the_revision_and_is_on_record_with_who_did_it(
    world: World, database: Database
) -> None:
    administrator = world.person("jiashan", "administrator")
    security = world.person("jiashan", "security_administrator")
    made = world.post(administrator, "/v1/people", _body(world, "jiashan")).json()
    world.people["zhang"] = made["id"]
    with reading(database) as session:
        revision = revision_of(session)
    assert world.patch(administrator, f"/v1/people/{made['id']}", {"name": "张三丰"}).status_code == 200
    assert _role(world, security, "zhang", "clerk")[0] == 200
    assert _switch(world, administrator, "zhang", "disable")[0] == 200
    assert _switch(world, administrator, "zhang", "enable")[0] == 200
    with reading(database) as session:
        assert revision_of(session) == revision + 4
        events = session.exec(
            select(AuditEvent).where(AuditEvent.noun_id == made["id"]).order_by(col(AuditEvent.sequence))
        ).all()
    by = [(event.action, event.detail["person_id"]) for event in events]
    assert by == [
        ("person.create", world.people[administrator]),
        ("person.update", world.people[administrator]),
        ("person.grant", world.people[security]),
        ("person.disable", world.people[administrator]),
        ("person.enable", world.people[administrator]),
    ]


def test_a_subject_needs_an_issuer(world: World) -> None:
    path = f"/v1/people/{world.people[world.person('jiashan', 'clerk')]}"
    told = world.patch("jiashan", path, {"oidc_subject": "s-1"})
    assert (told.status_code, told.json()["errors"][0]["code"]) == (422, "no_issuer")
    own = f"/v1/organisations/{world.organisations['jiashan']}/settings"
    oidc = {"issuer": "https://a.example", "audience": "shanhai", "jwks_uri": "https://a.example/keys"}
    assert world.patch("jiashan", own, {"oidc": oidc}).status_code == 200
    assert world.patch("jiashan", path, {"oidc_subject": "s-1"}).json()["oidc_subject"] == "s-1"
