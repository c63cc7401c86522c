"""The supply chain: the place makes what the project buys, or buys what it makes."""

from __future__ import annotations

from collections.abc import Mapping

from service.matching import chain_utility
from service.matching.chain import ChainLink, bought_names
from service.matching.chain_utility import NEUTRAL
from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Terms, Utility
from service.matching.postings import Postings
from service.matching.sentences import plain
from service.matching.shares import Shares

_LINKS_SHOWN = 2


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """Weighted mean of inputs, likeness, buyers and materials that the project gives cause for."""
    del context
    return Utility(*chain_utility.utility(needs.chain, offers.chain))


def shares(
    need: NeedColumns, rows: OfferColumns, postings: Mapping[str, Postings], context: Context
) -> Shares:
    """The same for one need."""
    del context
    return chain_utility.shares(need.chain, rows.chain, postings["materials"])


def reason(case: Case, utility: float) -> Shown:
    """Which inputs the place makes and which it does not, then products, users and materials."""
    need, offer = case.need, case.offer
    says_something = bool(offer.industry_codes or offer.leading_industries or offer.materials)
    if not says_something and utility == NEUTRAL:
        text = case.say(
            f"当地未填报产业和原料，暂按 {plain(NEUTRAL)} 计，需与当地确认。",
            f"The place states no industries or materials: counted as {plain(NEUTRAL)}, to confirm.",
        )
        return Shown(text, missing=("leading_industries",))
    links = case.links
    asked = [term for term, _ in case.reading.chain.bought]
    parts = [_inputs_text(case, asked, [link for link in links if link.kind == "input"])] if asked else []
    if unread := [name for name in bought_names(need) if name not in asked]:
        listed = case.say("、", ", ").join(unread)
        parts.append(case.say(f"{listed}未能识别行业，未计入", f"not read, so not counted: {listed}"))
    parts += _alike_texts(case, [link for link in links if link.kind == "alike"])
    for kind in ("supplier", "buyer", "material"):
        parts += [_link_text(case, link) for link in links if link.kind == kind][:_LINKS_SHOWN]
    if not parts:
        return Shown(case.say("未发现上下游配套关系。", "No link of the supply chain found."))
    text = case.say("；", "; ").join(parts) + case.say("。", ".")
    return Shown(f"{text[0].upper()}{text[1:]}")


def _inputs_text(case: Case, asked: list[str], links: list[ChainLink]) -> str:
    """How many of the inputs the place makes, by which of its industries, and what it lacks."""
    listed = case.say("、", ", ")
    lacking = [term for term in asked if term not in {link.term for link in links}]
    if not links:
        return case.say(
            f"当地未见生产所需{listed.join(lacking)}的产业", f"the place makes none of {listed.join(lacking)}"
        )
    made = listed.join(
        case.say(
            f"“{listed.join(terms)}”对应当地{_theirs(case, declared, code, name)}",
            f"“{listed.join(terms)}” by its {_theirs(case, declared, code, name)}",
        )
        for (declared, code, name), terms in _by_industry(links).items()
    )
    total = len(bought_names(case.need))
    all_zh = f"所需 {total} 项投入品当地均有相应产业："
    head = case.say(
        all_zh if total == len(links) else f"所需 {total} 项投入品中 {len(links)} 项当地有相应产业：",
        f"{len(links)} of {total} inputs have an industry there: ",
    )
    rest = case.say(f"；未见{listed.join(lacking)}", f"; not seen: {listed.join(lacking)}") if lacking else ""
    return head + made + rest


def _by_industry(links: list[ChainLink]) -> dict[tuple[str, str, str], list[str]]:
    """The terms that one industry of the place stands for."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for link in links:
        found.setdefault((link.declared, link.code, link.name), []).append(link.term)
    return found


def _alike_texts(case: Case, links: list[ChainLink]) -> list[str]:
    listed = case.say("、", ", ")
    return [
        case.say(
            f"当地{_theirs(case, declared, code, name)}与项目产品“{listed.join(terms)}”同类",
            f"the place's {_theirs(case, declared, code, name)} is of one kind with “{listed.join(terms)}”",
        )
        for (declared, code, name), terms in _by_industry(links).items()
    ][:_LINKS_SHOWN]


def _theirs(case: Case, declared: str, code: str, name: str) -> str:
    """What the place wrote, and the industry that it shares by it; the official name is said once."""
    shared = code if declared == name else f"{code} {name}"
    return case.say(f"“{declared}”（{shared}）", f"“{declared}” ({shared})")


def _link_text(case: Case, link: ChainLink) -> str:
    theirs = _theirs(case, link.declared, link.code, link.name)
    match link.kind:
        case "supplier":
            return case.say(
                f"当地{theirs}通常为项目行业供货",
                f"the place's {theirs} usually supplies this industry",
            )
        case "buyer":
            return case.say(
                f"当地{theirs}通常采购项目产品",
                f"the place's {theirs} usually buys such products",
            )
    far_zh = "，但超出运距" if link.within_haul is False else ""
    far_en = ", but beyond the haul" if link.within_haul is False else ""
    return case.say(
        f"原料“{link.term}”当地有产（“{link.declared}”）{far_zh}",
        f"the material “{link.term}” is found there (“{link.declared}”){far_en}",
    )


CRITERION = Criterion(
    name="supply_chain",
    name_zh="产业链配套",
    name_en="Supply chain",
    unit="",
    default_weight=0.12,
    bounds_zh="1：所需投入品、原料当地均有，当地有同类产品和产品用户；0：均无；项目未列则为 0.5",
    bounds_en="1: makes the inputs, has the materials, makes and buys such products; 0: none; 0.5: unnamed",
    neutral=NEUTRAL,
    direction="match",
    measure=measure,
    reason=reason,
    trait="trade",
    terms=Terms("chain", shares, lambda rows: ~rows.chain.known),
)
