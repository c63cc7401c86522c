"""A way through every page of the console, for whatever has to hold on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.browser.conftest import Year
from tests.browser.window import Window, settled


def tour(screen: Window, year: Year) -> Iterator[str]:
    """The name of each page, and of each of its tabs, once it is shown; in Chinese, by who has signed in."""
    page = screen.page
    rows = page.get_by_role("row")
    screen.menu("招商项目")
    expect(rows.filter(has_text=year.project)).to_be_visible()
    yield "projects"
    with dialog(screen, "新建项目"):
        yield "project-form"
    with dialog(screen, "导入表格"):
        yield "project-import"
    page.get_by_role("link", name=year.project).click()
    expect(page.get_by_text("正在推进的合作事项")).to_be_visible()
    yield "project"
    yield from ranking(screen, year)
    screen.menu("资源要素档案")
    expect(rows.nth(1)).to_be_visible()
    yield "profiles"
    screen.menu("合作事项")
    expect(page.get_by_text(year.place)).to_be_visible()
    yield "opportunities"
    page.get_by_role("main").get_by_role("link", name=year.project).click()
    yield from tabs(screen, "opportunity")
    screen.menu("考核")
    page.get_by_role("button", name="展开行").first.click()
    yield "assessment"
    screen.menu("管理")
    yield from tabs(screen, "administration")


def ranking(screen: Window, year: Year) -> Iterator[str]:
    """The ranking of the project with all that can be opened in it, and the profile of its place."""
    page = screen.page
    page.get_by_role("link", name="匹配载体").click()
    place = page.locator("tr[id^=place-]").filter(has_text=year.place)
    place.get_by_role("button", name="展开行").click()
    expect(screen.button("推荐此载体")).to_be_visible()
    yield "ranking"
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    with dialog(screen, "比较"):
        yield "ranking-compare"
    page.get_by_role("tab", name="未入选").press("Enter")
    expect(page.get_by_text("可改").first).to_be_visible()
    yield "ranking-excluded"
    page.get_by_role("tab", name="入选排序").press("Enter")
    page.get_by_role("link", name="查看档案").click()
    expect(page.get_by_text("可供要素")).to_be_visible()
    yield from tabs(screen, "profile")


@contextmanager
def dialog(screen: Window, words: str) -> Iterator[None]:
    """A drawer that the button opens, and that is closed again."""
    screen.button(words).click()
    drawer = screen.page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    yield
    drawer.get_by_role("button", name="关闭", exact=True).first.click()
    expect(drawer).to_be_hidden()


def tabs(screen: Window, name: str) -> Iterator[str]:
    """Every tab of the page in turn."""
    listed = screen.page.get_by_role("main").get_by_role("tab")
    expect(listed.first).to_be_visible()
    for place in range(listed.count()):
        listed.nth(place).press("Enter")
        expect(listed.nth(place)).to_have_attribute("aria-selected", "true")
        settled(screen.page)
        yield f"{name}-{place + 1}"
