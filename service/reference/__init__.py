"""Reference data shipped with the service: facts with their sources, read by the standard library alone.

See README.md beside this file for the origin, licence and caveats of every file.
"""

from service.reference.catalogue import (
    content_hash,
    cooperation_facts,
    indicator_packs,
    industries,
    industry_links,
    leading_industry_codes,
    measures,
    pairings,
    quantities,
    regions,
    rulebook_data,
    rules,
    zones,
)
from service.reference.rows import (
    CooperationFact,
    IndustryLink,
    IndustryReading,
    IndustryRow,
    MeasureRow,
    PairingRow,
    QuantityRow,
    RegionRow,
    ZoneRow,
)

__all__ = [
    "CooperationFact",
    "IndustryLink",
    "IndustryReading",
    "IndustryRow",
    "MeasureRow",
    "PairingRow",
    "QuantityRow",
    "RegionRow",
    "ZoneRow",
    "content_hash",
    "cooperation_facts",
    "indicator_packs",
    "industries",
    "industry_links",
    "leading_industry_codes",
    "measures",
    "pairings",
    "quantities",
    "regions",
    "rulebook_data",
    "rules",
    "zones",
]
