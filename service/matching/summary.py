"""One line per item: what speaks for the place and what against it, out of the very contributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from service.matching.chain import bought_names
from service.matching.context import Case
from service.matching.criteria.land import deciding_land
from service.matching.criteria.partnership import PROGRAMME_NAMES
from service.matching.rulebook import Language
from service.matching.sentences import amount, label
from service.matching.values import Band, Figure

#: From here on a utility speaks for the place; below the other it speaks against it.
_STRONG, _WEAK = 0.75, 0.6
STRENGTHS_SHOWN = 3
_LISTED = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """What the summary reads of one line of a score. ``missing`` are the fields to confirm."""

    criterion: str
    utility: float
    unknown: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """All that a summary may say of one pair, by the line of the score that it belongs to.

    ``strong`` has a utility of 0.75 or more, ``weak`` less than 0.6; ``unknown`` are the open questions.
    What the project gives no cause for is in none of them. ``pairing`` is said in any case.
    """

    strong: dict[int, str]
    weak: dict[int, str]
    unknown: dict[int, str]
    pairing: str
    language: Language


def points(case: Case, lines: Sequence[ScoreLine]) -> Points:
    """What may be said of a pair, whatever its lines weigh; likeness of wording stays with its own line."""
    strong: dict[int, str] = {}
    weak: dict[int, str] = {}
    unknown: dict[int, str] = {}
    for place, line in enumerate(lines):
        phrase = _PHRASES.get(line.criterion)
        if phrase is None:
            continue
        if line.unknown:
            if line.missing:
                unknown[place] = _unknown(case, line)
        elif line.utility >= _STRONG:
            if text := phrase(case, True):
                strong[place] = text
        elif line.utility < _WEAK and (text := phrase(case, False)):
            weak[place] = text
    return Points(strong, weak, unknown, _pairing(case), case.language)


def said(said_of: Points, weights: Sequence[float], utilities: Sequence[float]) -> tuple[int, ...]:
    """Which lines a summary names under these weights.

    The strongest by contribution (at most three), the weightiest open question, and the weak line that
    costs the score most; of equal ones the first.

    Returns
    -------
    lines : tuple of int, length 5
        Three strong ones, the open one, the weak one; -1 where there is none.
    """
    strong = sorted(said_of.strong, key=lambda n: -weights[n] * utilities[n])[:STRENGTHS_SHOWN]
    unknown = min(said_of.unknown, key=lambda n: -weights[n], default=-1)
    weak = min(said_of.weak, key=lambda n: -weights[n] * (1 - utilities[n]), default=-1)
    return (*strong, *[-1] * (STRENGTHS_SHOWN - len(strong)), unknown, weak)


def sentence(said_of: Points, lines: Sequence[int]) -> str:
    """The summary that names these lines, as ``said`` gives them.

    Returns
    -------
    text : str
        "产业对口、土地充足（120/60 亩）；短板：电价待确认、距离 402 公里。"
    """
    *strong, unknown, weak = lines
    fits = [said_of.strong[line] for line in strong if line >= 0]
    lacks = [said_of.unknown[unknown]] if unknown >= 0 else []
    lacks += [said_of.weak[weak]] if weak >= 0 else []
    fits += [said_of.pairing] if said_of.pairing else []
    listed = _LISTED[said_of.language]
    good, bad = listed.join(fits), listed.join(lacks)
    if said_of.language == "zh":
        return f"{good or '无突出优势'}；{'短板：' if bad else '无明显短板'}{bad}。"
    text = f"{good or 'no outstanding strength'}; {'weak: ' if bad else 'no marked weakness'}{bad}."
    return f"{text[0].upper()}{text[1:]}"


def _pairing(case: Case) -> str:
    if case.partner is None:
        return ""
    zh, en = PROGRAMME_NAMES[case.partner[0].programme]
    return case.say(f"属结对地区（{zh}）", f"partner region ({en})")


def _unknown(case: Case, line: ScoreLine) -> str:
    names = list(dict.fromkeys(label(case.context.book, name).name(case.language) for name in line.missing))
    listed = _LISTED[case.language].join(names)
    return case.say(f"{listed}待确认", f"{listed.lower()} to confirm")


def _industry(case: Case, strong: bool) -> str:
    if strong:
        return case.say("产业对口", "same industry")
    return case.say("产业不对口", "another industry")


def _chain(case: Case, strong: bool) -> str:
    asked = bought_names(case.need)
    made = {link.term for link in case.links if link.kind == "input"}
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
    distance = case.distance_km
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
