"""The table of stages: what may follow what, as the guide states it."""

from __future__ import annotations

import re
from pathlib import Path

from service.domain.stages import STAGES, TRANSITIONS, furthest, way, ways_from

# From -> to. "*" needs both sides and an unsealed investor, "~" the side that did not recommend,
# "r" a project that rents.
TABLE = {
    "recommended": "~contacted ended",
    "contacted": "site_visit negotiating ended",
    "site_visit": "negotiating ended",
    "negotiating": "site_visit *framework_signed *signed ended",
    "framework_signed": "negotiating *signed ended",
    "signed": "company_registered ended",
    "company_registered": "site_secured ended",
    "site_secured": "under_construction r-completed r-operating ended",
    "under_construction": "completed ended",
    "completed": "operating ended",
    "operating": "at_capacity ended",
    "at_capacity": "ended",
    "ended": "",
}


def test_the_table_is_what_the_guide_says() -> None:
    written = {}
    for stage, ways in TRANSITIONS.items():
        marks = [
            ("*" if found.by == "both" else "~" if found.by == "counterpart" else "")
            + ("r-" if found.renting else "")
            + found.to
            for found in ways
        ]
        written[stage] = " ".join(marks)
        for found in ways:
            assert found.unsealed == (found.by == "both"), (stage, found)
            assert found.reason == (found.to == "ended"), (stage, found)
    assert written == TABLE


def test_every_stage_has_its_ways_and_every_one_is_reached() -> None:
    assert set(TRANSITIONS) == set(STAGES)
    reached, waiting = {"recommended"}, ["recommended"]
    while waiting:
        for found in TRANSITIONS[waiting.pop()]:  # type: ignore[index]
            if found.to not in reached:
                reached.add(found.to)
                waiting.append(found.to)
    assert reached == set(STAGES)


def test_only_a_project_that_rents_passes_over_construction() -> None:
    assert [found.to for found in ways_from("site_secured", rents=False)] == ["under_construction", "ended"]
    assert way("site_secured", "operating", rents=False) is None
    assert way("site_secured", "operating", rents=True) is not None


def test_the_furthest_stage_counts_and_none_of_none() -> None:
    assert furthest([]) is None
    assert furthest(["signed", "recommended", "negotiating"]) == "signed"


def test_the_guide_shows_the_same_table() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "joint-promotion.md").read_text(encoding="utf-8")
    marks = {"¹": "~", "²": "*", "³": "r-"}
    shown = {}
    for stage, cell in re.findall(r"^\| (\w+) \S+ \| (.*?) ?\|$", guide, re.MULTILINE):
        ways = [part.split(" ") for part in cell.split(", ") if part]
        shown[stage] = " ".join(marks.get(mark[0], "") + to if mark else to for to, *mark in ways)
    assert shown == TABLE
