"""Places as the kernel reads them: figures in columns, everything else coded by distinct rows.

Immutable, and nothing but arrays besides the plain rows: all of it may lie in memory-mapped files that
several processes share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from service.matching.blocks import Blocks
from service.matching.columns import FigureColumn, Floats, Ints, OfferColumns, take_columns
from service.matching.context import Context
from service.matching.criteria.land import USABLE_LAND, usable_land
from service.matching.encoding import figures_of
from service.matching.kept import Kept
from service.matching.picked_rows import PickedRows
from service.matching.postings import Postings
from service.matching.stored_arrays import Arrays, arrays_of, column_from
from service.matching.ties import place_of, tie_order, tie_ranks, ties_up_to
from service.matching.traits import INDEXED, TRAITS, TraitRows, distinct
from service.matching.values import Offer


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
        figures[USABLE_LAND] = usable_land_of(figures, len(rows))
        numbers, number_rows = stacked(figures, len(rows))
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
            **{f"block.{name}": array for name, array in self.blocks.arrays().items()},
        }
        for name, postings in self.postings.items():
            found |= {f"postings.{name}.{part}": array for part, array in postings.arrays().items()}
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
        table.__dict__["blocks"] = Blocks.from_arrays(
            {name: arrays[f"block.{name}"] for name in Blocks._fields}
        )
        table.__dict__["postings"] = {
            name: Postings(*(arrays[f"postings.{name}.{part}"] for part in Postings._fields))
            for name in INDEXED
        }
        return table

    def tie_key(self, row: int) -> tuple[str, ...]:
        """The key that decides between equal scores."""
        # Rows that are decoded when they are asked for can tell it without their figures.
        key_of = getattr(self.rows, "tie_key", None)
        key: tuple[str, ...] = self.rows[row].tie_key if key_of is None else key_of(row)
        return key

    def standing(self, key: tuple[str, ...]) -> tuple[int, bool]:
        """The rank of the rows of a tie key, or of the first beyond it, and whether there is such a row.

        Looked up once: of the rows that come beside this table few are new from one time to the next.
        """
        found = self._standings.get(key)
        if found is None:
            place = place_of(self.tie_key, self.tie_order, key)
            last = int(self.tie_order[place - 1]) if place else -1
            known = place > 0 and self.tie_key(last) == key
            found = (int(self.tie_rank[last]) + (0 if known else 1) if place else 0, known)
            self._standings[key] = found
        return found

    @cached_property
    def _standings(self) -> dict[tuple[str, ...], tuple[int, bool]]:
        return {}

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
            rows=PickedRows.of(self.rows, index),
            figures={name: self.figure(name, index) for name in self.number_rows if name != USABLE_LAND},
            **columns,
        )

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """The parts, at least one, one below the other; what is alike in two of them is not found out."""
        counts = [len(part) for part in parts]
        traits = {name: TraitRows.concat([part.traits[name] for part in parts]) for name in TRAITS}
        shifts = [
            np.cumsum([0, *(len(part.traits[name]) for part in parts[:-1])], dtype=np.int64)
            for name in TRAITS
        ]
        codes = [part.codes + np.array([[s[i]] for s in shifts]) for i, part in enumerate(parts)]
        every = [np.arange(count, dtype=np.int64) for count in counts]
        names = dict.fromkeys(name for part in parts for name in part.number_rows)
        figures = {
            name: FigureColumn.concat([p.figure(name, rows) for p, rows in zip(parts, every, strict=True)])
            for name in names
        }
        numbers, number_rows = stacked(figures, sum(counts))
        rows = tuple(row for part in parts for row in part.rows)
        keys = [row.tie_key for row in rows]
        order = tie_order(keys)
        return cls(
            numbers=numbers,
            number_rows=number_rows,
            codes=np.concatenate(codes, axis=1).astype(np.int32),
            traits=traits,
            tie_order=order,
            tie_rank=tie_ranks(keys, order),
            rows=rows,
        )

    @cached_property
    def blocks(self) -> Blocks:
        """Bounds of every few rows."""
        return Blocks.of(self.numbers, self.codes)

    @cached_property
    def postings(self) -> Mapping[str, Postings]:
        """Everything of ``traits.INDEXED`` by columns."""
        return {name: Postings.of(matrix(self.traits[group])) for name, (group, matrix) in INDEXED.items()}

    @cached_property
    def kept(self) -> Kept:
        """What was worked out over the distinct rows; no part of what is stored."""
        return Kept()


def stacked(figures: Mapping[str, FigureColumn], count: int) -> tuple[Floats, dict[str, tuple[int, int]]]:
    """The ends of all figures as rows, and which are whose. Shape (number rows, count)."""
    ends: list[Floats] = []
    rows: dict[str, tuple[int, int]] = {}
    for name, column in figures.items():
        low = len(ends)
        ends.append(column.low)
        if column.high is not column.low:
            ends.append(column.high)
        rows[name] = (low, len(ends) - 1)
    return np.array(ends, dtype=np.float64).reshape(len(ends), count), rows


def usable_land_of(figures: Mapping[str, FigureColumn], count: int) -> FigureColumn:
    """What the land criterion reads. Shape (count,)."""
    nothing = FigureColumn.unknown(count)
    return usable_land(figures.get("land_mu", nothing), figures.get("largest_parcel_mu", nothing))
