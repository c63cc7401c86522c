"""Per input, material and product of a project, the places that complete it, over HTTP."""

from __future__ import annotations

from typing import Any

from tests.conftest import World

CHAIN: dict[str, Any] = {
    "inputs": ["胶合板", "五金配件", "水性涂料"],
    "materials": [{"name": "毛竹", "max_haul_km": 500}],
    "products": ["木质家具"],
}


def chain(world: World, who: str, project: dict[str, Any], **params: Any) -> Any:
    return world.get(who, f"/v1/projects/{project['id']}/supply-chain", **params)


def found(terms: list[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Per term, the places and how they complete it."""
    return {t["term"]: [(p["profile"]["site_name"], p["relation"]) for p in t["places"]] for t in terms}


def test_every_term_lists_the_places_that_complete_it(world: World) -> None:
    common = {"industry_codes": [], "materials": []}
    world.profile(**common | {"site_name": "板", "leading_industries": ["板材"]})
    world.profile(**common | {"site_name": "五金", "leading_industries": ["五金制品"]})
    world.profile(**common | {"site_name": "化工", "leading_industries": ["精细化工"]})
    world.profile(
        **common | {"site_name": "竹", "leading_industries": ["旅游"], "materials": [{"name": "毛竹"}]}
    )
    project = world.project(**CHAIN)
    answer = chain(world, "jiashan", project)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert found(told["inputs"]) == {
        "胶合板": [("板", "makes_input")],
        "五金配件": [("五金", "makes_input")],
        "水性涂料": [("化工", "makes_input")],
    }
    # Who makes things of wood and bamboo is offered too, after the place that lists the material.
    assert found(told["materials"]) == {"毛竹": [("竹", "has_material"), ("板", "makes_input")]}
    assert found(told["products"]) == {"木质家具": []}
    assert (told["industry"], told["withheld"]) == ([], [])
    board = told["inputs"][0]
    assert (board["read_as"], board["place_count"]) == ([{"code": "C2021", "name": "胶合板制造"}], 1)
    (place,) = board["places"]
    assert (place["declared"], place["matched"]["code"], place["closeness"]) == ("板材", "C202", 0.8)
    assert 380 < place["distance_km"] < 420
    assert "“板材”" in place["reason"]
    assert "“胶合板”" in place["reason"]
    english = chain(world, "jiashan", project, headers={"Accept-Language": "en"}).json()
    assert "The place's “板材”" in english["inputs"][0]["places"][0]["reason"]


def test_a_limit_cuts_each_term_and_the_count_stays(world: World) -> None:
    for name in ("甲", "乙", "丙"):
        world.profile(site_name=name, leading_industries=["胶合板"])
    project = world.project()
    (term, _) = chain(world, "jiashan", project, params={"limit": 2}).json()["inputs"]
    assert (len(term["places"]), term["place_count"]) == (2, 3)
    for wrong in ("0", "51", "x"):
        assert chain(world, "jiashan", project, params={"limit": wrong}).status_code == 422
    assert chain(world, "jiashan", project, params={"cursor": "x"}).status_code == 422


def test_a_place_shows_to_those_alone_who_are_ranked_on_it(world: World) -> None:
    project = world.project(visibility="public", disclosure="full")
    world.profile(site_name="草稿", status="draft")
    world.post("jiashan", "/v1/profiles", {**_PLYWOOD, "site_name": "代填"})

    def seen(who: str) -> set[str]:
        terms = chain(world, who, project).json()["inputs"]
        return {place["profile"]["site_name"] for term in terms for place in term["places"]}

    assert seen("jiashan") == {"代填"}
    assert seen("qingyuan") == {"草稿"}
    assert seen("anji") == set()


_PLYWOOD = {
    "region_code": "331126",
    "site_kind": "county",
    "as_of": "2026-01-01",
    "leading_industries": ["胶合板"],
}


def test_a_teaser_tells_others_no_term_and_says_what_is_withheld(world: World) -> None:
    world.profile(leading_industries=["木材加工"])
    project = world.project(**CHAIN, visibility="public")
    told = chain(world, "qingyuan", project).json()
    assert (told["inputs"], told["materials"], told["products"]) == ([], [], [])
    assert told["withheld"] == ["inputs", "materials", "products"]
    # The industry itself is open: who usually supplies it is told, and nothing that only the terms say.
    assert [term["term"] for term in told["industry"]] == ["C2110 木质家具制造"] * 2
    assert [p["declared"] for p in told["industry"][0]["places"]] == ["木材加工"]
    assert chain(world, "anji", world.project()).status_code == 404
    changed = world.patch("jiashan", f"/v1/projects/{project['id']}", {"inputs": ["涂料"], "products": []})
    assert changed.status_code == 200
    after = chain(world, "qingyuan", project).json()
    assert after["industry"] == told["industry"]


def test_the_list_is_not_sent_again_until_something_it_depends_on_has_changed(world: World) -> None:
    project, profile = world.project(), world.profile()
    first = chain(world, "jiashan", project)

    def held(**params: Any) -> int:
        headers = {"If-None-Match": first.headers["etag"], **params.pop("headers", {})}
        return int(chain(world, "jiashan", project, headers=headers, **params).status_code)

    assert held() == 304
    assert held(params={"limit": 3}) == 200
    assert held(headers={"Accept-Language": "en"}) == 200
    world.patch("qingyuan", f"/v1/profiles/{profile['id']}", {"leading_industries": ["胶合板"]})
    assert held() == 200
    matches = world.get("jiashan", f"/v1/projects/{project['id']}/matches")
    assert matches.headers["etag"] != chain(world, "jiashan", project).headers["etag"]


def test_every_item_of_a_ranking_sums_itself_up_in_one_line(world: World) -> None:
    project, profile = world.project(visibility="public"), world.profile()
    path = f"/v1/projects/{project['id']}/matches"
    (item,) = world.get("jiashan", path).json()["items"]
    pair = world.get("jiashan", f"{path}/{profile['id']}").json()
    assert item["summary"] == pair["summary"]
    assert "土地充足（120/60 亩）" in item["summary"]
    assert "属结对地区（山海协作）" in item["summary"]
    (back,) = world.get("qingyuan", f"/v1/profiles/{profile['id']}/matches").json()["items"]
    assert "亩" in back["summary"]
    assert "120/60" not in back["summary"]  # the teaser's need is a band
    english = world.get("jiashan", path, headers={"Accept-Language": "en"}).json()["items"][0]["summary"]
    assert "enough land (120/60 mu)" in english
