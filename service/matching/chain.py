"""The supply chain: how both sides are read, and which links there are between them.

Every input, material and product of a project is read as an industry (``TermLexicon``), and so is every
leading industry of a place. A project without readable inputs is read through the curated links: who
usually buys from whom, not an official input-output table. What a place earns by it is in ``chain_utility``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from service.matching.chain_columns import ChainNeeds, ChainOffers
from service.matching.exact import integer_rows
from service.matching.lexicon import TermLexicon
from service.matching.material_names import asked_features, held_features, material_rows
from service.matching.pair import distance_km
from service.matching.tree import IndustryTree
from service.matching.values import Need, Offer

#: Points for sharing section, division, group, class with what is bought. The
#: section earns nothing: that a place manufactures at all says nothing of board.
CHAIN_POINTS = (0, 60, 20, 20)
#: A multiple of every attainable sum (60, 80, 100), so that a mean over terms stays an integer.
_FULL_TERM = 1200
#: From this similarity on every code of a place's word is taken: what is curated may name two industries.
_CERTAIN_PERMILLE = 900


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One reason why a place fits the chain.

    ``kind``: "input" (the place makes ``term`` or something near), "supplier" (its
    industry usually supplies the project's), "buyer" (it usually buys from it),
    "alike" (it makes the product ``term`` or something near), "material" (it has
    it). ``code`` and ``name`` are the industry that both sides share ("" and the
    material's name for a material); ``declared`` is what the place wrote: a leading
    industry, the name of a declared code, a material. ``distance_km`` is the
    great-circle distance from the project's origin.
    """

    kind: str
    term: str
    code: str
    name: str
    declared: str
    distance_km: float | None = None
    within_haul: bool | None = None


@dataclass(frozen=True, slots=True)
class ChainAsked:
    """What a project looks for: terms with their best codes, and the industries that usually sell or buy."""

    bought: Sequence[tuple[str, str]]
    made: Sequence[tuple[str, str]]
    suppliers: Sequence[str]
    buyers: Sequence[str]


