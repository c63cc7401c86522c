"""A way through every page of the console, for whatever has to hold on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Year
from tests.browser.window import Window, settled


@dataclass(frozen=True)
class Sight:
    """Something that is shown: a page, a tab of it, a dialog before it."""

    name: str
    #: What was not seen before: neither the head above a page, nor what a dialog covers.
    part: Locator
    covers: bool = False


def tour(screen: Window, year: Year) -> Iterator[Sight]:
    """Everything that whoever has signed in can come to, in Chinese."""
    page = screen.page
    main = page.get_by_role("main")
    rows = page.get_by_role("row")
    screen.menu("招商项目")
    expect(rows.filter(has_text=year.project)).to_be_visible()
    yield Sight("projects", page.locator("html"))
    yield from dialog(screen, "新建项目", "project-form")
    yield from dialog(screen, "导入表格", "project-import")
    page.get_by_role("link", name=year.project).click()
    expect(page.get_by_text("正在推进的合作事项")).to_be_visible()
    yield from tabs(screen, "project")
    yield from ranking(screen, year)
    screen.menu("资源要素档案")
    # Rows of a table, or on a phone each by itself.
    expect(main.get_by_role("link").first).to_be_visible()
    yield from tabs(screen, "profiles")
    screen.menu("合作事项")
    expect(page.get_by_text(year.place)).to_be_visible()
    yield Sight("opportunities", main)
    main.get_by_role("link", name=year.project).click()
    yield from tabs(screen, "opportunity")
    screen.menu("审批")
    expect(main.get_by_role("heading").first).to_be_visible()
    yield Sight("approvals", main)
    screen.menu("动态与订阅")
    yield from tabs(screen, "alerts")
    screen.menu("考核")
    page.get_by_role("button", name="展开行").first.click()
    yield from tabs(screen, "assessment")
    screen.menu("管理")
    yield from tabs(screen, "administration")
    # What a county without an account is sent; nobody has to have signed in for it.
    screen.open(f"/answer#{year.secret}")
    expect(page.get_by_label("姓名")).to_be_visible()
    yield Sight("answer", page.locator("html"))


def ranking(screen: Window, year: Year) -> Iterator[Sight]:
    """The ranking of the project with all that can be opened in it, and the profile of its place."""
    page = screen.page
    page.get_by_role("link", name="匹配载体").click()
    place = page.locator("tr[id^=place-]").filter(has_text=year.place)
    place.get_by_role("button", name="展开行").click()
    expect(screen.button("推荐此载体")).to_be_visible()
    yield Sight("ranking", page.get_by_role("main"))
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    yield from dialog(screen, "比较", "ranking-compare")
    page.get_by_role("tab", name="未入选").press("Enter")
    expect(page.get_by_text("可改").first).to_be_visible()
    yield Sight("ranking-excluded", page.get_by_role("tabpanel"))
    page.get_by_role("tab", name="入选排序").press("Enter")
    page.get_by_role("link", name="查看档案").click()
    expect(page.get_by_text("可供要素")).to_be_visible()
    yield from tabs(screen, "profile")


def dialog(screen: Window, words: str, name: str) -> Iterator[Sight]:
    """A drawer that the button opens, and that is closed again."""
    screen.button(words).click()
    drawer = screen.page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    settled(screen.page)
    yield Sight(name, drawer, covers=True)
    drawer.get_by_role("button", name="关闭", exact=True).first.click()
    expect(drawer).to_be_hidden()


def tabs(screen: Window, name: str) -> Iterator[Sight]:
    """Every tab of the page in turn; with the first of them, what stands above."""
    main = screen.page.get_by_role("main")
    # A tab may have tabs of its own.
    listed = main.get_by_role("tablist").first.get_by_role("tab")
    expect(listed.first).to_be_visible()
    for place in range(listed.count()):
        listed.nth(place).press("Enter")
        expect(listed.nth(place)).to_have_attribute("aria-selected", "true")
        settled(screen.page)
        yield Sight(f"{name}-{place + 1}", main.get_by_role("tabpanel").first if place else main)
