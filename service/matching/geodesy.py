"""Distance on the globe; labelled great-circle (直线距离) wherever it is shown, never road distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Mean radius of the Earth, IUGG (2 a + b) / 3 of the GRS 80 ellipsoid.
EARTH_RADIUS_KM = 6371.0088


def great_circle_km(
    lon_a: NDArray[np.float64],
    lat_a: NDArray[np.float64],
    lon_b: NDArray[np.float64],
    lat_b: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Great-circle distance on the mean sphere by the haversine formula.

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b : ndarray of float64, degrees (WGS 84), broadcastable
        NaN where a position is not known.

    Returns
    -------
    distance : ndarray of float64, kilometres; NaN where a position is not known

    Notes
    -----
    R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68 (1984).
    """
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half_phi, half_lambda = (phi_b - phi_a) / 2, np.radians(lon_b - lon_a) / 2
    root = np.sin(half_phi) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(half_lambda) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(root, 0.0, 1.0))))


def directions(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of the mean sphere as unit vectors. Degrees of shape (n,) to shape (3, n); NaN stays NaN."""
    phi, theta = np.radians(lat), np.radians(lon)
    level = np.cos(phi)
    return np.stack([level * np.cos(theta), level * np.sin(theta), np.sin(phi)])
