"""A lost update is refused: ETag, If-Match, replace, merge, remove."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.conftest import PROFILE, PROJECT, World

STALE = ['"v99"', '"v0"', '"nonsense"', "nonsense", 'W/"x"', '""', '"v1']


def things(world: World) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Who, method, path, and body for every resource that can be changed."""
    project, profile = f"/v1/projects/{world.project()['id']}", f"/v1/profiles/{world.profile()['id']}"
    pair = {"supporting_region_code": "330421", "partner_region_code": "331127", "programme": "other"}
    pairing = f"/v1/pairings/{world.post('jiashan', '/v1/pairings', pair).json()['id']}"
    organisation = f"/v1/organisations/{world.organisations['jiashan']}"
    return [
        ("jiashan", "PUT", project, PROJECT),
        ("jiashan", "PATCH", project, {"land_mu": 61}),
        ("qingyuan", "PUT", profile, PROFILE),
        ("qingyuan", "PATCH", profile, {"land_mu": 121}),
        ("platform", "PATCH", organisation, {"name": "新名"}),
        ("jiashan", "PATCH", pairing, {"until": "2030-12-31"}),
        ("jiashan", "DELETE", project, {}),
        ("qingyuan", "DELETE", profile, {}),
        ("jiashan", "DELETE", pairing, {}),
    ]


def test_a_change_needs_the_present_etag_or_a_star(world: World) -> None:
    for who, method, path, body in things(world):
        before = world.get(who, path)
        version, etag = before.json()["version"], before.headers["etag"]
        assert etag == f'"v{version}"'
        missing = world.call(who, method, path, json=body)
        assert (missing.status_code, missing.json()["code"]) == (428, "if_match_required"), (method, path)
        for tag in STALE:
            stale = world.call(who, method, path, json=body, headers={"If-Match": tag})
            assert (stale.status_code, stale.json()["code"]) == (412, "stale_version"), (method, path, tag)
        assert world.get(who, path).json() == before.json()
        for tag in (etag, "*", f'"v99", "v{version + 2}"'):
            changed = world.call(who, method, path, json=body, headers={"If-Match": tag})
            if method == "DELETE":
                assert changed.status_code == 204
                assert changed.content == b""
                assert world.get(who, path).status_code == 404
                assert world.call(who, method, path, headers={"If-Match": tag}).status_code == 404
                break
            assert changed.status_code == 200, (method, path, tag, changed.text)
            assert changed.headers["etag"] == f'"v{changed.json()["version"]}"'
            assert changed.headers["etag"] == world.get(who, path).headers["etag"]
            assert changed.json()["updated_at"] > before.json()["updated_at"]
            assert changed.json()["created_at"] == before.json()["created_at"]


def test_of_two_writers_with_the_same_etag_exactly_one_wins(world: World) -> None:
    made = {"jiashan": world.project(), "qingyuan": world.profile()}
    places = [
        ("jiashan", "projects", "PATCH"),
        ("qingyuan", "profiles", "PATCH"),
        ("qingyuan", "profiles", "PUT"),
    ]
    for who, noun, method in places * 3:
        path = f"/v1/{noun}/{made[who]['id']}"
        read = world.get(who, path)
        start = threading.Barrier(4)

        def write(
            land_mu: int, who: str = who, path: str = path, method: str = method,
            etag: str = read.headers["etag"], start: threading.Barrier = start,
        ) -> tuple[int, int]:  # fmt: skip
            body = {"land_mu": land_mu} if method == "PATCH" else {**PROFILE, "land_mu": land_mu}
            start.wait()
            return world.call(who, method, path, json=body, headers={"If-Match": etag}).status_code, land_mu

        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(write, (71, 72, 73, 74)))
        assert sorted(status for status, _ in told) == [200, 412, 412, 412], told
        after = world.get(who, path).json()
        assert after["version"] == read.json()["version"] + 1
        assert [(200, after["land_mu"])] == [entry for entry in told if entry[0] == 200]


