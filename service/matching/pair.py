"""What can be said of one need and one offer from their plain values alone."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from service.matching.geodesy import great_circle_km
from service.matching.values import Need, Offer, Partner

# Projects of one origin meet the same places: so many pairs of points are kept, about 16 MB.
_DISTANCES_KEPT = 65_536


def distance_km(need: Need, offer: Offer) -> float | None:
    """Great-circle distance of one pair; None when either point is unknown."""
    if need.lon is None or need.lat is None or offer.lon is None or offer.lat is None:
        return None
    return _distance_km(need.lon, need.lat, offer.lon, offer.lat)


@lru_cache(maxsize=_DISTANCES_KEPT)
def _distance_km(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float | None:
    # Through the very arrays that the ranking measures by, so that not a digit differs.
    ends = (np.array([value]) for value in (lon_a, lat_a, lon_b, lat_b))
    distance = float(great_circle_km(*ends)[0])
    return None if math.isnan(distance) else distance


def counted_partner(need: Need, offer: Offer) -> tuple[Partner, str] | None:
    """The pairing that counts and the region of the place it reaches.

    One under a programme that the project asks for goes first, then the host
    before the homes, then the order in which the partners are given.
    """
    reached = [
        (partner, path[0])
        for partner in need.partners
        for path in offer.region_paths
        if partner.region_code in path
    ]
    return min(reached, key=lambda found: found[0].programme not in need.programmes, default=None)
