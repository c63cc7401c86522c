"""What places have in common: every property but the figures, in groups that vary together.

Many places share an address, an industry or a text. Each distinct one is encoded once; whatever a rule
or a criterion reads of one group alone is then worked out once per distinct row, by the same code that
works it out for every place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from service.matching.columns import Ints, OfferColumns, concat_columns, take_columns
from service.matching.context import Context
from service.matching.documents import offer_text
from service.matching.ragged import Ragged
from service.matching.values import Offer, Restriction

_LAND_USE = {None: 0, "M1": 1, "M2": 2, "M3": 3}
_YES_NO = {None: -1, False: 0, True: 1}


@dataclass(frozen=True, slots=True)
class Trait:
    """A group of columns.

    Attributes
    ----------
    columns : tuple of str
    key : callable (offer, context) -> hashable
        Two offers of one key have the same columns in this group.
    encode : callable (offers, context) -> columns by name, one row per offer
    """

    columns: tuple[str, ...]
    key: Callable[[Offer, Context], Hashable]
    encode: Callable[[Sequence[Offer], Context], Mapping[str, Any]]


class TraitRows(OfferColumns):
    """The distinct rows of one group: offer columns of which only the group's own are there.

    Reading any other column raises AttributeError, so that a criterion cannot silently read what its
    group does not hold.
    """

    count: int
    columns: Mapping[str, Any]

    @classmethod
    def of(cls, columns: Mapping[str, Any], count: int) -> Self:
        """Rows from columns by name, each of ``count`` rows."""
        rows = object.__new__(cls)
        rows.__dict__.update(columns, columns=MappingProxyType(dict(columns)), count=count)
        return rows

    def __len__(self) -> int:
        return self.count

    def take(self, index: Ints | Sequence[int]) -> Self:
        """The rows at ``index``, in its order."""
        positions = np.asarray(index, dtype=np.int64)
        return self.of(take_columns(self.columns, positions), len(positions))

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """The parts one below the other; at least one."""
        counts = [len(part) for part in parts]
        return cls.of(concat_columns([part.columns for part in parts], counts), sum(counts))


def encode_traits(rows: Sequence[Offer], context: Context) -> dict[str, Any]:
    """The columns of every group, one row per offer."""
    return {name: column for trait in TRAITS.values() for name, column in trait.encode(rows, context).items()}


def distinct(trait: Trait, rows: Sequence[Offer], context: Context) -> tuple[NDArray[np.int32], TraitRows]:
    """Which distinct row each offer has, and those rows in the order in which they first occur."""
    seen: dict[Hashable, int] = {}
    first: list[Offer] = []
    codes = np.empty(len(rows), dtype=np.int32)
    for position, offer in enumerate(rows):
        key = trait.key(offer, context)
        code = seen.setdefault(key, len(first))
        if code == len(first):
            first.append(offer)
        codes[position] = code
    return codes, TraitRows.of(trait.encode(first, context), len(first))


def _region(rows: Sequence[Offer], context: Context) -> dict[str, Any]:
    del context
    return {
        "lon": _degrees([offer.lon for offer in rows]),
        "lat": _degrees([offer.lat for offer in rows]),
        "regions": Ragged.of(dict.fromkeys(_region_codes(offer)) for offer in rows),
    }


def _trade(rows: Sequence[Offer], context: Context) -> dict[str, Any]:
    codes = [offer.industry_codes for offer in rows]
    return {
        "industry": context.tree.offer_matrix(codes),
        "has_industry": np.array([bool(own) for own in codes], dtype=np.bool_),
        "chain": context.chain.offers(rows),
    }


def _text(rows: Sequence[Offer], context: Context) -> dict[str, Any]:
    texts = [offer_text(offer, context.tree) for offer in rows]
    return {"text": context.model.transform_offers(texts, [offer.region_code for offer in rows])}


def _restriction(rows: Sequence[Offer], context: Context) -> dict[str, Any]:
    return {
        "prohibited": _restrictions(rows, "prohibited"),
        "conditional": _restrictions(rows, "conditional"),
        "restricted_closure": Ragged.of(_closure(offer.restricted_industries, context) for offer in rows),
    }


def _site(rows: Sequence[Offer], context: Context) -> dict[str, Any]:
    del context
    priority = [_YES_NO[_is_priority(offer.environment_unit)] for offer in rows]
    return {
        "is_county": np.array([offer.site_kind == "county" for offer in rows], dtype=np.bool_),
        "land_use": np.array([_LAND_USE[offer.land_use] for offer in rows], dtype=np.int64),
        "chemical_park": np.array([_YES_NO[offer.is_chemical_park] for offer in rows], dtype=np.int64),
        "environment": np.array(priority, dtype=np.int64),
        "published": np.array([offer.status == "published" for offer in rows], dtype=np.bool_),
    }


def _days(rows: Sequence[Offer], context: Context) -> dict[str, Any]:
    del context
    until = [(offer.valid_until or date.max).toordinal() for offer in rows]
    return {
        "as_of_day": np.array([offer.as_of.toordinal() for offer in rows], dtype=np.int64),
        "valid_until_day": np.array(until, dtype=np.int64),
    }


TRAITS: Final[Mapping[str, Trait]] = MappingProxyType(
    {
        "region": Trait(
            ("lon", "lat", "regions"),
            lambda o, _: (o.region_code, o.home_region_codes, o.region_paths, o.lon, o.lat),
            _region,
        ),
        "trade": Trait(
            ("industry", "has_industry", "chain"),
            lambda o, _: (o.industry_codes, o.leading_industries, o.materials, o.lon, o.lat),
            _trade,
        ),
        "text": Trait(("text",), lambda o, c: (offer_text(o, c.tree), o.region_code), _text),
        "restriction": Trait(
            ("prohibited", "conditional", "restricted_closure"),
            lambda o, _: o.restricted_industries,
            _restriction,
        ),
        "site": Trait(
            ("is_county", "land_use", "chemical_park", "environment", "published"),
            lambda o, _: (
                o.site_kind == "county",
                o.land_use,
                o.is_chemical_park,
                o.environment_unit,
                o.status == "published",
            ),
            _site,
        ),
        "days": Trait(("as_of_day", "valid_until_day"), lambda o, _: (o.as_of, o.valid_until), _days),
    }
)


#: What can be multiplied with a need term by term, by the name under which its postings are kept.
INDEXED: Final[Mapping[str, tuple[str, Callable[[OfferColumns], csr_array | Ragged]]]] = MappingProxyType(
    {
        "industry": ("trade", lambda rows: rows.industry),
        "chain": ("trade", lambda rows: rows.chain.closure),
        "materials": ("trade", lambda rows: rows.chain.materials),
        "text": ("text", lambda rows: rows.text),
        "regions": ("region", lambda rows: rows.regions),
    }
)


def _degrees(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _is_priority(unit: str | None) -> bool | None:
    return None if unit is None else unit == "priority_protection"


def _region_codes(offer: Offer) -> list[str]:
    """Host, homes and everything above them; the bare codes stand in for missing paths."""
    return [
        offer.region_code,
        *offer.home_region_codes,
        *(code for path in offer.region_paths for code in path),
    ]


def _restrictions(rows: Sequence[Offer], level: str) -> Ragged:
    return Ragged.of([r.code for r in offer.restricted_industries if r.level == level] for offer in rows)


def _closure(restrictions: Sequence[Restriction], context: Context) -> set[str]:
    return {code for restriction in restrictions for code in context.tree.path(restriction.code)}
