"""Nearness of the project's industry to the place's in the tree of GB/T 4754."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Terms, Utility
from service.matching.postings import Postings
from service.matching.sentences import plain
from service.matching.shares import Share, Shares

#: What sharing no more than the section (all of manufacturing) earns: a place that does
#: not name its industries is taken for any place, not for half a match.
NEUTRAL: Final = 0.2
#: What the levels of GB/T 4754 are called.
_LEVELS: Final = (("门类", "section"), ("大类", "division"), ("中类", "group"), ("小类", "class"))


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """Points earned on the path from section to class over points attainable."""
    similarity = context.tree.similarity(needs.industry, needs.industry_attainable, offers.industry)
    unknown = ~offers.has_industry
    return Utility(np.where(unknown, NEUTRAL, similarity), np.broadcast_to(unknown, similarity.shape))


def shares(
    need: NeedColumns, rows: OfferColumns, postings: Mapping[str, Postings], context: Context
) -> Shares:
    """The same for one need."""
    del rows, postings, context
    attainable = int(need.industry_attainable[0])
    return Shares((Share(need.industry.indices, need.industry.data, unit=attainable),))


def reason(case: Case, utility: float) -> Shown:
    """Which declared industry comes closest, and the node they share."""
    del utility
    tree, own = case.context.tree, case.need.industry_code
    own_name = f"{own} {tree.name(own)}"
    declared = case.offer.industry_codes
    if not declared:
        text = case.say(
            f"当地产业代码未填报，暂按 {plain(NEUTRAL)} 计，需与当地确认。",
            f"The place states no industry codes: counted as {plain(NEUTRAL)}, to confirm with the place.",
        )
        return Shown(text, need=own, missing=("industry_codes",))
    nearest = tree.nearest(own, declared)
    if nearest is None:
        text = case.say(
            f"当地产业与项目行业（{own_name}）不属同一门类。",
            f"No industry of the place shares a section with the project's ({own_name}).",
        )
        return Shown(text, need=own, offer=", ".join(declared))
    code, shared = nearest
    word = _leading_word(case, code)
    what_zh = f"当地主导产业“{word}”" if word else f"当地产业（{code} {tree.name(code)}）"
    what_en = f"The place's leading industry “{word}”" if word else f"The place's {code} {tree.name(code)}"
    if tree.name(shared) == tree.name(own):  # a group of one class is the class
        text = case.say(
            f"当地主导产业{f'“{word}”' if word else ''}与项目行业一致（{own_name}）。",
            f"The place's leading industry{f' “{word}”' if word else ''} is the project's ({own_name}).",
        )
        return Shown(text, need=own, offer=code)
    depth = len(tree.path(shared))
    level_zh, level_en = _LEVELS[depth - 1]
    only_zh, only_en = ("仅", " only") if depth == 1 else ("", "")
    text = case.say(
        f"{what_zh}与项目行业（{own_name}）{only_zh}同属{level_zh} {shared} {tree.name(shared)}。",
        f"{what_en} and the project's {own_name} share{only_en} the {level_en} {shared} {tree.name(shared)}.",
    )
    return Shown(text, need=own, offer=code)


def _leading_word(case: Case, code: str) -> str:
    """The place's own word for the industry: the first that is read as that code, or as one on its path."""
    tree = case.context.tree
    for word in case.offer.leading_industries:
        read = [found for found, _ in case.context.chain.lexicon.codes(word)]
        if any(tree.is_within(found, code) or tree.is_within(code, found) for found in read):
            return word
    return ""


CRITERION = Criterion(
    name="industry",
    name_zh="产业相近",
    name_en="Industry",
    unit="",
    default_weight=0.20,
    bounds_zh="1：同一小类（或项目所填层级）；0.8：同一大类；0.2：同一门类；0：不同门类",
    bounds_en="1: same class (or the project's own level); 0.8: same division; 0.2: same section; 0: other",
    neutral=NEUTRAL,
    direction="match",
    measure=measure,
    reason=reason,
    trait="trade",
    terms=Terms("industry", shares, lambda rows: ~rows.has_industry),
)
