"""A bureau officer's main job in the browser: from the form of a project to the recommendation of a place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenWindow, People
from tests.browser.offices import Offices
from tests.browser.window import Language, Window

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "project": "竹木家具部件项目",
        "place": "庆元竹木产业园东区",
        "new": "新建项目",
        "name": "项目名称",
        "industry": "行业",
        "origin": "来源地",
        "products": "主要产品",
        "land": "土地",
        "power": "受电容量",
        "labour": "劳动力",
        "price": "地价上限",
        "hard": "刚性需求",
        "visibility": "公开范围",
        "partners": "结对地区",
        "try": "试算",
        "save": "保存",
        "first": "第一名",
        "rank": "匹配载体",
        "distance": "直线距离",
        "moved": "(上升|下降) \\d+ 位",
        "too dear": "庆元竹木产业园西区",
        "programmes": "协作机制",
        "mountain_sea": "山海协作",
        "excluded": "未入选",
        "why": "土地价格 45 万元/亩，上限 30 万元/亩，高出 15 万元/亩。",
        "fix": "土地价格 (万元/亩): 45 30 (-15)",
        "would be": "第 \\d+ 名",
        "ranked": "入选排序",
        "reset": "恢复默认",
        "more": "展开行",
        "recommend": "推荐此载体",
        "note": "附言（双方可见）",
        "recommended": "已推荐，合作事项已建立",
        "open": "打开合作事项 →",
    },
    "en": {
        "project": "Bamboo furniture parts",
        "place": "Qingyuan bamboo park, east",
        "new": "New project",
        "name": "Project",
        "industry": "Industry",
        "origin": "Origin",
        "products": "Products",
        "land": "Land",
        "power": "Power",
        "labour": "Labour",
        "price": "Highest land price",
        "hard": "Hard needs",
        "visibility": "Visibility",
        "partners": "Partner regions",
        "try": "Try it",
        "save": "Save",
        "first": "First",
        "rank": "Rank places",
        "distance": "Proximity (great circle)",
        "moved": "(Up|Down) by \\d+",
        "too dear": "Qingyuan bamboo park, west",
        "programmes": "Programmes",
        "mountain_sea": "Mountain-sea",
        "excluded": "Passed over",
        "why": "Land price: 450,000 CNY/mu, ceiling 300,000 CNY/mu, 150,000 CNY/mu above.",
        "fix": "Land price (10k CNY/mu): 45 30 (-15)",
        "would be": "No. \\d+",
        "ranked": "Places that fit",
        "reset": "Defaults",
        "more": "Expand row",
        "recommend": "Recommend this place",
        "note": "Note (seen by both sides)",
        "recommended": "Recommended; the record is open",
        "open": "Open the record →",
    },
}


def places(screen: Window) -> list[str]:
    """The ranked places as they stand in the table, by the names in their rows."""
    names: list[str] = screen.page.locator("tr[id^=place-] strong:first-child").all_inner_texts()
    return names


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bureau_officer_enters_a_project_reads_the_ranking_and_recommends_a_place(
    window: OpenWindow, offices: Offices, people: People, language: Language
) -> None:
    say = WORDS[language]
    offices.profile(say["place"])
    offices.profile(say["too dear"], land_price_10k_cny_per_mu=45)
    screen = window()
    screen.sign_in(people.officer, language)
    enter(screen, say)
    screen.page.get_by_role("link", name=say["rank"]).click()
    weigh(screen, say)
    why_not(screen, say)
    recommend(screen, say)


def enter(screen: Window, say: dict[str, str]) -> None:
    """The form of a new project, tried out before it is saved."""
    screen.button(say["new"]).click()
    form = screen.dialog(say["new"])
    form.get_by_label(say["name"], exact=True).fill(say["project"])
    screen.choose(form.get_by_role("combobox", name=say["industry"]), "C2110", typed="C2110")
    screen.choose(form.get_by_role("combobox", name=say["origin"]), "330421", typed="330421")
    form.get_by_role("combobox", name=say["products"]).fill("竹木家具部件、")
    for figure, amount in (("land", "60"), ("power", "1250"), ("labour", "200"), ("price", "30")):
        form.get_by_label(say[figure], exact=True).fill(amount)
    screen.choose(form.get_by_role("combobox", name=say["hard"]), say["price"])
    screen.choose(form.get_by_role("combobox", name=say["visibility"]), say["partners"])
    screen.button(say["try"], form).click()
    # Which place that is depends on what others have published meanwhile.
    expect(form.get_by_role("status")).to_contain_text(say["first"])
    screen.keep("1-form", whole=False)
    screen.button(say["save"], form).click()
    expect(screen.page.get_by_role("heading", name=say["project"])).to_be_visible()
    screen.keep("2-project")


def weigh(screen: Window, say: dict[str, str]) -> None:
    """A weight is moved: the places change their order, and each says by how much it has moved."""
    expect(row_of(screen, say["place"])).to_be_visible()
    screen.keep("3-ranking")
    before = places(screen)
    slider = screen.page.get_by_role("slider", name=say["distance"])
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "50")
    moved = screen.page.get_by_label(re.compile(say["moved"]))
    expect(moved.first).to_be_visible()
    after = places(screen)
    assert set(after) & set(before)
    assert [name for name in after if name in before] != [name for name in before if name in after]
    screen.keep("4-other-weights", whole=False)
    screen.button(say["reset"]).click()
    expect(moved).to_have_count(0)
    assert places(screen) == before


def why_not(screen: Window, say: dict[str, str]) -> None:
    """Who was passed over reads the rule, the cheapest change, and the rank that it would give."""
    screen.choose(screen.page.get_by_role("combobox", name=say["programmes"]), say["mountain_sea"])
    screen.page.get_by_role("tab", name=say["excluded"]).click()
    row = screen.page.get_by_role("row").filter(has_text=say["too dear"])
    for words in ("why", "fix"):
        expect(row).to_contain_text(say[words])
    expect(row).to_contain_text(re.compile(say["would be"]))
    screen.keep("5-why-not")
    screen.page.get_by_role("tab", name=say["ranked"]).click()


def recommend(screen: Window, say: dict[str, str]) -> None:
    """The place is opened, read and recommended, with a word to the county."""
    row_of(screen, say["place"]).get_by_role("button", name=say["more"]).click()
    screen.button(say["recommend"]).click()
    dialog = screen.page.get_by_role("dialog").filter(has_text=say["place"])
    dialog.get_by_label(say["note"]).fill("请县里看看这块地。")
    screen.keep("6-recommend", whole=False)
    screen.button(say["recommend"], dialog).click()
    expect(dialog.get_by_role("status")).to_contain_text(say["recommended"])
    dialog.get_by_role("link", name=say["open"]).click()
    expect(screen.page.get_by_role("main")).to_contain_text(say["place"])
    screen.keep("7-record")


def row_of(screen: Window, place: str) -> Locator:
    """The place's row in the ranked table."""
    return screen.page.locator("tr[id^=place-]").filter(has_text=place)
