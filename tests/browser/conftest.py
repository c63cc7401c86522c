"""One served demo and one browser for all of these tests; each test has a window of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from service import demo
from service.database import open_database
from tests.browser import chromium
from tests.browser.offices import BUREAU, COUNTY, Offices, Person
from tests.browser.window import Window, opened
from tests.processes.serving import prepared


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = chromium.launched(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def offices(
    browser: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Offices]:
    """The demo as `shanhai demo` enters it, served; after the browser, without which it is of no use."""
    directory = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, directory / "shanhai.db")
    database_url = f"sqlite:///{directory / 'shanhai.db'}"
    database = open_database(database_url)
    demo.enter(database, directory)
    database.engine.dispose()
    secrets = json.loads((directory / demo.KEY_FILE).read_text(encoding="utf-8"))
    with prepared(database_url, directory) as (url, _):
        made = Offices(url, secrets)
        made.authority()
        yield made


@dataclass(frozen=True)
class People:
    """Those who sign in."""

    officer: Person
    county: Person
    leader: Person


@pytest.fixture(scope="session")
def people(offices: Offices) -> People:
    return People(
        officer=offices.person(BUREAU, "clerk", "张敏", "zhang.min"),
        county=offices.person(COUNTY, "clerk", "吴建国", "wu.jianguo"),
        leader=offices.person(BUREAU, "viewer", "陈书记", "chen.shuji"),
    )


@dataclass(frozen=True)
class Year:
    """What stands of the year: a record, funds that are claimed and recognised, a question to a county."""

    project: str
    place: str
    secret: str


@pytest.fixture(scope="session")
def year(offices: Offices) -> Year:
    """A target of 3,000; 1,200 recognised at 0.8 and 800 claimed, in units of 10,000 CNY."""
    made = Year("竹木家具总部项目", "庆元竹木产业园南区", offices.question("庆元竹木产业园新区"))
    record = offices.opportunity(offices.project(made.project), offices.profile(made.place))
    offices.target("funds_in_place", 3000)
    offices.claim(record, 1200, share=0.8)
    offices.claim(record, 800)
    return made


OpenWindow = Callable[..., Window]


@pytest.fixture
def window(browser: Browser, offices: Offices, request: pytest.FixtureRequest) -> Iterator[OpenWindow]:
    """Opens windows; each is closed at the end, and must have asked and complained of nothing odd."""
    story = request.path.stem.removeprefix("test_")
    with ExitStack() as stack:

        def open_one(name: str = story, **context: Any) -> Window:
            return stack.enter_context(opened(browser, offices.url, name, **context))

        yield open_one
