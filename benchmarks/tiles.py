"""The shipped zones tiled to any number of places: as arrays, with plain rows made only where asked for.

Every tile has figures of its own. Synthetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from service.matching.columns import FigureColumn, OfferColumns, take_columns
from service.matching.criteria.land import USABLE_LAND, usable_land
from service.matching.offer_table import OfferTable
from service.matching.traits import TRAITS, TraitRows
from service.matching.values import Band, Offer


class TileRows(Sequence[Offer]):
    """Plain rows of a tiled table."""

    def __init__(self, zones: Sequence[Offer], zone: NDArray[np.int64], table: OfferTable) -> None:
        self._zones, self._zone, self._table = zones, zone, table

    def __len__(self) -> int:
        return len(self._zone)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[number] for number in range(*row.indices(len(self)))]
        zone, tie_key = self._zones[self._zone[row]], self.tie_key(row)
        figures = {**zone.figures, **self._figures(row)}
        return replace(zone, key=tie_key[-1], tie_key=tie_key, figures=figures)

    def tie_key(self, row: int) -> tuple[str, ...]:
        """Of one row."""
        zone = self._zones[self._zone[row]]
        return (*zone.tie_key[:-1], f"{zone.key}-{row:07d}")

    def _figures(self, row: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, ends in self._table.number_rows.items():
            low, high = self._table.numbers[list(ends), row].tolist()
            if name != USABLE_LAND and low == low:
                found[name] = low if low == high else Band(low, high)
        return found


class _TieKeys(Sequence[tuple[str, ...]]):
    """The tie keys of rows, each made when it is asked for."""

    def __init__(self, rows: TileRows) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: Any) -> Any:
        return self._rows.tie_key(row)


def tiled(zones: OfferTable, count: int, generator: np.random.Generator, *, own_texts: bool) -> OfferTable:
    """Tiles of a table whose rows stand in the order of their tie keys.

    Parameters
    ----------
    own_texts : bool
        Whether every place writes for itself: its text is half of its zone's terms and half of another's,
        and no row of what it makes or says is shared. Otherwise the tiles share them with their zone.
    """
    zone = np.sort(np.arange(count) % len(zones))
    numbers = np.empty((len(zones.numbers), count))
    for low, high in zones.number_rows.values():
        factor = generator.uniform(0.3, 2.0, count)
        for end in {low, high}:
            numbers[end] = zones.numbers[end, zone] * factor
    _set_usable_land(zones, numbers)
    codes = np.ascontiguousarray(zones.codes[:, zone])
    traits = dict(zones.traits)
    if own_texts:
        every = np.arange(count, dtype=np.int32)
        for group in ("trade", "text"):
            number = list(TRAITS).index(group)
            traits[group] = zones.traits[group].take(codes[number].astype(np.int64))
            codes[number] = every
        mixed = _mixed(traits["text"].text, generator)
        traits["text"] = TraitRows.of({"text": mixed}, count)
    order = np.arange(count, dtype=np.int64)
    table = replace(
        zones, numbers=numbers, codes=codes, traits=traits, tie_order=order, tie_rank=order, rows=()
    )
    object.__setattr__(table, "rows", TileRows(zones.rows, zone, table))
    return table


def flat(table: OfferTable) -> OfferColumns:
    """All rows as flat columns, which the plain code reads; no plain row is made."""
    columns: dict[str, Any] = {}
    for group, trait in enumerate(table.traits.values()):
        columns |= take_columns(trait.columns, table.codes[group].astype(np.int64))
    every = np.arange(len(table))
    figures = {name: table.figure(name, every) for name in table.number_rows if name != USABLE_LAND}
    found = OfferColumns(rows=table.rows, figures=figures, **columns)
    # Else the plain code makes every row to read its key.
    found.__dict__.update(
        tie_order=table.tie_order, tie_rank=table.tie_rank, _keys=_TieKeys(cast(TileRows, table.rows))
    )
    return found


def _set_usable_land(zones: OfferTable, numbers: NDArray[np.float64]) -> None:
    def column(name: str) -> FigureColumn:
        if name not in zones.number_rows:
            return FigureColumn.unknown(numbers.shape[1])
        low, high = zones.number_rows[name]
        return FigureColumn(numbers[low], numbers[high])

    usable, (low, high) = (
        usable_land(column("land_mu"), column("largest_parcel_mu")),
        zones.number_rows[USABLE_LAND],
    )
    numbers[low], numbers[high] = usable.low, usable.high


def _mixed(texts: csr_array, generator: np.random.Generator) -> csr_array:
    """Half of the terms of every row, and half of those of another row."""
    other = texts[generator.permutation(texts.shape[0])]
    halves = []
    for half in (texts.copy(), other):
        half.data = half.data * (generator.random(len(half.data)) < 0.5)
        half.eliminate_zeros()
        halves.append(half)
    mixed = csr_array(halves[0].maximum(halves[1]))
    mixed.sort_indices()
    return mixed
