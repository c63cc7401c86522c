"""Ranks over HTTP: by submissions once all peers have reported, by bulletins before everything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.assessing import YEAR, line_of, page_of, pairing, recorded, submitted, target
from tests.conftest import World


def test_nobody_has_a_rank_until_all_peers_have_reported(world: World) -> None:
    for who, amount in (("jiashan", 1000), ("qingyuan", 500), ("anji", 400)):
        target(world, "funds_in_place", amount, who)
    recorded(world, 400)
    assert line_of(page_of(world), "funds_in_place")["rank"]["rank"] is None
    submitted(world)
    submitted(world, "qingyuan")
    rank = line_of(page_of(world), "funds_in_place")["rank"]
    assert (rank["rank"], rank["peers"], rank["reported"]) == (None, 3, 2)
    assert rank["reason"] == "同级3家单位已有2家上报，报齐或通报前不排名。"
    submitted(world, "anji")
    ranks = {who: line_of(page_of(world, who), "funds_in_place") for who in ("jiashan", "qingyuan", "anji")}
    # 40 %, 80 % and nothing.
    assert [ranks[who]["rank"]["rank"] for who in ranks] == [2, 1, 3]
    rank = ranks["jiashan"]["rank"]
    assert (rank["of"], rank["source"], rank["bulletin_id"], rank["reported"]) == (3, "submissions", None, 3)
    # The rank's points are won now: rank 1 to 5 bring all of them.
    assert (ranks["jiashan"]["points"], ranks["jiashan"]["points_open"]) == (13, 0)
    assert [page_of(world, who)["summary"]["rank"]["rank"] for who in ranks] == [2, 1, 3]


def test_a_rank_by_submissions_is_of_what_was_submitted_and_not_of_later_entries(world: World) -> None:
    for who in ("jiashan", "qingyuan"):
        target(world, "people_trained", 100, who)
    submitted(world)
    submitted(world, "qingyuan")
    recorded(world, 100, measure="people_trained", pairing_id=pairing(world))
    # Both stand at nothing in what they have submitted: equals share the better rank.
    assert [
        line_of(page_of(world, who), "people_trained")["rank"]["rank"] for who in ("jiashan", "qingyuan")
    ] == [1, 1]


def bulletin(world: World, *ranks: tuple[str, str | None, int, int | None], **fields: Any) -> Any:
    body = {
        "programme": "mountain_sea",
        "year": YEAR,
        "title": "通报",
        "issued_on": "2026-10-20",
        "ranks": [
            {"organisation_id": world.organisations[who], "indicator": code, "rank": rank, "of": of}
            for who, code, rank, of in ranks
        ],
        **fields,
    }
    return world.post("zhejiang", "/v1/bulletins", body)


def test_a_bulletin_goes_before_everything_and_a_later_one_before_it(world: World) -> None:
    first = bulletin(world, ("jiashan", "funds_in_place", 7, 26), ("jiashan", None, 12, 26))
    assert first.status_code == 201, first.text
    page = page_of(world)
    rank = line_of(page, "funds_in_place")["rank"]
    assert (rank["rank"], rank["of"], rank["source"], rank["bulletin_id"]) == (
        7,
        26,
        "bulletin",
        first.json()["id"],
    )
    assert rank["reason"] == "据通报第7名。"
    assert page["summary"]["rank"]["rank"] == 12
    # Half of 5 points from rank 6 to 15.
    assert line_of(page, "funds_in_place")["points"] == 2.5
    bulletin(world, ("jiashan", "funds_in_place", 3, 26), issued_on="2026-11-20")
    bulletin(world, ("jiashan", "funds_in_place", 20, 26), issued_on="2026-09-20")
    bulletin(world, ("jiashan", "funds_in_place", 1, 26), year=2025)
    bulletin(world, ("jiashan", "funds_in_place", 1, 26), period="first_half")
    page = page_of(world)
    assert line_of(page, "funds_in_place")["rank"]["rank"] == 3
    # Of the whole the first still stands: the later ones do not speak of it.
    assert page["summary"]["rank"]["rank"] == 12


def test_a_bulletin_is_seen_by_whom_it_ranks_and_taken_back_by_who_issued_it(world: World) -> None:
    made = bulletin(world, ("jiashan", None, 2, 3), ("anji", None, 1, 3)).json()
    path = f"/v1/bulletins/{made['id']}"
    for who, seen in (
        ("zhejiang", 200),
        ("jiashan", 200),
        ("anji", 200),
        ("qingyuan", 404),
        ("jiuzhaigou", 404),
    ):
        assert world.get(who, path).status_code == seen, who
        assert bool(world.get(who, "/v1/bulletins").json()["items"]) == (seen == 200), who
    assert [rank["rank"] for rank in world.get("jiashan", path).json()["ranks"]] == [2, 1]
    assert world.delete("jiashan", path).status_code == 403
    assert world.delete("zhejiang", path, '"v2"').status_code == 412
    assert world.delete("zhejiang", path).status_code == 204
    assert page_of(world)["summary"]["rank"]["rank"] is None


@pytest.mark.parametrize(
    ("ranks", "pointer", "code"),
    [
        ([("jiuzhaigou", None, 1, None)], "/ranks/0/organisation_id", "unknown_organisation"),
        ([("zhejiang", None, 1, None)], "/ranks/0/organisation_id", "unknown_organisation"),
        ([("jiashan", None, 1, None), ("jiashan", None, 2, None)], "/ranks/1", "ranked_twice"),
        ([("jiashan", "jobs", 4, 3)], "/ranks/0/rank", "rank_beyond_last"),
    ],
)
def test_a_bulletin_ranks_those_below_its_authority_once_each(
    world: World, ranks: Any, pointer: str, code: str
) -> None:
    told = bulletin(world, *ranks)
    assert told.status_code == 422
    (error,) = told.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
