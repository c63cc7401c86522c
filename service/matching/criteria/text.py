"""Likeness of what the project and the place write about themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.criterion import Criterion, Terms, Utility
from service.matching.documents import offer_text
from service.matching.postings import Postings
from service.matching.sentences import plain
from service.matching.shares import Shares
from service.matching.trade_words import ACTIVITY

#: About what an unrelated place gets: silence is not likeness.
NEUTRAL: Final = 0.1
_TERMS_SHOWN = 3
#: From which utility on, in words.
_LIKENESS: Final = (
    (0.5, "文字相近", "Similar wording"),
    (0.2, "文字部分相近", "Partly similar wording"),
    (0.0, "文字差异较大", "Different wording"),
)


def measure(needs: NeedColumns, offers: OfferColumns, context: Context) -> Utility:
    """The similarity model's utility; unknown where the place has no text at all."""
    values = context.model.utility(needs.text, offers.text, needs.text_ceiling)
    unknown = np.diff(offers.text.indptr) == 0
    return Utility(np.where(unknown, NEUTRAL, values), np.broadcast_to(unknown, values.shape))


def shares(
    need: NeedColumns, rows: OfferColumns, postings: Mapping[str, Postings], context: Context
) -> Shares:
    """The same for one need."""
    del rows, postings
    return Shares((context.model.share(need.text, int(need.text_ceiling[0])),))


def reason(case: Case, utility: float) -> Shown:
    """How like the texts are, and the words that they share.

    The texts hold the official names of industries too, so nobody is said to have written them.
    """
    tree = case.context.tree
    theirs = offer_text(case.offer, tree)
    if not theirs and case.context.model.knows(case.offer.region_code):
        return Shown(
            case.say(
                f"当地无文字说明，按以往落户该地的项目判断（{utility:.2f}）。",
                f"The place has no text: judged by the projects that went there before ({utility:.2f}).",
            )
        )
    if not theirs:
        text = case.say(
            f"当地无文字说明，暂按 {plain(NEUTRAL)} 计，需与当地确认。",
            f"The place has no text: counted as {plain(NEUTRAL)}, to confirm with the place.",
        )
        return Shown(text, missing=("leading_industries",))
    terms = case.context.model.shared_terms(case.reading.text, theirs, _TERMS_SHOWN)
    how_zh, how_en = next(said for least, *said in _LIKENESS if utility >= least)
    head_zh, head_en = f"{how_zh}（{utility:.2f}）", f"{how_en} ({utility:.2f})"
    shared = [word for term in terms if len(word := ACTIVITY.sub("", term)) > 1]
    if not shared:
        return Shown(case.say(f"{head_zh}，无共同用词。", f"{head_en}, no words in common."))
    return Shown(case.say(f"{head_zh}：“{'”“'.join(shared)}”。", f"{head_en}: “{'”, “'.join(shared)}”."))


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
    trait="text",
    terms=Terms("text", shares, lambda rows: np.diff(rows.text.indptr) == 0),
)
