"""The tests notice what they are there to notice, and leave nothing out in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import binary, lacking
from tests.browser.conftest import OpenWindow


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "index.html").touch()
    return tmp_path


def test_with_a_browser_and_a_console_nothing_is_left_out(build: Path) -> None:
    for on_build_server in (True, False):
        lacking("/usr/bin/chromium", build, on_build_server)


@pytest.mark.parametrize(("browser", "says"), [(None, "SHANHAI_TEST_BROWSER"), ("chromium", "make web")])
def test_what_is_missing_is_said_and_fails_on_a_build_server(
    build: Path, browser: str | None, says: str
) -> None:
    if browser:
        (build / "index.html").unlink()
    with pytest.raises(pytest.skip.Exception, match=says):
        lacking(browser, build, on_build_server=False)
    with pytest.raises(pytest.fail.Exception, match=says):
        lacking(browser, build, on_build_server=True)


def test_a_variable_names_another_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("SHANHAI_TEST_BROWSER", str(other))
    assert binary() == str(other)
    monkeypatch.setenv("SHANHAI_TEST_BROWSER", str(tmp_path / "none"))
    assert binary() is None


def test_a_foreign_script_is_kept_out_and_noticed(window: OpenWindow) -> None:
    screen = window()
    screen.open()
    expect(screen.button("登录")).to_be_visible()
    screen.page.evaluate(
        "document.head.append(Object.assign(document.createElement('script'), {src: 'https://elsewhere.invalid/'}))"
    )
    screen.page.evaluate("console.error('something is wrong')")
    screen.page.evaluate("fetch('https://elsewhere.invalid/').catch(() => null)")
    assert any("script-src" in told for told in screen.complaints)
    assert any("connect-src" in told for told in screen.complaints)
    assert "error: something is wrong" in screen.complaints
    # What was provoked is forgiven.
    screen.complaints.clear()
    screen.asked.clear()
