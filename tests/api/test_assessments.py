"""Assessments over HTTP: what counts, what the page says, who sees it, and what is told of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from service.database import Database, writing
from service.domain import shortfalls
from tests.api.assessing import TODAY, YEAR, line_of, page_of, pairing, recorded, submitted, target
from tests.conftest import World


def test_without_targets_the_example_is_shown_as_one_and_nothing_is_lost_or_ranked(world: World) -> None:
    page = page_of(world)
    assert (page["pack"]["id"], page["pack"]["is_example"]) == ("pak_mountainseaexample", True)
    assert page["pack"]["name"] == "山海协作考核（示例，非官方）"
    summary = page["summary"]
    assert (summary["with_target"], summary["met"], summary["points"], summary["points_lost"]) == (0, 0, 0, 0)
    assert summary["points_open"] == summary["points_full"] == 100
    assert summary["at_risk"] == []
    for line in page["indicators"]:
        assert (line["target"], line["ratio"], line["rank"]["rank"]) == (None, None, None)
        assert (line["risk"], line["done"], line["shortfall"]) == ("no_target", 0, None)


def test_only_what_is_recognised_is_done_whichever_side_has_claimed_it(world: World) -> None:
    target(world, "funds_in_place", 1000)
    target(world, "funds_in_place", 500, "qingyuan")
    recorded(world, 300.25)
    recorded(world, 200, share=0.5, who="qingyuan")
    recorded(world, 100, state="confirmed")
    recorded(world, 50, state="claimed")
    recorded(world, 999, "2025-12-31")
    recorded(world, 40, measure="donations")
    for who, ratio in (("jiashan", 0.40025), ("qingyuan", 0.8005)):
        line = line_of(page_of(world, who), "funds_in_place")
        assert (line["done"], line["claimed"], line["ratio"]) == (400.25, 650.25, ratio)
    line = line_of(page_of(world), "funds_in_place")
    # 20 points for done against target, rounded to the hundredth; 5 for the rank are open.
    assert (line["points"], line["points_lost"], line["points_open"]) == (8.01, 11.99, 5)
    assert line_of(page_of(world, "nanxun", programme="east_west"), "funds_in_place")["done"] == 0


def test_money_and_people_are_told_apart(world: World) -> None:
    target(world, "jobs", 120, year=TODAY.year)
    recorded(world, 80, "2025-11-30", measure="jobs")
    month = TODAY.replace(day=1) - timedelta(days=1)
    before = month.replace(day=1) - timedelta(days=1)
    recorded(world, 90, before.isoformat(), measure="jobs")
    line = line_of(page_of(world, year=TODAY.year), "jobs")
    assert (line["nature"], line["done"], line["stock_on"], line["due"]) == (
        "stock",
        90,
        before.isoformat(),
        None,
    )
    recorded(world, 60, month.isoformat(), measure="jobs")
    line = line_of(page_of(world, year=TODAY.year), "jobs")
    # The newest month end stands; the two are never added up.
    assert (line["done"], line["stock_on"], line["ratio"]) == (60, month.isoformat(), 0.5)


def test_a_part_of_the_whole_is_capped_by_the_pack(world: World) -> None:
    recorded(world, 60)
    recorded(world, 100, component="working_capital")
    # Half of the working capital counts, up to a fifth of the whole.
    assert line_of(page_of(world), "funds_in_place")["done"] == 75


def test_a_joint_record_counts_as_a_project_from_five_million_on(world: World) -> None:
    pair = {"project_id": world.project()["id"], "profile_id": world.profile()["id"]}
    record = world.post("jiashan", "/v1/opportunities", pair).json()["id"]
    recorded(world, 499, opportunity_id=record)
    assert line_of(page_of(world), "projects_with_funds")["done"] == 0
    recorded(world, 1, opportunity_id=record)
    assert line_of(page_of(world), "projects_with_funds")["done"] == 1


def test_the_page_says_in_one_glance_what_a_leader_has_to_know(world: World) -> None:
    target(world, "funds_in_place", 1000)
    target(world, "people_trained", 200)
    target(world, "consumption_assistance", 100)
    recorded(world, 400)
    recorded(world, 300, state="claimed")
    recorded(world, 100, measure="consumption_assistance")
    page = page_of(world)
    summary = page["summary"]
    assert (summary["with_target"], summary["met"]) == (3, 1)
    assert (summary["points"], summary["points_lost"]) == (18, 27)
    assert summary["points"] + summary["points_lost"] + summary["points_open"] == summary["points_full"]
    assert [(risk["code"], risk["shortfall"], risk["points_at_stake"]) for risk in summary["at_risk"]] == [
        ("people_trained", 200, 15), ("funds_in_place", 450, 9),
    ]  # fmt: skip
    assert (
        summary["sentence"]
        == (
            "2026年全年山海协作：3项任务已完成1项，得18分，失27分，待定55分（满分100）；"
            "同级1家单位已有0家上报，报齐或通报前不排名。"
            "需要关注：劳动力培训缺口200人、产业项目到位资金缺口450万元。"
        )
        or "没有可比的同级单位，不排名。" in summary["sentence"]
    )
    english = page_of(world, language="en")["summary"]["sentence"]
    assert english.startswith("Mountain-sea cooperation 2026, whole year: 1 of 3 targets met, 18 points won")
    assert "Industrial funds in place (450 10k CNY short)" in english
    line = line_of(page, "funds_in_place")
    assert (line["risk"], line["shortfall"], line["points_expected"]) == ("out_of_reach", 450, 11)
    projection = line["projection"]
    assert (projection["low"], projection["expected"], projection["high"]) == (400, 550, 700)
    (coming,) = projection["coming"]
    assert (coming["why"], coming["low"], coming["expected"], coming["high"]) == ("claimed", 0, 150, 300)
    assert line["reason"].startswith("已认定400万元，任务1,000万元，完成40%。预计期末550万元，缺口450万元")
    assert "另有300万元已申报未认定。" in line["reason"]


def test_an_even_pace_says_what_would_be_done_by_now(world: World) -> None:
    target(world, "funds_in_place", 365, year=TODAY.year + 1)
    target(world, "funds_in_place", 100, year=TODAY.year - 1)
    assert line_of(page_of(world, year=TODAY.year + 1), "funds_in_place")["due"] == 0
    assert line_of(page_of(world, year=TODAY.year - 1), "funds_in_place")["due"] == 100


def test_a_pairing_that_is_changed_afterwards_takes_no_entry_with_it(world: World) -> None:
    recorded(world, 400)
    path = f"/v1/pairings/{pairing(world)}"
    assert world.patch("jiashan", path, {"partner_region_code": "330523"}).status_code == 200
    assert line_of(page_of(world, "anji"), "funds_in_place")["done"] == 0
    assert line_of(page_of(world, "qingyuan"), "funds_in_place")["done"] == 400


# Who sees what


def test_an_assessment_is_seen_by_its_organisation_and_the_authority_above(world: World) -> None:
    mine = world.organisations["jiashan"]
    for who, status in (
        ("jiashan", 200),
        ("zhejiang", 200),
        ("qingyuan", 404),
        ("anji", 404),
        ("jiuzhaigou", 404),
    ):
        answer = world.get(who, f"/v1/assessments/{YEAR}?programme=mountain_sea&organisation_id={mine}")
        assert answer.status_code == status, who
    unknown = world.get(
        "anji",
        f"/v1/assessments/{YEAR}?programme=mountain_sea&organisation_id=org_01aaaaaaaaaaaaaaaaaaaaaaaa",
    )
    other = world.get("anji", f"/v1/assessments/{YEAR}?programme=mountain_sea&organisation_id={mine}")
    assert {**unknown.json(), "request_id": ""} == {**other.json(), "request_id": ""}
    foreign = world.get("anji", f"/v1/assessments/{YEAR}?programme=mountain_sea&pairing_id={pairing(world)}")
    assert (foreign.status_code, foreign.json()["errors"][0]["code"]) == (422, "unknown_pairing")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "programme=east",
        "programme=mountain_sea&period=may",
        "programme=mountain_sea&years_back=6",
        "programme=mountain_sea&year=2026",
    ],
)
def test_a_question_that_is_not_understood_is_refused(world: World, query: str) -> None:
    assert world.get("jiashan", f"/v1/assessments/{YEAR}?{query}").status_code == 422
    assert world.get("jiashan", "/v1/assessments/1999?programme=mountain_sea").status_code == 422


def test_earlier_years_stand_beside_by_the_same_rule(world: World) -> None:
    target(world, "funds_in_place", 800, year=YEAR - 1)
    recorded(world, 300, "2025-01-01")
    recorded(world, 400, "2025-12-31")
    recorded(world, 90, "2024-06-30")
    submitted(world, year=YEAR - 1)
    (other,) = line_of(page_of(world), "funds_in_place")["other_years"]
    by_same_day = 700 if date(YEAR, 12, 31) <= TODAY else 300
    assert (other["year"], other["target"], other["done"], other["points"]) == (2025, 800, 700, 17.5)
    assert other["done_by_same_day"] == by_same_day
    years = line_of(page_of(world, years_back=3), "funds_in_place")["other_years"]
    assert [(row["year"], row["done"], row["points"]) for row in years] == [
        (2025, 700, 17.5),
        (2024, 90, None),
    ]
    assert line_of(page_of(world, years_back=0), "funds_in_place")["other_years"] == []


# Shortfalls


def told(database: Database) -> list[tuple[str, str, Any]]:
    """What is told now: indicator, kind and shortfall of each."""
    with writing(database) as session:
        return [
            (found.indicator, found.kind, found.data["shortfall"])
            for page in shortfalls.watched(session)
            for found in shortfalls.notice(session, page)
        ]


def test_a_shortfall_is_told_once_and_again_when_it_turns_worse_or_ends(
    world: World, database: Database
) -> None:
    year = TODAY.year
    target(world, "people_trained", 100, year=year)
    target(world, "people_trained", 100, year=year - 1)
    about = {"measure": "people_trained", "on": TODAY.isoformat()}
    recorded(world, 120, state="claimed", **about)
    # Half of what is claimed is expected: 60. At best all of it comes.
    assert told(database) == [("people_trained", "new", 40)]
    assert told(database) == []
    mine = world.get("jiashan", f"/v1/targets?year={year}").json()["items"][0]["id"]
    world.patch("zhejiang", f"/v1/targets/{mine}", {"amount": 130})
    assert told(database) == [("people_trained", "worse", 70)]
    world.patch("zhejiang", f"/v1/targets/{mine}", {"amount": 100})
    # Less bad is not told; that it is over is.
    assert told(database) == []
    recorded(world, 50, **about)
    assert told(database) == [("people_trained", "over", 0)]
    assert told(database) == []
