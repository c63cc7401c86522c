"""A county officer's main job in the browser: a figure is corrected, and the place rises."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenWindow, People
from tests.browser.offices import COUNTY, Offices
from tests.browser.window import Language, Window

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "project": "竹木餐厨具项目",
        "place": "庆元竹木产业园北区",
        "projects": "招商项目",
        "profiles": "资源要素档案",
        "rank": "匹配载体",
        "labour": "劳动力",
        "unsaved": "改动 1 项，尚未保存",
        "save": "保存",
        "version": "版本 2",
        "versions": "历次版本",
    },
    "en": {
        "project": "Bamboo kitchenware",
        "place": "Qingyuan bamboo park, north",
        "projects": "Projects",
        "profiles": "Resource profiles",
        "rank": "Rank places",
        "labour": "Labour",
        "unsaved": "1 changed, not saved yet",
        "save": "Save",
        "version": "Version 2",
        "versions": "Versions",
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_county_officer_corrects_a_figure_and_the_place_rises(
    window: OpenWindow, offices: Offices, people: People, language: Language
) -> None:
    say = WORDS[language]
    offices.project(say["project"])
    # A nought was left out.
    offices.profile(say["place"], labour_persons=60)
    screen = window()
    screen.sign_in(people.county, language)
    before = int(rank(screen, say).inner_text())
    screen.keep("1-before", whole=False)
    correct(screen, say)
    rises = rank(screen, say)
    expect(rises).not_to_have_text(str(before))
    screen.keep("4-after", whole=False)
    assert int(rises.inner_text()) < before


def rank(screen: Window, say: dict[str, str]) -> Locator:
    """The rank of the county's place for the bureau's project, as the county reads it."""
    screen.menu(say["projects"])
    project = screen.page.get_by_role("row").filter(has_text=say["project"])
    project.get_by_role("link", name=say["rank"]).click()
    row = screen.page.locator("tr[id^=place-]").filter(has_text=say["place"])
    row.scroll_into_view_if_needed()
    return row.locator("strong").first


def correct(screen: Window, say: dict[str, str]) -> None:
    """The nought is put back, which publishes the next version of the profile."""
    screen.menu(say["profiles"])
    screen.page.get_by_role("link", name=say["place"]).click()
    figure = screen.page.get_by_role("spinbutton", name=say["labour"], exact=True)
    expect(figure).to_have_value("60")
    figure.fill("600")
    expect(screen.page.get_by_text(say["unsaved"])).to_be_visible()
    screen.keep("2-corrected", whole=False)
    screen.button(say["save"]).click()
    expect(screen.page.get_by_text(say["version"]).first).to_be_visible()
    screen.page.get_by_role("tab", name=say["versions"]).click()
    change = screen.page.get_by_role("row").filter(has_text=say["labour"])
    expect(change).to_contain_text("60")
    expect(change).to_contain_text("600")
    screen.keep("3-versions")


def test_what_is_typed_outlives_a_change_by_a_colleague(
    window: OpenWindow, offices: Offices, people: People
) -> None:
    profile = offices.profile("庆元竹木产业园同改区")
    screen = window("county-conflict")
    screen.sign_in(people.county)
    screen.open(f"/profiles/{profile['id']}")
    figure = {
        name: screen.page.get_by_role("spinbutton", name=name, exact=True)
        for name in ("土地", "受电容量", "劳动力")
    }
    figure["土地"].fill("150")
    figure["劳动力"].fill("900")
    # Meanwhile a colleague corrects two figures, one of them the same.
    offices.ask(COUNTY, "PATCH", f"/v1/profiles/{profile['id']}", {"land_mu": 140, "power_kva": 6300})
    screen.button("保存").click()
    refused = screen.page.get_by_role("alert").filter(has_text="有人在您读取之后作了修改")
    expect(refused).to_contain_text("下一步：")
    screen.keep("1-refused", whole=False)
    screen.button("读取最新内容").click()
    told = screen.page.get_by_role("table", name="有人修改了以下 2 项")
    expect(told.get_by_role("row").filter(has_text="土地")).to_contain_text("130 亩")
    expect(told.get_by_role("row").filter(has_text="土地")).to_contain_text("140 亩")
    expect(told.get_by_role("row").filter(has_text="土地")).to_contain_text("150 亩")
    expect(told.get_by_role("row").filter(has_text="受电容量")).to_contain_text("6,300 千伏安")
    expect(figure["土地"]).to_have_value("150")
    expect(figure["受电容量"]).to_have_value("6300")
    screen.keep("2-both", whole=False)
    screen.button("采用对方的").click()
    expect(figure["土地"]).to_have_value("140")
    screen.button("保存").click()
    expect(screen.page.get_by_text("版本 3")).to_be_visible()
    expect(told).to_be_hidden()
    stored = offices.ask(COUNTY, "GET", f"/v1/profiles/{profile['id']}")
    assert (stored["land_mu"], stored["power_kva"], stored["labour_persons"]) == (140, 6300, 900)
    # The browser itself notes the refusal.
    assert [said for said in screen.complaints if "412" not in said] == []
    screen.complaints.clear()
