"""Which places of a snapshot pass the filters of a query."""

from __future__ import annotations

import numpy as np

from service.domain.filters import Filters
from service.errors import FieldError, Invalid
from service.index.snapshot import Bools, Snapshot
from service.matching.matcher import NeedColumns


def passing(snapshot: Snapshot, filters: Filters, need: NeedColumns) -> Bools:
    """Which places of the snapshot pass every filter. Shape (n,).

    Raises
    ------
    Invalid
        ``unknown_region`` for a province or region that does not exist.
    """
    address_of_place, places = snapshot.addresses()
    passes = np.ones(len(places), dtype=np.bool_)
    if filters.province is not None:
        codes = _province(snapshot, filters.province)
        passes &= np.array([place.region_code[:2] in codes for place in places], dtype=np.bool_)
    if filters.region_codes:
        _require_regions(snapshot, filters.region_codes)
        wanted = set(filters.region_codes)
        inside = [not wanted.isdisjoint(place.region_paths[0]) for place in places]
        passes &= np.array(inside, dtype=np.bool_)
    if filters.site_kinds:
        kinds = set(filters.site_kinds)
        passes &= np.array([place.site_kind in kinds for place in places], dtype=np.bool_)
    if filters.programmes:
        programmes = set(filters.programmes)
        regions = {p.region_code for p in need.rows[0].partners if p.programme in programmes}
        paths = [regions.intersection(c for path in place.region_paths for c in path) for place in places]
        passes &= np.array([bool(found) for found in paths], dtype=np.bool_)
    return np.asarray(passes[address_of_place], dtype=np.bool_)


def require_known(snapshot: Snapshot, filters: Filters) -> None:
    """Raise ``Invalid`` (``unknown_region``) for a province or region that does not exist."""
    if filters.province is not None:
        _province(snapshot, filters.province)
    _require_regions(snapshot, filters.region_codes)


def _province(snapshot: Snapshot, province: str) -> set[str]:
    codes = {
        code[:2]
        for code, place in snapshot.atlas.places.items()
        if len(place.path) == 1 and province in (code, place.name, place.name[:2])
    }
    if not codes:
        raise Invalid([FieldError("/filters/province", "unknown_region", "There is no such province.")])
    return codes


def _require_regions(snapshot: Snapshot, codes: list[str]) -> None:
    errors = [
        FieldError(f"/filters/region_codes/{i}", "unknown_region", f"There is no region {code}.")
        for i, code in enumerate(codes)
        if code not in snapshot.atlas.places
    ]
    if errors:
        raise Invalid(errors)
