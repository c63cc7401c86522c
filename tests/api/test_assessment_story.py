"""The story of a year: money claimed, recognised at a share and taken back, jobs, points, and a signature."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from service.database import Database
from service.domain import assessment_form
from service.domain.assessment_reads import AssessmentRead
from service.settings import Settings
from service.workbooks import read_rows, write_sheet
from tests.api.assessing import YEAR, line_of, page_of, target
from tests.api.ledger import act, brought_to, claim, done, record_of
from tests.api.test_approvals import decide, require_second_person
from tests.conftest import World
from tests.exports.conftest import Exports


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    # Exports are made when the story says so.
    return Settings(database_url=database_url, data_dir=tmp_path, pool_size=10, serve_jobs=False)


@pytest.fixture
def exports(world: World, database: Database, settings: Settings) -> Exports:
    return Exports(world, database, settings, cast(Any, world.client.app).state.index)


@pytest.fixture
def year(world: World) -> World:
    """A bureau and a county with targets of the province; the bureau signs by two persons."""
    world.person("jiashan", "clerk", "clerk")
    world.person("jiashan", "approver", "head")
    require_second_person(world, "jiashan", "assessment.submit")
    for who in ("jiashan", "qingyuan"):
        target(world, "funds_in_place", 3000, who)
        target(world, "jobs", 150, who)
    return world


def test_a_year_is_assessed_from_the_ledger_and_stays_as_it_was_signed(year: World, exports: Exports) -> None:
    world = year
    record = record_of(world, fixed_investment_10k_cny=18000)

    # Money comes in two parts; the first counts at a share, the second is taken back.
    first = claim(world, "clerk", opportunity_id=record, amount=1200, occurred_on="2026-09-20")
    second = claim(world, "clerk", opportunity_id=record, amount=800, occurred_on="2026-10-20")
    funds = line_of(page_of(world), "funds_in_place")
    assert (funds["done"], funds["claimed"], funds["points"]) == (0, 2000, 0)
    brought_to(world, first, "recognised", 0.8)
    brought_to(world, second, "recognised", 1)
    assert line_of(page_of(world), "funds_in_place")["done"] == 960 + 800
    back = done(act(world, "clerk", second, "reverse", {"reason": "投资款退回"}))
    # Taken back, but until that is recognised too it counts; the cautious count on it.
    funds = line_of(page_of(world), "funds_in_place")
    assert (funds["done"], funds["claimed"], funds["projection"]["low"]) == (1760, 1200, 960)
    brought_to(world, back, "recognised")
    third = claim(world, "clerk", opportunity_id=record, amount=500, occurred_on="2026-11-10")
    brought_to(world, third, "confirmed")

    # Jobs are what stands at a month's end, not a sum over months.
    for month_end, count in (("2026-09-30", 60), ("2026-10-31", 75)):
        stock = claim(world, "clerk", measure="jobs", amount=count, occurred_on=month_end)
        brought_to(world, stock, "recognised", 1)

    page = page_of(world, "head")
    funds, jobs = line_of(page, "funds_in_place"), line_of(page, "jobs")
    assert (funds["target"], funds["done"], funds["claimed"], funds["ratio"]) == (3000, 960, 1700, 0.32)
    # 20 points at 32 %; 5 for the rank are open.
    assert (funds["points"], funds["points_lost"], funds["points_open"]) == (6.4, 13.6, 5)
    projection = funds["projection"]
    assert (projection["low"], projection["expected"], projection["high"]) == (1210, 1360, 1460)
    assert (funds["risk"], funds["shortfall"]) == ("out_of_reach", 1640)
    assert (jobs["done"], jobs["claimed"], jobs["stock_on"]) == (75, 75, "2026-10-31")
    assert (jobs["points"], jobs["points_lost"]) == (7.5, 7.5)
    summary = page["summary"]
    assert (summary["points"], summary["points_lost"], summary["points_open"]) == (13.9, 21.1, 65)
    assert [risk["code"] for risk in summary["at_risk"]] == ["funds_in_place", "jobs"]
    assert summary["rank"]["rank"] is None

    # The county sees the same of the same pairing; it has other records and other people.
    county = line_of(page_of(world, "qingyuan"), "funds_in_place")
    assert (county["done"], county["claimed"]) == (funds["done"], funds["claimed"])

    # The clerk submits, the head signs; what comes afterwards changes the page and not the submission.
    body = {"programme": "mountain_sea", "year": YEAR, "note": "年度自评上报"}
    waiting = world.post("clerk", "/v1/submissions", body)
    assert waiting.status_code == 202, waiting.text
    approved = decide(world, "head", waiting.json()["id"], "approve")
    assert approved.status_code == 200, approved.text
    path = f"/v1/submissions/{waiting.json()['noun_id']}"
    signed = world.get("head", path).json()
    asked = {"programme": "mountain_sea", "year": YEAR}
    form = exports.sheets("head", "assessment", **asked)
    assert figures_of(form) == [
        (line["name"], line["target"], line["done"], line["claimed"], line["points"], line["points_lost"])
        for line in page_of(world, "head")["indicators"]
    ]
    frozen = exports.sheets("head", "submission", submission_id=signed["id"])
    # The signed page and the page of that instant are one.
    assert figures_of(frozen) == figures_of(form)
    brought_to(
        world, claim(world, opportunity_id=record, amount=900, occurred_on="2026-11-20"), "recognised", 1
    )
    assert line_of(page_of(world), "funds_in_place")["done"] == 1860
    assert world.get("zhejiang", path).json() == signed
    assert exports.sheets("zhejiang", "submission", submission_id=signed["id"]) == frozen
    assert figures_of(exports.sheets("head", "assessment", **asked)) != figures_of(frozen)
    assert line_of(signed["content"], "funds_in_place")["done"] == 960
    assert signed["content"]["summary"]["points_lost"] == 21.1

    # Once the county has reported too, both have a rank.
    assert world.post("qingyuan", "/v1/submissions", body).status_code == 201
    ranks = [page_of(world, who)["summary"]["rank"]["rank"] for who in ("jiashan", "qingyuan")]
    assert ranks == [2, 1]


def figures_of(form: dict[str, list[dict[str, Any]]]) -> list[tuple[Any, ...]]:
    """What the form says of every indicator."""
    titles = ("指标", "任务数", "完成数（已认定）", "申报数", "得分（分）", "失分（分）")
    *lines, _ = form["考核表"]
    return [tuple(None if line[title] == "" else line[title] for title in titles) for line in lines]


def sheet_of(form: assessment_form.FormSheet) -> list[list[Any]]:
    """A sheet of the form as a spreadsheet program reads it back."""
    head = [column.title for column in form.columns]
    rows = [[cell.isoformat() if hasattr(cell, "isoformat") else cell for cell in row] for row in form.rows]
    return read_rows(write_sheet(form.name, head, rows, notes=form.notes))  # type: ignore[arg-type, return-value]


def test_the_form_has_the_figures_of_the_page(year: World) -> None:
    world = year
    record = record_of(world)
    brought_to(world, claim(world, opportunity_id=record, amount=0.1), "recognised", 0.7)
    brought_to(world, claim(world, opportunity_id=record, amount=1200), "confirmed")
    brought_to(world, claim(world, amount=5, occurred_on="2025-06-30"), "recognised", 1)
    for language in ("zh", "en"):
        page = page_of(world, language=language)
        main, coming, years = assessment_form.sheets(AssessmentRead.model_validate(page), language)
        cells = sheet_of(main)
        notes, (head, *rows) = cells[: len(main.notes)], cells[len(main.notes) :]
        assert notes[1][0] == page["summary"]["sentence"]
        assert any("示例" in str(line[0]) or "Example" in str(line[0]) for line in notes)
        by_title = [dict(zip(head, row, strict=True)) for row in rows]
        titles = {
            "zh": (
                "指标", "任务数", "完成数（已认定）", "申报数", "得分（分）", "失分（分）",
                "预计期末：一般",
            ),
            "en": (
                "Indicator", "Target", "Done (recognised)", "Claimed", "Won (points)", "Lost (points)",
                "At the end: expected",
            ),
        }[language]  # fmt: skip
        for line, row in zip(page["indicators"], by_title, strict=False):
            shown = [row[title] if row[title] != "" else None for title in titles]
            names = ("name", "target", "done", "claimed", "points", "points_lost")
            assert shown == [*(line[name] for name in names), line["projection"]["expected"]]
        summary = page["summary"]
        assert [by_title[-1][title] for title in (titles[4], titles[5])] == [
            summary["points"], summary["points_lost"],
        ]  # fmt: skip
        # As money, and as the one project with enough of it.
        assert [row[5:] for row in coming.rows] == [(600, 960, 1200), (0.5, 0.8, 1)]
        assert [row[2:5] for row in years.rows] == [(2025, None, 5)]
