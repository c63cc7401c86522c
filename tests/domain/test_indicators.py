"""What an indicator and an outlook may not say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.domain.assessing import (
    OUTLOOK,
    indicator,
)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"terms": [{"measure": "jobs"}, {"measure": "jobs"}]}, "terms_overlap"),
        ({"terms": [{"measure": "a"}, {"measure": "a", "components": ["land"]}]}, "terms_overlap"),
        ({"by_ratio": [{"ratio": 1, "share": 1}, {"ratio": 1, "share": 1}]}, "ratios_not_ascending"),
        ({"by_ratio": [{"ratio": 0, "share": 1}, {"ratio": 1, "share": 0.5}]}, "shares_descend"),
        ({"rank_points": 5}, "ranks_missing"),
        ({"by_rank": [{"rank_until": 3, "share": 0.1}, {"rank_until": 9, "share": 1}]}, "shares_ascend"),
        ({"by_rank": [{"rank_until": 3, "share": 1}, {"rank_until": 3, "share": 1}]}, "ranks_not_ascending"),
        ({"at_least": 5}, "at_least_of_amounts"),
        ({"most_per_opportunity": 5, "terms": [{"measure": "a", "most_share": 0.2}]}, "two_caps"),
        (
            {"counts": "opportunities", "prospect": {"milestone": "other", "brings": "labour"}},
            "brings_no_firm",
        ),
        ({"window_from": "02-29"}, "not_a_month_day"),
        ({"window_until": "13-01"}, "not_a_month_day"),
        ({"points": 1001}, "less_than_equal"),
        ({"carry_months": 1.0}, "int_type"),
        ({"colour": 1}, "extra_forbidden"),
    ],
)
def test_an_indicator_that_contradicts_itself_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as told:
        indicator(**fields)
    assert code in {error["type"] for error in told.value.errors()}


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        ("claimed", {"low": 0.6, "expected": 0.5, "high": 1}, "chances_descend"),
        ("delay", {"low": 1, "expected": 30, "high": 0}, "delays_ascend"),
        ("stages", {"ended": {"low": 0, "expected": 0, "high": 0}}, "ended_brings_nothing"),
    ],
)
def test_an_outlook_that_contradicts_itself_is_refused(part: str, value: Any, code: str) -> None:
    with pytest.raises(ValidationError) as told:
        type(OUTLOOK).model_validate(OUTLOOK.model_dump() | {part: value})
    assert code in {error["type"] for error in told.value.errors()}
