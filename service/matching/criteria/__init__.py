"""The criteria of the score, in the order in which it is added up."""

from __future__ import annotations

from service.matching.criteria import (
    cost,
    freshness,
    industry,
    labour,
    land,
    partnership,
    power,
    proximity,
    quantities,
    supply_chain,
    text,
)
from service.matching.criteria.criterion import Criterion, Utility

CRITERIA: tuple[Criterion, ...] = (
    industry.CRITERION,
    supply_chain.CRITERION,
    text.CRITERION,
    land.CRITERION,
    power.CRITERION,
    labour.CRITERION,
    quantities.CRITERION,
    cost.CRITERION,
    partnership.CRITERION,
    proximity.CRITERION,
    freshness.CRITERION,
)

__all__ = ["CRITERIA", "Criterion", "Utility"]
