"""Submissions over HTTP: they stay as they were signed."""

from __future__ import annotations

import hashlib
import json

from tests.api.assessing import YEAR, line_of, own_pack, page_of, recorded, submitted, target
from tests.api.test_approvals import decide, require_second_person
from tests.conftest import World


def test_a_submission_stays_as_it_was_signed(world: World) -> None:
    target(world, "funds_in_place", 1000)
    recorded(world, 400)
    made = submitted(world, note="年度自评")
    path = f"/v1/submissions/{made['id']}"
    assert hashlib.sha256(made["signed_text"].encode()).hexdigest() == made["sha256"]
    assert json.loads(made["signed_text"]) == made["content"]
    assert line_of(made["content"], "funds_in_place")["done"] == 400
    recorded(world, 500)
    world.patch(
        "zhejiang",
        f"/v1/targets/{world.get('jiashan', '/v1/targets').json()['items'][0]['id']}",
        {"amount": 1},
    )
    assert world.post("zhejiang", "/v1/indicator-packs", own_pack(world)).status_code == 201
    again = world.get("jiashan", path)
    assert again.json() == made
    assert again.headers["ETag"] == f'"{made["sha256"]}"'
    page = page_of(world)
    assert (line_of(page, "funds_in_place")["done"], page["last_submission_id"]) == (900, made["id"])
    for method in ("PUT", "PATCH", "DELETE"):
        assert world.call("jiashan", method, path, json={}, headers={"If-Match": "*"}).status_code == 405
    later = submitted(world)
    assert line_of(later["content"], "funds_in_place")["done"] == 900
    assert page_of(world)["last_submission_id"] == later["id"]
    listed = world.get("zhejiang", f"/v1/submissions?organisation_id={world.organisations['jiashan']}").json()
    assert [row["id"] for row in listed["items"]] == [made["id"], later["id"]]
    assert world.get("zhejiang", path).json() == made
    for who in ("qingyuan", "anji", "jiuzhaigou"):
        assert world.get(who, path).status_code == 404
        assert world.get(who, "/v1/submissions").json()["items"] == []


def test_a_second_person_signs_what_was_put_before_them(world: World) -> None:
    require_second_person(world, "jiashan", "assessment.submit")
    world.person("jiashan", "clerk", "clerk")
    world.person("jiashan", "approver", "head")
    target(world, "funds_in_place", 1000)
    recorded(world, 400)
    body = {"programme": "mountain_sea", "year": YEAR}
    waiting = world.post("clerk", "/v1/submissions", body)
    assert waiting.status_code == 202, waiting.text
    assert world.get("jiashan", "/v1/submissions").json()["items"] == []
    again = world.post("clerk", "/v1/submissions", body)
    assert (again.status_code, again.json()["code"]) == (409, "approval_open")
    assert world.post("clerk", "/v1/submissions", {**body, "period": "first_half"}).status_code == 202
    recorded(world, 500)
    assert decide(world, "head", waiting.json()["id"], "approve").status_code == 200
    made = world.get("zhejiang", f"/v1/submissions/{waiting.json()['noun_id']}").json()
    assert line_of(made["content"], "funds_in_place")["done"] == 400
    assert hashlib.sha256(made["signed_text"].encode()).hexdigest() == made["sha256"]
    assert (made["submitted_by_person_id"], made["approved_by_person_id"]) == (
        world.people["clerk"], world.people["head"],
    )  # fmt: skip


def test_a_submission_repeated_with_its_key_is_made_once(world: World) -> None:
    body, once = {"programme": "mountain_sea", "year": YEAR}, {"Idempotency-Key": "one"}
    first = world.post("jiashan", "/v1/submissions", body, headers=once)
    again = world.post("jiashan", "/v1/submissions", body, headers=once)
    assert (first.status_code, again.json()) == (201, first.json())
    assert len(world.get("jiashan", "/v1/submissions").json()["items"]) == 1
