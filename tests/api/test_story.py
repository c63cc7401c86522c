"""The whole story of one joint promotion: two organisations, four people, one record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.ledger import ENTRIES, pairing_of, total
from tests.api.test_approvals import decide, require_second_person
from tests.conftest import PROFILE, World


@pytest.fixture
def two_offices(world: World) -> World:
    """A bureau and a county, each with a clerk and an approver, and a second person where it weighs."""
    for office in ("jiashan", "qingyuan"):
        world.person(office, "clerk", f"{office}.clerk")
        world.person(office, "approver", f"{office}.head")
    require_second_person(world, "jiashan", "opportunity.recommend")
    require_second_person(world, "qingyuan", "profile.publish", "hold.release")
    return world


def approved(world: World, head: str, waiting: Any) -> str:
    """What was submitted, once the head has approved it: the id of the thing."""
    assert waiting.status_code == 202, waiting.text
    done = decide(world, head, waiting.json()["id"], "approve")
    assert done.status_code == 200, done.text
    return str(done.json()["noun_id"])


def offered(world: World, project_id: str) -> dict[str, Any]:
    """What the first place of a project's ranking offers of land, and whether it is one at all."""
    page = world.get("jiashan.clerk", f"/v1/projects/{project_id}/matches").json()
    lines = {line["criterion"]: line for item in page["items"][:1] for line in item["contributions"]}
    return {"eligible": page["eligible_count"], "land_mu": lines.get("land", {}).get("offer")}


def money_arrives(world: World, opportunity_id: str) -> None:
    """What the record brought: claimed by the bureau's clerk, confirmed by the county's, recognised above."""
    bureau, county = "jiashan.clerk", "qingyuan.clerk"
    authority = world.person("zhejiang", "approver", "zhejiang.head")
    of_record = {"pairing_id": pairing_of(world), "opportunity_id": opportunity_id}

    def claim(**fields: Any) -> str:
        evidence = [{"source": "银行回单", "document_no": f"回单{fields['amount']}"}]
        answer = world.post(bureau, ENTRIES, {**of_record, "evidence": evidence, **fields})
        assert answer.status_code == 201, answer.text
        return f"{ENTRIES}/{answer.json()['id']}"

    def act(who: str, path: str, action: str, body: Any = None) -> dict[str, Any]:
        more = {} if body is None else {"json": body}
        answer = world.call(who, "POST", f"{path}/{action}", headers={"If-Match": "*"}, **more)
        assert answer.is_success, answer.text
        return dict(answer.json())

    # Two payments. The first is recognised at four fifths; the second turns out to be a loan, and goes back.
    funds = {"measure": "funds_in_place", "occurred_on": "2026-10-20"}
    first = claim(**funds, component="fixed_asset", amount=1200.5)
    second = claim(**funds, component="working_capital", amount=300)
    assert total(world) == {"claimed": 1500.5, "confirmed": 0, "recognised": 0}
    for path in (first, second):
        act(county, path, "confirm")
    # No clerk of the authority decides on what counts, and neither does a side.
    clerk = world.person("zhejiang", "clerk", "zhejiang.clerk")
    for who in (clerk, bureau, county):
        assert world.post(who, f"{first}/recognise", {}, headers={"If-Match": "*"}).status_code == 403
    shown = act(authority, first, "recognise", {"eligible_share": 0.8})
    assert (shown["state"], shown["recognised_amount"]) == ("recognised", 960.4)
    back = act(bureau, second, "reverse", {"reason": "属股东借款，不计入"})
    assert (back["amount"], back["state"]) == (-300, "confirmed")
    assert total(world) == {"claimed": 1200.5, "confirmed": 1200.5, "recognised": 960.4}

    # Jobs are what stands at the end of a month; those lifted out of poverty are some of the rural workers.
    for day, jobs in (("2026-09-30", 40), ("2026-10-31", 65)):
        act(county, claim(measure="jobs", occurred_on=day, amount=jobs), "confirm")
    assert total(world, "jobs") == {"claimed": 65, "confirmed": 65, "recognised": 0}
    month = {"occurred_on": "2026-10-31"}
    rural = claim(measure="rural_workers", amount=50, **month)
    lifted = claim(measure="lifted_out_of_poverty_workers", amount=20, **month)
    for path in (rural, lifted):
        act(county, path, "confirm")
        act(authority, path, "recognise", {})
    page = world.get(authority, f"{ENTRIES}?opportunity_id={opportunity_id}&since=2026-10-31").json()
    recognised = {line["measure"]: line["recognised"] for line in page["totals"]}
    assert recognised == {"jobs": 0, "lifted_out_of_poverty_workers": 20, "rural_workers": 50}


