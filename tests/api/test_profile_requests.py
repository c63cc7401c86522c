"""Requests to partners: a link that works once, a sheet, a difference accepted figure by figure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from service.database import Database, now, reading, writing
from service.domain.profile_requests import ProfileRequest
from service.units import rfc_3339
from service.workbooks import MEDIA_TYPE, read_rows
from tests.conftest import World
from tests.record_promotion import filled

NOBODYS = "rqs_01aaaaaaaaaaaaaaaaaaaaaaaa"
BY = {"answered_by": {"name": "李华", "office": "庆元县投促中心"}}
PATH = "/v1/profile-requests"


def entered(world: World) -> dict[str, Any]:
    """A profile that Jiashan has entered for Qingyuan."""
    return world.profile("jiashan", region_code="331126")


def asked(world: World, who: str = "jiashan", **more: Any) -> tuple[dict[str, Any], str]:
    """A request, and the secret of its link."""
    profile = more.pop("profile_id", None) or entered(world)["id"]
    answer = world.post(who, PATH, {"profile_id": profile, **more})
    assert answer.status_code == 201, answer.text
    row = dict(answer.json())
    return row, str(row.pop("secret"))


def held(world: World, secret: str, method: str = "GET", body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    return world.client.request(method, "/v1/profile-answer", headers=headers, json=body)


def answered(world: World, secret: str, **corrections: Any) -> None:
    told = held(world, secret, "POST", {**BY, "corrections": corrections})
    assert told.status_code == 204, told.text


def put(world: World, who: str, row: dict[str, Any], part: str, body: Any = None, etag: str = "*") -> Any:
    return world.call(who, "PUT", f"{PATH}/{row['id']}/{part}", json=body, headers={"If-Match": etag})


def test_the_answer_comes_back_as_a_difference_and_is_accepted_figure_by_figure(world: World) -> None:
    row, secret = asked(world, fields=["land_mu", "power_kva", "dormitory_beds"], message="请核对")
    question = held(world, secret).json()
    assert question["message"] == "请核对"
    assert [(f["field"], f["unit"], f["value"]) for f in question["fields"]] == [
        ("land_mu", "mu", 120),
        ("power_kva", "kVA", 4000),
        ("dormitory_beds", "beds", None),
    ]
    answered(world, secret, land_mu=80, power_kva=4000, dormitory_beds=300)
    read = world.get("jiashan", f"{PATH}/{row['id']}").json()
    assert (read["state"], read["answered_through"], read["answered_by"]["name"]) == (
        "answered",
        "link",
        "李华",
    )
    # What is sent as it stands is no difference.
    assert [(d["field"], d["before"], d["after"]) for d in read["differences"]] == [
        ("land_mu", 120, 80),
        ("dormitory_beds", None, 300),
    ]
    accepted = put(world, "jiashan", row, "acceptance", {"fields": ["land_mu"]})
    assert accepted.json()["state"] == "accepted"
    assert [d["accepted"] for d in accepted.json()["differences"]] == [True, False]
    profile = world.get("jiashan", f"/v1/profiles/{row['profile_id']}").json()
    assert (profile["land_mu"], profile["quantities"], profile["version"]) == (80, {}, 2)
    assert set(profile["evidence"]) == {"land_mu", "power_kva"}
    assert profile["evidence"]["land_mu"]["source"] == "书面确认：庆元县投促中心 李华"
    assert profile["evidence"]["power_kva"]["document_no"] == row["id"]
    # The county itself has not confirmed: nobody else sees it for that.
    assert profile["unconfirmed"] is True
    assert world.get("anji", f"/v1/profiles/{row['profile_id']}").status_code == 404
    again = put(world, "jiashan", row, "acceptance", {"fields": []})
    assert (again.status_code, again.json()["code"]) == (409, "not_answered")


def test_who_opens_the_link_learns_who_asks_about_which_place(world: World) -> None:
    profile = world.profile("jiashan", region_code="331126", is_synthetic=True)
    _, secret = asked(world, profile_id=profile["id"], fields=["tariff_cny_per_kwh"])
    question = held(world, secret).json()
    asker = world.get("jiashan", "/v1/sessions/current").json()["organisation"]["name"]
    assert (question["asked_by"], question["region_name"]) == (asker, "浙江省丽水市庆元县")
    assert question["is_synthetic"] is True
    assert [(f["unit"], f["unit_zh"]) for f in question["fields"]] == [("CNY/kWh", "元/千瓦时")]


def test_a_link_works_once(world: World) -> None:
    row, secret = asked(world)
    with ThreadPoolExecutor(4) as pool:
        sent = [
            pool.submit(held, world, secret, "POST", {**BY, "corrections": {"land_mu": n}}) for n in range(4)
        ]
        statuses = sorted(answer.result().status_code for answer in sent)
    assert statuses == [204, 401, 401, 401]
    for method, body in (("GET", None), ("POST", BY)):
        used = held(world, secret, method, body)
        assert (used.status_code, used.json()["code"]) == (401, "unknown_link")
    assert world.get("jiashan", f"{PATH}/{row['id']}").json()["version"] == 2


def test_no_link_but_the_very_one_is_answered(world: World, database: Database) -> None:
    row, secret = asked(world)
    # The random part may hold an underscore too: what stands behind its last one may be its own reverse.
    kind, prefix, rest = secret.split("_", 2)
    key = world.secrets["jiashan"]
    for wrong in (
        f"{kind}_{prefix}_{rest[::-1]}",
        f"{secret}x",
        "shq_000000000000_x",
        key,
        "shq__",
        "",
        "x" * 9000,
    ):
        for method in ("GET", "POST"):
            refused = held(world, wrong, method, BY)
            assert refused.status_code == 401, wrong[:40]
            assert refused.json()["code"] in {"unknown_link", "missing_link"}
    assert world.call(None, "GET", "/v1/profile-answer").json()["code"] == "missing_link"
    # Nor does a link open anything else.
    stranger = world.client.get("/v1/projects", headers={"Authorization": f"Bearer {secret}"})
    assert stranger.status_code == 401
    with writing(database) as session:
        past = now(session) - timedelta(microseconds=1)
        session.execute(
            update(ProfileRequest).where(col(ProfileRequest.id) == row["id"]).values(expires_at=past)
        )
    assert held(world, secret).status_code == 401
    assert world.get("jiashan", f"{PATH}/{row['id']}").json()["is_expired"] is True


def test_a_withdrawn_link_is_worthless_and_an_answer_may_be_declined(world: World) -> None:
    row, secret = asked(world)
    assert world.delete("jiashan", f"{PATH}/{row['id']}").status_code == 204
    assert held(world, secret).status_code == 401
    again = world.delete("jiashan", f"{PATH}/{row['id']}")
    assert (again.status_code, again.json()["code"]) == (409, "settled")
    other, secret = asked(world)
    assert put(world, "jiashan", other, "refusal").json()["code"] == "not_answered"
    answered(world, secret, land_mu=1)
    assert put(world, "jiashan", other, "refusal", etag='"v1"').status_code == 412
    assert put(world, "jiashan", other, "refusal", etag='"v2"').json()["state"] == "declined"
    assert world.get("jiashan", f"/v1/profiles/{other['profile_id']}").json()["land_mu"] == 120


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"corrections": {"land_mu": "80亩"}}, "/corrections/land_mu", "not_a_number"),
        ({"corrections": {"land_mu": -1}}, "/corrections/land_mu", "greater_than_equal"),
        ({"corrections": {"land_mu": True}}, "/corrections/land_mu", "not_a_value"),
        ({"corrections": {"tariff_cny_per_kwh": 1}}, "/corrections/tariff_cny_per_kwh", "not_asked"),
        ({"corrections": {"site_name": "别处"}}, "/corrections/site_name", "not_asked"),
        ({"corrections": {"dormitory_beds": 1e13}}, "/corrections/dormitory_beds", "number_out_of_range"),
        ({"answered_by": {"name": "李华"}}, "/answered_by/office", "missing"),
        ({"status": "published"}, "/status", "extra_forbidden"),
    ],
)
def test_what_the_profile_could_not_hold_is_refused_and_the_link_stays_good(
    world: World, body: Any, pointer: str, code: str
) -> None:
    _, secret = asked(world, fields=["land_mu", "dormitory_beds"])
    refused = held(world, secret, "POST", {**BY, **body})
    assert refused.status_code == 422
    assert (pointer, code) in {(e["pointer"], e["code"]) for e in refused.json()["errors"]}, refused.text
    answered(world, secret, land_mu=80)


def test_one_asks_about_ones_own_profiles_alone(world: World) -> None:
    theirs = world.profile()["id"]
    refused = world.post("jiashan", PATH, {"profile_id": theirs})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")
    assert world.post("anji", PATH, {"profile_id": entered(world)["id"]}).status_code == 404
    assert world.post("qingyuan", PATH, {"profile_id": theirs}).status_code == 201
    unknown = world.post("qingyuan", PATH, {"profile_id": theirs, "fields": ["land_mu", "site_name"]})
    assert unknown.json()["errors"][0]["pointer"] == "/fields/1"


def test_a_request_is_seen_by_whoever_asked_and_nobody_else(world: World) -> None:
    row, _ = asked(world)
    assert "secret" not in world.get("jiashan", f"{PATH}/{row['id']}").json()
    for who in ("qingyuan", "anji", "platform", "nanxun"):
        told = [world.get(who, f"{PATH}/{name}") for name in (row["id"], NOBODYS)]
        assert [refusal.status_code for refusal in told] == [404, 404]
        assert told[0].json() | {"request_id": ""} == told[1].json() | {"request_id": ""}
        assert world.get(who, PATH).json()["items"] == []
        assert world.get(who, f"{PATH}/{row['id']}/sheet").status_code == 404


def test_the_secret_is_not_shown_again_on_a_replay(world: World) -> None:
    body = {"profile_id": entered(world)["id"]}
    first, second = (world.post("jiashan", PATH, body, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json()["secret"].startswith("shq_")
    assert second.json() == first.json() | {"secret": None}


def test_a_link_has_an_end_within_ninety_days(world: World, database: Database) -> None:
    profile = entered(world)["id"]
    with reading(database) as session:
        instant = now(session)
    for days, status in ((-1, 422), (1, 201), (89, 201), (91, 422)):
        end = rfc_3339(instant + timedelta(days=days))
        assert world.post("jiashan", PATH, {"profile_id": profile, "expires_at": end}).status_code == status


def send(world: World, row: dict[str, Any], content: bytes) -> Any:
    headers = {"If-Match": "*", "Content-Type": MEDIA_TYPE}
    return world.call("jiashan", "PUT", f"{PATH}/{row['id']}/sheet", content=content, headers=headers)


def test_a_sheet_that_comes_back_answers_as_the_link_would(world: World) -> None:
    row, secret = asked(world, fields=["land_mu", "power_kva", "land_ready_on", "water_t_per_day"])
    answer = world.get("jiashan", f"{PATH}/{row['id']}/sheet")
    assert answer.headers["content-type"] == MEDIA_TYPE
    lines = {line[0]: line for line in read_rows(answer.content)}
    assert lines["land_mu"][1:4] == ["可用土地", "亩", 120.0]
    back = filled(
        answer.content,
        {
            "answered_by.name": "李华",
            "answered_by.office": "庆元县投促中心",
            "land_mu": 80,
            "water_t_per_day": "1200",
            "land_ready_on": "2027-03-01",
        },
    )
    read = send(world, row, back)
    assert read.status_code == 200, read.text
    assert read.json()["answered_through"] == "sheet"
    assert [(d["field"], d["after"]) for d in read.json()["differences"]] == [
        ("land_mu", 80),
        ("land_ready_on", "2027-03-01"),
        ("water_t_per_day", 1200),
    ]
    assert held(world, secret).status_code == 401
    assert put(world, "jiashan", row, "acceptance", {}).status_code == 200
    profile = world.get("jiashan", f"/v1/profiles/{row['profile_id']}").json()
    assert (profile["land_ready_on"], profile["quantities"]) == ("2027-03-01", {"water_t_per_day": 1200})


def test_a_sheet_with_faults_is_refused_by_line(world: World) -> None:
    row, _ = asked(world, fields=["land_mu"])
    sheet = world.get("jiashan", f"{PATH}/{row['id']}/sheet").content
    who = {"answered_by.name": "李华", "answered_by.office": "庆元县投促中心"}
    unit = send(world, row, filled(sheet, {**who, "land_mu": "80亩"}))
    line = 1 + next(i for i, cells in enumerate(read_rows(sheet)) if cells[0] == "land_mu")
    assert [(e["pointer"], e["code"]) for e in unit.json()["errors"]] == [(f"/rows/{line}", "not_a_number")]
    nobody = send(world, row, filled(sheet, {"land_mu": 80}))
    assert {e["pointer"] for e in nobody.json()["errors"]} == {"/answered_by/name", "/answered_by/office"}
    for content, code in ((b"PK", "not_a_workbook"), (b"", "invalid")):
        assert send(world, row, content).json()["code"] == code
    other = world.get("jiashan", f"{PATH}/{row['id']}").json()
    assert (other["state"], other["version"]) == ("open", 1)


def test_once_the_county_owns_the_profile_the_link_and_the_sheet_tell_the_one_who_asked_nothing_of_it(
    world: World,
) -> None:
    place = entered(world)["id"]
    open_one, secret = asked(world, profile_id=place, fields=["power_kva"])
    told, other_secret = asked(world, profile_id=place, fields=["power_kva"])
    answered(world, other_secret, power_kva=5000)
    profile = f"/v1/profiles/{place}"
    assert world.call("qingyuan", "POST", f"{profile}/confirmation", headers={"If-Match": "*"}).is_success
    own = world.patch("qingyuan", profile, {"power_kva": 7777, "restricted_fields": ["power_kva"]})
    assert own.status_code == 200, own.text
    assert world.get("jiashan", profile).json()["power_kva"] is None
    for answer in (
        held(world, secret),
        world.get("jiashan", f"{PATH}/{open_one['id']}/sheet"),
        held(world, secret, "POST", {**BY, "corrections": {"power_kva": 1}}),
    ):
        assert answer.status_code in {401, 403}, answer.text
    read = world.get("jiashan", f"{PATH}/{told['id']}")
    assert "7777" not in read.text
    assert [(d["before"], d["after"]) for d in read.json()["differences"]] == [(None, 5000)]
    assert "7777" not in world.get("jiashan", PATH).text


def test_a_link_to_a_profile_that_was_removed_opens_nothing(world: World) -> None:
    place = entered(world)["id"]
    _, secret = asked(world, profile_id=place)
    assert world.delete("jiashan", f"/v1/profiles/{place}").status_code == 204
    assert held(world, secret).json()["code"] == "unknown_link"