class ChainEncoder:
    """Turns needs and offers into the columns of the supply chain.

    Parameters
    ----------
    tree : IndustryTree
    lexicon : TermLexicon
    links : iterable of (supplier code, buyer code)
        An industry and one that usually buys from it.

    Raises
    ------
    KeyError
        If a link names an industry that the tree lacks.
    """

    def __init__(
        self, tree: IndustryTree, lexicon: TermLexicon, links: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.tree = tree
        self.lexicon = lexicon
        self.links = tuple(links)
        for code in {code for link in self.links for code in link}:
            tree.path(code)
        self._columns = {code: column for column, code in enumerate(tree.codes)}
        suppliers = {supplier for supplier, _ in self.links}
        self._buyers_by = {
            code: frozenset(buyer for supplier, buyer in self.links if supplier == code) for code in suppliers
        }

    def needs(self, rows: Sequence[Need]) -> ChainNeeds:
        """Encode needs, one row each. Raises KeyError on an unknown industry code."""
        terms = [self.bought(need) for need in rows]
        products = [self.made(need) for need in rows]
        materials = [material for need in rows for material in need.materials]
        return ChainNeeds(
            inputs=self._term_points(terms),
            inputs_attainable=_attainable(terms),
            products=self._term_points(products),
            products_attainable=_attainable(products),
            suppliers=self._marked([self.suppliers(need) for need in rows]),
            buyers=self._marked([self._buyers(need) for need in rows]),
            materials=material_rows([[asked_features(material.name)] for material in materials]),
            material_starts=np.cumsum([0, *(len(need.materials) for need in rows)], dtype=np.int64),
            max_haul_km=_known_or_nan([material.max_haul_km for material in materials]),
            lon=_known_or_nan([need.lon for need in rows]),
            lat=_known_or_nan([need.lat for need in rows]),
        )

    def offers(self, rows: Sequence[Offer]) -> ChainOffers:
        """Encode offers, one row each. Raises KeyError on an unknown industry code."""
        declared = [[code for code, _ in self.declared(offer)] for offer in rows]
        return ChainOffers(
            closure=self.tree.offer_matrix(declared),
            materials=material_rows([[held_features(m.name) for m in offer.materials] for offer in rows]),
            known=np.array(
                [bool(codes or offer.materials) for codes, offer in zip(declared, rows, strict=True)],
                dtype=np.bool_,
            ),
            lon=_known_or_nan([offer.lon for offer in rows]),
            lat=_known_or_nan([offer.lat for offer in rows]),
        )

    def declared(self, offer: Offer) -> list[tuple[str, str]]:
        """(code, what the place wrote) of every leading industry that can be read and every declared code."""
        words = [(code, word) for word in offer.leading_industries for code in self._read_fully(word)]
        return words + [(code, self.tree.name(code)) for code in offer.industry_codes]

    def _read_fully(self, word: str) -> list[str]:
        """Every code of a word that is certain ("纺织服装": C17, C18), else the best."""
        found = self.lexicon.codes(word)
        return [code for code, permille in found if permille >= _CERTAIN_PERMILLE] or [
            code for code, _ in found[:1]
        ]

    def matched(self, need: Need, offer: Offer) -> list[ChainLink]:
        """Why the place fits the project's chain, for the sentence; empty when nothing does."""
        return self.links_to(self.asked(need), need, offer)

    def asked(self, need: Need) -> ChainAsked:
        """What a project's side of its links consists of: the same for every place."""
        return ChainAsked(
            bought=self.bought(need),
            made=self.made(need),
            suppliers=self.suppliers(need),
            buyers=self._buyers(need),
        )

    def links_to(self, asked: ChainAsked, need: Need, offer: Offer) -> list[ChainLink]:
        """``matched`` for one of many places."""
        declared = self.declared(offer)
        wrote = dict(reversed(declared))  # of two words for one code the first is shown
        links: list[ChainLink] = []
        holders = self.tree.holders([own for own, _ in declared])
        for kind, terms in (("input", asked.bought), ("alike", asked.made)):
            for term, code in terms:
                near = self.tree.closest(code, holders)
                if near is not None and len(self.tree.path(near[1])) > 1:
                    own = declared[near[0]][0]
                    links.append(ChainLink(kind, term, near[1], self.tree.name(near[1]), wrote[own]))
        for kind, codes in (
            ("supplier", asked.suppliers),
            ("buyer", asked.buyers),
        ):
            for code in codes:
                holder = holders.get(code)
                if holder is not None:
                    name = self.tree.name(code)
                    links.append(ChainLink(kind, name, code, name, declared[holder][1]))
        return links + _material_links(need, offer)

    def bought(self, need: Need) -> list[tuple[str, str]]:
        """(term, its best code) of every input and material that can be read, each name once."""
        return self._read_terms(bought_names(need))

    def made(self, need: Need) -> list[tuple[str, str]]:
        """(term, its best code) of every product that can be read, each once."""
        return self._read_terms(need.products)

    def _read_terms(self, names: Iterable[str]) -> list[tuple[str, str]]:
        read = [(term, self.lexicon.best(term)) for term in dict.fromkeys(names)]
        return [(term, code) for term, code in read if code is not None]

    def suppliers(self, need: Need) -> list[str]:
        """From the links, only when no input could be read: what is written goes before what is usual."""
        if self.bought(need):
            return []
        within = self.tree.is_within
        return sorted({supplier for supplier, buyer in self.links if within(need.industry_code, buyer)})

    def _buyers(self, need: Need) -> list[str]:
        return self.buyers(need.industry_code, *(code for _, code in self.made(need)))

    def buyers(self, *made: str) -> list[str]:
        """From the links, the industries that usually buy what these industries make."""
        return sorted({buyer for code in made for buyer in self._buyers_of(code)})

    def _buyers_of(self, code: str) -> frozenset[str]:
        """By the narrowest supplier that the links name: who buys chemicals need not buy paint."""
        narrowest = next((node for node in reversed(self.tree.path(code)) if node in self._buyers_by), "")
        return self._buyers_by.get(narrowest, frozenset())

    def _term_points(self, terms: Sequence[Sequence[tuple[str, str]]]) -> csr_array:
        return integer_rows([self._summed_points(found) for found in terms], len(self.tree))

    def _summed_points(self, found: Sequence[tuple[str, str]]) -> dict[int, int]:
        summed: dict[int, int] = {}
        for _, code in found:
            points = self.tree.points_of(code, CHAIN_POINTS)
            unit = _FULL_TERM // sum(points.values()) if points else 0
            for column, value in points.items():
                summed[column] = summed.get(column, 0) + unit * value
        return summed

    def _marked(self, rows: Sequence[Sequence[str]]) -> csr_array:
        return integer_rows([{self._columns[code]: 1 for code in codes} for codes in rows], len(self.tree))


def bought_names(need: Need) -> list[str]:
    """Every input and material by name, each once, whether it can be read or not."""
    return list(dict.fromkeys((*need.inputs, *(material.name for material in need.materials))))


def _material_links(need: Need, offer: Offer) -> list[ChainLink]:
    if not need.materials:
        return []
    known = distance_km(need, offer)
    links: list[ChainLink] = []
    for material in need.materials:
        asked = asked_features(material.name)
        held = next((m.name for m in offer.materials if asked & held_features(m.name)), None)
        if held is not None:
            within = known is None or material.max_haul_km is None or known <= material.max_haul_km
            links.append(ChainLink("material", material.name, "", material.name, held, known, within))
    return links


def _attainable(terms: Sequence[Sequence[tuple[str, str]]]) -> NDArray[np.int64]:
    return np.array([_FULL_TERM * len(found) for found in terms], dtype=np.int64)


def _known_or_nan(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