def test_two_governments_carry_one_project_from_the_ranking_to_the_contract(two_offices: World) -> None:
    world = two_offices
    bureau, bureau_head = "jiashan.clerk", "jiashan.head"
    county, county_head = "qingyuan.clerk", "qingyuan.head"

    # The county's clerk submits the park; nobody sees it until the head has approved it.
    waiting = world.post(county, "/v1/profiles", {**PROFILE, "land_mu": 120})
    project = world.project(bureau, land_mu=60, power_kva=1250)
    assert offered(world, project["id"])["eligible"] == 0
    place = approved(world, county_head, waiting)
    assert offered(world, project["id"]) == {"eligible": 1, "land_mu": 120}

    # The bureau recommends; its head agrees, and only then the county learns of the project, as a teaser.
    pair = {"project_id": project["id"], "profile_id": place}
    waiting = world.post(bureau, "/v1/opportunities", {**pair, "note": "请研究"})
    assert world.get(county, f"/v1/projects/{project['id']}").status_code == 404
    record = f"/v1/opportunities/{approved(world, bureau_head, waiting)}"
    teaser = world.get(county, f"/v1/projects/{project['id']}").json()
    assert (teaser["investor_name"], teaser["bands"]["land_mu"]) == (None, {"low": 50, "high": 100})

    def move(who: str, to: str, **more: Any) -> dict[str, Any]:
        answer = world.post(who, f"{record}/stage-changes", {"to": to, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    # The county takes it up and holds the land; every ranking is net of it at once.
    move(county, "contacted")
    held = world.post(county, "/v1/holds", {**pair, "land_mu": 60, "power_kva": 1250}).json()
    assert held["state"] == "active"
    second = world.project(bureau, name="第二个项目", land_mu=60, power_kva=1000)
    assert offered(world, second["id"]) == {"eligible": 1, "land_mu": 60}
    third = world.project(bureau, name="第三个项目", land_mu=61, power_kva=1000)
    assert offered(world, third["id"])["eligible"] == 0
    short = world.post(county, "/v1/holds", {"project_id": third["id"], "profile_id": place, "land_mu": 61})
    assert (short.status_code, short.json()["code"]) in {(404, "not_found"), (409, "capacity_short")}

    # A visit, ordered from the ranking; what came of it is seen by both.
    query = {"project_id": project["id"], "first": 3, "starts_on": "2026-12-08"}
    (stop,) = world.post(bureau, "/v1/itineraries", query).json()["stops"]
    visit = {
        "purpose": "现场考察",
        "project_id": project["id"],
        "starts_on": stop["on"],
        "ends_on": stop["on"],
        "stops": [{"profile_id": stop["profile_id"], "on": stop["on"], "result": "供电可满足"}],
    }
    planned = world.post(bureau, "/v1/visits", visit).json()
    seen = world.get(county, f"/v1/visits/{planned['id']}").json()
    assert (seen["project_id"], seen["stops"][0]["result"]) == (project["id"], "供电可满足")
    move(bureau, "site_visit")
    move(county, "negotiating")

    # Nobody signs with a sealed investor: both unseal, then both sign, twice.
    sealed = world.post(bureau, f"{record}/stage-changes", {"to": "framework_signed"})
    assert sealed.json()["code"] == "investor_sealed"
    for who in (bureau, county):
        assert world.post(who, f"{record}/unsealing", None).status_code == 200
    assert world.get(county, record).json()["investor_name"] == project["investor_name"]
    for stage, number in (("framework_signed", "框架〔2026〕1号"), ("signed", "合同〔2026〕8号")):
        assert move(bureau, stage, document_no=number)["pending"] == {"to": stage, "agreed_by": "project"}
        assert move(county, stage, document_no=number)["stage"] == stage
    results = world.get(bureau, f"/v1/outcomes?project_id={project['id']}").json()["items"]
    assert [row["result"] for row in results if row["superseded_at"] is None] == ["signed", "signed"]

    # The documents turn the hold into a fact: the published figure is lower, and nothing is held any more.
    documents = {"land_mu": "庆土让〔2026〕12号", "power_kva": "庆供〔2026〕3号"}
    committed = world.call(
        county, "POST", f"/v1/holds/{held['id']}/commit", json={"documents": documents},
        headers={"If-Match": "*"},
    )  # fmt: skip
    assert committed.json()["state"] == "committed", committed.text
    figures = world.get(bureau, f"/v1/profiles/{place}").json()
    assert (figures["land_mu"], figures["power_kva"]) == (60, 2750)
    assert offered(world, second["id"]) == {"eligible": 1, "land_mu": 60}

    # It goes on to the ground, and ends, with a reason that both sides read.
    move(county, "company_registered", document_no="91331126MA0000000X")
    step = {"kind": "land_auction", "planned_on": "2026-11-01"}
    milestone = world.post(county, f"{record}/milestones", step).json()
    assert world.get(bureau, record).json()["overdue_milestones"] == 1
    reached = {"actual_on": "2026-11-20", "document_no": documents["land_mu"]}
    world.patch(county, f"{record}/milestones/{milestone['id']}", reached)
    assert world.get(bureau, record).json()["overdue_milestones"] == 0
    money_arrives(world, record.rpartition("/")[2])
    ended = move(bureau, "ended", reason_code="investor_withdrew", note="投资方资金链变化")
    assert (ended["stage"], ended["reason_code"]) == ("ended", "investor_withdrew")
    history = world.get(county, f"{record}/stage-changes").json()["items"]
    assert [row["to_stage"] for row in history] == [
        "recommended", "contacted", "site_visit", "negotiating", "framework_signed", "signed",
        "company_registered", "ended",
    ]  # fmt: skip
    assert history[-1]["note"] == "投资方资金链变化"
    assert world.get(bureau, f"/v1/projects/{project['id']}").json()["stage"] == "registered"


def test_what_is_held_is_free_again_when_the_record_ends(world: World) -> None:
    project, place = world.project(land_mu=60), world.profile()
    pair = {"project_id": project["id"], "profile_id": place["id"]}
    record = world.post("jiashan", "/v1/opportunities", pair).json()
    held = world.post("qingyuan", "/v1/holds", {**pair, "land_mu": 100}).json()
    other = world.project(name="另一个项目", land_mu=60)
    ranking = f"/v1/projects/{other['id']}/matches"
    assert world.get("jiashan", ranking).json()["eligible_count"] == 0
    body = {"to": "ended", "reason_code": "price"}
    assert world.post("jiashan", f"/v1/opportunities/{record['id']}/stage-changes", body).is_success
    after = world.get("qingyuan", f"/v1/holds/{held['id']}").json()
    assert (after["state"], after["reason"]) == ("released", "The joint record has ended.")
    assert world.get("jiashan", ranking).json()["eligible_count"] == 1


def test_an_active_hold_outlives_the_record_where_its_release_takes_a_second_person(world: World) -> None:
    require_second_person(world, "qingyuan", "hold.release")
    project, place = world.project(land_mu=60), world.profile()
    pair = {"project_id": project["id"], "profile_id": place["id"]}
    record = world.post("jiashan", "/v1/opportunities", pair).json()
    held = world.post("qingyuan", "/v1/holds", {**pair, "land_mu": 100}).json()
    body = {"to": "ended", "reason_code": "price"}
    assert world.post("qingyuan", f"/v1/opportunities/{record['id']}/stage-changes", body).is_success
    assert world.get("qingyuan", f"/v1/holds/{held['id']}").json()["state"] == "active"
