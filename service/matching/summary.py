"""One line per item: what speaks for the place and what against it, out of the very contributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from service.matching.chain import bought_names
from service.matching.context import Case
from service.matching.criteria.land import deciding_land
from service.matching.criteria.partnership import PROGRAMME_NAMES, counted_partner
from service.matching.criteria.proximity import distance_km
from service.matching.sentences import amount, label
from service.matching.values import Band, Figure

#: From here on a utility speaks for the place; below the other it speaks against it.
_STRONG, _WEAK = 0.75, 0.6
_STRENGTHS_SHOWN = 3
_LISTED = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """What the summary reads of one contribution. ``missing`` are the fields to confirm."""

    criterion: str
    weight: float
    utility: float
    unknown: bool
    missing: tuple[str, ...]


def summary(case: Case, lines: Sequence[ScoreLine]) -> str:
    """The strongest points (at most three), the weakest one, and the weightiest open question.

    Strong is what has a utility of 0.75 or more, by its contribution; weak what has less than 0.6, by
    what it costs the score; equal ones in the order of the criteria. A pairing is said besides. Neither
    is what the project gives no cause for; likeness of wording stays with its own line.

    Returns
    -------
    text : str
        "产业对口、土地充足（120/60 亩）；短板：电价待确认、距离 402 公里。"
    """
    told = [line for line in lines if line.criterion in _PHRASES]
    known = [line for line in told if not line.unknown]
    strong = sorted((n for n in known if n.utility >= _STRONG), key=lambda n: -n.weight * n.utility)
    weak = sorted((n for n in known if n.utility < _WEAK), key=lambda n: -n.weight * (1 - n.utility))
    unknown = sorted((n for n in told if n.unknown and n.missing), key=lambda n: -n.weight)
    fits = [text for line in strong if (text := _PHRASES[line.criterion](case, True))][:_STRENGTHS_SHOWN]
    lacks = [_unknown(case, line) for line in unknown][:1]
    lacks += [text for line in weak if (text := _PHRASES[line.criterion](case, False))][:1]
    listed = _LISTED[case.language]
    fits += _pairing(case)
    good, bad = listed.join(fits), listed.join(lacks)
    if case.language == "zh":
        return f"{good or '无突出优势'}；{'短板：' if bad else '无明显短板'}{bad}。"
    text = f"{good or 'no outstanding strength'}; {'weak: ' if bad else 'no marked weakness'}{bad}."
    return f"{text[0].upper()}{text[1:]}"


def _pairing(case: Case) -> list[str]:
    found = counted_partner(case.need, case.offer)
    if found is None:
        return []
    zh, en = PROGRAMME_NAMES[found[0].programme]
    return [case.say(f"属结对地区（{zh}）", f"partner region ({en})")]


def _unknown(case: Case, line: ScoreLine) -> str:
    names = list(dict.fromkeys(label(case.context.book, name).name(case.language) for name in line.missing))
    listed = _LISTED[case.language].join(names)
    return case.say(f"{listed}待确认", f"{listed.lower()} to confirm")


def _industry(case: Case, strong: bool) -> str:
    if strong:
        return case.say("产业对口", "same industry")
    return case.say("产业不对口", "another industry")


def _chain(case: Case, strong: bool) -> str:
    encoder = case.context.chain
    asked = bought_names(case.need)
    made = {link.term for link in encoder.matched(case.need, case.offer) if link.kind == "input"}
    counts = f"{len(made)}/{len(asked)}"
    zh, en = (f"（{counts} 项投入品）", f" ({counts} inputs)") if asked else ("", "")
    if strong:
        return case.say(f"配套较全{zh}", f"the chain is there{en}")
    return case.say(f"配套不足{zh}", f"little of the chain{en}")


def _pair(case: Case, field: str, offer: Figure) -> str:
    """Offer/need with the unit, "120/60 亩"; "" where the project needs none."""
    need = case.need.figures.get(field)
    if need is None or offer is None:
        return ""
    unit = label(case.context.book, field).unit_in(case.language)
    there = amount(offer, "", case.language)
    banded = isinstance(offer, Band) or isinstance(need, Band)
    slash = case.say(" 对 ", " against ") if banded else "/"
    return f"{there}{slash}{amount(need, unit, case.language)}"


def _covered(case: Case, strong: bool, field: str, offer: Figure, names: tuple[str, str]) -> str:
    pair = _pair(case, field, offer)
    if not pair or strong == _is_short(case.need.figures.get(field), offer):
        return ""
    zh, en = names
    if strong:
        return case.say(f"{zh}充足（{pair}）", f"enough {en} ({pair})")
    return case.say(f"{zh}不足（{pair}）", f"too little {en} ({pair})")


def _is_short(need: Figure, offer: Figure) -> bool:
    """Whether the offer stays below the need; of bands the worse ends count, as in the utility."""
    have = offer.low if isinstance(offer, Band) else offer or 0.0
    return have < (need.high if isinstance(need, Band) else need or 0.0)


def _land(case: Case, strong: bool) -> str:
    parts = []
    if case.build:
        parts.append(_covered(case, strong, "land_mu", deciding_land(case.offer)[1], ("土地", "land")))
    if case.rent:
        floor = case.offer.figures.get("floor_area_m2")
        parts.append(_covered(case, strong, "floor_area_m2", floor, ("厂房", "floor area")))
    return _LISTED[case.language].join(part for part in parts if part)


def _power(case: Case, strong: bool) -> str:
    return _covered(case, strong, "power_kva", case.offer.figures.get("power_kva"), ("供电", "power"))


def _labour(case: Case, strong: bool) -> str:
    offer = case.offer.figures.get("labour_persons")
    return _covered(case, strong, "labour_persons", offer, ("用工", "labour"))


def _quantities(case: Case, strong: bool) -> str:
    named = [q.name for q in case.context.book.quantities if case.need.figures.get(q.name) is not None]
    if not named:
        return ""
    if strong:
        return case.say("其他要素基本满足", "other quantities mostly met")
    return case.say("其他要素不足", "other quantities short")


def _cost(case: Case, strong: bool) -> str:
    return case.say("综合成本较低", "low cost") if strong else case.say("综合成本偏高", "high cost")


def _partnership(case: Case, strong: bool) -> str:
    return "" if strong else case.say("非结对地区", "not a partner region")


def _proximity(case: Case, strong: bool) -> str:
    distance = distance_km(case.need, case.offer)
    if distance is None:
        return ""
    if strong:
        return case.say(f"距离较近（{distance:,.0f} 公里）", f"near ({distance:,.0f} km)")
    return case.say(f"距离 {distance:,.0f} 公里", f"{distance:,.0f} km away")


def _freshness(case: Case, strong: bool) -> str:
    if strong:
        return ""
    age = (case.context.today - case.offer.as_of).days
    return case.say(f"数据已 {age} 天未更新", f"figures {age} days old")


_PHRASES: Final[dict[str, Callable[[Case, bool], str]]] = {
    "industry": _industry,
    "supply_chain": _chain,
    "land": _land,
    "power": _power,
    "labour": _labour,
    "quantities": _quantities,
    "cost": _cost,
    "partnership": _partnership,
    "proximity": _proximity,
    "freshness": _freshness,
}
