"""Units in sheets: what a figure is multiplied by to stand in the unit of its field, and how that is said.

Power in kW or MW is what is drawn; a transformer is sized in kVA. They are converted at the power factor
of 0.9 that large customers are held to, and the conversion says so.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from service.reference.sheets import sheet_units

Convention = Literal["power_factor_0.9"]
_DECORATION: Final = re.compile(r"[\s·•⋅*()\[\]【】_]")
_DRAWN: Final = re.compile("千瓦|兆瓦|kw|mw")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that figures came in: its name as it was written, and the factor to the field's own."""

    name: str
    to: str
    factor: Fraction

    def applied(self, value: float) -> float:
        """The figure in the field's unit, without the dust of binary fractions."""
        return float(f"{value * float(self.factor):.12g}")

    @property
    def is_own(self) -> bool:
        """Whether it is the field's unit under another name."""
        return self.factor == 1

    @property
    def convention(self) -> Convention | None:
        """What the conversion assumes beyond arithmetic."""
        is_drawn = self.to == "kVA" and _DRAWN.search(_plain(self.name)) is not None
        return "power_factor_0.9" if is_drawn else None


def unit_named(name: str, to: str) -> Unit | None:
    """The unit of this name, where the service can convert it to ``to``."""
    factor = _factors(to).get(_plain(name))
    return None if factor is None else Unit(name.strip(), to, factor)


def convertible(to: str) -> list[str]:
    """The names of units that are converted to ``to``, for sentences and templates."""
    return list(sheet_units().get(to, ()))


def name_zh(unit: str) -> str:
    """What a unit of the service is called in Chinese."""
    names = sheet_units().get(unit, {})
    return next((name for name, factor in names.items() if factor == 1), unit)


@lru_cache(maxsize=64)
def _factors(to: str) -> dict[str, Fraction]:
    own = {_plain(to): Fraction(1)} if to else {}
    return own | {_plain(name): factor for name, factor in sheet_units().get(to, {}).items()}


def _plain(name: str) -> str:
    return _DECORATION.sub("", unicodedata.normalize("NFKC", name)).casefold()
