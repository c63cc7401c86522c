"""Filters of places: which are looked at before any is ranked; the index works out what passes them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from service.domain.profiles import SiteKind
from service.units import RegionCode, ShortText


class Filters(BaseModel):
    """Narrow the places down; what is left out filters nothing."""

    model_config = {"extra": "forbid"}

    province: ShortText | None = Field(None, description="A province's name or code.")
    region_codes: list[RegionCode] = Field([], max_length=500, description="Each with all below it.")
    site_kinds: list[SiteKind] = Field([], max_length=6)
    programmes: list[Literal["east_west", "mountain_sea", "other"]] = Field([], max_length=3)
