"""Matching as one object: encode, rank both ways, explain, say why not.

Everything here is pure: plain values in, arrays and plain values out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from service.matching.assessment import Assessment, assess, in_force
from service.matching.batch import Top, top_of_each
from service.matching.candidates import Candidates, candidates_of
from service.matching.chain import ChainEncoder
from service.matching.columns import Bools, Ints, NeedColumns, OfferColumns
from service.matching.complements import ComplementFinder, Complements, TermComplements
from service.matching.context import Context
from service.matching.encoding import encode_needs, encode_offers
from service.matching.exclusions import Exclusion, ExclusionCursor, ExclusionPage, assessed, exclude
from service.matching.explain import Account, Contribution, Item, account_page, explain_page
from service.matching.failures import Failure
from service.matching.fixes import FixStep, apply_fix
from service.matching.lexicon import TermLexicon
from service.matching.offer_table import OfferTable
from service.matching.pair_in_full import Pair, pair_in_full
from service.matching.place_ranking import rank_places
from service.matching.places import Places, Segment
from service.matching.ranking import Cursor, Ranking, rank
from service.matching.rulebook import Language, RuleBook
from service.matching.rules import AdmissionRule, admission_rules
from service.matching.stability import rank_interval
from service.matching.table_builder import TableBuilder
from service.matching.text import TextModel
from service.matching.traits import TRAITS
from service.matching.tree import IndustryTree
from service.matching.values import Need, Offer
from service.matching.weights import DEFAULT_WEIGHTS, Weights, WeightsError

__all__ = [
    "DEFAULT_WEIGHTS",
    "Complements",
    "Contribution",
    "Cursor",
    "Exclusion",
    "ExclusionCursor",
    "ExclusionPage",
    "Failure",
    "FixStep",
    "Item",
    "Matcher",
    "NeedColumns",
    "OfferColumns",
    "OfferTable",
    "Pair",
    "Places",
    "Ranking",
    "Segment",
    "TermComplements",
    "Top",
    "Weights",
    "WeightsError",
    "apply_fix",
]


class Matcher:
    """Ranks offers for a need and needs for an offer.

    Parameters
    ----------
    rulebook : RuleBook
    model : TextModel, fitted
    tree : IndustryTree
    lexicon : TermLexicon
    links : iterable of (supplier code, buyer code)
        The curated links of the supply chain.
    default_weights : mapping of criterion name to weight
        What counts where the caller chooses nothing.

    Attributes
    ----------
    rules : tuple of AdmissionRule
        All that the rule book declares, in force or not.
    """

    def __init__(
        self,
        rulebook: RuleBook,
        model: TextModel,
        tree: IndustryTree,
        lexicon: TermLexicon,
        links: Iterable[tuple[str, str]] = (),
        default_weights: Mapping[str, float] = DEFAULT_WEIGHTS,
    ) -> None:
        self.rulebook = rulebook
        self.model = model
        self.tree = tree
        self.default_weights = default_weights
        self.chain = ChainEncoder(tree, lexicon, links)
        self.rules: tuple[AdmissionRule, ...] = admission_rules(rulebook)
        self._rules_of_day = date.min, in_force(self.rules, self._context(date.min))

    def __reduce__(self) -> tuple[Any, ...]:
        """What it is made of: rules are functions, which each process makes anew."""
        parts = (self.rulebook, self.model, self.tree, self.chain.lexicon, self.chain.links)
        return type(self), (*parts, dict(self.default_weights))

    def offers(self, rows: Sequence[Offer]) -> OfferColumns:
        """Encode offers. O(rows). Raises KeyError on an unknown industry code."""
        return encode_offers(rows, self._context(date.min))

    def needs(self, rows: Sequence[Need]) -> NeedColumns:
        """Encode needs. O(rows). Raises KeyError on an unknown industry code."""
        return encode_needs(rows, self._context(date.min))

    def table(self, rows: Sequence[Offer]) -> OfferTable:
        """Encode places as the kernel reads them. Raises KeyError on an unknown industry code."""
        return OfferTable.encode(rows, self._context(date.min))

    def table_builder(self) -> TableBuilder:
        """Encodes places chunk by chunk."""
        return TableBuilder(self._context(date.min))

    def trait_keys(self, offer: Offer) -> tuple[Hashable, ...]:
        """A key for each group of traits: places of one key are alike in the group."""
        context = self._context(date.min)
        return tuple(trait.key(offer, context) for trait in TRAITS.values())

    def assess(self, needs: NeedColumns, offers: OfferColumns | Places, today: date) -> Assessment:
        """Admission and utilities of all pairs; one side is a single row."""
        return assessed(self._in_force(today), needs, offers, self._context(today))

    def rank_offers(
        self,
        need: NeedColumns,
        offers: OfferColumns | Places,
        *,
        visible: Bools,
        k: int,
        today: date,
        weights: Weights,
        after: Cursor | None = None,
    ) -> Ranking:
        """The best places for one project.

        Parameters
        ----------
        need : NeedColumns, one row
        offers : OfferColumns, n rows
        visible : ndarray of bool, shape (n,)
            Applied before the top k: what may not be seen neither counts nor ranks.
        k : int
        today : date
        weights : Weights
        after : Cursor, optional
        """
        _require_one(len(need))
        rules, context = self._in_force(today), self._context(today)
        if isinstance(offers, Places):
            return rank_places(
                rules, need, offers, context, visible=visible, k=k, weights=weights, after=after
            )
        assessment = assess(rules, need, offers, context)
        return rank(assessment, offers, visible=visible, k=k, weights=weights, after=after)

    def top_of_each(
        self,
        needs: NeedColumns,
        places: Places,
        *,
        visible: Sequence[Bools],
        k: int,
        today: date,
        weights: Weights,
    ) -> Iterator[Top]:
        """For each of many projects what `rank_offers` puts first, without what explains it.

        Parameters
        ----------
        needs : NeedColumns, m rows
        visible : sequence of ndarray of bool, shape (n,) each, length m
        """
        rules, context = self._in_force(today), self._context(today)
        return top_of_each(rules, needs, places, context, visible=visible, k=k, weights=weights)

    def candidates(
        self, need: NeedColumns, places: Places, *, visible: Bools, most: int, today: date
    ) -> Candidates | None:
        """Every place that one project may have, to be ranked under many weights; None if beyond ``most``."""
        _require_one(len(need))
        rules, context = self._in_force(today), self._context(today)
        return candidates_of(rules, need, places, context, visible=visible, most=most)

    def warm(self, places: Places, today: date) -> None:
        """Have the kernel compiled, or loaded from its cache, before the first ranking waits for it."""
        need = self.needs([Need(key="", industry_code=self.tree.codes[0], site_mode="either")])
        nobody, weights = np.zeros(len(places), dtype=np.bool_), Weights(defaults=self.default_weights)
        self.rank_offers(need, places, visible=nobody, k=1, today=today, weights=weights)
        found = self.candidates(need, places, visible=nobody, most=1, today=today)
        if found is not None:
            found.first_page(np.array(weights.normalised), 1)
        self.exclusions(need, places, visible=nobody, limit=1, today=today, weights=weights)

    def rank_needs(
        self,
        offer: OfferColumns,
        needs: NeedColumns,
        *,
        visible: Bools,
        k: int,
        today: date,
        weights: Weights,
        after: Cursor | None = None,
    ) -> Ranking:
        """The best projects for one place; the same pair has the same score as in `rank_offers`."""
        _require_one(len(offer))
        assessment = assess(self._in_force(today), needs, offer, self._context(today))
        return rank(assessment, needs, visible=visible, k=k, weights=weights, after=after)

    def explain(
        self,
        needs: NeedColumns,
        offers: OfferColumns | Places,
        ranking: Ranking,
        *,
        today: date,
        weights: Weights,
        language: Language = "zh",
    ) -> list[Item]:
        """The lines of a ranking's page. Columns, day and weights as they were ranked."""
        rules, context = self._in_force(today), self._context(today)
        return explain_page(rules, needs, offers, ranking, weights, context, language)

    def accounts(
        self,
        needs: NeedColumns,
        offers: OfferColumns | Places,
        ranking: Ranking,
        *,
        today: date,
        language: Language = "zh",
        lines: Sequence[int] | None = None,
    ) -> Iterator[Account]:
        """What `explain` says of these lines of a page (all: None), one by one, whatever the weights."""
        rules, context = self._in_force(today), self._context(today)
        return account_page(rules, needs, offers, ranking, context, language, lines)

    def exclusions(
        self,
        need: NeedColumns,
        offers: OfferColumns | Places,
        *,
        visible: Bools,
        limit: int,
        today: date,
        weights: Weights,
        after: ExclusionCursor | None = None,
        language: Language = "zh",
    ) -> ExclusionPage:
        """The visible places that the project passes over, easiest to fix first."""
        _require_one(len(need))
        return exclude(
            self._in_force(today),
            need,
            offers,
            visible=visible,
            limit=limit,
            weights=weights,
            context=self._context(today),
            language=language,
            after=after,
        )

    def pair(
        self,
        need: NeedColumns,
        offer: OfferColumns,
        *,
        today: date,
        weights: Weights,
        language: Language = "zh",
    ) -> Pair:
        """One need and one offer in full, whether it would be ranked or not."""
        _require_one(len(need))
        _require_one(len(offer))
        rules, context = self._in_force(today), self._context(today)
        return pair_in_full(rules, need, offer, weights, context, language)

    def complements(
        self,
        need: NeedColumns,
        offers: OfferColumns | Places,
        *,
        visible: Bools,
        limit: int,
        language: Language = "zh",
    ) -> Complements:
        """Per input, material and product of the project, the places that complete it."""
        _require_one(len(need))
        columns = offers.columns if isinstance(offers, Places) else offers
        finder = ComplementFinder(self.chain, need, columns, visible=visible, limit=limit, language=language)
        return finder.all_terms(need.rows[0])

    def stability(
        self,
        needs: NeedColumns,
        offers: OfferColumns | Places,
        *,
        visible: Bools,
        today: date,
        weights: Weights,
        positions: Ints,
    ) -> tuple[Ints, Ints]:
        """The 90 % interval of each row's rank under random weight shifts. Two arrays of shape (k,).

        The side with more than one row is the ranked one; with one row each both are.
        """
        assessment = self.assess(needs, offers, today)
        ties = offers.tie_rank if len(needs) == 1 else needs.tie_rank
        return rank_interval(assessment, ties, visible=visible, weights=weights, positions=positions)

    def _context(self, today: date) -> Context:
        return Context(today, self.rulebook, self.tree, self.model, self.chain)

    def _in_force(self, today: date) -> tuple[AdmissionRule, ...]:
        day, rules = self._rules_of_day
        if day != today:
            rules = in_force(self.rules, self._context(today))
            self._rules_of_day = today, rules
        return rules


def _require_one(count: int) -> None:
    if count != 1:
        raise ValueError(f"one row is ranked for, not {count}")
