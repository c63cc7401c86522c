"""Needs and offers as columns: one array per thing that a rule or a criterion reads.

Everything that ranks is written over these columns so that one need meets n
offers, or m needs meet one offer, by the same elementwise code: both directions
then agree to the last digit. ``rows`` keeps the plain values, for sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from service.matching.exact import row_of
from service.matching.geodesy import directions
from service.matching.ragged import Ragged
from service.matching.ties import tie_order, tie_ranks, ties_up_to
from service.matching.values import Band, Figure, Need, Offer

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FigureColumn:
    """A numeric column of which some rows may only be known as a range.

    Attributes
    ----------
    low, high : ndarray of float64, shape (n,)
        NaN where unknown; the same array object when no row is a band. A row is
        a band, low <= x < high, where low < high.
    """

    low: Floats
    high: Floats

    @classmethod
    def of(cls, figures: Sequence[Figure]) -> FigureColumn:
        """Encode plain figures. Shape (len(figures),)."""
        low = np.array([_low(figure) for figure in figures], dtype=np.float64)
        if not any(isinstance(figure, Band) for figure in figures):
            return cls(low, low)
        high = np.array([f.high if isinstance(f, Band) else _low(f) for f in figures], dtype=np.float64)
        return cls(low, high)

    @classmethod
    def unknown(cls, count: int) -> FigureColumn:
        """A column nobody filled in; takes no memory."""
        nothing = np.broadcast_to(np.float64(np.nan), (count,))
        return cls(nothing, nothing)

    @property
    def known(self) -> Bools:
        """Where there is a figure or at least a range. Shape (n,)."""
        return ~np.isnan(self.low)

    def take(self, index: Ints) -> FigureColumn:
        """The rows at ``index``, in its order."""
        low = self.low[index]
        return FigureColumn(low, low if self.high is self.low else self.high[index])

    @staticmethod
    def concat(parts: Sequence[FigureColumn]) -> FigureColumn:
        """The parts one below the other."""
        low = np.concatenate([part.low for part in parts])
        if all(part.high is part.low for part in parts):
            return FigureColumn(low, low)
        return FigureColumn(low, np.concatenate([part.high for part in parts]))


def _low(figure: Figure) -> float:
    if figure is None:
        return np.nan
    return figure.low if isinstance(figure, Band) else float(figure)


def take_columns(columns: Mapping[str, Any], index: Ints) -> dict[str, Any]:
    """The rows at ``index`` of every column."""
    return {name: _take(column, index) for name, column in columns.items()}


def concat_columns(parts: Sequence[Mapping[str, Any]], counts: Sequence[int]) -> dict[str, Any]:
    """The parts, of ``counts`` rows each, one below the other, column by column."""
    return {
        name: _concat([_or_missing(p, name, n) for p, n in zip(parts, counts, strict=True)], counts)
        for name in dict.fromkeys(name for part in parts for name in part)
    }


def _take(value: Any, index: Ints) -> Any:
    if isinstance(value, tuple):
        return tuple(value[position] for position in index.tolist())
    if isinstance(value, Mapping):
        return take_columns(value, index)
    if isinstance(value, csr_array) and len(index) == 1:
        return row_of(value, int(index[0]))
    if isinstance(value, np.ndarray | csr_array):
        return value[index]
    return value.take(index)


def _concat(parts: Sequence[Any], counts: Sequence[int]) -> Any:
    first = parts[0]
    if isinstance(first, tuple):
        return tuple(row for part in parts for row in part)
    if isinstance(first, Mapping):
        return concat_columns(parts, counts)
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    if isinstance(first, csr_array):
        return csr_array(vstack(parts, format="csr"))
    return type(first).concat(parts)


def _or_missing(part: Mapping[str, Any], name: str, count: int) -> Any:
    """A mapping holds a figure column, or a flag column, only for names that some row uses."""
    if name in part:
        return part[name]
    return np.zeros(count, dtype=np.bool_) if name.startswith("must:") else FigureColumn.unknown(count)


@dataclass(frozen=True, eq=False)
class _Columns:
    figures: Mapping[str, FigureColumn]
    lon: Floats  # degrees, NaN unknown
    lat: Floats
    industry: csr_array
    text: csr_array

    def __len__(self) -> int:
        return len(self.lon)

    @cached_property
    def directions(self) -> Floats:
        """Where the rows lie, as unit vectors. Shape (3, n); NaN unknown."""
        return directions(self.lon, self.lat)

    @cached_property
    def _keys(self) -> list[tuple[str, ...]]:
        raise NotImplementedError

    def figure(self, name: str) -> FigureColumn:
        """The column of a figure; all unknown when no row has it."""
        return self.figures.get(name) or FigureColumn.unknown(len(self))

    def take(self, index: Ints | Sequence[int]) -> Self:
        """The rows at ``index``, in its order, as columns of their own."""
        positions = np.asarray(index, dtype=np.int64)
        return type(self)(**{f.name: _take(getattr(self, f.name), positions) for f in fields(self)})

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """The parts one below the other; at least one. Encode with the same matcher."""
        counts = [len(part) for part in parts]
        return cls(**{f.name: _concat([getattr(p, f.name) for p in parts], counts) for f in fields(cls)})

    def tie_key(self, position: int) -> tuple[str, ...]:
        """The key that decides between equal scores."""
        return self._keys[position]

    @cached_property
    def tie_order(self) -> Ints:
        """Row positions in ascending order of tie key, compared by code point. Shape (n,)."""
        return tie_order(self._keys)

    @cached_property
    def tie_rank(self) -> Ints:
        """Where each row stands in ``tie_order``; equal keys share a rank. Shape (n,)."""
        return tie_ranks(self._keys, self.tie_order)

    def ties_up_to(self, key: tuple[str, ...]) -> int:
        """How many distinct tie keys are not beyond ``key``, which may be a row that is gone."""
        return ties_up_to(self._keys.__getitem__, self.tie_order, self.tie_rank, key)


@dataclass(frozen=True, eq=False)
class OfferColumns(_Columns):
    """Offers, n rows. Made by ``Matcher.offers``.

    ``figures`` map names to columns; ``industry``, ``text`` and ``chain`` are
    integer features.
    """

    rows: Sequence[Offer]
    chain: Any
    has_industry: Bools
    is_county: Bools
    land_use: Ints  # 1, 2, 3; 0 unknown
    chemical_park: Ints  # 1 yes, 0 no, -1 unknown
    environment: Ints  # 1 priority protection, 0 another unit, -1 unknown
    regions: Ragged  # host, homes and all their ancestors
    prohibited: Ragged
    conditional: Ragged
    restricted_closure: Ragged  # every restricted code with its ancestors
    published: Bools
    as_of_day: Ints  # proleptic Gregorian ordinal; 1 unknown
    valid_until_day: Ints  # ordinal; a far day when open

    @cached_property
    def _keys(self) -> list[tuple[str, ...]]:
        return [row.tie_key for row in self.rows]


@dataclass(frozen=True, eq=False)
class NeedColumns(_Columns):
    """Needs, m rows. Made by ``Matcher.needs``.

    ``build`` and ``rent`` say which of the two the row asks for; where ``either``
    holds they stand for the mode that is being evaluated (see ``modes``).
    """

    rows: tuple[Need, ...]
    chain: Any
    industry_attainable: Ints
    text_ceiling: Ints
    build: Bools
    rent: Bools
    either: Bools
    musts: Mapping[str, Bools]  # "must:land_mu" -> where it is hard
    solvent: Bools
    chemical: Ints  # 1 yes, 0 no, -1 not said but the industry may be
    industry_path: Ragged
    industry_code: Ragged
    partner_regions: Ragged
    programme_regions: Ragged  # the partners under the programmes that the need asks for
    has_programmes: Bools

    @cached_property
    def _keys(self) -> list[tuple[str, ...]]:
        return [row.tie_key or (row.key,) for row in self.rows]

    @cached_property
    def plans(self) -> WeakKeyDictionary[Any, Any]:
        """What the kernel worked out of a single need, by table of places; see ``plan.plans_of``."""
        return WeakKeyDictionary()

    def must(self, name: str) -> Bools:
        """Where the figure is a hard one. Shape (m,)."""
        flags = self.musts.get(f"must:{name}")
        return np.zeros(len(self), dtype=np.bool_) if flags is None else flags

    def hard(self, name: str) -> Bools:
        """Where the figure is stated, and a hard one. Shape (m,)."""
        flags, figure = self.musts.get(f"must:{name}"), self.figures.get(name)
        if flags is None or figure is None:
            return np.zeros(len(self), dtype=np.bool_)
        return flags & figure.known

    def modes(self) -> tuple[Self, ...]:
        """Itself, and a second time with "either" read as renting where it occurs."""
        if not self.either.any():
            return (self,)
        return (self, replace(self, build=self.build & ~self.either, rent=self.rent | self.either))
