"""A hold in the browser: asked for by a bureau, granted and extended by the county, and released."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenWindow, People
from tests.browser.offices import Offices
from tests.browser.window import Window

PLACE = "庆元竹木产业园预留区"


def hold(screen: Window) -> Locator:
    """The card of the record's one hold."""
    return screen.page.locator(".ant-card").filter(has=screen.page.get_by_text("受电容量")).last


def test_a_hold_is_asked_for_granted_extended_and_released(
    window: OpenWindow, offices: Offices, people: People
) -> None:
    record = offices.opportunity(offices.project("预留演练项目"), offices.profile(PLACE))
    path = f"/opportunities/{record['id']}?tab=holds"
    bureau, county = window("hold-bureau"), window("hold-county")
    bureau.sign_in(people.officer)
    bureau.open(path)
    bureau.button("申请预留").click()
    dialog = bureau.dialog("申请预留")
    expect(dialog.get_by_label("土地", exact=True)).to_have_value("60")
    dialog.get_by_label("土地", exact=True).fill("45")
    bureau.keep("1-ask", whole=False)
    bureau.button("确定", dialog).click()
    expect(hold(bureau)).to_contain_text("已申请")
    expect(hold(bureau)).to_contain_text("45 亩")

    county.sign_in(people.county)
    county.open(path)
    county.button("同意预留").click()
    county.button("确定", county.dialog("同意预留")).click()
    expect(hold(county)).to_contain_text("预留中")
    ends = hold(county).get_by_text("到期").inner_text()
    county.keep("2-granted", whole=False)
    county.button("延期").click()
    county.button("确定", county.dialog("延期")).click()
    expect(hold(county).get_by_text("到期")).not_to_have_text(ends)
    county.keep("3-extended", whole=False)

    bureau.open(path)
    expect(hold(bureau)).to_contain_text("预留中")
    bureau.button("释放").click()
    dialog = bureau.dialog("释放")
    dialog.get_by_label("释放原因").fill("项目改址")
    bureau.button("确定", dialog).click()
    expect(hold(bureau)).to_contain_text("已释放")
    expect(hold(bureau)).to_contain_text("项目改址")
    bureau.keep("4-released", whole=False)
    # What was held is free again, and may be asked for anew.
    expect(bureau.button("申请预留")).to_be_visible()
