"""Types that carry a unit, a range and a check; used by every noun.

Numbers are strict JSON numbers: finite, ranged, never a string or a boolean.
Text is NFC-normalised and free of NUL, lone surrogates and direction controls.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

SHANGHAI = ZoneInfo("Asia/Shanghai")
LARGEST_NUMBER = 1e12
FIRST_DAY, LAST_DAY = date(1949, 10, 1), date(2199, 12, 31)

# Direction controls can make a name read differently from what is stored.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]"
)


def clean_text(value: str) -> str:
    """Normalise to NFC and trim; raise on characters that cannot be stored or shown safely."""
    # What is forbidden is not printable; most texts are, and need no search.
    if not value.isprintable() and _FORBIDDEN.search(value):
        raise PydanticCustomError(
            "forbidden_character", "Remove control characters, lone surrogates and direction marks."
        )
    return (value if value.isascii() else unicodedata.normalize("NFC", value)).strip()


def _number(value: Any) -> Any:
    # What most numbers are that come from a file; a bound of the field refuses what is not finite.
    if type(value) is float:
        return value
    # A bool is an int to Python; a string would be parsed: both would hide a client's mistake.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("not_a_number", "Send a JSON number, without quotes.")
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        raise PydanticCustomError("number_out_of_range", "The number is too large.")
    return float(value)


def _boolean(value: Any) -> Any:
    if not isinstance(value, bool):
        raise PydanticCustomError("not_a_boolean", "Send true or false, without quotes.")
    return value


def _whole_date(value: Any) -> Any:
    # pydantic reads 0 or "1700000000" as a date; an official's typing slip must not become 1970.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise PydanticCustomError("not_a_date", "Send a date as YYYY-MM-DD.")
    return value


def _plausible(value: date) -> date:
    # Years outside this range are typing slips, and the two databases disagree on some of them.
    if not FIRST_DAY <= value <= LAST_DAY:
        raise PydanticCustomError("date_out_of_range", "Send a date between 1949-10-01 and 2199-12-31.")
    return value


def quantity_field(unit: str, low: float = 0.0, high: float = LARGEST_NUMBER) -> Any:
    """Field of a number in ``unit`` between ``low`` and ``high``."""
    return Field(ge=low, le=high, allow_inf_nan=False, json_schema_extra={"unit": unit})


def _clean_or_pass(value: Any) -> Any:
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_string", "Send a JSON string.")
    return clean_text(value)


def _secret(value: Any) -> Any:
    # As it is typed, blanks and all; but the same letters from any keyboard are the same password.
    if not isinstance(value, str):
        raise PydanticCustomError("not_a_string", "Send a JSON string.")
    if _FORBIDDEN.search(value):
        raise PydanticCustomError(
            "forbidden_character", "Remove control characters, lone surrogates and direction marks."
        )
    return unicodedata.normalize("NFC", value)


_STRICT = BeforeValidator(_number)
_TEXT = BeforeValidator(_clean_or_pass)

# The unit is the registry's, or stands beside the figure.
AnyQuantity = Annotated[float, Field(ge=0, le=LARGEST_NUMBER, allow_inf_nan=False), _STRICT]
Mu = Annotated[float, quantity_field("mu", 0, 1e7), _STRICT]
SquareMetres = Annotated[float, quantity_field("m2", 0, 1e9), _STRICT]
Kva = Annotated[float, quantity_field("kVA", 0, 1e8), _STRICT]
Persons = Annotated[float, quantity_field("persons", 0, 1e7), _STRICT]
TenThousandCny = Annotated[float, quantity_field("10k CNY", 0, 1e9), _STRICT]
Tce = Annotated[float, quantity_field("tce", 0, 1e9), _STRICT]
Kwh = Annotated[float, quantity_field("kWh", 0, 1e12), _STRICT]
TenThousandCnyPerMu = Annotated[float, quantity_field("10k CNY/mu", 0, 1e6), _STRICT]
CnyPerM2Month = Annotated[float, quantity_field("CNY/(m2·month)", 0, 1e5), _STRICT]
CnyPerKwh = Annotated[float, quantity_field("CNY/kWh", 0, 100), _STRICT]
CnyPerMonth = Annotated[float, quantity_field("CNY/month", 0, 1e6), _STRICT]
CnyPerM2 = Annotated[float, quantity_field("CNY/m2", 0, 1e6), _STRICT]
TcePerTenThousandCny = Annotated[float, quantity_field("tce/10k CNY", 0, 1e4), _STRICT]
Share = Annotated[float, quantity_field("1", 0, 1), _STRICT]
Kilometres = Annotated[float, quantity_field("km", 0, 2e4), _STRICT]
Ratio = Annotated[float, quantity_field("1", 0, 100), _STRICT]
Points = Annotated[float, quantity_field("points", 0, 1000), _STRICT]
Longitude = Annotated[float, quantity_field("degree", -180, 180), _STRICT]
Latitude = Annotated[float, quantity_field("degree", -90, 90), _STRICT]
Flag = Annotated[bool, BeforeValidator(_boolean)]


def whole_field(unit: str, low: int, high: int) -> Any:
    """Field of a whole number in ``unit`` between ``low`` and ``high``: no string, no 1.0, no true."""
    return Field(ge=low, le=high, strict=True, json_schema_extra={"unit": unit})


Year = Annotated[int, whole_field("year", 2000, 2199)]
Rank = Annotated[int, whole_field("rank", 1, 10_000)]
Months = Annotated[int, whole_field("months", 0, 12)]
Days = Annotated[int, whole_field("days", 0, 1000)]

Name = Annotated[str, Field(min_length=1, max_length=200), _TEXT]
ShortText = Annotated[str, Field(min_length=1, max_length=100), _TEXT]
# Neither trimmed nor normalised: two members of a map must not become one.
QuantityName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
LongText = Annotated[str, Field(max_length=5000), _TEXT]
WrittenText = Annotated[str, Field(min_length=1, max_length=5000), _TEXT]
RegionCode = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["330421"]), _TEXT]
IndustryCode = Annotated[str, Field(pattern=r"^[A-T]([0-9]{2,4})?$", examples=["C2110"]), _TEXT]
ZoneCode = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[A-Z0-9-]+$"), _TEXT]
Id = Annotated[str, Field(min_length=5, max_length=40, pattern=r"^[a-z]{3}_[0-9a-z]+$"), _TEXT]
UserName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@-]{1,63}$", examples=["zhang.san"]), _TEXT]
Subject = Annotated[str, Field(min_length=1, max_length=255), _TEXT]
Password = Annotated[
    str,
    Field(min_length=12, max_length=128, json_schema_extra={"format": "password"}),
    BeforeValidator(_secret),
]
# One that was set before some rule was tightened must still be typed in.
TypedPassword = Annotated[
    str,
    Field(min_length=1, max_length=256, json_schema_extra={"format": "password"}),
    BeforeValidator(_secret),
]
Day = Annotated[
    date,
    BeforeValidator(_whole_date),
    AfterValidator(_plausible),
    WithJsonSchema({"type": "string", "format": "date"}),
]


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _whole_instant(value: Any) -> Any:
    # pydantic reads a number as seconds since 1970; an instant without a zone could be any of 24.
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise PydanticCustomError("not_an_instant", "Send an RFC 3339 instant, e.g. 2026-12-31T16:00:00Z.")
    return value


def _plausible_instant(value: datetime) -> datetime:
    # Checked first: at the very ends of the calendar another zone has no such year.
    _plausible(value.date())
    return _utc(value)


def rfc_3339(value: datetime) -> str:
    """An instant as answers write it: in UTC, to the microsecond."""
    return _utc(value).isoformat(timespec="microseconds").replace("+00:00", "Z")


_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})")

Instant = Annotated[
    datetime,
    BeforeValidator(_whole_instant),
    AfterValidator(_plausible_instant),
    PlainSerializer(rfc_3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def shanghai_day(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai of an instant."""
    return instant.astimezone(SHANGHAI).date()
