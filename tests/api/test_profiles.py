"""Profiles over HTTP: entered for a partner, confirmed by the county, kept in every published state."""

from __future__ import annotations

from tests.conftest import PROFILE, World

NUMBER = 77.125


def test_an_unconfirmed_profile_is_seen_and_ranked_for_its_enterer_alone_until_the_county_confirms(
    world: World,
) -> None:
    entered = world.profile("jiashan", land_mu=NUMBER, restricted_fields=["land_mu"])
    assert entered["unconfirmed"] is True
    assert entered["entered_by_organisation_id"] == world.organisations["jiashan"]
    project = world.project(visibility="public", disclosure="full")
    path, ranking = f"/v1/profiles/{entered['id']}", f"/v1/projects/{project['id']}/matches"

    def seen_and_ranked(who: str) -> tuple[bool, bool, bool]:
        listed = [row["id"] for row in world.get(who, "/v1/profiles?limit=100").json()["items"]]
        ranked = [item["profile"]["id"] for item in world.get(who, ranking).json()["items"]]
        status = world.get(who, path).status_code
        assert status in (200, 404)
        return status == 200, entered["id"] in listed, entered["id"] in ranked

    for who in world.organisations:
        # The county itself must see what it is to confirm.
        expected = {"jiashan": (True, True, True), "qingyuan": (True, True, False)}
        assert seen_and_ranked(who) == expected.get(who, (False, False, False)), who
    item = world.get("jiashan", ranking).json()["items"][0]
    assert item["profile"]["unconfirmed"] is True
    assert {"land_mu", "power_kva", "labour_persons"} <= set(item["to_confirm"])
    # Only the county that it is about can confirm: neither the enterer, nor another county, nor the platform.
    for who, status in (("jiashan", 403), ("anji", 404), ("platform", 403), ("jiuzhaigou", 404)):
        assert (
            world.call(who, "POST", f"{path}/confirmation", headers={"If-Match": "*"}).status_code == status
        ), who
    # What the county corrects before it confirms was never its word, and stays between the two.
    assert world.patch("qingyuan", path, {"land_mu": 120, "restricted_fields": []}).status_code == 200
    assert seen_and_ranked("anji") == (False, False, False)
    confirmed = world.call("qingyuan", "POST", f"{path}/confirmation", headers={"If-Match": '"v2"'})
    assert confirmed.status_code == 200
    assert (confirmed.json()["unconfirmed"], confirmed.headers["etag"]) == (False, '"v3"')
    for who in world.organisations:
        assert seen_and_ranked(who) == (True, True, True), who
    versions = world.get("anji", f"{path}/versions")
    assert [version["version"] for version in versions.json()["items"]] == [3]
    assert str(NUMBER) not in versions.text
    assert [v["version"] for v in world.get("qingyuan", f"{path}/versions").json()["items"]] == [3, 2, 1]
    # From now on it is the county's own, not the enterer's.
    assert world.patch("jiashan", path, {"land_mu": 1}).status_code == 403
    assert (
        world.call("qingyuan", "POST", f"{path}/confirmation", headers={"If-Match": "*"}).status_code == 409
    )


def test_a_profile_can_be_entered_for_ones_own_region_or_a_partners_and_for_no_other(world: World) -> None:
    cases = [
        ("qingyuan", "331126", 201, False),
        ("jiashan", "331126", 201, True),
        ("jiashan", "330421", 201, False),
        ("platform", "513225", 201, False),
        ("nanxun", "331126", 403, None),
        ("anji", "331126", 403, None),
        ("zhejiang", "331126", 403, None),
    ]
    for who, region_code, status, unconfirmed in cases:
        answer = world.post(who, "/v1/profiles", {**PROFILE, "region_code": region_code})
        assert answer.status_code == status, (who, answer.text)
        assert answer.json().get("unconfirmed") == unconfirmed
    # Nor does an own profile become one of a region that is not one's own.
    own = world.profile("jiashan", region_code="330421")
    for region_code in ("331126", "330503"):
        assert (
            world.patch("jiashan", f"/v1/profiles/{own['id']}", {"region_code": region_code}).status_code
            == 403
        )


def test_the_list_of_profiles_tells_own_from_others(world: World) -> None:
    mine, theirs = world.profile("anji", region_code="330523"), world.profile("qingyuan")
    entered = world.profile("jiashan", region_code="331126", site_name="代录")
    for who, own, expected in (
        ("anji", "true", [mine["id"]]),
        ("anji", "false", [theirs["id"]]),
        ("jiashan", "true", [entered["id"]]),
        ("jiashan", "false", [mine["id"], theirs["id"]]),
    ):
        items = world.get(who, f"/v1/profiles?own={own}").json()["items"]
        assert [item["id"] for item in items] == expected, (who, own)


def test_a_restriction_of_today_covers_the_versions_of_yesterday(world: World) -> None:
    profile = world.profile(land_mu=NUMBER)
    path = f"/v1/profiles/{profile['id']}"
    assert world.patch("qingyuan", path, {"restricted_fields": ["land_mu"]}).status_code == 200
    assert world.patch("qingyuan", path, {"restricted_fields": [], "land_mu": 5}).status_code == 200
    # Free now, but the second state was published under a restriction, and that one is kept.
    versions = world.get("jiashan", f"{path}/versions").json()["items"]
    assert [(v["version"], v["profile"]["land_mu"]) for v in versions] == [(3, 5), (2, None), (1, NUMBER)]
    assert world.patch("qingyuan", path, {"restricted_fields": ["land_mu"]}).status_code == 200
    versions = world.get("jiashan", f"{path}/versions").json()["items"]
    assert [v["profile"]["land_mu"] for v in versions] == [None] * 4
    assert versions[-1]["profile"]["bands"]["land_mu"] == {"low": 50, "high": 100}
    own = world.get("qingyuan", f"{path}/versions").json()["items"]
    assert [v["profile"]["land_mu"] for v in own] == [5, 5, NUMBER, NUMBER]
