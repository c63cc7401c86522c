"""What a number, a text, a day and an instant may be; both databases get nothing else."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service import units

REFUSED = object()


def taken(kind: Any, value: Any) -> Any:
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return REFUSED


@pytest.mark.parametrize(
    ("kind", "largest"),
    [
        (units.AnyQuantity, 1e12),
        (units.Mu, 1e7),
        (units.SquareMetres, 1e9),
        (units.Kva, 1e8),
        (units.Persons, 1e7),
        (units.TenThousandCny, 1e9),
        (units.Tce, 1e9),
        (units.Kwh, 1e12),
        (units.TenThousandCnyPerMu, 1e6),
        (units.CnyPerM2Month, 1e5),
        (units.CnyPerKwh, 100),
        (units.CnyPerMonth, 1e6),
        (units.CnyPerM2, 1e6),
        (units.TcePerTenThousandCny, 1e4),
        (units.Kilometres, 2e4),
    ],
)
def test_a_quantity_lies_between_zero_and_its_largest_value(kind: Any, largest: float) -> None:
    for value in (0, 1, 0.5, largest, int(largest), 5e-324):
        assert taken(kind, value) == value
        assert type(taken(kind, value)) is float
    wrong = [-5e-324, -1, math.nextafter(largest, math.inf), int(largest) + 1, 2**63, -(2**63), 10**4999]
    wrong += [math.nan, math.inf, -math.inf, "1", "", True, False, [], {}, b"1", 1j]
    for value in wrong:
        assert taken(kind, value) is REFUSED, value


def test_degrees_have_two_sides() -> None:
    for kind, edge in ((units.Longitude, 180), (units.Latitude, 90)):
        assert [taken(kind, value) for value in (-edge, 0, edge)] == [-edge, 0, edge]
        assert taken(kind, math.nextafter(edge, 999)) is REFUSED
        assert taken(kind, math.nextafter(-edge, -999)) is REFUSED


def test_text_is_normalised_and_trimmed() -> None:
    for given_text, kept in (
        ("  a ", "a"),
        ("\u3000嘉善\u3000", "嘉善"),
        ("e\u0301", "é"),
        ("a\tb\nc", "a\tb\nc"),
        ("庆元〔2026〕1号", "庆元〔2026〕1号"),
        ("𠮷", "𠮷"),
    ):
        assert taken(units.Name, given_text) == kept


def test_text_has_no_character_that_cannot_be_stored_or_shown_safely() -> None:
    forbidden = [
        "\x00",
        "\x08",
        "\x1b",
        "\x7f",
        "\ud800",
        "\udbff",
        "\udfff",
        "\ufeff",
        "\u061c",
        "\u200e",
        "\u200f",
    ]
    forbidden += [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
    for character in forbidden:
        for kind in (units.Name, units.ShortText, units.LongText):
            assert taken(kind, f"a{character}b") is REFUSED, repr(character)


def test_text_has_its_length_in_characters() -> None:
    for kind, longest in ((units.Name, 200), (units.ShortText, 100), (units.LongText, 5000)):
        assert taken(kind, "长" * longest) == "长" * longest
        assert taken(kind, "长" * (longest + 1)) is REFUSED
    assert taken(units.Name, " ") is REFUSED
    assert taken(units.LongText, "") == ""


@given(st.text(max_size=50))
def test_whatever_text_is_taken_can_be_encoded_and_is_taken_again(value: str) -> None:
    kept = taken(units.LongText, value)
    if kept is not REFUSED:
        kept.encode("utf-8")
        assert taken(units.LongText, kept) == kept


def test_codes_have_their_form() -> None:
    for kind, good, bad in (
        (units.RegionCode, ["330421"], ["33042", "3304211", "33042a", "３３０４２１", 330421]),
        (units.IndustryCode, ["C", "C21", "C211", "C2110"], ["c21", "C2", "C21100", "U10", ""]),
        (units.ZoneCode, ["S377018", "S377018-2"], ["s377018", "S 1", "", "S" * 21]),
        (units.Id, ["prj_01aaaa"], ["prj", "PRJ_0", "prj_", "prj_" + "a" * 40, "prj_é"]),
    ):
        assert [taken(kind, value) for value in good] == good
        assert [taken(kind, value) for value in bad] == [REFUSED] * len(bad)


def test_a_day_is_a_plausible_date_and_nothing_else() -> None:
    for value in ("1949-10-01", "2026-11-23", "2199-12-31", "2028-02-29"):
        assert taken(units.Day, value) == date.fromisoformat(value)
    bad = ["1949-09-30", "2200-01-01", "2026-02-29", "2026-13-01", "2026-1-1", "20261123", "23.11.2026"]
    bad += ["2026-11-23T00:00:00Z", "", "1700000000", 0, 1700000000, 1.5, True, None, "２０２６-11-23"]
    for other in bad:
        assert taken(units.Day, other) is REFUSED, other


def test_an_instant_has_a_zone_and_lies_in_plausible_years() -> None:
    for value in ("2026-12-31T16:00:00Z", "2027-01-01T00:00:00+08:00", "2026-12-31t16:00:00z"):
        assert taken(units.Instant, value) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    bad = ["2026-12-31T16:00:00", "2026-12-31", "2026-12-31T25:00:00Z", "2026-12-31T16:00:00+99:99"]
    bad += [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1949-09-30T00:00:00Z",
        1900000000,
        True,
        None,
    ]
    for other in bad:
        assert taken(units.Instant, other) is REFUSED, other


def test_the_day_in_shanghai_begins_at_sixteen_hours_utc() -> None:
    for hour, minute, day in ((15, 59, 23), (16, 0, 24)):
        assert units.shanghai_day(datetime(2026, 11, 23, hour, minute, tzinfo=UTC)) == date(2026, 11, day)
