"""Nobody is kept out: neither on a phone, nor in the dark, nor by small contrast, nor without a mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import OpenWindow, People, Year
from tests.browser.offices import BUREAU, Offices
from tests.browser.tour import tour
from tests.browser.window import Window, settled

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
#: Drawers, of which a picture of the whole page would show what lies under them.
COVERED = {"project-form", "project-import", "ranking-compare"}
#: What depends on the colours; all else is the same in the dark.
OF_COLOUR = ("color-contrast", "link-in-text-block")


def test_nothing_serious_keeps_people_out_of_any_page_by_day_or_in_the_dark(
    window: OpenWindow, offices: Offices, year: Year
) -> None:
    screen = window()
    screen.open()
    expect(screen.button("登录")).to_be_visible()
    found = found_on(screen.page, "sign-in")
    screen.sign_in_with_key(offices.keys[BUREAU])
    for name in tour(screen, year):
        found += found_on(screen.page, name)
    assert found == []


def found_on(page: Page, name: str) -> list[str]:
    """What axe finds here, in light and dark, with the page's name before it."""
    settled(page)
    found = [(name, *barrier) for barrier in barriers(page)]
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_css("color-scheme", "dark")
    found += [(f"{name}, dark", *barrier) for barrier in barriers(page, *OF_COLOUR)]
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_css("color-scheme", "light")
    return [": ".join(barrier) for barrier in found]


def test_on_a_phone_every_page_is_reached_by_the_menu_and_fits_the_screen(
    window: OpenWindow, people: People, year: Year
) -> None:
    screen = window("phone", **PHONE)
    screen.open()
    expect(screen.button("登录")).to_be_visible()
    assert_fits(screen, "sign-in")
    screen.sign_in(people.officer)
    for number, name in enumerate(tour(screen, year), start=1):
        settled(screen.page)
        assert_fits(screen, name)
        screen.keep(f"{number}-{name}", whole=name not in COVERED)


def assert_fits(screen: Window, name: str) -> None:
    """The page may be long, and tables may scroll within it; it is not wider than the screen."""
    width = screen.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width == [390, 390], name


def test_in_the_dark_every_page_is_dark_until_somebody_chooses_the_light(
    window: OpenWindow, people: People, year: Year
) -> None:
    screen = window("dark", color_scheme="dark")
    screen.open()
    expect(screen.page.locator("#main")).to_have_css("background-color", "rgb(0, 0, 0)")
    screen.keep("0-sign-in")
    screen.sign_in(people.officer)
    ground = screen.page.locator(".ant-layout").first
    for number, name in enumerate(tour(screen, year), start=1):
        expect(ground).to_have_css("background-color", "rgb(0, 0, 0)")
        screen.keep(f"{number}-{name}", whole=name not in COVERED)
    screen.button("浅色").click()
    screen.page.reload()
    expect(ground).to_have_css("background-color", "rgb(245, 245, 245)")
