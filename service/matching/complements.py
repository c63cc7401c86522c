"""Who completes a project's chain: for each of its terms, the places that make, hold or buy it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from service.matching.chain import CHAIN_POINTS, ChainEncoder
from service.matching.columns import Bools, Floats, Ints, NeedColumns, OfferColumns
from service.matching.exact import broadcast_product
from service.matching.geodesy import great_circle_km
from service.matching.material_names import asked_features, held_features
from service.matching.rulebook import Language
from service.matching.sentences import distance_text, plain
from service.matching.values import Material, Need, Offer

Relation = Literal["makes_input", "has_material", "buys_product"]


@dataclass(frozen=True, slots=True)
class Complement:
    """One place that completes one term.

    ``position`` points into the offers. ``code`` and ``name`` are the industry that both sides share
    ("" and the material's own name where the place lists the material), ``declared`` what the place
    wrote. ``closeness`` is 1 where the place states the very industry (or lists the material), less
    where it only states a broader or neighbouring one, or one that the term may also mean.
    """

    position: int
    relation: Relation
    code: str
    name: str
    declared: str
    closeness: float
    distance_km: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class TermComplements:
    """One input, material or product: how it was read, and the best of the ``place_count`` places."""

    term: str
    read_as: tuple[tuple[str, str], ...]
    place_count: int
    places: tuple[Complement, ...]


@dataclass(frozen=True, slots=True)
class Complements:
    """All terms of one project, in its own order.

    ``industry`` stands in where the project names nothing that can be read: who usually supplies its
    industry, and who usually buys from it.
    """

    inputs: tuple[TermComplements, ...]
    materials: tuple[TermComplements, ...]
    products: tuple[TermComplements, ...]
    industry: tuple[TermComplements, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Which places complete a term, and how well. All of shape (n,)."""

    relation: Relation
    closeness: Floats
    codes: tuple[str, ...]
    material: Material | None = None


#: What a term's second reading counts against its first.
_SECOND_READING: Final = 0.9


class ComplementFinder:
    """Finds the complements of one project.

    Parameters
    ----------
    chain : ChainEncoder
    need : NeedColumns, one row
    offers : OfferColumns, n rows
    visible : ndarray of bool, shape (n,)
        Other places neither count nor show.
    limit : int
        Places per term.
    language : {"zh", "en"}
    """

    def __init__(
        self,
        chain: ChainEncoder,
        need: NeedColumns,
        offers: OfferColumns,
        *,
        visible: Bools,
        limit: int,
        language: Language,
    ) -> None:
        self._chain = chain
        self._materials = need.chain.materials
        self._offers = offers
        self._visible = visible
        self._limit = limit
        self._language = language
        self._distance: Floats = np.broadcast_to(
            great_circle_km(need.lon, need.lat, offers.lon, offers.lat), (len(offers),)
        )

    def all_terms(self, need: Need) -> Complements:
        """Every input, material and product of the project."""
        chain = self._chain
        industry = []
        own = f"{need.industry_code} {chain.tree.name(need.industry_code)}"
        if suppliers := chain.suppliers(need):
            industry.append(self._term(own, [need.industry_code], [self._marked("makes_input", suppliers)]))
        if not chain.made(need) and (buyers := chain.buyers(need.industry_code)):
            industry.append(self._term(own, [need.industry_code], [self._marked("buys_product", buyers)]))
        return Complements(
            inputs=tuple(self._input(term) for term in dict.fromkeys(need.inputs)),
            materials=tuple(self._material(row, material) for row, material in enumerate(need.materials)),
            products=tuple(self._product(term) for term in dict.fromkeys(need.products)),
            industry=tuple(industry),
        )

    def _codes(self, term: str) -> list[str]:
        return [code for code, _ in self._chain.lexicon.codes(term)]

    def _input(self, term: str) -> TermComplements:
        codes = self._codes(term)
        return self._term(term, codes, [self._made(codes)])

    def _material(self, row: int, material: Material) -> TermComplements:
        """Places that list it go before places that make it; neither lies beyond the permitted haul."""
        codes = self._codes(material.name)
        hashed = broadcast_product(self._materials[[row]], self._offers.chain.materials) > 0
        held = np.zeros(len(self._offers), dtype=np.float64)
        for position in np.flatnonzero(hashed).tolist():
            held[position] = _held(material, self._offers.rows[position]) is not None
        limit_km = np.inf if material.max_haul_km is None else material.max_haul_km
        near = ~(self._distance > limit_km)  # where a distance is not known nothing rules the place out
        made = self._made(codes)
        found = [
            _Found("has_material", held * near, (), material),
            _Found("makes_input", made.closeness * near, made.codes, material),
        ]
        return self._term(material.name, codes, found)

    def _product(self, term: str) -> TermComplements:
        codes = self._codes(term)
        return self._term(term, codes, [self._marked("buys_product", self._chain.buyers(*codes))])

    def _made(self, codes: Sequence[str]) -> _Found:
        """How near the places' industries come to any of the codes; the shared section counts nothing."""
        rows, attainable = self._chain.tree.need_matrix(codes, CHAIN_POINTS)
        closeness = np.zeros(len(self._offers), dtype=np.float64)
        for row, points in enumerate(attainable.tolist()):
            product = broadcast_product(rows[[row]], self._offers.chain.closure)
            certainty = _SECOND_READING if row else 1.0
            closeness = np.maximum(closeness, certainty * (product / max(points, 1)))
        return _Found("makes_input", closeness, tuple(codes))

    def _marked(self, relation: Relation, codes: Sequence[str]) -> _Found:
        """Places that state one of the industries, or one within it."""
        rows = self._chain.tree.offer_matrix([[code] for code in codes])
        closeness = np.zeros(len(self._offers), dtype=np.float64)
        for row, code in enumerate(codes):
            depth = len(self._chain.tree.path(code))
            product = broadcast_product(rows[[row]], self._offers.chain.closure)
            closeness = np.maximum(closeness, product == depth)
        return _Found(relation, closeness, tuple(codes))

    def _term(self, term: str, codes: Sequence[str], found: Sequence[_Found]) -> TermComplements:
        tree = self._chain.tree
        read_as = tuple((code, tree.name(code)) for code in codes)
        closeness = np.stack([part.closeness for part in found])
        best = np.argmax(closeness > 0, axis=0)  # the first relation that holds
        value = closeness[best, np.arange(len(self._offers))]
        chosen = np.flatnonzero((value > 0) & self._visible)
        order = self._sorted(chosen, best, value)[: self._limit]
        places = [
            self._complement(term, found[int(best[position])], int(position), float(value[position]))
            for position in order
        ]
        return TermComplements(term, read_as, len(chosen), tuple(places))

    def _sorted(self, chosen: Ints, best: Ints, value: Floats) -> Ints:
        """By relation, closeness, distance (the unknown last) and tie key."""
        ties = self._offers.tie_rank[chosen]
        distance = np.where(np.isnan(self._distance), np.inf, self._distance)[chosen]
        return chosen[np.lexsort((ties, distance, -value[chosen], best[chosen]))]

    def _complement(self, term: str, found: _Found, position: int, closeness: float) -> Complement:
        offer = self._offers.rows[position]
        km = float(self._distance[position])
        code, declared = self._shared(found, offer)
        name = self._chain.tree.name(code) if code else declared
        distance = None if np.isnan(km) else km
        reason = _sentence(self._language, found, term, code, name, declared, distance)
        return Complement(position, found.relation, code, name, declared, closeness, distance, reason)

    def _shared(self, found: _Found, offer: Offer) -> tuple[str, str]:
        """(code that both sides share, what the place wrote)."""
        if found.relation == "has_material" and found.material is not None:
            return "", _held(found.material, offer) or ""
        tree, declared = self._chain.tree, self._chain.declared(offer)
        wrote = dict(reversed(declared))  # of two words for one code the first is shown
        own_codes = [own for own, _ in declared]
        near = [(code, tree.nearest(code, own_codes)) for code in found.codes]
        pairs = [(pair[1] == code, len(tree.path(pair[1])), *pair) for code, pair in near if pair]
        _, _, own, shared = max(pairs, key=lambda pair: pair[:2])
        return shared, wrote[own]


def _held(material: Material, offer: Offer) -> str | None:
    """The place's own name for the material; None when it lists no such."""
    asked = asked_features(material.name)
    return next((m.name for m in offer.materials if asked & held_features(m.name)), None)


def _sentence(
    language: Language,
    found: _Found,
    term: str,
    code: str,
    name: str,
    declared: str,
    distance_km: float | None,
) -> str:
    """One complement as an officer would write it."""
    is_very_thing = code in found.codes
    haul = found.material.max_haul_km if found.material else None
    if language == "zh":
        text = {
            "has_material": f"当地产“{declared}”，可供所需原料“{term}”",
            "makes_input": f"当地“{declared}”可供所需“{term}”（{code} {name}）"
            if is_very_thing
            else f"当地“{declared}”与所需“{term}”同属 {code} {name}，具体品种待对接",
            "buys_product": f"当地“{declared}”（{code} {name}）通常采购“{term}”",
        }[found.relation]
        text += "" if distance_km is None else f"，{distance_text(distance_km, language)}"
        text += "" if haul is None else f"（运距上限 {plain(haul)} 公里）"
        return f"{text}。"
    text = {
        "has_material": f"The place has “{declared}” for the material “{term}”",
        "makes_input": f"The place's “{declared}” makes “{term}” ({code} {name})"
        if is_very_thing
        else f"The place's “{declared}” is in {code} {name}, as “{term}” is; the product is to be confirmed",
        "buys_product": f"The place's “{declared}” ({code} {name}) usually buys “{term}”",
    }[found.relation]
    text += "" if distance_km is None else f", {distance_text(distance_km, language)}"
    text += "" if haul is None else f", haul at most {plain(haul)} km"
    return f"{text}."
