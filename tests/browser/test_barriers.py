"""Nobody is kept out: by too little contrast or a field without a name, in the dark, or on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import OF_COLOUR, barriers
from tests.browser.conftest import OpenWindow, People, Year
from tests.browser.offices import BUREAU, Offices
from tests.browser.tour import tour
from tests.browser.window import Window, settled

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize(("scheme", "rules"), [("light", ()), ("dark", OF_COLOUR)])
def test_nothing_serious_keeps_people_out_of_any_page_by_day_or_in_the_dark(
    window: OpenWindow, offices: Offices, year: Year, scheme: str, rules: tuple[str, ...]
) -> None:
    screen = window(scheme, color_scheme=scheme)
    screen.open()
    expect(screen.page.locator("html")).to_have_css("color-scheme", scheme)
    expect(screen.button("登录")).to_be_visible()
    found = {"sign-in": barriers(screen.page.locator("html"), *rules)}
    # An organisation's key may do whatever the console offers.
    screen.sign_in_with_key(offices.keys[BUREAU])
    for number, sight in enumerate(tour(screen, year), start=1):
        found[sight.name] = barriers(sight.part, *rules)
        if scheme == "dark":
            screen.keep(f"{number}-{sight.name}", whole=not sight.covers)
    assert {name: told for name, told in found.items() if told} == {}


def test_where_the_system_is_dark_the_console_is_until_somebody_chooses_the_light(
    window: OpenWindow, people: People
) -> None:
    screen = window(color_scheme="dark")
    screen.open()
    expect(screen.page.locator("#main")).to_have_css("background-color", "rgb(0, 0, 0)")
    screen.sign_in(people.leader)
    ground = screen.page.locator(".ant-layout").first
    expect(ground).to_have_css("background-color", "rgb(0, 0, 0)")
    screen.button("浅色").click()
    expect(ground).to_have_css("background-color", "rgb(245, 245, 245)")
    screen.page.reload()
    expect(ground).to_have_css("background-color", "rgb(245, 245, 245)")


def test_on_a_phone_every_page_is_reached_by_the_menu_and_fits_the_screen(
    window: OpenWindow, people: People, year: Year
) -> None:
    screen = window("phone", **PHONE)
    screen.open()
    expect(screen.button("登录")).to_be_visible()
    assert_fits(screen, "sign-in")
    screen.sign_in(people.officer)
    for number, sight in enumerate(tour(screen, year), start=1):
        settled(screen.page)
        assert_fits(screen, sight.name)
        screen.keep(f"{number}-{sight.name}", whole=not sight.covers)


def assert_fits(screen: Window, name: str) -> None:
    """The page may be long, and tables may scroll within it; it is not wider than the screen."""
    width = screen.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width == [390, 390], name
