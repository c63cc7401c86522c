"""The plain side of stored places: what they say besides their figures, decoded when a row is asked for.

Many rows differ in nothing but id and figures. The rest is kept as one blob per distinct content; so a
million places cost bytes that lie in a mapped file, not objects.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, Final, overload

import numpy as np
import orjson
from numpy.typing import NDArray

from service.index.cards import Address, PlaceCard
from service.index.templates import Audience, Template, template_of
from service.matching.values import Band, Figure, Offer

_DECODED_AT_HAND: Final = 4_096


class PlaceStore:
    """The plain side of n rows, in arrays.

    Parameters
    ----------
    arrays : mapping of name to ndarray
        ``ids`` (n,) bytes; ``id_order`` (n,) rows in the order of their ids; ``template`` (n,) the number
        of each row's content; ``template.bytes`` and ``template.starts`` the contents; ``address`` the
        number of each content's address, ``addresses`` these as JSON, ``audience`` and ``audiences``
        likewise; ``numbers`` and ``number.*`` as of an OfferTable.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        self.ids, self._id_order = arrays["ids"], arrays["id_order"]
        self.numbers = arrays["template"]
        self._bytes, self._starts = arrays["template.bytes"], arrays["template.starts"]
        self._figures = arrays["numbers"]
        self._address, self._addresses = arrays["address"], arrays["addresses"]
        self._audience, self._audiences = arrays["audience"], arrays["audiences"]
        self._figure_rows = {
            name.removeprefix("number."): (int(ends[0]), int(ends[1]))
            for name, ends in arrays.items()
            if name.startswith("number.")
        }
        self._template = lru_cache(_DECODED_AT_HAND)(self._decoded)

    def __len__(self) -> int:
        return len(self.ids)

    def content(self, number: int) -> bytes:
        """One distinct content, as it was written."""
        return self._bytes[self._starts[number] : self._starts[number + 1]].tobytes()

    @cached_property
    def addresses(self) -> list[Address]:
        """The distinct addresses."""
        return [
            Address(code, tuple(tuple(path) for path in paths), kind)
            for code, paths, kind in orjson.loads(self._addresses.tobytes())
        ]

    def address_codes(self) -> NDArray[np.int32]:
        """Which of the addresses each row has. Shape (n,)."""
        return np.asarray(self._address[self.numbers], dtype=np.int32)

    @cached_property
    def audiences(self) -> list[Audience]:
        """The distinct audiences."""
        return [
            (None if only is None else frozenset(only), frozenset(kept_from))
            for only, kept_from in orjson.loads(self._audiences.tobytes())
        ]

    def audience_codes(self) -> NDArray[np.int32]:
        """Which of the audiences each row has. Shape (n,)."""
        return np.asarray(self._audience[self.numbers], dtype=np.int32)

    def beside(self, number: int) -> tuple[Address, Audience]:
        """The address and the audience of one content."""
        return self.addresses[self._address[number]], self.audiences[self._audience[number]]

    def _decoded(self, number: int) -> Template:
        return template_of(self.content(number))

    def shared(self, row: int) -> Offer:
        """A row without its id and figures: what it shares with all of the same content."""
        return self._template(int(self.numbers[row])).offer

    def offer(self, row: int) -> Offer:
        """One row as the matcher reads it."""
        template, key = self._template(int(self.numbers[row])), self.ids[row].decode()
        values = self._figures[:, row].tolist()
        figures: dict[str, Figure] = {}
        for name in template.figures:
            low, high = (values[end] for end in self._figure_rows[name])
            figures[name] = Band(low, high) if low < high else low
        shared = template.offer
        return replace(shared, key=key, tie_key=(*shared.tie_key[:-1], key), figures=figures)

    def tie_key(self, row: int) -> tuple[str, ...]:
        """The key that decides between equal scores."""
        return (*self.shared(row).tie_key[:-1], self.ids[row].decode())

    def card(self, row: int) -> PlaceCard:
        """What an item shows of one row."""
        return replace(self._template(int(self.numbers[row])).card, id=self.ids[row].decode())

    def rows_of(self, profile_id: str) -> tuple[int, ...]:
        """The rows of one profile, by binary search."""
        # By hand: numpy's own search would first copy the whole order into another type.
        wanted, every = profile_id.encode(), range(len(self))
        first = bisect_left(every, wanted, key=self._id_at)
        last = bisect_right(every, wanted, lo=first, key=self._id_at)
        return tuple(sorted(self._id_order[first:last].tolist()))

    def _id_at(self, place: int) -> bytes:
        found: bytes = self.ids[self._id_order[place]]
        return found


class StoredOffers(Sequence[Offer]):
    """The rows of a store as the matcher reads them."""

    def __init__(self, store: PlaceStore) -> None:
        self.store = store

    def __len__(self) -> int:
        return len(self.store)

    @overload
    def __getitem__(self, index: int) -> Offer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Offer]: ...
    def __getitem__(self, index: int | slice) -> Offer | Sequence[Offer]:
        if isinstance(index, slice):
            return [self.store.offer(row) for row in range(*index.indices(len(self)))]
        return self.store.offer(_within(index, len(self)))

    def tie_key(self, row: int) -> tuple[str, ...]:
        """The key of one row, without decoding its figures."""
        return self.store.tie_key(row)


class Cards(Sequence[PlaceCard]):
    """The cards of stored rows, and of younger ones that were added since."""

    def __init__(self, store: PlaceStore, young: Sequence[PlaceCard] = ()) -> None:
        self.store = store
        self._young = list(young)

    def __len__(self) -> int:
        return len(self.store) + len(self._young)

    @overload
    def __getitem__(self, index: int) -> PlaceCard: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[PlaceCard]: ...
    def __getitem__(self, index: int | slice) -> PlaceCard | Sequence[PlaceCard]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        row = _within(index, len(self))
        stored = len(self.store)
        return self._young[row - stored] if row >= stored else self.store.card(row)

    def extend(self, added: Sequence[PlaceCard]) -> None:
        """Add cards; no reader of older rows notices."""
        self._young.extend(added)

    def up_to(self, count: int) -> Cards:
        """Cards of their own, which begin as the first ``count`` of these; no stored one is left out."""
        return Cards(self.store, self._young[: count - len(self.store)])


class Positions:
    """Which rows each profile has, on the newest snapshot."""

    def __init__(self, store: PlaceStore) -> None:
        self._store = store
        self._changed: dict[str, tuple[int, ...]] = {}

    def rows_of(self, profile_id: str) -> tuple[int, ...]:
        """The rows that count."""
        found = self._changed.get(profile_id)
        return self._store.rows_of(profile_id) if found is None else found

    def put(self, profile_id: str, rows: tuple[int, ...]) -> None:
        """From now on these."""
        self._changed[profile_id] = rows


def _within(index: int, count: int) -> int:
    row = index + count if index < 0 else index
    if not 0 <= row < count:
        raise IndexError(index)
    return row
