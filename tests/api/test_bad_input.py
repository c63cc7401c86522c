"""Bad input gets a clear 4xx on both databases, is never echoed unsafely, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from service.database import Database, reading, revision_of
from tests.api.bad_bodies import (
    LONG_INTEGER,
    NOT_JSON,
    NUMBERS,
    OF_PROFILES,
    OF_PROJECTS,
    PROJECT_BASE,
    SHAPES,
    TEXTS,
    bodies_of_a_profile,
    bodies_of_a_project,
    in_turn,
)
from tests.conftest import PROFILE, PROJECT, World

JSON = {"Content-Type": "application/json"}
ANY = {"If-Match": "*"}


def refused(answer: Any, status: int = 422) -> dict[str, Any]:
    """The problem of a refusal, read as strictly as any client may read it."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content.decode("utf-8", "strict"), parse_constant=pytest.fail)
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(body)
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["code"] == body["code"].lower()
    return body


def everything(database: Database) -> dict[str, int]:
    """How many rows each table has, and the revision."""
    with reading(database) as session:
        counts = {
            name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in SQLModel.metadata.tables.items()
        }
        return counts | {"revision": revision_of(session)}


def lists(world: World) -> list[Any]:
    answers = [
        world.get("platform", path)
        for path in ("/v1/projects", "/v1/profiles", "/v1/organisations", "/v1/keys")
    ]
    answers += [world.get("jiashan", "/v1/projects"), world.get("qingyuan", "/v1/profiles")]
    return [(answer.status_code, answer.json()["items"]) for answer in answers]


def send(world: World, who: str, method: str, path: str, raw: str | bytes, **headers: str) -> Any:
    content = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass")
    return world.call(who, method, path, content=content, headers=JSON | ANY | headers)


def test_no_fault_in_the_body_of_a_project_or_a_profile_is_stored_or_breaks_a_list(
    world: World, database: Database
) -> None:
    project, profile = world.project(), world.profile()
    before, listed = everything(database), lists(world)
    cases = [
        ("jiashan", body, pointer, code)
        for place, (member, pointer, code) in enumerate([*SHAPES, *NUMBERS, *TEXTS, *OF_PROJECTS])
        for body in in_turn(place, bodies_of_a_project(project["id"], member))
    ] + [
        ("qingyuan", body, pointer, code)
        for place, (member, pointer, code) in enumerate([*SHAPES, *NUMBERS, *TEXTS, *OF_PROFILES])
        for body in in_turn(place, bodies_of_a_profile(profile["id"], member))
    ]
    wrong = []
    for who, (method, path, raw, at), pointer, code in cases:
        try:
            problem = refused(send(world, who, method, path, raw))
        except AssertionError as error:
            wrong.append((method, path, raw[:200], str(error)[:300]))
            continue
        found = {(fault["pointer"].removeprefix(at), fault["code"]) for fault in problem["errors"]}
        shown = {known_pointer for known_pointer, _ in found}
        if (pointer is not None and pointer not in shown) or (code and (pointer, code) not in found):
            wrong.append((method, path, raw[:200], str(problem["errors"])[:300]))
    assert not wrong, "\n".join(map(str, wrong))
    assert everything(database) == before
    assert lists(world) == listed


def test_what_is_not_a_json_object_in_utf8_is_refused_everywhere(world: World, database: Database) -> None:
    project, profile = world.project(), world.profile()
    before = everything(database)
    addresses = [
        ("jiashan", "POST", "/v1/projects"),
        ("jiashan", "PUT", f"/v1/projects/{project['id']}"),
        ("jiashan", "PATCH", f"/v1/projects/{project['id']}"),
        ("jiashan", "POST", "/v1/match-queries"),
        ("qingyuan", "POST", "/v1/profiles"),
        ("qingyuan", "PUT", f"/v1/profiles/{profile['id']}"),
        ("qingyuan", "PATCH", f"/v1/profiles/{profile['id']}"),
        ("platform", "POST", "/v1/organisations"),
        ("platform", "POST", "/v1/pairings"),
        ("platform", "POST", "/v1/keys"),
    ]
    for who, method, path in addresses:
        for raw, code in NOT_JSON:
            problem = refused(send(world, who, method, path, raw))
            assert problem["errors"], (method, path, raw)
            assert not code or problem["errors"][0]["code"] == code, (method, path, raw, problem)
    assert everything(database) == before


