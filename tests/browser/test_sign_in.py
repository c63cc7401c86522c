"""Signing in: with the hands on the keyboard alone, and with a temporary password on the first day."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenWindow
from tests.browser.offices import BUREAU, Offices
from tests.browser.window import Language, Window

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "other": "English",
        "name": "用户名",
        "password": "密码",
        "first": "请先设置自己的密码",
        "old": "临时密码",
        "new": "新密码（至少 12 个字符）",
        "projects": "招商项目",
        "skip": "跳到正文",
        "assessment": "考核",
        "out": "退出",
    },
    "en": {
        "other": "中文",
        "name": "User name",
        "password": "Password",
        "first": "Set a password of your own first",
        "old": "Temporary password",
        "new": "New password (12 characters or more)",
        "projects": "Projects",
        "skip": "Skip to content",
        "assessment": "Assessment",
        "out": "Sign out",
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_keyboard_alone_signs_in_sets_a_first_password_and_goes_through_the_console(
    window: OpenWindow, offices: Offices, language: Language
) -> None:
    say = WORDS[language]
    newcomer = offices.newcomer(BUREAU, "viewer", "李娜", f"li.na.{language}")
    screen = window()
    page = screen.page
    screen.open()
    if language == "en":
        tab_to(screen, screen.button(WORDS["zh"]["other"]))
        page.keyboard.press("Enter")
    enter(screen, page.get_by_label(say["name"], exact=True), newcomer.user_name)
    enter(screen, page.get_by_label(say["password"], exact=True), newcomer.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=say["first"])).to_be_visible()
    screen.keep("1-first-password")
    enter(screen, page.get_by_label(say["old"], exact=True), newcomer.password)
    enter(screen, page.get_by_label(say["new"], exact=True), secrets.token_urlsafe(18))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=say["projects"])).to_be_visible()
    skip = page.get_by_role("link", name=say["skip"])
    tab_to(screen, skip)
    expect(skip).to_be_in_viewport()
    screen.keep("2-skip-link")
    tab_to(screen, page.get_by_role("menuitem", name=say["assessment"]).get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{screen.url}/assessment")
    tab_to(screen, screen.button(say["out"]))
    page.keyboard.press("Enter")
    expect(page.get_by_label(say["name"], exact=True)).to_be_visible()


def tab_to(screen: Window, wanted: Locator) -> None:
    """Press the tabulator until this has the focus; it must not take an officer all day."""
    expect(wanted).to_be_attached()
    for _ in range(40):
        screen.page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"the tabulator does not lead to {wanted}")


def enter(screen: Window, field: Locator, text: str) -> None:
    """Go to a field and type."""
    tab_to(screen, field)
    screen.page.keyboard.type(text)
