"""Packs of indicators over HTTP: whose holds where, and what a pack may count."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.assessing import YEAR, line_of, own_pack, page_of, recorded
from tests.conftest import World


def test_the_pack_of_the_nearest_authority_holds_and_the_example_where_there_is_none(world: World) -> None:
    body = own_pack(world)
    body["indicators"] = [{**body["indicators"][0], "points": 60, "window_until": "11-30"}]
    made = world.post("zhejiang", "/v1/indicator-packs", body)
    assert made.status_code == 201, made.text
    assert (made.json()["is_example"], made.json()["organisation_id"]) == (
        False,
        world.organisations["zhejiang"],
    )
    page = page_of(world)
    assert page["pack"] == {"id": made.json()["id"], "name": body["name"], "is_example": False, "version": 1}
    (line,) = page["indicators"]
    assert (line["window_until"], line["points_full"]) == ("2026-11-30", 65)
    assert page_of(world, year=2027)["pack"]["is_example"] is True
    assert page_of(world, programme="east_west")["pack"]["is_example"] is True
    twin = world.post("zhejiang", "/v1/indicator-packs", body)
    assert (twin.status_code, twin.json()["code"]) == (409, "duplicate")
    path = f"/v1/indicator-packs/{made.json()['id']}"
    assert world.patch("zhejiang", path, {"name": "改名"}, etag='"v1"').json()["name"] == "改名"
    assert world.put("zhejiang", path, body, etag='"v1"').status_code == 412
    assert world.put("zhejiang", path, {**body, "year": 2027}).json()["year"] == 2027
    assert page_of(world)["pack"]["is_example"] is True
    assert world.delete("jiashan", path).status_code == 403
    assert world.delete("zhejiang", path).status_code == 204


def test_what_ships_is_nobodys_to_change(world: World) -> None:
    for name in ("pak_mountainseaexample", "pak_eastwestexample"):
        path = f"/v1/indicator-packs/{name}"
        assert world.get("jiashan", path).json()["is_example"] is True
        assert "示例" in world.get("jiashan", path).json()["name"]
        assert world.patch("platform", path, {"name": "x"}).status_code == 404
        assert world.delete("platform", path).status_code == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"measure": "happiness"}, "unknown_measure"),
        ({"measure": "jobs"}, "other_nature"),
        ({"measure": "donations", "components": ["land"]}, "no_components"),
    ],
)
def test_a_pack_counts_measures_that_there_are(world: World, change: dict[str, Any], code: str) -> None:
    body = own_pack(world)
    body["indicators"] = [{**body["indicators"][0], "terms": [change]}]
    told = world.post("zhejiang", "/v1/indicator-packs", body)
    assert told.status_code == 422, told.text
    (error,) = told.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/indicators/0/terms/0", code)


def test_where_nobody_has_said_what_is_assessed_there_is_no_page(world: World) -> None:
    told = world.get("jiashan", f"/v1/assessments/{YEAR}?programme=other")
    assert (told.status_code, told.json()["code"]) == (404, "no_pack")
    body = own_pack(world, programme="other")
    assert world.post("platform", "/v1/indicator-packs", body).status_code == 201
    assert page_of(world, programme="other")["pack"]["is_example"] is False


def organisation(world: World, name: str, kind: str, region_code: str) -> None:
    """Another organisation of the tests, with a key of its own."""
    body = {"name": name, "kind": kind, "region_code": region_code}
    made = world.post("platform", "/v1/organisations", body).json()
    world.organisations[name] = made["id"]
    wanted = {"organisation_id": made["id"], "name": "test"}
    world.secrets[name] = world.post("platform", "/v1/keys", wanted).json()["secret"]


def test_an_authority_reaches_as_far_as_its_region_and_its_pack_goes_before_those_above(world: World) -> None:
    organisation(world, "jiaxing", "authority", "330400")
    province = world.post("zhejiang", "/v1/indicator-packs", own_pack(world)).json()
    city = world.post("jiaxing", "/v1/indicator-packs", own_pack(world, name="嘉兴市考核")).json()
    assert page_of(world)["pack"]["id"] == city["id"]
    assert page_of(world, "qingyuan")["pack"]["id"] == province["id"]
    for who, status in (("jiashan", 200), ("qingyuan", 404)):
        asked = {"programme": "mountain_sea", "organisation_id": world.organisations[who]}
        assert world.get("jiaxing", f"/v1/assessments/{YEAR}", params=asked).status_code == status
        body = {**asked, "year": YEAR, "indicator": "jobs", "amount": 5}
        assert world.post("jiaxing", "/v1/targets", body).status_code == (201 if status == 200 else 404)
    # The city is itself assessed by the province, on what its counties bring.
    recorded(world, 400)
    mine = page_of(world, "jiaxing")
    assert line_of(mine, "funds_in_place")["done"] == 400
    assert mine["pack"]["id"] == province["id"]
