"""What stored places say besides their figures, written once per distinct content.

Beside each content stand its address and for whom it is, which filters and masks ask of every row: so none
has to be decoded for that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from service.index.cards import Address, PlaceCard
from service.matching.values import Material, Offer, Restriction

#: For whom alone a row is (None: for everybody), and from whom it is kept.
Audience = tuple[frozenset[str] | None, frozenset[str]]

_LISTED = ("leading_industries", "industry_codes", "home_region_codes")
_PLAIN = (
    "region_code",
    "region_name",
    "site_name",
    "site_kind",
    "lon",
    "lat",
    "sources",
    "land_use",
    "description",
    "is_chemical_park",
    "environment_unit",
    "status",
    "unconfirmed",
)


@dataclass(frozen=True, slots=True)
class Template:
    """A row without its id and its figures, of which it has the names in the order in which it says them."""

    offer: Offer
    card: PlaceCard
    figures: tuple[str, ...]


def template_bytes(offer: Offer, card: PlaceCard) -> bytes:
    """Everything about a row but its id and the values of its figures."""
    content: dict[str, Any] = {name: getattr(offer, name) for name in (*_PLAIN, *_LISTED)}
    content |= {
        "tie_key": offer.tie_key[:-1],
        "region_paths": offer.region_paths,
        "figures": [name for name, figure in offer.figures.items() if figure is not None],
        "materials": [[m.name, m.quantity_per_year, m.unit, m.max_haul_km] for m in offer.materials],
        "restrictions": [[r.code, r.level, r.condition] for r in offer.restricted_industries],
        "as_of": offer.as_of,
        "valid_until": offer.valid_until,
        "organisation_id": card.organisation_id,
        "is_synthetic": card.is_synthetic,
        "audience": None if card.audience is None else sorted(card.audience),
        "kept_from": sorted(card.kept_from),
    }
    return orjson.dumps(content)


def template_of(content: bytes) -> Template:
    """A content that ``template_bytes`` has written."""
    said = orjson.loads(content)
    until = said["valid_until"]
    shared: dict[str, Any] = {name: said[name] for name in _PLAIN}
    shared |= {name: tuple(said[name]) for name in _LISTED}
    offer = Offer(
        key="",
        tie_key=(*said["tie_key"], ""),
        region_paths=tuple(tuple(path) for path in said["region_paths"]),
        materials=tuple(Material(*entry) for entry in said["materials"]),
        restricted_industries=tuple(Restriction(*entry) for entry in said["restrictions"]),
        as_of=date.fromisoformat(said["as_of"]),
        valid_until=None if until is None else date.fromisoformat(until),
        **shared,
    )
    card = PlaceCard(
        id="",
        site_name=offer.site_name,
        region_code=offer.region_code,
        region_name=offer.region_name,
        organisation_id=said["organisation_id"],
        is_synthetic=said["is_synthetic"],
        unconfirmed=offer.unconfirmed,
        audience=None if said["audience"] is None else frozenset(said["audience"]),
        kept_from=frozenset(said["kept_from"]),
    )
    return Template(offer, card, tuple(said["figures"]))


def audience_of(card: PlaceCard) -> Audience:
    """For whom a row is."""
    return card.audience, card.kept_from


def address_of(offer: Offer) -> Address:
    """What filters read of a row."""
    return Address(offer.region_code, offer.region_paths, offer.site_kind)


class Templates:
    """Distinct contents, numbered in the order in which they come."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}
        self._content = bytearray()
        self._ends = [0]
        self._addresses: dict[Address, int] = {}
        self._address: list[int] = []
        self._audiences: dict[Audience, int] = {}
        self._audience: list[int] = []

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, content: bytes, address: Address, audience: Audience) -> int:
        """The number of this content, which says this address and audience."""
        digest = hashlib.blake2b(content, digest_size=16).digest()
        known = len(self)
        number = self._seen.setdefault(digest, known)
        if number == known:
            self._content += content
            self._ends.append(len(self._content))
            self._address.append(self._addresses.setdefault(address, len(self._addresses)))
            self._audience.append(self._audiences.setdefault(audience, len(self._audiences)))
        return number

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All contents as arrays."""
        audiences = [
            (None if only is None else sorted(only), sorted(kept_from)) for only, kept_from in self._audiences
        ]
        return {
            "template.bytes": np.frombuffer(self._content, dtype=np.uint8),
            "template.starts": np.array(self._ends, dtype=np.int64),
            "address": np.array(self._address, dtype=np.int32),
            "addresses": _as_json([tuple(address) for address in self._addresses]),
            "audience": np.array(self._audience, dtype=np.int32),
            "audiences": _as_json(audiences),
        }


def _as_json(content: object) -> NDArray[np.uint8]:
    return np.frombuffer(orjson.dumps(content), dtype=np.uint8)
