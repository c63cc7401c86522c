"""The table of what can be exported: a kind is one line."""

from __future__ import annotations

from typing import Final

from service.exports import delegation, sheets_of_places
from service.exports.kind import Kind
from service.exports.lists import (
    holds,
    opportunities,
    outcomes,
    pairings,
    profiles,
    projects,
    rankings,
    visits,
)

_TABLE: Final = (
    projects.KIND,
    profiles.KIND,
    rankings.MATCHES,
    rankings.EXCLUSIONS,
    holds.KIND,
    opportunities.KIND,
    visits.KIND,
    outcomes.KIND,
    pairings.KIND,
    sheets_of_places.KIND,
    delegation.KIND,
)
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _TABLE}
