"""What happened before: who went where. The warm part of the text model learns from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Placement:
    """A project that went to a region.

    Attributes
    ----------
    text : str
        What the project says of itself, as the text model reads a need.
    region_code : str
        Where it went; a profile of that region inherits the experience.
    on : date
        When.
    """

    text: str
    region_code: str
    on: date
