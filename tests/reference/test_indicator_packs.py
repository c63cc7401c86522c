"""The packs that ship are whole, count what there is, and say that they are examples."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from service.domain.indicators import Indicator, Outlook
from service.domain.stages import STAGES
from service.reference import indicator_packs, measures

PACKS = indicator_packs()
MEASURES = {row.name: row for row in measures()}


@pytest.fixture(params=sorted(PACKS))
def pack(request: pytest.FixtureRequest) -> dict[str, Any]:
    return PACKS[request.param]


def lines(pack: dict[str, Any]) -> list[Indicator]:
    return TypeAdapter(list[Indicator]).validate_python(pack["indicators"])


def test_there_is_an_example_for_each_programme_that_ships() -> None:
    assert {name: pack["programme"] for name, pack in PACKS.items()} == {
        "east_west_example": "east_west",
        "mountain_sea_example": "mountain_sea",
    }


def test_a_pack_says_everywhere_that_it_is_an_example(pack: dict[str, Any]) -> None:
    assert "示例" in pack["name"]
    assert "示例" in pack["note"]
    assert all("示例" in line.source for line in lines(pack))


def test_a_pack_counts_measures_of_its_own_nature_and_unit(pack: dict[str, Any]) -> None:
    for line in lines(pack):
        for term in line.terms:
            measure = MEASURES[term.measure]
            assert measure.nature == line.nature, line.code
            assert measure.with_component or term.components is None, line.code
            if line.counts == "amount":
                assert (measure.unit, measure.unit_zh) == (line.unit, line.unit_zh), line.code


def test_a_hundred_points_are_to_be_had_and_codes_are_told_once(pack: dict[str, Any]) -> None:
    found = lines(pack)
    assert sum(line.points + line.rank_points for line in found) == 100
    assert len({line.code for line in found}) == len(found)


def test_every_stage_but_the_end_has_its_chances_and_later_ones_no_worse(pack: dict[str, Any]) -> None:
    outlook = Outlook.model_validate(pack["outlook"])
    assert set(outlook.stages) == set(STAGES) - {"ended"}
    chances = [outlook.stages[stage] for stage in STAGES if stage != "ended"]
    for case in ("low", "expected", "high"):
        values = [getattr(chance, case) for chance in chances]
        assert values == sorted(values), case
