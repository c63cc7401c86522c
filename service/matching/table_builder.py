"""A table of places that grows by chunks, and tables laid out anew: no place is held in plain values."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.matching.columns import FigureColumn, Ints, take_columns
from service.matching.context import Context
from service.matching.criteria.land import USABLE_LAND
from service.matching.encoding import figures_of
from service.matching.offer_table import OfferTable, stacked, usable_land_of
from service.matching.traits import TRAITS, TraitRows
from service.matching.values import Figure, Offer

Codes = NDArray[np.int32]


class TableBuilder:
    """Encodes places chunk by chunk; what is kept of one is its figures and its codes.

    Parameters
    ----------
    context : Context
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen: dict[str, dict[Hashable, int]] = {name: {} for name in TRAITS}
        self._traits: dict[str, list[TraitRows]] = {name: [] for name in TRAITS}
        self._figures: list[tuple[int, dict[str, FigureColumn]]] = []

    def trait_codes(self, offers: Sequence[Offer]) -> Codes:
        """Which distinct row of each group the offers have. Shape (groups, len(offers)).

        Raises
        ------
        KeyError
            If an industry code, also of a restriction, is unknown.
        """
        codes = np.empty((len(TRAITS), len(offers)), dtype=np.int32)
        for group, (name, trait) in enumerate(TRAITS.items()):
            seen, new = self._seen[name], []
            for position, offer in enumerate(offers):
                known = len(seen)
                code = codes[group, position] = seen.setdefault(trait.key(offer, self._context), known)
                if code == known:
                    new.append(offer)
            if new:
                self._traits[name].append(TraitRows.of(trait.encode(new, self._context), len(new)))
        return codes

    def add_figures(self, figures: Sequence[Mapping[str, Figure]]) -> None:
        """The figures of the next places, in their order."""
        self._figures.append((len(figures), figures_of(figures)))

    def table(self, codes: Codes, order: Ints, tie_rank: Ints, rows: Sequence[Offer]) -> OfferTable:
        """All places that were added, in the order given.

        Parameters
        ----------
        codes : ndarray of int32, shape (groups, n)
            As of ``trait_codes``, of the places in the order in which their figures were added.
        order : ndarray of int64, shape (n,)
            Places in the order of their tie keys.
        tie_rank : ndarray of int64, shape (n,)
            Of the places in that order; equal keys share a rank.
        rows : sequence of Offer, length n
            In that order.
        """
        names = dict.fromkeys(name for _, chunk in self._figures for name in chunk)
        figures = {}
        for name in sorted(names):
            parts = [chunk.get(name) or FigureColumn.unknown(count) for count, chunk in self._figures]
            figures[name] = FigureColumn.concat(parts).take(order)
        self._figures.clear()
        figures[USABLE_LAND] = usable_land_of(figures, len(order))
        empty = OfferTable.encode([], self._context)
        traits = {name: TraitRows.concat(self._traits[name] or [empty.traits[name]]) for name in TRAITS}
        return _laid_out(figures, codes[:, order], traits, tie_rank, rows)


def codes_of(tables: Sequence[OfferTable]) -> Codes:
    """The codes of all rows of the tables, counted through the distinct rows of all. Shape (groups, n)."""
    codes = np.empty((len(TRAITS), sum(len(table) for table in tables)), dtype=np.int32)
    for group, name in enumerate(TRAITS):
        start = shift = 0
        for table in tables:
            codes[group, start : start + len(table)] = table.codes[group] + np.int32(shift)
            start += len(table)
            shift += len(table.traits[name])
    return codes


def laid_out_anew(
    tables: Sequence[OfferTable], codes: Codes, order: Ints, tie_rank: Ints, rows: Sequence[Offer]
) -> OfferTable:
    """Some rows of several tables as one, from the arrays alone; distinct rows that none has are left out.

    Parameters
    ----------
    tables : sequence of OfferTable, at least one
    codes : ndarray of int32, shape (groups, rows of all tables)
        As of ``codes_of``; a row may have the code of another that is alike.
    order : ndarray of int64, shape (n,)
        Rows, counted through all tables, in the order of their tie keys.
    tie_rank : ndarray of int64, shape (n,)
        Of these rows.
    rows : sequence of Offer, length n
        The same rows.
    """
    every = [np.arange(len(table), dtype=np.int64) for table in tables]
    names = dict.fromkeys(name for table in tables for name in table.number_rows)
    figures = {
        name: FigureColumn.concat(
            [t.figure(name, index) for t, index in zip(tables, every, strict=True)]
        ).take(order)
        for name in names
    }
    traits = {name: TraitRows.concat([table.traits[name] for table in tables]) for name in TRAITS}
    return _laid_out(figures, codes[:, order], traits, tie_rank, rows)


def _laid_out(
    figures: Mapping[str, FigureColumn],
    codes: Codes,
    traits: Mapping[str, TraitRows],
    tie_rank: Ints,
    rows: Sequence[Offer],
) -> OfferTable:
    numbers, number_rows = stacked(figures, codes.shape[1])
    kept: dict[str, TraitRows] = {}
    for group, (name, rows_of_group) in enumerate(traits.items()):
        index = _in_order_of_use(codes[group], len(rows_of_group))
        kept[name] = TraitRows.of(take_columns(rows_of_group.columns, index), len(index))
        renumbered = np.empty(len(rows_of_group), dtype=np.int32)
        renumbered[index] = np.arange(len(index), dtype=np.int32)
        codes[group] = renumbered[codes[group]]
    return OfferTable(
        numbers=numbers,
        number_rows=number_rows,
        codes=codes,
        traits=kept,
        tie_order=np.arange(codes.shape[1], dtype=np.int64),
        tie_rank=tie_rank,
        rows=rows,
    )


def _in_order_of_use(codes: NDArray[Any], count: int) -> Ints:
    """The distinct rows that are used, in the order in which they first are: so that blocks differ."""
    first = np.full(count, len(codes), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1, dtype=np.int64)
    used = np.flatnonzero(first < len(codes))
    return used[np.argsort(first[used], kind="stable")].astype(np.int64)
