"""Amounts that are added up by the thousand and must not drift: decimals, stored as whole millionths."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from sqlalchemy import BigInteger
from sqlalchemy.types import TypeDecorator

#: Digits after the point that are kept: of 万元, the sixth is one fen.
DIGITS: Final = 6
SCALE: Final = 10**DIGITS
_STEP: Final = Decimal(1).scaleb(-DIGITS)


class Exact(TypeDecorator[Decimal]):
    """A decimal with at most six digits after the point, stored as an integer: neither database rounds it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        if value is None:
            return None
        scaled = value.scaleb(DIGITS)
        if scaled != scaled.to_integral_value():
            raise ValueError("an amount with more than six decimals must not reach the database")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        return None if value is None else unscaled(value)


def exact(value: float) -> Decimal:
    """The decimal that was written: of the JSON number 0.1 a tenth, not the nearest binary fraction."""
    return Decimal(repr(value))


def unscaled(millionths: int) -> Decimal:
    """A whole number of millionths as the amount that it is."""
    return Decimal(millionths).scaleb(-DIGITS)


def decimals_of(value: Decimal) -> int:
    """How many digits after the point a decimal needs: 0 of 120.0, 2 of 0.25."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def rounded(value: Decimal) -> Decimal:
    """To the millionth, half to even."""
    return value.quantize(_STEP, rounding=ROUND_HALF_EVEN)
