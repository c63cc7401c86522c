"""Who may do what: across organisations nothing is found, and a key does no more than it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import SQLModel, select

from service.access.keys import ApiKey
from service.database import Database, now, reading, writing
from service.domain.pairings import Pairing
from tests.conftest import PROFILE, PROJECT, World

NOBODYS = {"project": "prj_01aaaaaaaaaaaaaaaaaaaaaaaa", "profile": "prf_01aaaaaaaaaaaaaaaaaaaaaaaa"}


def test_what_one_may_not_see_is_answered_like_what_does_not_exist(world: World) -> None:
    hidden = {"project": world.project()["id"], "profile": world.profile(status="draft")["id"]}
    calls = [
        ("GET", "project", "", None),
        ("GET", "project", "/matches", None),
        ("GET", "project", "/exclusions", None),
        ("GET", "project", "/supply-chain", None),
        ("GET", "project", "/matches/" + NOBODYS["profile"], None),
        ("PUT", "project", "", PROJECT),
        ("PATCH", "project", "", {"land_mu": 1}),
        ("PATCH", "project", "", {"colour": 1}),
        ("DELETE", "project", "", None),
        ("GET", "profile", "", None),
        ("GET", "profile", "/matches", None),
        ("GET", "profile", "/versions", None),
        ("PUT", "profile", "", PROFILE),
        ("PATCH", "profile", "", {"land_mu": 1}),
        ("DELETE", "profile", "", None),
        ("POST", "profile", "/confirmation", None),
    ]
    for method, noun, tail, body in calls:
        for etag in ("*", '"v1"', '"v9"'):
            told = [
                world.call(
                    "anji", method, f"/v1/{noun}s/{thing[noun]}{tail}", json=body, headers={"If-Match": etag}
                )
                for thing in (hidden, NOBODYS)
            ]
            assert [answer.status_code for answer in told] == [404, 404], (method, noun, tail, told[0].text)
            bodies = [{**answer.json(), "request_id": ""} for answer in told]
            assert bodies[0] == bodies[1]
            names = [{name for name in answer.headers if name != "x-request-id"} for answer in told]
            assert names[0] == names[1]
    told = [
        world.post("anji", "/v1/match-queries", {"project_id": one["project"]}) for one in (hidden, NOBODYS)
    ]
    assert [answer.status_code for answer in told] == [404, 404]
    visible_project = world.project("anji", origin_region_code="330523")["id"]
    pair = world.get("anji", f"/v1/projects/{visible_project}/matches/{hidden['profile']}")
    assert pair.status_code == 404
    # Neither can it be pointed at from one's own record.
    pointing = world.post("anji", "/v1/projects", {**PROJECT, "incubated_project_id": hidden["project"]})
    nowhere = world.post("anji", "/v1/projects", {**PROJECT, "incubated_project_id": NOBODYS["project"]})
    assert pointing.json()["errors"] == nowhere.json()["errors"]


def test_a_key_does_what_its_scopes_its_kind_and_its_time_allow_and_no_more(
    world: World, database: Database
) -> None:
    bureau = world.organisations["jiashan"]

    def make(who: str, **fields: Any) -> Any:
        return world.post(who, "/v1/keys", {"organisation_id": bureau, "name": "k", **fields})

    reader = make("jiashan", scopes=["projects:read"]).json()
    world.secrets["reader"] = reader["secret"]
    assert world.get("reader", "/v1/projects").status_code == 200
    refused = world.post("reader", "/v1/projects", PROJECT)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert world.get("reader", "/v1/profiles").json()["code"] == "missing_scope"
    # The kind decides too: an authority registers no project, whatever its key says.
    assert world.post("zhejiang", "/v1/projects", PROJECT).json()["code"] == "missing_permission"
    # No more scopes than one has, and none for another organisation.
    manager = make("jiashan", scopes=["keys:write", "projects:read"]).json()
    world.secrets["manager"] = manager["secret"]
    assert make("manager", scopes=["projects:write"]).json()["code"] == "scope_not_yours"
    assert set(make("manager").json()["scopes"]) == {"keys:write", "projects:read"}
    assert make("jiashan", scopes=["profiles:confirm"]).json()["code"] == "scope_not_yours"
    for other in (world.organisations["anji"], "org_01aaaaaaaaaaaaaaaaaaaaaaaa"):
        foreign = world.post("jiashan", "/v1/keys", {"organisation_id": other, "name": "k"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "organisation_not_yours")
    # Expiry is of the database's clock.
    with reading(database) as session:
        soon = now(session) + timedelta(hours=1)
    short = make("jiashan", expires_at=soon.isoformat()).json()
    world.secrets["short"] = short["secret"]
    assert world.get("short", "/v1/projects").status_code == 200
    with writing(database) as session:
        row = session.get_one(ApiKey, short["id"])
        row.expires_at = now(session)
        session.add(row)
    assert world.get("short", "/v1/projects").json()["code"] == "expired_key"
    # Revocation holds from the very next request, and only one's own key can be revoked.
    assert world.delete("anji", f"/v1/keys/{reader['id']}").status_code == 404
    assert world.get("reader", "/v1/projects").status_code == 200
    assert world.call("jiashan", "DELETE", f"/v1/keys/{reader['id']}").status_code == 428
    etag = world.get("jiashan", f"/v1/keys/{reader['id']}").headers["ETag"]
    assert world.delete("jiashan", f"/v1/keys/{reader['id']}", etag).status_code == 204
    assert world.delete("jiashan", f"/v1/keys/{reader['id']}", etag).status_code == 412
    assert world.get("reader", "/v1/projects").json()["code"] == "revoked_key"
    assert world.delete("jiashan", f"/v1/keys/{reader['id']}").status_code == 204


def test_the_secret_of_a_key_is_nowhere_but_in_the_answer_that_made_it(
    world: World, database: Database
) -> None:
    body = {"organisation_id": world.organisations["jiashan"], "name": "k"}
    made = world.post("jiashan", "/v1/keys", body, headers={"Idempotency-Key": "one"})
    secret = made.json()["secret"]
    random_part = secret.split("_", 2)[2]
    assert len(random_part) >= 22  # 128 bits in base64
    listed = world.get("jiashan", "/v1/keys")
    assert made.json()["id"] in listed.text
    assert "secret" not in listed.json()["items"][0]
    assert (
        world.post("jiashan", "/v1/keys", body, headers={"Idempotency-Key": "one"}).json()["secret"] is None
    )
    with reading(database) as session:
        for table in SQLModel.metadata.tables.values():
            if table.name in {"regions", "industries", "zones", "models"}:
                continue
            for row in session.execute(select(table)):
                assert random_part not in str(tuple(row)), table.name
    own = {row["id"] for row in world.get("anji", "/v1/keys").json()["items"]}
    assert len(own) == 1
    assert made.json()["id"] not in own


def test_organisations_are_entered_by_kind_region_and_parent(world: World) -> None:
    ids = world.organisations
    cases = [
        ("platform", {"name": "n", "kind": "platform"}, 201),
        ("zhejiang", {"name": "n", "kind": "platform"}, 403),
        ("zhejiang", {"name": "n", "kind": "county", "region_code": "331127"}, 201),
        ("zhejiang", {"name": "n", "kind": "county", "region_code": "513225"}, 403),
        ("jiashan", {"name": "n", "kind": "county", "region_code": "330421"}, 403),
        ("platform", {"name": "n", "kind": "county"}, 422),
        ("platform", {"name": "n", "kind": "department", "region_code": "331126"}, 422),
        (
            "platform",
            {
                "name": "n",
                "kind": "department",
                "region_code": "331126",
                "parent_organisation_id": ids["qingyuan"],
            },
            201,
        ),
        (
            "platform",
            {"name": "n", "kind": "town", "region_code": "330421", "parent_organisation_id": ids["jiashan"]},
            422,
        ),
        (
            "platform",
            {"name": "n", "kind": "town", "region_code": "331126", "parent_organisation_id": ids["qingyuan"]},
            201,
        ),
        (
            "platform",
            {
                "name": "n",
                "kind": "field_team",
                "region_code": "513225",
                "parent_organisation_id": ids["jiashan"],
            },
            201,
        ),
    ]
    for who, body, status in cases:
        answer = world.post(who, "/v1/organisations", body)
        assert answer.status_code == status, (who, body, answer.text)
    # A parent gives structure, not sight: the county's department does not see the county's drafts.
    child = answer.json()["id"]
    assert world.get("anji", f"/v1/organisations/{child}").json()["parent_organisation_id"] == ids["jiashan"]
    loop = world.patch("platform", f"/v1/organisations/{ids['jiashan']}", {"parent_organisation_id": child})
    assert (loop.status_code, loop.json()["errors"][0]["code"]) == (422, "cycle")
    assert world.patch("zhejiang", f"/v1/organisations/{ids['jiuzhaigou']}", {"name": "x"}).status_code == 403
    assert world.patch("zhejiang", f"/v1/organisations/{ids['platform']}", {"name": "x"}).status_code == 403


def test_pairings_are_changed_by_those_who_take_part(world: World, database: Database) -> None:
    pair = {"supporting_region_code": "330421", "partner_region_code": "331127", "programme": "other"}
    assert world.post("nanxun", "/v1/pairings", pair).status_code == 403
    assert world.post("qingyuan", "/v1/pairings", pair).status_code == 403
    made = world.post("jiashan", "/v1/pairings", pair)
    assert made.status_code == 201
    assert world.post("zhejiang", "/v1/pairings", pair).json()["code"] == "duplicate"
    path = f"/v1/pairings/{made.json()['id']}"
    assert world.patch("nanxun", path, {"until": "2026-12-31"}).status_code == 403
    assert (
        world.patch(
            "jiashan", path, {"partner_region_code": "330503", "supporting_region_code": "331126"}
        ).status_code
        == 403
    )
    assert world.delete("nanxun", path).status_code == 403
    assert world.delete("jiashan", path).status_code == 204
    with reading(database) as session:
        assert session.get(Pairing, made.json()["id"]) is None


def test_a_pairing_that_one_side_enters_alone_opens_nothing_of_the_other(world: World) -> None:
    project = world.project("jiashan", visibility="partners")
    path = f"/v1/projects/{project['id']}"
    pair = {"supporting_region_code": "330503", "partner_region_code": "330421", "programme": "other"}
    claimed = world.post("nanxun", "/v1/pairings", pair)
    assert claimed.status_code == 201
    assert world.get("nanxun", path).status_code == 404
    # Neither does a shipped pairing of one's own, turned towards somebody else.
    own = world.get("nanxun", "/v1/pairings?region_code=330503").json()["items"]
    shipped = next(pairing for pairing in own if pairing["id"] != claimed.json()["id"])
    turned = {"partner_region_code": "330421"}
    assert world.patch("nanxun", f"/v1/pairings/{shipped['id']}", turned).status_code == 200
    assert world.get("nanxun", path).status_code == 404
    # The owner's side, or whoever stands above both, does open it.
    vouched = world.patch("zhejiang", f"/v1/pairings/{claimed.json()['id']}", {"until": "2099-12-31"})
    assert vouched.status_code == 200
    assert world.get("nanxun", path).status_code == 200


def test_the_home_county_of_an_enclave_may_confirm_what_a_partner_entered_for_it(world: World) -> None:
    enclave = {"region_code": "511602", "home_region_codes": ["331126"], "site_kind": "enclave_park"}
    made = world.post("jiashan", "/v1/profiles", {**PROFILE, **enclave}).json()
    assert made["unconfirmed"] is True
    assert world.get("anji", f"/v1/profiles/{made['id']}").status_code == 404
    confirmed = world.call(
        "qingyuan", "POST", f"/v1/profiles/{made['id']}/confirmation", headers={"If-Match": '"v1"'}
    )
    assert confirmed.status_code == 200
    assert world.get("anji", f"/v1/profiles/{made['id']}").status_code == 200


def test_a_search_finds_names_whatever_the_case_of_their_letters(world: World) -> None:
    world.project("jiashan", name="LED 照明项目")
    assert len(world.get("jiashan", "/v1/projects?q=led").json()["items"]) == 1
    assert len(world.get("jiashan", "/v1/projects?industry=c21").json()["items"]) == 1
