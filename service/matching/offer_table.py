"""Places as the kernel reads them: figures in columns, everything else coded by distinct rows.

Immutable, and nothing but arrays besides the plain rows: all of it may lie in memory-mapped files that
several processes share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from service.matching.columns import FigureColumn, Floats, Ints, OfferColumns, take_columns
from service.matching.context import Context
from service.matching.criteria.land import usable_land
from service.matching.encoding import figures_of
from service.matching.stored_arrays import Arrays, arrays_of, column_from
from service.matching.ties import tie_order, tie_ranks, ties_up_to
from service.matching.traits import TRAITS, TraitRows, distinct
from service.matching.values import Offer

#: Rows whose bounds are kept together: small enough to stay in the cache while one is worked on.
BLOCK_ROWS: Final = 1024
#: A figure that no place states: worked out from land and the largest parcel, for the land criterion.
USABLE_LAND: Final = "usable_land_mu"

_LOW, _HIGH = ":low", ":high"


@dataclass(frozen=True, eq=False)
class OfferTable:
    """n places.

    Attributes
    ----------
    numbers : ndarray of float64, shape (number rows, n)
        One row per end of a figure; NaN where unknown.
    number_rows : mapping of figure name to (row of its low end, row of its high end)
        The same row twice where no place gives a range.
    codes : ndarray of int32, shape (number of trait groups, n)
        Which distinct trait row each place has, groups in the order of ``TRAITS``.
    traits : mapping of group name to TraitRows
    tie_order, tie_rank : ndarray of int64, shape (n,)
        As of ``OfferColumns``.
    rows : sequence of Offer, length n
        May decode a row only when it is asked for.
    """

    numbers: Floats
    number_rows: Mapping[str, tuple[int, int]]
    codes: NDArray[np.int32]
    traits: Mapping[str, TraitRows]
    tie_order: Ints
    tie_rank: Ints
    rows: Sequence[Offer]

    @classmethod
    def encode(cls, rows: Sequence[Offer], context: Context) -> Self:
        """Encode offers. O(rows). In the order of their tie keys neighbours share most traits.

        Raises
        ------
        KeyError
            If an industry code, also of a restriction, is unknown.
        """
        coded = {name: distinct(trait, rows, context) for name, trait in TRAITS.items()}
        figures = figures_of([offer.figures for offer in rows])
        numbers, number_rows = _stacked(figures, len(rows))
        keys = [offer.tie_key for offer in rows]
        order = tie_order(keys)
        return cls(
            numbers=numbers,
            number_rows=number_rows,
            codes=np.stack([codes for codes, _ in coded.values()]).astype(np.int32),
            traits={name: found for name, (_, found) in coded.items()},
            tie_order=order,
            tie_rank=tie_ranks(keys, order),
            rows=tuple(rows),
        )

    def __len__(self) -> int:
        return int(self.codes.shape[1])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the rows, under flat names."""
        found: dict[str, NDArray[Any]] = {
            "numbers": self.numbers,
            "codes": self.codes,
            "tie_order": self.tie_order,
            "tie_rank": self.tie_rank,
            "block_least": self.blocks.least,
            "block_most": self.blocks.most,
            "block_unknown": self.blocks.unknown,
            "block_first_code": self.blocks.first_code,
            "block_last_code": self.blocks.last_code,
        }
        for name, ends in self.number_rows.items():
            found[f"number.{name}"] = np.array(ends, dtype=np.int64)
        for name, trait in self.traits.items():
            for column, value in trait.columns.items():
                found |= arrays_of(f"trait.{name}.{column}", value)
            found[f"count.{name}"] = np.array([len(trait)], dtype=np.int64)
        return found

    @classmethod
    def from_arrays(cls, arrays: Arrays, rows: Sequence[Offer]) -> Self:
        """The table that ``arrays`` took apart, on those very arrays.

        Raises
        ------
        KeyError
            If an array is missing.
        """
        traits = {
            name: TraitRows.of(
                {column: column_from(f"trait.{name}.{column}", arrays) for column in trait.columns},
                int(arrays[f"count.{name}"][0]),
            )
            for name, trait in TRAITS.items()
        }
        table = cls(
            numbers=arrays["numbers"],
            number_rows={
                name.removeprefix("number."): (int(ends[0]), int(ends[1]))
                for name, ends in arrays.items()
                if name.startswith("number.")
            },
            codes=arrays["codes"],
            traits=traits,
            tie_order=arrays["tie_order"],
            tie_rank=arrays["tie_rank"],
            rows=rows,
        )
        table.__dict__["blocks"] = Blocks(
            arrays["block_least"],
            arrays["block_most"],
            arrays["block_unknown"],
            arrays["block_first_code"],
            arrays["block_last_code"],
        )
        return table

    def tie_key(self, row: int) -> tuple[str, ...]:
        """The key that decides between equal scores."""
        return self.rows[row].tie_key

    def ties_up_to(self, key: tuple[str, ...]) -> int:
        """How many distinct tie keys are not beyond ``key``, which may be a row that is gone."""
        return ties_up_to(self.tie_key, self.tie_order, self.tie_rank, key)

    def figure(self, name: str, index: Ints) -> FigureColumn:
        """A figure at some rows; all unknown when no row has it."""
        if name not in self.number_rows:
            return FigureColumn.unknown(len(index))
        low, high = self.number_rows[name]
        first = self.numbers[low, index]
        return FigureColumn(first, first if high == low else self.numbers[high, index])

    def take(self, index: Ints) -> OfferColumns:
        """The rows at ``index``, in its order, as flat columns of their own."""
        columns: dict[str, Any] = {}
        for group, (_, trait) in enumerate(self.traits.items()):
            columns |= take_columns(trait.columns, self.codes[group, index].astype(np.int64))
        return OfferColumns(
            rows=tuple(self.rows[row] for row in index.tolist()),
            figures={name: self.figure(name, index) for name in self.number_rows if name != USABLE_LAND},
            **columns,
        )

    @cached_property
    def blocks(self) -> Blocks:
        """Bounds of every BLOCK_ROWS rows."""
        return Blocks.of(self.numbers, self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """What bounds the rows of each block of BLOCK_ROWS rows.

    Attributes
    ----------
    least, most : ndarray of float64, shape (number rows, blocks)
        Of the known figures; inf and -inf where there is none.
    unknown : ndarray of bool, the same shape
        Where at least one row does not know the figure.
    first_code, last_code : ndarray of int32, shape (trait groups, blocks)
        The smallest and the largest code of the block.
    """

    least: Floats
    most: Floats
    unknown: NDArray[np.bool_]
    first_code: NDArray[np.int32]
    last_code: NDArray[np.int32]

    @classmethod
    def of(cls, numbers: Floats, codes: NDArray[np.int32]) -> Self:
        """The bounds of all blocks."""
        starts = np.arange(0, codes.shape[1], BLOCK_ROWS)
        if not len(starts):
            nothing = np.empty((len(numbers), 0))
            none = np.empty((len(codes), 0), dtype=np.int32)
            return cls(nothing, nothing, nothing.astype(np.bool_), none, none)
        unknown = np.isnan(numbers)
        return cls(
            np.minimum.reduceat(np.where(unknown, np.inf, numbers), starts, axis=1),
            np.maximum.reduceat(np.where(unknown, -np.inf, numbers), starts, axis=1),
            np.logical_or.reduceat(unknown, starts, axis=1),
            np.minimum.reduceat(codes, starts, axis=1),
            np.maximum.reduceat(codes, starts, axis=1),
        )


def _stacked(figures: Mapping[str, FigureColumn], count: int) -> tuple[Floats, dict[str, tuple[int, int]]]:
    ends: list[Floats] = []
    rows: dict[str, tuple[int, int]] = {}
    for name, column in {**figures, USABLE_LAND: _usable_land(figures, count)}.items():
        low = len(ends)
        ends.append(column.low)
        if column.high is not column.low:
            ends.append(column.high)
        rows[name] = (low, len(ends) - 1)
    return np.array(ends, dtype=np.float64).reshape(len(ends), count), rows


def _usable_land(figures: Mapping[str, FigureColumn], count: int) -> FigureColumn:
    """What the land criterion reads. Shape (count,)."""
    nothing = FigureColumn.unknown(count)
    return usable_land(figures.get("land_mu", nothing), figures.get("largest_parcel_mu", nothing))
