"""Lists and rankings are walked page by page, without a gap and without a repetition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.conftest import PROJECT, World


def walk(
    world: World, who: str, path: str, limit: int, between: Callable[[int], None] = lambda _: None
) -> list[Any]:
    """All items of a list, one page after the other; ``between`` runs after each page."""
    mark = "&" if "?" in path else "?"
    items: list[Any] = []
    cursor, pages = None, 0
    while True:
        address = f"{path}{mark}limit={limit}"
        answer = (
            world.get(who, address, params=None)
            if cursor is None
            else world.get(who, f"{address}&cursor={cursor}")
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor, pages = page["next_cursor"], pages + 1
        if cursor is None:
            return items
        assert len(page["items"]) == limit, "only the last page may be short"
        assert pages < 200
        between(pages)


def test_every_list_is_walked_whole_whatever_the_size_of_a_page(world: World) -> None:
    for number in range(7):
        world.project(name=f"项目{number}", visibility="public")
        world.profile(site_name=f"园{number}")
    profile = world.profile()
    path = f"/v1/profiles/{profile['id']}"
    for land in range(5):
        assert world.patch("qingyuan", path, {"land_mu": land}).status_code == 200
    lists = [
        "/v1/projects",
        "/v1/projects?q=项目",
        "/v1/profiles",
        "/v1/profiles?own=false",
        f"{path}/versions",
        "/v1/organisations",
        "/v1/keys",
        "/v1/pairings?programme=mountain_sea",
        "/v1/regions?province=330000&level=county",
        "/v1/industries?q=C2",
        "/v1/zones?province=浙江省",
        "/v1/quantities",
    ]
    for address in lists:
        whole = walk(world, "jiashan", address, 100)
        assert whole, address
        keys = [
            str(item.get("id") or item.get("key") or item.get("code") or item.get("name") or item["version"])
            for item in whole
        ]
        assert len(set(keys)) == len(keys), address
        sizes = (1, 3) if len(whole) < 20 else (37,)
        for limit in sizes:
            assert walk(world, "jiashan", address, limit) == whole, (address, limit)
    assert len(walk(world, "jiashan", "/v1/projects", 100)) == 7
    assert len(walk(world, "jiashan", f"{path}/versions", 2)) == 6


def test_a_page_goes_on_where_it_stood_while_others_write(world: World) -> None:
    first = [world.project(name=f"{number}")["id"] for number in range(6)]

    def disturb(page: int) -> None:
        world.project(name="新来")
        if page == 1:
            # The very row on which the cursor stands may go.
            assert world.delete("jiashan", f"/v1/projects/{first[1]}").status_code == 204

    seen = [item["id"] for item in walk(world, "jiashan", "/v1/projects", 2, disturb)]
    assert seen[:6] == first
    assert len(set(seen)) == len(seen)


def test_a_cursor_is_good_for_its_own_query_and_for_nothing_else(world: World) -> None:
    for number in range(3):
        world.project(name=f"项目{number}")
        world.profile(site_name=f"园{number}")
        world.profile(site_name=f"小园{number}", land_mu=1)
    project = world.get("jiashan", "/v1/projects").json()["items"][0]["id"]
    other = world.get("jiashan", "/v1/projects").json()["items"][1]["id"]
    addresses = [
        "/v1/projects",
        "/v1/projects?q=项目",
        "/v1/profiles",
        "/v1/regions",
        f"/v1/projects/{project}/matches",
        f"/v1/projects/{other}/matches",
        f"/v1/projects/{project}/exclusions",
    ]
    cursors = {}
    for address in addresses:
        mark = "&" if "?" in address else "?"
        cursors[address] = world.get("jiashan", f"{address}{mark}limit=1").json()["next_cursor"]
        assert cursors[address], address
    for origin, cursor in cursors.items():
        for address in addresses:
            mark = "&" if "?" in address else "?"
            answer = world.get("jiashan", f"{address}{mark}limit=2&cursor={cursor}")
            expected = 200 if address == origin else 400
            assert answer.status_code == expected, (origin, address)
            if expected == 400:
                assert answer.json()["code"] == "bad_cursor"
        # One letter changed anywhere, one left out, or one added is no cursor of ours.
        for place in range(0, len(cursor), 23):
            letter = "A" if cursor[place] != "A" else "B"
            changed = cursor[:place] + letter + cursor[place + 1 :]
            mark = "&" if "?" in origin else "?"
            assert world.get("jiashan", f"{origin}{mark}cursor={changed}").status_code == 400, (origin, place)
        assert (
            world.get("jiashan", f"{origin}{'&' if '?' in origin else '?'}cursor={cursor[:-4]}").status_code
            == 400
        )
    # A ranking's cursor is of its organisation, and one of a match query of its weights.
    ranking = cursors[f"/v1/projects/{project}/matches"]
    query = {"project": PROJECT, "limit": 1}
    cursor = world.post("jiashan", "/v1/match-queries", query).json()["next_cursor"]
    for body, status in (
        ({**query, "cursor": cursor}, 200),
        ({**query, "cursor": cursor, "limit": 2}, 200),
        ({**query, "cursor": cursor, "weights": {"land": 5}}, 400),
        ({**query, "cursor": cursor, "filters": {"site_kinds": ["county"]}}, 400),
        ({**query, "cursor": ranking}, 400),
        ({**query, "exclusions_cursor": cursor, "include": ["exclusions"]}, 400),
    ):
        assert world.post("jiashan", "/v1/match-queries", body).status_code == status, body
    assert world.post("nanxun", "/v1/match-queries", {**query, "cursor": cursor}).status_code == 400


def test_a_ranking_is_walked_whole_while_a_profile_is_added_in_between(world: World) -> None:
    # Some alike to the last digit, so that only the tie key parts them.
    for number in range(9):
        world.profile(site_name=f"园{number}", land_mu=120 if number % 3 else 60 + number)
    project = world.project()
    path = f"/v1/projects/{project['id']}/matches"
    whole = world.get("jiashan", f"{path}?limit=100").json()
    ids = [item["profile"]["id"] for item in whole["items"]]
    assert [item["rank"] for item in whole["items"]] == list(range(1, 10))
    assert [item["score"] for item in whole["items"]] == sorted(
        (i["score"] for i in whole["items"]), reverse=True
    )
    for limit in (1, 2, 4):
        assert [item["profile"]["id"] for item in walk(world, "jiashan", path, limit)] == ids

    added: list[str] = []

    def add(page: int) -> None:
        # One that comes before what was shown already, and one that comes after it.
        added.append(world.profile(site_name=f"先{page}", land_mu=200, tariff_cny_per_kwh=0.4)["id"])
        added.append(world.profile(site_name=f"后{page}", land_mu=60, tariff_cny_per_kwh=0.99)["id"])
        if page == 1:
            assert world.delete("qingyuan", f"/v1/profiles/{ids[2]}").status_code == 204

    items = walk(world, "jiashan", path, 3, add)
    seen = [item["profile"]["id"] for item in items]
    assert len(set(seen)) == len(seen)
    assert [one for one in seen if one in ids] == ids
    assert set(seen) & set(added)
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    # A rank is what it is in the index as it stands, and goes up on the way.
    ranks = [item["rank"] for item in items]
    assert ranks == sorted(set(ranks))


def test_exclusions_are_walked_whole_from_the_easiest_to_fix_on(world: World) -> None:
    for number in range(8):
        world.profile(
            site_name=f"小园{number}",
            land_mu=[50, 40, 40, 30, 20][number % 5],
            power_kva=[4000, 10][number % 2],
        )
    world.profile(site_name="红线内", environment_unit="priority_protection")
    project = world.project()
    path = f"/v1/projects/{project['id']}/exclusions"
    whole = world.get("jiashan", f"{path}?limit=100").json()
    assert whole["excluded_count"] == len(whole["items"]) == 9
    for limit in (1, 2, 5):
        assert walk(world, "jiashan", path, limit) == whole["items"]
    unfixable = [sum(not failure["fixable"] for failure in item["failures"]) for item in whole["items"]]
    order = [(u, len(item["failures"])) for u, item in zip(unfixable, whole["items"], strict=True)]
    assert order == sorted(order)
    assert [item["cheapest_fix"] is None for item in whole["items"]] == [False] * 8 + [True]
    query = {"project_id": project["id"], "limit": 4, "include": ["exclusions"]}
    page = world.post("jiashan", "/v1/match-queries", query).json()["exclusions"]
    assert page["items"] == whole["items"][:4]
    following = world.post(
        "jiashan", "/v1/match-queries", {**query, "exclusions_cursor": page["next_cursor"]}
    ).json()
    assert following["exclusions"]["items"] == whole["items"][4:8]

    def add(page: int) -> None:
        world.profile(site_name=f"新小园{page}", land_mu=45)

    seen = [item["profile"]["id"] for item in walk(world, "jiashan", path, 3, add)]
    assert len(set(seen)) == len(seen)
    assert {item["profile"]["id"] for item in whole["items"]} <= set(seen)


def test_criteria_and_rules_are_paged_like_every_list(world: World) -> None:
    for path in ("/v1/criteria", "/v1/rules"):
        whole = world.get("jiashan", path).json()
        assert whole["next_cursor"] is None
        names, cursor = [], ""
        while cursor is not None:
            page = world.get("jiashan", f"{path}?limit=7{cursor and '&cursor=' + cursor}").json()
            names += [item["name"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert names == [item["name"] for item in whole["items"]]
        assert len(names) > 7


def test_zones_are_found_by_a_word_or_by_an_industry_code(world: World) -> None:
    def zones(industry: str) -> set[str]:
        items = world.get("jiashan", f"/v1/zones?limit=100&province=330000&industry={industry}").json()[
            "items"
        ]
        return {item["name"] for item in items}

    assert "浙江安吉经济开发区" in zones("家具")
    # A class finds the zones that lead with its division, a division those that lead with a class of it.
    assert "浙江安吉经济开发区" in zones("C21") & zones("C2110")
    assert not zones("C21") & zones("A")
