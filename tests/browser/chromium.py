"""Which browser the tests drive: Debian's Chromium, or the one that an environment variable names."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from service.api.console import DIRECTORY

VARIABLE = "SHANHAI_TEST_BROWSER"
#: It may call nobody by itself, and a build server has neither a screen nor a sandbox for root.
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def binary() -> str | None:
    """The browser's path; None where there is none."""
    return shutil.which(os.environ.get(VARIABLE) or "chromium")


def lacking(browser: str | None, build: Path, on_build_server: bool) -> None:
    """Skip where there is no browser or no console, and fail there on a build server: nothing is left out."""
    if browser is None:
        what = f"no Chromium: install Debian's package chromium, or name a browser in {VARIABLE}"
    elif not (build / "index.html").is_file():
        what = "the console is not built: `make web`, where npm is present"
    else:
        return
    if on_build_server:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def launched(playwright: Playwright) -> Browser:
    """The browser, without a window on any screen."""
    found = binary()
    lacking(found, DIRECTORY, on_build_server=os.environ.get("CI") == "true")
    return playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
