"""What an item of a ranking shows of its place or its project, at hand without a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """What an item of a ranking shows of its place, at hand without a query.

    ``audience`` are the organisations that are ranked on this row; None stands for everyone but
    ``kept_from``, who have a more exact row of their own.
    """

    id: str
    site_name: str
    region_code: str
    region_name: str
    organisation_id: str | None
    is_synthetic: bool
    unconfirmed: bool
    audience: frozenset[str] | None
    kept_from: frozenset[str] = frozenset()


class Address(NamedTuple):
    """What filters read of a place: a few thousand distinct ones, however many places there are."""

    region_code: str
    region_paths: tuple[tuple[str, ...], ...]
    site_kind: str


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """What an item shows of its project; ``own`` rows are exact and for their organisation alone."""

    id: str
    name: str
    industry_code: str
    origin_region_code: str
    organisation_id: str
    stage: str
    own: bool
