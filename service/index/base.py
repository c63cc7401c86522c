"""The base of the index: all places of one revision as nothing but arrays, in the order of their tie keys.

The arrays may lie in a mapped file that several workers share, or in memory; nothing else tells the two
apart. A base is built from chunks of rows, or laid out anew from a snapshot that has grown.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from service.index.cards import PlaceCard
from service.index.place_rows import Cards, PlaceStore, Positions, StoredOffers
from service.index.snapshot import Snapshot
from service.index.templates import Templates, address_of, audience_of, template_bytes
from service.matching.matcher import Matcher, OfferTable, Places
from service.matching.table_builder import codes_of, laid_out_anew
from service.matching.values import Figure, Offer

Arrays = Mapping[str, NDArray[Any]]
Row = tuple[Offer, PlaceCard]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Stored places as a snapshot holds them."""

    table: OfferTable
    store: PlaceStore
    public: NDArray[np.bool_]
    rows_of: Mapping[str, NDArray[np.int32]]
    is_mapped: bool

    @classmethod
    def of(cls, arrays: Arrays, *, is_mapped: bool = False) -> Base:
        """The base on these very arrays, none of which is read yet. ``is_mapped``: they lie in a file."""
        store = PlaceStore(arrays)
        starts = arrays["own.starts"]
        names = orjson.loads(arrays["own.names"].tobytes())
        return cls(
            table=OfferTable.from_arrays(arrays, StoredOffers(store)),
            store=store,
            public=arrays["public"],
            rows_of={
                name: arrays["own.rows"][starts[number] : starts[number + 1]]
                for number, name in enumerate(names)
            },
            is_mapped=is_mapped,
        )

    def fields(self) -> dict[str, Any]:
        """The fields of a snapshot that has nothing but this base."""
        return {
            "offers": Places.of(self.table),
            "places": Cards(self.store),
            "positions_of": Positions(self.store),
            "public": self.public,
            "rows_of": self.rows_of,
            "is_mapped": self.is_mapped,
            "settled_rows": 0,
        }


