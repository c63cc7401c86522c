"""Targets over HTTP: who sets them, whom they bind, and how those of pairings add up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.assessing import YEAR, line_of, page_of, pairing, target
from tests.conftest import World


def test_a_target_is_set_by_an_authority_above_and_seen_by_whom_it_binds(world: World) -> None:
    made = target(world, "funds_in_place", 20000, document_no="浙山海办〔2026〕2号")
    assert (made["unit"], made["period"], made["pairing_id"]) == ("10k CNY", "year", None)
    path = f"/v1/targets/{made['id']}"
    assert world.get("jiashan", path).headers["ETag"] == '"v1"'
    for who in ("qingyuan", "anji", "jiuzhaigou"):
        assert world.get(who, path).status_code == 404
        assert world.get(who, "/v1/targets").json()["items"] == []
    for who in ("jiashan", "zhejiang"):
        assert len(world.get(who, f"/v1/targets?year={YEAR}&indicator=funds_in_place").json()["items"]) == 1
        assert world.get(who, "/v1/targets?year=2025").json()["items"] == []
    assert world.patch("jiashan", path, {"amount": 1}).status_code == 403
    changed = world.patch("zhejiang", path, {"amount": 18000}, etag='"v1"')
    assert (changed.json()["amount"], changed.json()["document_no"]) == (18000, "浙山海办〔2026〕2号")
    assert world.patch("zhejiang", path, {"amount": 1}, etag='"v1"').status_code == 412
    for bad in ({"amount": 0}, {"year": 2027}, {"amount": None}, {"amount": "1"}):
        assert world.patch("zhejiang", path, bad).status_code == 422, bad
    assert world.delete("zhejiang", path).status_code == 204
    assert line_of(page_of(world), "funds_in_place")["target"] is None


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"indicator": "happiness"}, 422, "unknown_indicator"),
        ({"indicator": "funds_in_place", "amount": 0}, 422, "not_above_zero"),
        ({"pairing_id": "par_01aaaaaaaaaaaaaaaaaaaaaaaa"}, 422, "unknown_pairing"),
        ({"programme": "other"}, 422, "unknown_indicator"),
        ({"year": 1999}, 422, "greater_than_equal"),
        ({"year": "2026"}, 422, "int_type"),
        ({"period": "month"}, 422, "literal_error"),
        ({"organisation_id": "org_01aaaaaaaaaaaaaaaaaaaaaaaa"}, 404, "not_found"),
    ],
)
def test_a_target_that_means_nothing_is_refused(world: World, fields: Any, status: int, code: str) -> None:
    body = {
        "organisation_id": world.organisations["jiashan"], "programme": "mountain_sea", "year": YEAR,
        "indicator": "jobs", "amount": 5, **fields,
    }  # fmt: skip
    told = world.post("zhejiang", "/v1/targets", body)
    assert told.status_code == status, told.text
    assert code in {error["code"] for error in told.json().get("errors", [])} | {told.json()["code"]}


def test_of_a_scope_there_is_one_target_and_pairings_have_their_own(world: World) -> None:
    target(world, "jobs", 100)
    body = {
        "organisation_id": world.organisations["jiashan"], "programme": "mountain_sea", "year": YEAR,
        "indicator": "jobs", "amount": 5,
    }  # fmt: skip
    twin = world.post("zhejiang", "/v1/targets", body)
    assert (twin.status_code, twin.json()["code"]) == (409, "duplicate")
    own = target(world, "jobs", 30, pairing_id=pairing(world))
    assert line_of(page_of(world), "jobs")["target"] == 100
    assert line_of(page_of(world, pairing_id=pairing(world)), "jobs")["target"] == 30
    assert world.post("zhejiang", "/v1/targets", {**body, "pairing_id": own["pairing_id"]}).status_code == 409
    # Of another province the authority sets nothing.
    other = world.post(
        "zhejiang", "/v1/targets", {**body, "organisation_id": world.organisations["jiuzhaigou"]}
    )
    assert other.status_code == 404
    for who in ("jiashan", "qingyuan"):
        assert world.post(who, "/v1/targets", body).status_code == 403


def test_targets_of_single_pairings_add_up_where_there_is_none_over_all(world: World) -> None:
    target(world, "jobs", 30, pairing_id=pairing(world))
    assert line_of(page_of(world), "jobs")["target"] == 30
    target(world, "jobs", 20, period="first_half")
    assert line_of(page_of(world, period="first_half"), "jobs")["target"] == 20
    assert line_of(page_of(world), "jobs")["target"] == 30
