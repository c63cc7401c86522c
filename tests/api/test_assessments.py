"""Assessments over HTTP: what counts, who ranks where, who sees what, and what stays as it was signed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.database import Database, writing
from service.domain import shortfalls
from service.units import shanghai_day
from tests.api.assessing import YEAR, line_of, page_of, pairing, recorded, submitted, target
from tests.api.test_approvals import decide, require_second_person
from tests.conftest import World

TODAY = shanghai_day(datetime.now(UTC))


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


# Projections


def opened(world: World, who: str = "jiashan", **project: Any) -> str:
    """The path of a joint record of Jiashan's with Qingyuan, taken up."""
    fields = {"fixed_investment_10k_cny": 1800, **project}
    pair = {"project_id": world.project(**fields)["id"], "profile_id": world.profile()["id"]}
    record = f"/v1/opportunities/{world.post('jiashan', '/v1/opportunities', pair).json()['id']}"
    assert world.post("qingyuan", f"{record}/stage-changes", {"to": "contacted"}).is_success
    for who in ("jiashan", "qingyuan"):
        assert world.post(who, f"{record}/unsealing", None).is_success
    assert world.post("jiashan", f"{record}/stage-changes", {"to": "negotiating"}).is_success
    for who in ("jiashan", "qingyuan"):
        assert world.post(who, f"{record}/stage-changes", {"to": "signed"}).is_success
    return record


def planned(world: World, record: str, on: str | None, kind: str = "funds_in_place") -> None:
    body = {"kind": kind, "planned_on": on}
    assert world.post("qingyuan", f"{record}/milestones", body).status_code == 201


def test_the_milestones_of_joint_records_say_what_is_to_come_with_its_spread(world: World) -> None:
    year = TODAY.year + 1
    target(world, "funds_in_place", 1500, year=year)
    record = opened(world, disclosure="full")
    unplanned = line_of(page_of(world, year=year), "funds_in_place")["projection"]
    assert (unplanned["high"], unplanned["unplanned_opportunity_ids"]) == (0, [record.rsplit("/", 1)[1]])
    planned(world, record, f"{year}-03-31")
    planned(world, record, f"{year}-12-20")
    line = line_of(page_of(world, year=year), "funds_in_place")
    found = line["projection"]
    # Signed: 0.2, 0.6 and 1 of 900; the second part slips beyond the year in all cases but the best.
    assert (found["low"], found["expected"], found["high"]) == (180, 540, 1800)
    assert (line["risk"], line["shortfall"], found["includes_pipeline"]) == ("at_risk", 960, True)
    assert [item["planned_on"] for item in found["coming"]] == [f"{year}-03-31", f"{year}-12-20"]
    jobs = line_of(page_of(world, year=year), "jobs")["projection"]
    assert (jobs["high"], len(jobs["unplanned_opportunity_ids"])) == (0, 1)
    planned(world, record, f"{year}-06-30", "start_of_operation")
    jobs = line_of(page_of(world, year=year), "jobs")["projection"]
    assert (jobs["low"], jobs["expected"], jobs["high"]) == (40, 120, 200)


def test_what_a_teaser_hides_is_projected_as_a_band_and_not_at_all_to_the_authority(world: World) -> None:
    year = TODAY.year + 1
    record = opened(world, fixed_investment_10k_cny=1234)
    planned(world, record, f"{year}-03-31")
    mine = line_of(page_of(world, year=year), "funds_in_place")["projection"]
    assert mine["high"] == 1234
    theirs = line_of(page_of(world, "qingyuan", year=year), "funds_in_place")["projection"]
    # The county knows of between 1,000 and 2,000.
    assert (theirs["low"], theirs["expected"], theirs["high"]) == (200, 900, 2000)
    for who in ("jiashan", "qingyuan"):
        seen = page_of(world, "zhejiang", year=year, organisation_id=world.organisations[who])
        found = line_of(seen, "funds_in_place")["projection"]
        assert (found["high"], found["coming"], found["includes_pipeline"]) == (0, [], False)
    content = json.dumps(submitted(world, year=year)["content"])
    assert record.rsplit("/", 1)[1] not in content


def test_a_record_that_ended_or_belongs_to_another_programme_promises_nothing(world: World) -> None:
    year = TODAY.year + 1
    record = opened(world)
    planned(world, record, f"{year}-03-31")
    assert line_of(page_of(world, year=year), "funds_in_place")["projection"]["high"] == 1800
    other = page_of(world, year=year, programme="east_west")
    assert line_of(other, "funds_in_place")["projection"]["high"] == 0
    body = {"to": "ended", "reason_code": "price"}
    assert world.post("jiashan", f"{record}/stage-changes", body).is_success
    assert line_of(page_of(world, year=year), "funds_in_place")["projection"]["high"] == 0


# Ranks


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


# Targets


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


# Packs


def own_pack(world: World, **fields: Any) -> dict[str, Any]:
    items = world.get("zhejiang", "/v1/indicator-packs?programme=mountain_sea").json()["items"]
    (example,) = [pack for pack in items if pack["is_example"]]
    kept = {name: example[name] for name in ("programme", "outlook", "indicators")}
    return {**kept, "name": "浙江省山海协作考核", "year": YEAR, **fields}


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


# Submissions


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
