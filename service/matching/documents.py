"""The one text of each side that the similarity model reads.

Neither holds a place name: likeness of addresses is not likeness of industry.
"""

from __future__ import annotations

from service.matching.tree import IndustryTree
from service.matching.values import Need, Offer


def need_text(need: Need, tree: IndustryTree) -> str:
    """Industry name, name, products, inputs, materials and description of a project."""
    materials = (material.name for material in need.materials)
    parts = (
        tree.name(need.industry_code),
        need.name,
        *need.products,
        *need.inputs,
        *materials,
        need.description,
    )
    return " ".join(part for part in parts if part)


def offer_text(offer: Offer, tree: IndustryTree) -> str:
    """Leading industries, names of the industry codes, materials and description of a place."""
    names = (tree.name(code) for code in offer.industry_codes)
    materials = (material.name for material in offer.materials)
    return " ".join(
        part for part in (*offer.leading_industries, *names, *materials, offer.description) if part
    )
