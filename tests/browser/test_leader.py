"""A leader reads where the year stands: what is wanted, claimed, recognised, lost, and still to come."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, People
from tests.browser.window import Language

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "assessment": "考核",
        "funds": "产业项目到位资金",
        "unit": "万元",
        "state": "难以完成",
        "points": "得分",
        "points won": "6.4满分 100",
        "lost": "失分",
        "short": "缺口 1,640 万元",
        "more": "展开行",
        "reason": "已认定960万元，任务3,000万元，完成32%。",
        "submit": "上报",
    },
    "en": {
        "assessment": "Assessment",
        "funds": "Industrial funds in place",
        "unit": "10k CNY",
        "state": "Out of reach",
        "points": "Points",
        "points won": "6.4of 100",
        "lost": "Lost",
        "short": "short by 1,640 10k CNY",
        "more": "Expand row",
        "reason": "960",
        "submit": "Submit",
    },
}


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_leader_reads_what_the_year_has_brought_and_what_is_at_risk(
    window: OpenWindow, people: People, language: Language
) -> None:
    say = WORDS[language]
    screen = window()
    page = screen.page
    screen.sign_in(people.leader, language)
    screen.menu(say["assessment"])
    for title, value in (("points", say["points won"]), ("lost", "13.6")):
        tile = page.locator(".ant-statistic").filter(has=page.get_by_text(say[title], exact=True))
        expect(tile).to_contain_text(value)
    expect(page.get_by_text(say["short"])).to_be_visible()
    line = page.get_by_role("row").filter(has_text=f"{say['funds']} ({say['unit']})")
    _, name, state, target, recognised, claimed, ratio, _, low, expected, high, points, lost, _ = (
        cell.strip() for cell in line.get_by_role("cell").all_inner_texts()
    )
    assert (name, state) == (f"{say['funds']} ({say['unit']})", say["state"])
    assert (target, recognised, claimed, ratio) == ("3,000", "960", "2,000", "32%")
    assert (low, expected, high) == ("960", "1,360", "1,760")
    assert (points, lost) == ("6.4 / 25", "13.6")
    line.get_by_role("button", name=say["more"]).click()
    expect(page.locator(".ant-table-expanded-row")).to_contain_text(say["reason"])
    # Who reads does not sign.
    expect(screen.button(say["submit"])).to_have_count(0)
    screen.keep("1-assessment")