class BaseBuilder:
    """Takes rows in any order, chunk by chunk, and keeps only what the arrays need.

    Parameters
    ----------
    matcher : Matcher
    """

    def __init__(self, matcher: Matcher) -> None:
        self._table = matcher.table_builder()
        self._plain = _Plain()
        self._codes: list[NDArray[np.int32]] = []
        self._prefixes: list[tuple[str, ...]] = []

    def contents(self, rows: Sequence[Row]) -> list[int]:
        """The number of what each row says besides its id and the values of its figures.

        Raises
        ------
        KeyError
            If an industry code, also of a restriction, is unknown.
        """
        numbers, fresh = self._plain.contents(rows)
        self._codes.append(self._table.trait_codes(fresh))
        self._prefixes += [offer.tie_key[:-1] for offer in fresh]
        return numbers

    def add(
        self, contents: Sequence[int], ids: Sequence[str], figures: Sequence[Mapping[str, Figure]]
    ) -> None:
        """Add rows, given the numbers of their contents."""
        self._plain.add(contents, ids)
        self._table.add_figures(figures)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The base of all rows; nothing can be added after."""
        self.add(self.contents([]), [], [])
        number, ids = self._plain.columns()
        prefix = _ranked(self._prefixes)
        order = np.lexsort((ids, prefix[number]))
        codes = np.concatenate(self._codes, axis=1)[:, number]
        number, ids = number[order], ids[order]
        first = prefix[number]
        differs = np.ones(len(order), dtype=np.bool_)
        differs[1:] = (first[1:] != first[:-1]) | (ids[1:] != ids[:-1])
        table = self._table.table(codes, order, _dense(differs), ())
        return _arrays(table, self._plain.templates, number, ids)


def _ranked(keys: Sequence[tuple[str, ...]]) -> NDArray[np.int64]:
    """Where each key stands among the distinct ones. Shape (len(keys),)."""
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.array([ranks[key] for key in keys], dtype=np.int64)


def compacted(snapshot: Snapshot) -> dict[str, NDArray[Any]]:
    """The base of every row of the snapshot that counts. Encodes nothing and reads no database."""
    places, cards = snapshot.offers, snapshot.places
    alive = np.flatnonzero(places.alive)
    ranks = places.tie_rank[alive]
    order = np.argsort(ranks, kind="stable")
    rows, ranks = alive[order], ranks[order]
    store, plain = cards.store, _Plain()
    is_old = rows < len(store)
    old = store.numbers[rows[is_old]]
    used = np.unique(old)
    renumbered = np.zeros(int(used.max(initial=-1)) + 1, dtype=np.int32)
    for number in used.tolist():
        renumbered[number] = plain.templates.add(store.content(number), *store.beside(number))
    young = {row: (places.row(row), cards[row]) for row in rows[~is_old].tolist()}
    plain.add(plain.contents(list(young.values()))[0], [offer.key for offer, _ in young.values()])
    young_template, young_ids = plain.columns()
    template = np.empty(len(rows), dtype=np.int32)
    ids = np.empty(len(rows), dtype=f"S{max(young_ids.dtype.itemsize, store.ids.dtype.itemsize)}")
    template[is_old], ids[is_old] = renumbered[old], store.ids[rows[is_old]]
    template[~is_old], ids[~is_old] = young_template, young_ids
    tables = [segment.table for segment in places.segments]
    codes = codes_of(tables)
    _take_codes(codes, snapshot, young)
    table = laid_out_anew(tables, codes, rows, _dense(np.diff(ranks, prepend=-1) != 0), ())
    return _arrays(table, plain.templates, template, ids)


def _take_codes(codes: NDArray[np.int32], snapshot: Snapshot, young: Mapping[int, Row]) -> None:
    """Give a young row the code of one that is like it: of its profile as it was, or of another young one.

    Else a place that changes its free land a hundred times would be a hundred distinct texts.
    """
    store, matcher = snapshot.places.store, snapshot.matcher
    seen: dict[tuple[int, Hashable], int] = {}
    for offer, _ in young.values():
        for before in store.rows_of(offer.key):
            for group, key in enumerate(matcher.trait_keys(store.shared(before))):
                seen.setdefault((group, key), int(codes[group, before]))
    for row, (offer, _) in young.items():
        for group, key in enumerate(matcher.trait_keys(offer)):
            codes[group, row] = seen.setdefault((group, key), int(codes[group, row]))


class _Plain:
    """The contents and the ids of rows, in the order in which they come."""

    def __init__(self) -> None:
        self.templates = Templates()
        self._template: list[NDArray[np.int32]] = []
        self._ids: list[NDArray[np.bytes_]] = []

    def contents(self, rows: Sequence[Row]) -> tuple[list[int], list[Offer]]:
        """The number of each row's content, and the first row of each that is new."""
        fresh: list[Offer] = []
        numbers = []
        for offer, card in rows:
            known = len(self.templates)
            content = template_bytes(offer, card)
            numbers.append(self.templates.add(content, address_of(offer), audience_of(card)))
            if numbers[-1] == known:
                fresh.append(offer)
        return numbers, fresh

    def add(self, contents: Sequence[int], ids: Sequence[str]) -> None:
        """Take rows."""
        self._template.append(np.array(contents, dtype=np.int32))
        self._ids.append(np.array([key.encode() for key in ids], dtype=np.bytes_))

    def columns(self) -> tuple[NDArray[np.int32], NDArray[np.bytes_]]:
        """The content's number and the id of every row that was added."""
        nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype="S1")
        return np.concatenate([nothing[0], *self._template]), np.concatenate([nothing[1], *self._ids])


def _arrays(
    table: OfferTable, templates: Templates, template: NDArray[np.int32], ids: NDArray[np.bytes_]
) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {
        **table.arrays(),
        **templates.arrays(),
        "template": template,
        "ids": ids,
        "id_order": np.argsort(ids, kind="stable").astype(np.int32),
    }
    return arrays | _audiences(PlaceStore(arrays))


def _audiences(store: PlaceStore) -> dict[str, NDArray[Any]]:
    """Who is ranked on which rows: those for everybody, and those that are for some or kept from some."""
    codes = store.audience_codes()
    public = np.array([only is None for only, _ in store.audiences], dtype=np.bool_)
    named: dict[str, list[int]] = {}
    for number, (only, kept_from) in enumerate(store.audiences):
        for organisation_id in kept_from | (only or frozenset()):
            named.setdefault(organisation_id, []).append(number)
    order = np.argsort(codes, kind="stable").astype(np.int32)
    ends = np.searchsorted(codes[order], np.arange(len(public) + 1))
    rows = [
        np.sort(np.concatenate([order[ends[number] : ends[number + 1]] for number in numbers]))
        for numbers in named.values()
    ]
    return {
        "public": public[codes],
        "own.names": np.frombuffer(orjson.dumps(list(named)), dtype=np.uint8),
        "own.rows": np.concatenate([np.empty(0, dtype=np.int32), *rows]),
        "own.starts": np.cumsum([0, *(len(found) for found in rows)], dtype=np.int64),
    }


def _dense(differs: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Ranks of rows in order, given where one differs from the row before it."""
    ranks = np.cumsum(differs, dtype=np.int64)
    return ranks - ranks[:1]
