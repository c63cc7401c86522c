"""The supply chain: the place makes what the project buys, or buys what it makes."""

from __future__ import annotations

from service.matching import chain
from service.matching.chain import ChainLink
from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Utility
from service.matching.sentences import plain

_LINKS_SHOWN = 3


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """Weighted mean of inputs, buyers and materials that the project gives cause for."""
    del context
    return Utility(*chain.utility(needs.chain, offers.chain))


def reason(case: Case, utility: float) -> Shown:
    """The links that counted, at most three."""
    need, offer = case.need, case.offer
    says_something = bool(offer.industry_codes or offer.leading_industries or offer.materials)
    if not says_something and utility == chain.NEUTRAL:
        text = case.say(
            f"当地未填报产业和原料，按 {plain(chain.NEUTRAL)} 计，需与当地确认。",
            f"The place states no industries or materials: counted as {plain(chain.NEUTRAL)}, to confirm.",
        )
        return Shown(text, missing=("leading_industries",))
    links = case.context.chain.matched(need, offer)
    if not links:
        return Shown(case.say("未发现上下游配套。", "No link of the supply chain found."))
    text = case.say("；", "; ").join(_link_text(case, link) for link in links[:_LINKS_SHOWN])
    return Shown(text + case.say("。", "."))


def _link_text(case: Case, link: ChainLink) -> str:
    match link.kind:
        case "input":
            return case.say(
                f"项目所需“{link.term}”当地有“{link.declared}”（{link.code} {link.name}）",
                f"for the input “{link.term}” the place has “{link.declared}” ({link.code} {link.name})",
            )
        case "supplier":
            return case.say(
                f"当地“{link.declared}”通常为本行业供货（{link.code} {link.name}）",
                f"the place's “{link.declared}” usually supplies this industry ({link.code} {link.name})",
            )
        case "buyer":
            return case.say(
                f"当地“{link.declared}”通常采购本项目产品（{link.code} {link.name}）",
                f"the place's “{link.declared}” usually buys such products ({link.code} {link.name})",
            )
    far_zh = "，超出运距" if link.within_haul is False else ""
    far_en = ", beyond the haul" if link.within_haul is False else ""
    return case.say(
        f"原料“{link.term}”当地有“{link.declared}”{far_zh}",
        f"the material “{link.term}” is found as “{link.declared}”{far_en}",
    )


CRITERION = Criterion(
    name="supply_chain",
    name_zh="产业链配套",
    name_en="Supply chain",
    unit="",
    default_weight=0.12,
    bounds_zh="1：所需投入品、原料当地均有，产品当地有用户；0：均无；项目未列则为 0.5",
    bounds_en="1: makes every input, has the materials, buys the products; 0: none of it; 0.5 if none named",
    neutral=chain.NEUTRAL,
    direction="match",
    measure=measure,
    reason=reason,
)
