"""Materials 原材料: what a project consumes and what a place has, with how far it may be hauled."""

from __future__ import annotations

from typing import Literal

from service.domain.shapes import StrictBody
from service.units import AnyQuantity, Kilometres, Name


class Material(StrictBody):
    """A material, with the quantity per year in ``unit``."""

    name: Name
    quantity_per_year: AnyQuantity | None = None
    unit: Literal["t", "m3"] | None = None
    max_haul_km: Kilometres | None = None