def test_the_other_nouns_refuse_bad_input_too(world: World, database: Database) -> None:
    bureau, platform = world.organisations["jiashan"], world.organisations["platform"]
    pairing = world.get("jiashan", "/v1/pairings?region_code=330421&limit=1").json()["items"][0]
    organisation = '"name": "某县", "kind": "county", "region_code": "331127"'
    pair = '"supporting_region_code": "330421", "partner_region_code": "331127", "programme": "other"'
    key = f'"name": "k", "organisation_id": "{bureau}"'
    cases = [
        ("POST", "/v1/organisations", f'{{{organisation}, "colour": 1}}', "/colour"),
        ("POST", "/v1/organisations", organisation.replace("某县", r"\ud800").join("{}"), "/name"),
        ("POST", "/v1/organisations", organisation.replace("county", "village").join("{}"), "/kind"),
        ("POST", "/v1/organisations", organisation.replace("331127", "999999").join("{}"), "/region_code"),
        ("POST", "/v1/organisations", '{"name": "某镇", "kind": "county"}', "/region_code"),
        (
            "POST",
            "/v1/organisations",
            organisation.replace("county", "town").join("{}"),
            "/parent_organisation_id",
        ),
        ("PATCH", f"/v1/organisations/{bureau}", r'{"\ud800": null}', "/?"),
        ("PATCH", f"/v1/organisations/{bureau}", '{"colour": null}', "/colour"),
        ("PATCH", f"/v1/organisations/{bureau}", r'{"name": "a\u0000"}', "/name"),
        (
            "PATCH",
            f"/v1/organisations/{bureau}",
            f'{{"parent_organisation_id": "{bureau}"}}',
            "/parent_organisation_id",
        ),
        ("POST", "/v1/pairings", pair.replace("331127", "999999").join("{}"), "/partner_region_code"),
        ("POST", "/v1/pairings", pair.replace("331127", "330421").join("{}"), "/partner_region_code"),
        ("POST", "/v1/pairings", f'{{{pair}, "since": "2026-01-02", "until": "2026-01-01"}}', "/until"),
        ("POST", "/v1/pairings", f'{{{pair}, "since": 20260102}}', "/since"),
        ("PATCH", f"/v1/pairings/{pairing['id']}", r'{"evidence": "\ud800"}', "/evidence"),
        ("PATCH", f"/v1/pairings/{pairing['id']}", r'{"\ud800": null}', "/?"),
        ("POST", "/v1/keys", f'{{{key}, "scopes": ["everything"]}}', "/scopes/0"),
        ("POST", "/v1/keys", f'{{{key}, "expires_at": "2020-01-01T00:00:00Z"}}', "/expires_at"),
        ("POST", "/v1/keys", f'{{{key}, "expires_at": "2030-01-01T00:00:00"}}', "/expires_at"),
        ("POST", "/v1/keys", f'{{{key}, "expires_at": 1900000000}}', "/expires_at"),
        ("POST", "/v1/keys", f'{{{key}, "expires_at": "0001-01-01T00:00:00+14:00"}}', "/expires_at"),
        ("POST", "/v1/keys", f'{{{key}, "expires_at": "9999-12-31T23:59:59-12:00"}}', "/expires_at"),
        ("POST", "/v1/keys", f'{{{key}, "expires_at": "2030-13-01T00:00:00Z"}}', "/expires_at"),
        ("POST", "/v1/keys", '{"name": "k", "organisation_id": "org_0000000000"}', "/organisation_id"),
        ("POST", "/v1/keys", '{"name": "k", "organisation_id": "' + "x" * 1000 + '"}', "/organisation_id"),
    ]
    before = everything(database)
    wrong = []
    for method, path, raw, pointer in cases:
        answer = send(world, "platform", method, path, raw)
        if answer.status_code != 422 or pointer not in [f["pointer"] for f in refused(answer)["errors"]]:
            wrong.append((method, path, raw, answer.status_code, answer.text[:300]))
    assert not wrong, "\n".join(map(str, wrong))
    assert everything(database) == before
    assert world.get("jiashan", f"/v1/organisations/{platform}").status_code == 200


