"""What policy says, as data: registry of quantities, thresholds, sources and validity of the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Literal

from service.matching.values import Quantity

Language = Literal["zh", "en"]

#: Quantities that are fields of their own and have rules of their own.
CORE_QUANTITIES = ("land_mu", "floor_area_m2", "power_kva", "labour_persons")


@dataclass(frozen=True, slots=True)
class RuleText:
    """What the rule pack says about one rule; ``None`` dates are open."""

    name_zh: str
    name_en: str
    source_zh: str
    source_en: str
    decided_by: str
    fixable: bool
    valid_from: date | None = None
    valid_to: date | None = None

    def applies_on(self, today: date) -> bool:
        """Whether the rule is in force; both ends included."""
        begun = self.valid_from is None or self.valid_from <= today
        return begun and (self.valid_to is None or today <= self.valid_to)


@dataclass(frozen=True)
class RuleBook:
    """The rule pack and the registry of quantities, as the matcher reads them.

    Attributes
    ----------
    quantities : tuple of Quantity
        The registered ones, in declared order, without the four core fields.
    rules : mapping of rule name to RuleText
        "quantity" stands for every registered quantity. A rule that is missing
        here keeps what it declares itself.
    deciders : mapping of key to (Chinese, English) name
    freshness_limit_days : int
    land_price_floor_10k_cny_per_mu : float
        No price below it is ever proposed.
    chemical_industry_codes : tuple of str
        Divisions in which a project may be chemical although it does not say so.
    """

    quantities: tuple[Quantity, ...] = ()
    rules: Mapping[str, RuleText] = field(default_factory=dict)
    deciders: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    freshness_limit_days: int = 365
    land_price_floor_10k_cny_per_mu: float = 4.0
    chemical_industry_codes: tuple[str, ...] = ("C25", "C26")

    @classmethod
    def from_data(cls, data: Mapping[str, Any], quantities: Iterable[Quantity] | None = None) -> RuleBook:
        """Build from plain data: the parsed rule pack, and the registry under "quantities".

        Parameters
        ----------
        data : mapping
            Keys rules, thresholds, deciders, quantities; any may be left out.
        quantities : iterable of Quantity, optional
            The registry, where it does not come with the data. The four core
            fields are dropped from either.

        Raises
        ------
        KeyError, ValueError
            If a rule lacks a field or a date cannot be read.
        """
        thresholds = data.get("thresholds", {})
        if quantities is None:
            quantities = [_quantity(line) for line in data.get("quantities", ())]
        return cls(
            quantities=tuple(q for q in quantities if q.name not in CORE_QUANTITIES),
            rules={name: _rule_text(text) for name, text in data.get("rules", {}).items()},
            deciders={k: (v["name_zh"], v["name_en"]) for k, v in data.get("deciders", {}).items()},
            **{
                **{k: thresholds[k] for k in _PLAIN_THRESHOLDS if k in thresholds},
                "chemical_industry_codes": tuple(thresholds.get("chemical_industry_codes", ("C25", "C26"))),
            },
        )

    def quantity(self, name: str) -> Quantity | None:
        """The registered quantity of that name."""
        return next((quantity for quantity in self.quantities if quantity.name == name), None)

    def decider(self, key: str, language: Language) -> str:
        """The deciding body as people write it; the key itself when the pack does not name it."""
        chinese, english = self.deciders.get(key, (key, key))
        return chinese if language == "zh" else english


_PLAIN_THRESHOLDS = ("freshness_limit_days", "land_price_floor_10k_cny_per_mu")


def _rule_text(text: Mapping[str, Any]) -> RuleText:
    return RuleText(
        name_zh=text["name_zh"],
        name_en=text["name_en"],
        source_zh=text["source_zh"],
        source_en=text["source_en"],
        decided_by=text["decided_by"],
        fixable=bool(text["fixable"]),
        valid_from=_day(text.get("valid_from")),
        valid_to=_day(text.get("valid_to")),
    )


def _quantity(line: Mapping[str, Any]) -> Quantity:
    return Quantity(**{field.name: line[field.name] for field in fields(Quantity)})


def _day(value: str | date | None) -> date | None:
    """TOML has dates of its own; an empty string is an open end."""
    if not value:
        return None
    return value if isinstance(value, date) else date.fromisoformat(value)
