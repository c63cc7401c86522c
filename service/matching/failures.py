"""A rule that a place fails, with its figures, its source and its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from service.matching.context import Case
from service.matching.rules import AdmissionRule


@dataclass(frozen=True, slots=True)
class Failure:
    """One rule that a place fails."""

    rule: str
    need: float | str | None
    offer: float | str | None
    unit: str
    source: str
    fixable: bool
    decided_by: str
    reason: str
    need_band: tuple[float, float] | None
    offer_band: tuple[float, float] | None


def failure(rule: AdmissionRule, case: Case, fixable: bool) -> Failure:
    """One failing rule with its figures, source and sentence."""
    shown = rule.show(case)
    document = next((case.offer.sources[f] for f in rule.reads_offer if f in case.offer.sources), None)
    source = case.say(rule.text.source_zh, rule.text.source_en)
    return Failure(
        rule=rule.name,
        need=shown.need,
        offer=shown.offer,
        unit=rule.unit,
        source=f"{source}{case.say('；', '; ')}{document}" if document else source,
        fixable=fixable,
        decided_by=rule.text.decided_by,
        reason=shown.text,
        need_band=shown.need_band,
        offer_band=shown.offer_band,
    )
