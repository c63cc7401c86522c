"""Likeness of what the project and the place write about themselves."""

from __future__ import annotations

from typing import Final

import numpy as np

from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Utility
from service.matching.documents import need_text, offer_text
from service.matching.sentences import plain

#: About what an unrelated place gets: silence is not likeness.
NEUTRAL: Final = 0.1
_TERMS_SHOWN = 3


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """The similarity model's utility; unknown where the place has no text at all."""
    values = context.model.utility(needs.text, offers.text, needs.text_ceiling)
    unknown = np.diff(offers.text.indptr) == 0
    return Utility(np.where(unknown, NEUTRAL, values), np.broadcast_to(unknown, values.shape))


def reason(case: Case, utility: float) -> Shown:
    """The words that both sides use."""
    del utility
    tree = case.context.tree
    theirs = offer_text(case.offer, tree)
    if not theirs:
        text = case.say(
            f"当地无文字说明，按 {plain(NEUTRAL)} 计，需与当地确认。",
            f"The place has no text: counted as {plain(NEUTRAL)}, to confirm with the place.",
        )
        return Shown(text, missing=("leading_industries",))
    terms = case.context.model.shared_terms(need_text(case.need, tree), theirs, _TERMS_SHOWN)
    if not terms:
        return Shown(case.say("双方文字没有共同用词。", "The two texts share no words."))
    return Shown(
        case.say(f"双方都提到“{'”“'.join(terms)}”。", f"Both texts mention “{'”, “'.join(terms)}”."),
    )


CRITERION = Criterion(
    name="text",
    name_zh="文本相似",
    name_en="Text",
    unit="",
    default_weight=0.15,
    bounds_zh="相似模型给出，0 至 1；当地无文字则按 0.1 计",
    bounds_en="given by the similarity model, 0 to 1; 0.1 when the place has no text",
    neutral=NEUTRAL,
    direction="match",
    measure=measure,
    reason=reason,
)
