"""What the milestones of joint records say is to come, over HTTP, and to whom."""

from __future__ import annotations

import json
from typing import Any

from tests.api.assessing import TODAY, line_of, page_of, submitted, target
from tests.conftest import World


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
