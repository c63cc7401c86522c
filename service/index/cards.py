"""What an item of a ranking shows of its place or its project, at hand without a query."""

from __future__ import annotations

from dataclasses import dataclass


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