def test_a_match_query_refuses_bad_weights_filters_and_projects(world: World, database: Database) -> None:
    project = world.project()
    base = f'"project_id": "{project["id"]}"'
    cases = [
        (f'{{{base}, "weights": {{"land": -1}}}}', "/weights/land", "greater_than_equal"),
        (f'{{{base}, "weights": {{"land": NaN}}}}', "", "not_finite"),
        (f'{{{base}, "weights": {{"land": 1e400}}}}', "", "not_finite"),
        (f'{{{base}, "weights": {{"land": "1"}}}}', "/weights/land", "not_a_number"),
        (f'{{{base}, "weights": {{"land": true}}}}', "/weights/land", "not_a_number"),
        (f'{{{base}, "weights": {{"beauty": 1}}}}', "/weights/beauty", "unknown_criterion"),
        (rf'{{{base}, "weights": {{"\ud800": 1}}}}', "/weights/\ufffd\ufffd\ufffd", "forbidden_character"),
        (f'{{{base}, "weights": []}}', "/weights", "dict_type"),
        ("{}", "", "one_project"),
        (f'{{{base}, "project": {{{PROJECT_BASE}}}}}', "", "one_project"),
        ('{"project_id": "nonsense"}', "/project_id", "string_pattern_mismatch"),
        (f'{{{base}, "filters": {{"colour": 1}}}}', "/filters/colour", "extra_forbidden"),
        (f'{{{base}, "filters": {{"province": "火星"}}}}', "/filters/province", "unknown_region"),
        (
            f'{{{base}, "filters": {{"region_codes": ["999999"]}}}}',
            "/filters/region_codes/0",
            "unknown_region",
        ),
        (f'{{{base}, "filters": {{"site_kinds": ["castle"]}}}}', "/filters/site_kinds/0", "literal_error"),
        (f'{{{base}, "limit": 0}}', "/limit", "greater_than_equal"),
        (f'{{{base}, "limit": 101}}', "/limit", "less_than_equal"),
        (f'{{{base}, "limit": "20"}}', "/limit", "int_type"),
        (f'{{{base}, "limit": true}}', "/limit", "int_type"),
        (f'{{{base}, "limit": 9223372036854775808}}', "/limit", "less_than_equal"),
        (f'{{{base}, "include": ["everything"]}}', "/include/0", "literal_error"),
        (f'{{{base}, "cursor": ""}}', "/cursor", "string_too_short"),
    ]
    zero = {line["name"]: 0 for line in world.get("jiashan", "/v1/criteria").json()["items"]}
    cases.append((json.dumps({"project_id": project["id"], "weights": zero}), "/weights", "invalid_weights"))
    before = everything(database)
    wrong = []
    for raw, pointer, code in cases:
        answer = send(world, "jiashan", "POST", "/v1/match-queries", raw)
        problem = refused(answer) if answer.status_code == 422 else {"errors": answer.text}
        if {"pointer": pointer, "code": code} not in [
            {"pointer": f["pointer"], "code": f["code"]} for f in problem["errors"] if isinstance(f, dict)
        ]:
            wrong.append((raw, answer.status_code, problem["errors"]))
    assert not wrong, "\n".join(map(str, wrong))
    assert everything(database) == before


