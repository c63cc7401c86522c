"""The registry of what ledger entries count."""

from __future__ import annotations

import re

from service.domain.amounts import DIGITS, SCALE
from service.reference import measures


def test_measures_are_named_once_and_complete() -> None:
    names = [row.name for row in measures()]
    assert len(set(names)) == len(names)
    for row in measures():
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,59}", row.name)
        assert row.name_zh
        assert row.name_en
        assert row.unit
        assert row.unit_zh
        assert row.nature in {"flow", "stock"}
        # The largest amount is told from the next one by its last digit, as a JSON number and in 64 bits.
        assert 0 <= row.decimals <= DIGITS
        assert row.maximum * 10**row.decimals < 2**53
        assert row.maximum * SCALE < 2**63 / 1000


def test_money_is_counted_to_the_fen_and_people_are_counted_whole() -> None:
    decimals = {row.unit: row.decimals for row in measures()}
    assert decimals["10k CNY"] == 6
    assert set(decimals.values()) == {0, 6}


def test_a_part_is_of_the_nature_of_its_whole_which_is_part_of_nothing() -> None:
    by_name = {row.name: row for row in measures()}
    parts = {row.name: row.at_most for row in measures() if row.at_most}
    assert parts == {
        "lifted_out_of_poverty_workers": "rural_workers",
        "people_trained": "person_times_trained",
    }
    for part, whole in parts.items():
        assert by_name[whole].nature == by_name[part].nature
        assert by_name[whole].at_most is None
