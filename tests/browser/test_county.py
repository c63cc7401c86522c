"""A county officer's main job in the browser: a figure is corrected, and the place rises."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenWindow, People
from tests.browser.offices import Offices
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
