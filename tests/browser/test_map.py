"""The map of a ranking where several places lie in one county: counted, laid out, each of them reached."""

from __future__ import annotations

from math import cos, pi, radians, sin

from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenWindow, People
from tests.browser.offices import Offices

#: The whole country as the map shows it, the margins of its picture, and where Qingyuan lies.
LON, LAT = (73.0, 136.0), (17.5, 54.0)
LEFT, RIGHT, TOP, BOTTOM = 40, 10, 8, 22
QINGYUAN = (119.05, 27.61)
#: Six points of a group stand around it, this part of the picture's height away.
RING = 0.08


def spot(chart: Locator, place: int | None = None) -> dict[str, float]:
    """Where Qingyuan is on the picture, or the first six of its places once they are laid out."""
    box = chart.bounding_box()
    assert box is not None
    lon, lat = QINGYUAN
    if place is not None:
        from_it = RING * (LAT[1] - LAT[0])
        lon += from_it * sin(place * pi / 3) / cos(radians(34))
        lat += from_it * cos(place * pi / 3)
    across = (lon - LON[0]) / (LON[1] - LON[0])
    up = (lat - LAT[0]) / (LAT[1] - LAT[0])
    return {
        "x": LEFT + across * (box["width"] - LEFT - RIGHT),
        "y": TOP + (1 - up) * (box["height"] - TOP - BOTTOM),
    }


def test_places_of_one_county_are_counted_laid_out_and_each_reached_on_the_map(
    window: OpenWindow, offices: Offices, people: People
) -> None:
    project = offices.project("同县多载体项目")
    for part in "甲乙丙丁戊己":
        offices.profile(f"庆元竹木产业园{part}区")
    screen = window()
    screen.sign_in(people.officer)
    screen.open(f"/projects/{project['id']}/ranking")
    screen.page.get_by_text("全国", exact=True).click()
    chart = screen.page.get_by_role("img", name="个载体")
    screen.keep("1-together", whole=False)
    chart.click(position=spot(chart))  # type: ignore[arg-type]
    screen.keep("2-laid-out", whole=False)
    reached = set()
    for place in range(6):
        chart.click(position=spot(chart, place))  # type: ignore[arg-type]
        row = screen.page.locator("tr[id^=place-]").filter(
            has=screen.page.locator("button[aria-expanded=true]")
        )
        for name in reached:
            expect(screen.page.locator(f"tr[id='{name}'] button[aria-expanded=true]")).to_have_count(0)
        expect(row).to_have_count(1)
        expect(row).to_contain_text("庆元")
        reached.add(row.get_attribute("id"))
    assert len(reached) == 6