def test_query_parameters_that_are_unknown_repeated_or_absurd_are_refused(world: World) -> None:
    project, profile = world.project(), world.profile()
    faults = [
        ("/v1/projects?colour=1", "/query/colour"),
        ("/v1/projects?limit=10&limit=20", "/query/limit"),
        ("/v1/projects?q=%00", "/query/q"),
        ("/v1/projects?q=%E2%80%AE", "/query/q"),
        ("/v1/projects?q=", "/query/q"),
        ("/v1/projects?industry=%00", "/query/industry"),
        ("/v1/projects?industry=C21100", "/query/industry"),
        ("/v1/profiles?region_code=33", "/query/region_code"),
        ("/v1/profiles?site_kind=castle", "/query/site_kind"),
        ("/v1/profiles?own=perhaps", "/query/own"),
        ("/v1/regions?province=%00", "/query/province"),
        ("/v1/regions?level=village", "/query/level"),
        ("/v1/industries?parent=x", "/query/parent"),
        ("/v1/zones?industry=%00", "/query/industry"),
        ("/v1/organisations?kind=king", "/query/kind"),
        (f"/v1/projects/{project['id']}/matches?include=everything", "/query/include"),
        (f"/v1/projects/{project['id']}/matches?weights=1", "/query/weights"),
        (f"/v1/projects/{project['id']}?expand=1", "/query/expand"),
        (f"/v1/profiles/{profile['id']}/versions?page=2", "/query/page"),
    ]
    for number in ("0", "-1", "101", "9223372036854775808", LONG_INTEGER, "1e3", "NaN", "%20", "true"):
        faults.append((f"/v1/projects?limit={number}", "/query/limit"))
        faults.append((f"/v1/projects/{project['id']}/exclusions?limit={number}", "/query/limit"))
    faults.append((f"/v1/projects?cursor={'a' * 2001}", "/query/cursor"))
    wrong = []
    for path, pointer in faults:
        answer = world.get("jiashan", path)
        if answer.status_code != 422 or [f["pointer"] for f in refused(answer)["errors"]] != [pointer]:
            wrong.append((path[:100], answer.status_code, answer.text[:300]))
    assert not wrong, "\n".join(map(str, wrong))
    for cursor in ("nonsense", "%00", "%F0%9F%8E%89", "AAAA", "a" * 2000):
        for path in ("/v1/projects", f"/v1/projects/{project['id']}/matches", "/v1/regions"):
            assert refused(world.get("jiashan", f"{path}?cursor={cursor}"), 400)["code"] == "bad_cursor"


def test_another_content_type_is_refused_and_never_read_loosely(world: World, database: Database) -> None:
    project = world.project()
    before = everything(database)
    path = f"/v1/projects/{project['id']}"
    for media_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "x",
    ):
        for raw in (json.dumps(PROJECT), '{"land_mu": NaN}', "name=x"):
            headers = {"Content-Type": media_type} | ANY
            for method, address in (("POST", "/v1/projects"), ("PUT", path), ("PATCH", path)):
                answer = world.call("jiashan", method, address, content=raw.encode(), headers=headers)
                assert answer.status_code in {415, 422}, (media_type, raw, answer.text)
                refused(answer, answer.status_code)
    assert everything(database) == before


def test_a_body_that_is_too_large_is_413_whether_its_length_is_declared_or_not(
    world: World, database: Database
) -> None:
    before = everything(database)
    text = json.dumps({**PROJECT, "description": "x" * 1_100_000}).encode()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(text), 65_536):
            yield text[start : start + 65_536]

    for content in (text, pieces()):
        answer = world.call("jiashan", "POST", "/v1/projects", content=content, headers=JSON)
        assert refused(answer, 413)["code"] == "body_too_large"
    assert everything(database) == before


def test_an_address_that_cannot_be_stored_is_simply_not_found(world: World) -> None:
    for path in (
        "/v1/projects/%00",
        "/v1/projects/%ED%A0%80",
        "/v1/regions/%00",
        "/v1/profiles/a%0Ab",
        "/v1/nothing",
    ):
        assert refused(world.get("jiashan", path), 404)["code"] == "not_found"
    # A key in the header is text of any kind as well.
    for secret in ("shk_a_b", "shk_é_x", "shk_" + "a" * 5000, "x", "shk__", "shk_\x7f_x"):
        answer = world.call(
            None, "GET", "/v1/projects", headers={"Authorization": f"Bearer {secret}".encode("latin-1")}
        )
        assert refused(answer, 401)["code"] in {"unknown_key", "missing_key"}


def test_the_smallest_and_largest_numbers_come_back_to_the_last_digit(world: World) -> None:
    for value in (0.0, 5e-324, 1 / 3, 9_999_999.999999998):
        stored = world.project(land_mu=value, quantities={"largest_parcel_mu": min(value, 9999.0)})
        read = world.get("jiashan", f"/v1/projects/{stored['id']}").json()
        assert (read["land_mu"], read["quantities"]["largest_parcel_mu"]) == (value, min(value, 9999.0))
        # A figure that small or large must not break whoever ranks or reads it either.
        assert world.get("jiashan", f"/v1/projects/{stored['id']}/matches").status_code == 200
        offer = world.profile(land_mu=value, restricted_fields=["land_mu"])
        assert world.get("jiashan", f"/v1/profiles/{offer['id']}").json()["bands"]["land_mu"]["low"] <= value
        assert PROFILE["land_mu"] != value
