"""A county that answers on a sheet: asked, sent, filled in with a spreadsheet, returned and taken over."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow, People
from tests.browser.offices import BUREAU, PROFILE, Offices, today
from tests.record_promotion import filled

PLACE = "庆元竹木产业园待核区"
ANSWERS: dict[str, str | float] = {
    "answered_by.name": "周丽",
    "answered_by.office": "庆元县自然资源和规划局",
    "land_mu": 96.5,
}


def test_a_bureau_asks_a_county_by_sheet_and_takes_over_what_comes_back(
    window: OpenWindow, offices: Offices, people: People, tmp_path: Path
) -> None:
    body = {**PROFILE, "site_name": PLACE, "as_of": today()}
    profile = offices.ask(BUREAU, "POST", "/v1/profiles", body)
    screen = window()
    screen.sign_in(people.officer)
    screen.open(f"/profiles/{profile['id']}")
    screen.button("请县方核对").click()
    dialog = screen.dialog("请县方核对")
    dialog.get_by_label("发给谁").fill("庆元县自然资源和规划局")
    screen.keep("1-ask", whole=False)
    screen.button("确定", dialog).click()
    link = screen.dialog("一次性链接")
    expect(link).to_contain_text("/answer#shq_")
    link.get_by_role("button", name="关闭", exact=True).last.click()
    screen.page.get_by_role("tab", name="请县方核对").click()
    with screen.page.expect_download() as told:
        screen.button("下载核对表").click()
    sheet = tmp_path / told.value.suggested_filename
    told.value.save_as(sheet)
    assert "庆元县自然资源和规划局" in sheet.name
    sheet.write_bytes(filled(sheet.read_bytes(), ANSWERS))
    with screen.page.expect_file_chooser() as choosing:
        screen.button("录入返回的表").click()
    choosing.value.set_files(sheet)
    answer = screen.page.get_by_role("table", name="答复与现值对照")
    expect(answer.get_by_role("row").filter(has_text="土地")).to_contain_text("130 亩")
    expect(answer.get_by_role("row").filter(has_text="土地")).to_contain_text("96.5 亩")
    expect(screen.page.get_by_text("庆元县自然资源和规划局 周丽")).to_be_visible()
    screen.keep("2-answer")
    screen.button("采纳选中的 1 项").click()
    screen.button("确定", screen.dialog("采纳选中的 1 项")).click()
    expect(answer.get_by_text("已采纳")).to_be_visible()
    screen.keep("3-taken-over")
    screen.page.get_by_role("tab", name="档案", exact=True).click()
    expect(screen.page.get_by_role("spinbutton", name="土地", exact=True)).to_have_value("96.5")


def test_a_sheet_that_was_not_sent_is_refused_and_says_so(
    window: OpenWindow, offices: Offices, people: People, tmp_path: Path
) -> None:
    body = {**PROFILE, "site_name": f"{PLACE}二期", "as_of": today()}
    profile = offices.ask(BUREAU, "POST", "/v1/profiles", body)
    offices.ask(BUREAU, "POST", "/v1/profile-requests", {"profile_id": profile["id"], "fields": ["land_mu"]})
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"no workbook")
    screen = window()
    screen.sign_in(people.officer)
    screen.open(f"/profiles/{profile['id']}?tab=requests")
    with screen.page.expect_file_chooser() as choosing:
        screen.button("录入返回的表").click()
    choosing.value.set_files(other)
    refused = screen.page.get_by_role("alert").filter(has_text="不是有效的 Excel 工作簿")
    expect(refused).to_be_visible()
    screen.keep("4-refused")
    # The browser itself notes every answer of the kind.
    assert [said for said in screen.complaints if "422" not in said] == []
    screen.complaints.clear()