def test_put_replaces_and_patch_merges(world: World) -> None:
    quantities = {"largest_parcel_mu": 40, "water_t_per_day": 100}
    project = world.project(quantities=quantities, must=["land_mu"], wanted_by="2027-06-01")
    path = f"/v1/projects/{project['id']}"
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({}, {}),
        ({"land_mu": 61}, {"land_mu": 61}),
        ({"wanted_by": None, "land_mu": None}, {"wanted_by": None, "land_mu": None}),
        ({"must": None}, {"must": ["land_mu", "floor_area_m2", "power_kva"]}),
        ({"quantities": {"water_t_per_day": None}}, {"quantities": {"largest_parcel_mu": 40}}),
        ({"quantities": {"no_such": None}}, {}),
        (
            {"quantities": {"water_t_per_day": 7}},
            {"quantities": {"largest_parcel_mu": 40, "water_t_per_day": 7}},
        ),
        ({"quantities": None}, {"quantities": {}}),
        ({"products": ["新产品"]}, {"products": ["新产品"]}),
        ({"products": []}, {"products": []}),
        ({"visibility": None}, {"visibility": "private"}),
    ]
    expected = world.get("jiashan", path).json()
    for patch, changed in steps:
        answer = world.patch("jiashan", path, patch)
        assert answer.status_code == 200, (patch, answer.text)
        expected |= changed | {"version": expected["version"] + 1, "updated_at": answer.json()["updated_at"]}
        assert answer.json() == expected == world.get("jiashan", path).json(), patch
    # What must be there cannot be taken away, and a refused patch changes nothing.
    for patch in ({"name": None}, {"industry_code": None}, {"quantities": 5}, {"quantities": {"no_such": 1}}):
        assert world.patch("jiashan", path, patch).status_code == 422
    assert world.get("jiashan", path).json() == expected
    small = {"name": "新", "industry_code": "C2110", "origin_region_code": "330421"}
    replaced = world.put("jiashan", path, small).json()
    fresh = world.post("jiashan", "/v1/projects", small).json()
    own = {"id", "version", "created_at", "updated_at"}
    assert {n: v for n, v in replaced.items() if n not in own} == {
        n: v for n, v in fresh.items() if n not in own
    }
    assert (replaced["id"], replaced["created_at"]) == (project["id"], project["created_at"])
    # A resource comes into being by POST alone.
    assert world.put("jiashan", "/v1/projects/prj_01aaaaaaaaaaaaaaaaaaaaaaaa", small).status_code == 404


def test_nested_evidence_is_merged_member_by_member(world: World) -> None:
    given = {"power_kva": {"as_of": "2026-10-01", "source": "供电所", "document_no": "供〔2026〕1号"}}
    path = f"/v1/profiles/{world.profile(evidence=given)['id']}"
    patch = {"evidence": {"power_kva": {"source": None}, "land_mu": {"source": "自规局"}}}
    answer = world.patch("qingyuan", path, patch).json()
    assert answer["evidence"] == {
        "power_kva": {"as_of": "2026-10-01", "source": None, "document_no": "供〔2026〕1号"},
        "land_mu": {"as_of": None, "source": "自规局", "document_no": None},
    }
    assert world.patch("qingyuan", path, {"evidence": {"power_kva": None}}).json()["evidence"].keys() == {
        "land_mu"
    }


def test_what_is_removed_is_gone_from_lists_and_rankings(world: World) -> None:
    project, profile = world.project(visibility="public"), world.profile()
    ranking, back = f"/v1/projects/{project['id']}/matches", f"/v1/profiles/{profile['id']}/matches"
    assert (
        len(world.get("jiashan", ranking).json()["items"])
        == len(world.get("qingyuan", back).json()["items"])
        == 1
    )
    assert world.delete("qingyuan", f"/v1/profiles/{profile['id']}").status_code == 204
    after = world.get("jiashan", ranking).json()
    assert (after["items"], after["eligible_count"], after["excluded_count"]) == ([], 0, 0)
    assert world.get("qingyuan", "/v1/profiles").json()["items"] == []
    assert world.get("qingyuan", f"/v1/profiles/{profile['id']}/versions").status_code == 404
    other = world.profile(site_name="另一处")
    assert world.delete("jiashan", f"/v1/projects/{project['id']}").status_code == 204
    assert world.get("qingyuan", f"/v1/profiles/{other['id']}/matches").json()["items"] == []
    assert world.get("qingyuan", "/v1/projects").json()["items"] == []


def test_a_ranking_is_not_sent_again_until_something_it_depends_on_has_changed(world: World) -> None:
    project, profile = world.project(), world.profile()
    path = f"/v1/projects/{project['id']}/matches"
    first = world.get("jiashan", path)

    def held(who: str = "jiashan", address: str = path, **headers: str) -> int:
        tag = {"If-None-Match": first.headers["etag"]}
        return int(world.get(who, address, headers=tag | headers).status_code)

    assert held() == 304
    assert held(**{"Accept-Language": "en"}) == 200
    assert held(address=f"{path}?limit=1") == 200
    assert world.get("jiashan", path).headers["etag"] == first.headers["etag"]
    changes = [
        ("qingyuan", f"/v1/profiles/{profile['id']}", {"land_mu": 119}),
        ("jiashan", f"/v1/projects/{project['id']}", {"land_mu": 59}),
    ]
    for who, address, patch in changes:
        assert world.patch(who, address, patch).status_code == 200
        assert held() == 200
        first = world.get("jiashan", path)
    assert (
        world.patch("jiashan", f"/v1/projects/{project['id']}", {"visibility": "public"}).status_code == 200
    )
    first = world.get("jiashan", path)
    assert held("qingyuan") == 200
