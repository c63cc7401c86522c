"""The table of what can be exported: a kind is one line."""

from __future__ import annotations

from typing import Final

from service.exports import assessment, delegation, sheets_of_places
from service.exports.kind import Kind
from service.exports.lists import (
    holds,
    ledger_entries,
    opportunities,
    outcomes,
    pairings,
    profiles,
    projects,
    rankings,
    targets,
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
    ledger_entries.KIND,
    targets.KIND,
    assessment.ASSESSMENT,
    assessment.SUBMISSION,
    sheets_of_places.KIND,
    delegation.KIND,
)
KINDS: Final[dict[str, Kind]] = {kind.name: kind for kind in _TABLE}
