"""The supply chain: what the place makes that the project buys, or buys that the project makes.

Four parts, each counted only when the project gives cause for it:

- inputs: every input and material name is read as an industry (``TermLexicon``);
  the mean over them of how near the place's industries come. A project without
  readable inputs is read through the curated links: has the place any industry
  that usually supplies the project's?
- buyers: has the place an industry that usually buys what the project makes?
- likeness: every product is read as an industry; the mean over them of how near
  the place's industries come: whoever makes the same shares suppliers and skills.
- materials: does the place itself list the raw material? In full when the place
  lies within the permitted haul of the project's origin (or either is not known),
  half when it lies farther: there on the spot, yet not to be hauled home.

The links are a curated reading of who usually buys from whom, not an official
input-output table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.matching.chain_columns import ChainNeeds, ChainOffers
from service.matching.compiled.products import add_products
from service.matching.exact import broadcast_product, row_of
from service.matching.geodesy import great_circle_km
from service.matching.postings import Postings
from service.matching.shares import Curve, Share, Shares

#: Relative weights of the four parts among those that apply.
INPUTS_WEIGHT, BUYERS_WEIGHT, MATERIALS_WEIGHT, LIKENESS_WEIGHT = 3.0, 1.0, 2.0, 1.0
#: What counts when a project gives cause for no part, or a place says nothing of its industries.
NEUTRAL = 0.5
_NO_TERMS = np.zeros(0, dtype=np.int64)


def utility(needs: ChainNeeds, offers: ChainOffers) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The weighted mean of the parts that apply, and where it is unknown.

    Parameters
    ----------
    needs : ChainNeeds, m rows
    offers : ChainOffers, n rows, m == n or one of them 1

    Returns
    -------
    values : ndarray of float64, shape (max(m, n),), in [0, 1]
    unknown : ndarray of bool, the same shape
        True where the need asks and the place says nothing. A need without any
        chain gets 0.5 everywhere and is not unknown: there is nothing that the
        place could confirm.
    """
    material_counts = np.diff(needs.material_starts)
    asks_inputs = needs.inputs_attainable > 0
    asks_upstream = asks_inputs | (np.diff(needs.suppliers.indptr) > 0)
    asks_buyers = np.diff(needs.buyers.indptr) > 0
    asks_likeness = needs.products_attainable > 0
    made = broadcast_product(needs.inputs, offers.closure) / np.maximum(needs.inputs_attainable, 1)
    supplied = (broadcast_product(needs.suppliers, offers.closure) > 0).astype(np.float64)
    bought = (broadcast_product(needs.buyers, offers.closure) > 0).astype(np.float64)
    alike = broadcast_product(needs.products, offers.closure) / np.maximum(needs.products_attainable, 1)
    there = _material_points(needs, offers) / np.maximum(2 * material_counts, 1)
    asked = (
        INPUTS_WEIGHT * asks_upstream + BUYERS_WEIGHT * asks_buyers + MATERIALS_WEIGHT * (material_counts > 0)
    )
    earned = INPUTS_WEIGHT * np.where(asks_inputs, made, supplied) + BUYERS_WEIGHT * bought
    asked = asked + LIKENESS_WEIGHT * asks_likeness
    earned = earned + MATERIALS_WEIGHT * there + LIKENESS_WEIGHT * alike
    unknown = (asked > 0) & ~offers.known
    values = np.where(asked > 0, earned / np.where(asked > 0, asked, 1.0), NEUTRAL)
    return np.where(unknown, NEUTRAL, values), unknown


def shares(need: ChainNeeds, offers: ChainOffers, held: Postings) -> Shares:
    """``utility`` of one need as products with ``offers.closure``.

    Parameters
    ----------
    need : ChainNeeds, one row
    offers : ChainOffers, n rows
    held : Postings of ``offers.materials``
    """
    inputs, products = int(need.inputs_attainable[0]), int(need.products_attainable[0])
    suppliers, buyers, materials = need.suppliers, need.buyers, len(need.max_haul_km)
    found: list[Share] = []
    if inputs > 0:
        found.append(Share(need.inputs.indices, need.inputs.data, Curve.PART, inputs, INPUTS_WEIGHT))
    elif len(suppliers.data):
        found.append(Share(suppliers.indices, suppliers.data, Curve.ANY, weight=INPUTS_WEIGHT))
    if len(buyers.data):
        found.append(Share(buyers.indices, buyers.data, Curve.ANY, weight=BUYERS_WEIGHT))
    if materials:
        there = _points_of_one(need, offers, held)
        found.append(Share(_NO_TERMS, _NO_TERMS, Curve.PART, 2 * materials, MATERIALS_WEIGHT, sums=there))
    if products > 0:
        found.append(Share(need.products.indices, need.products.data, Curve.PART, products, LIKENESS_WEIGHT))
    return Shares(tuple(found), sum(share.weight for share in found))


def _points_of_one(need: ChainNeeds, offers: ChainOffers, held: Postings) -> NDArray[np.int64]:
    """``_material_points`` of one need; only places that have a material are looked at."""
    points = np.zeros(len(offers), dtype=np.int64)
    for number, haul in enumerate(need.max_haul_km.tolist()):
        asked = row_of(need.materials, number)
        sums = np.zeros(len(offers), dtype=np.int64)
        add_products(held, asked.indices.astype(np.int64), asked.data, sums)
        there = np.flatnonzero(sums)
        distance = great_circle_km(need.lon, need.lat, offers.lon[there], offers.lat[there])
        points[there] += np.where(distance > haul, 1, 2)
    return points


def _material_points(needs: ChainNeeds, offers: ChainOffers) -> NDArray[np.int64]:
    """Per pair the sum over materials: 2 there and within the haul, 1 there but farther, else 0."""
    owner = needs.material_owner
    if len(needs) == 1:
        points = np.zeros(len(offers), dtype=np.int64)
        for row in range(len(owner)):
            points += _one_material(needs, np.array([row]), owner[[row]], offers)
        return points
    points = np.zeros(len(needs), dtype=np.int64)
    side = offers if len(offers) == 1 else offers.take(owner)
    np.add.at(points, owner, _one_material(needs, np.arange(len(owner)), owner, side))
    return points


def _one_material(
    needs: ChainNeeds, rows: NDArray[np.int64], owner: NDArray[np.int64], offers: ChainOffers
) -> NDArray[np.int64]:
    there = broadcast_product(needs.materials[rows], offers.materials) > 0
    distance = great_circle_km(needs.lon[owner], needs.lat[owner], offers.lon, offers.lat)
    farther = distance > needs.max_haul_km[rows]  # False where either is NaN
    return np.where(there, np.where(farther, 1, 2), 0).astype(np.int64)
