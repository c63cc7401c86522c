"""A browser's window with somebody in front of it, and all that the page asks for and complains of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from tests.browser.offices import Person

Language = Literal["zh", "en"]
ARTEFACTS = Path(__file__).resolve().parent.parent.parent / "test-artefacts" / "browser"
#: A machine that has other work to do is slow, not broken.
PATIENCE_MS = 60_000
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  tellViolation(`${event.effectiveDirective} kept out ${event.blockedURI || event.sourceFile}`));
"""
_SIGN_IN = {
    "zh": {
        "name": "用户名",
        "password": "密码",
        "submit": "登录",
        "out": "退出",
        "other": "English",
        "menu": "打开菜单",
    },
    "en": {
        "name": "User name",
        "password": "Password",
        "submit": "Sign in",
        "out": "Sign out",
        "other": "中文",
        "menu": "Open the menu",
    },
}
expect.set_options(timeout=PATIENCE_MS)


def named(words: str) -> re.Pattern[str]:
    """A button's name: an icon says its own before it, and Ant Design spaces out two Chinese characters."""
    said = r"\s?".join(words) if len(words) == 2 else re.escape(words)
    return re.compile(rf"^\s*([a-z-]+ )?{said}\s*$")


@dataclass
class Window:
    """One person's view of the console, from signing in to closing the window."""

    page: Page
    url: str
    name: str
    language: Language = "zh"
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note every request, every error on the console, and whatever the policy keeps out."""
        context = self.page.context
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.expose_function("tellViolation", self._hear_violation)
        context.add_init_script(_TELL_VIOLATIONS)

    def _hear_violation(self, said: str) -> None:
        self.complaints.append(said)

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium itself reports the question whether somebody is signed in already: at first nobody is.
        asks_who = urlsplit(message.location["url"]).path == "/v1/sessions/current" and "401" in message.text
        if message.type in {"error", "warning"} and not asks_who:
            self.complaints.append(f"{message.type}: {message.text}")

    def strangers(self) -> set[str]:
        """Whatever was asked of anybody but the service itself."""
        own = (f"{self.url}/", f"blob:{self.url}/", "data:")
        return {url for url in self.asked if not url.startswith(own)}

    def open(self, path: str = "/") -> None:
        """Go to a page of the console by its address."""
        self.page.goto(self.url + path)

    def sign_in(self, person: Person, language: Language = "zh") -> None:
        """Open the console, choose the language, and sign in by user name and password."""
        self.open()
        if language != self.language:
            self.button(_SIGN_IN[self.language]["other"]).click()
            self.language = language
        words = _SIGN_IN[language]
        self.page.get_by_label(words["name"], exact=True).fill(person.user_name)
        self.page.get_by_label(words["password"], exact=True).fill(person.password)
        self.button(words["submit"]).click()
        expect(self.button(words["out"])).to_be_visible()

    def sign_in_with_key(self, key: str) -> None:
        """Open the console in Chinese, and sign in with a key of the organisation."""
        self.open()
        self.page.get_by_role("tab", name="接口密钥").click()
        self.page.get_by_label("密钥", exact=True).fill(key)
        self.button(_SIGN_IN["zh"]["submit"]).click()
        expect(self.button(_SIGN_IN["zh"]["out"])).to_be_visible()

    def button(self, words: str, within: Locator | None = None) -> Locator:
        """The button that says this."""
        return (within or self.page).get_by_role("button", name=named(words))

    def menu(self, words: str) -> None:
        """Go to a page of the console; on a small screen the menu has to be opened first."""
        small = self.button(_SIGN_IN[self.language]["menu"])
        if small.is_visible():
            small.click()
        link = self.page.get_by_role("menuitem", name=words, exact=True).get_by_role("link")
        link.click()
        expect(self.page.locator("a[aria-current=page]").filter(has_text=words)).to_be_attached()
        settled(self.page)

    def choose(self, field: Locator, words: str, typed: str = "") -> None:
        """Pick an option of a list, which opens at the field, by part of what it says."""
        field.click()
        if typed:
            field.fill(typed)
        option = self.page.locator(".ant-select-dropdown:visible .ant-select-item-option")
        option.filter(has_text=words).first.click()

    def dialog(self, title: str) -> Locator:
        """The dialog or drawer with this title."""
        return self.page.get_by_role("dialog", name=title)

    def keep(self, step: str, whole: bool = True) -> None:
        """Keep a picture of the whole page, or of the screen that a dialog covers; no test reads it."""
        settled(self.page)
        self.page.screenshot(path=ARTEFACTS / f"{self.name}-{self.language}-{step}.png", full_page=whole)


def settled(page: Page) -> None:
    """Wait until nothing is loading any more."""
    expect(page.locator(".ant-spin-spinning, .ant-btn-loading, .ant-skeleton-active")).to_have_count(0)


@contextmanager
def opened(browser: Browser, url: str, name: str, **context: Any) -> Iterator[Window]:
    """A window in which nobody has signed in yet; it must have asked and complained of nothing odd."""
    made = browser.new_context(
        **{
            "viewport": {"width": 1360, "height": 900},
            "reduced_motion": "reduce",
            "timezone_id": "Asia/Shanghai",
        }
        | context
    )
    made.set_default_timeout(PATIENCE_MS)
    window = Window(made.new_page(), url, name)
    window.watch()
    try:
        yield window
        assert window.strangers() == set()
        assert window.complaints == []
    finally:
        made.close()
