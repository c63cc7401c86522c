"""The admission rules in force under a rule book."""

from __future__ import annotations

from dataclasses import replace

from service.matching.rulebook import RuleBook, RuleText
from service.matching.rules.capacity import CAPACITY_RULES, quantity_rule
from service.matching.rules.environment import ENVIRONMENT_RULES
from service.matching.rules.prices import PRICE_RULES
from service.matching.rules.rule import AdmissionRule, Change
from service.matching.rules.standing import STANDING_RULES
from service.matching.rules.thresholds import THRESHOLD_RULES

__all__ = ["AdmissionRule", "Change", "admission_rules"]


def admission_rules(book: RuleBook) -> tuple[AdmissionRule, ...]:
    """Every rule, in declared order, with what the rule pack says of it.

    The pack can forbid a fix, but not allow one that the rule itself rules out:
    law, zoning and red lines stay out of every fix, whatever the data says.
    """
    quantities = tuple(quantity_rule(quantity) for quantity in book.quantities)
    declared = (
        *CAPACITY_RULES,
        *quantities,
        *PRICE_RULES,
        *THRESHOLD_RULES,
        *ENVIRONMENT_RULES,
        *STANDING_RULES,
    )
    return tuple(replace(rule, text=_merged(rule, book)) for rule in declared)


def _merged(rule: AdmissionRule, book: RuleBook) -> RuleText:
    if rule.name in book.rules:
        text = book.rules[rule.name]
        return replace(text, fixable=text.fixable and rule.text.fixable)
    if rule.name.startswith("quantity:") and "quantity" in book.rules:
        # Names, decider and whether it can be acted on come from the registry's own line.
        shared = book.rules["quantity"]
        return replace(
            rule.text,
            source_zh=shared.source_zh,
            source_en=shared.source_en,
            fixable=shared.fixable and rule.text.fixable,
            valid_from=shared.valid_from,
            valid_to=shared.valid_to,
        )
    return rule.text
