"""Coverage: how much of a need an offer covers. Shared by land, power, labour, quantities.

utility = min(1, offer / need) ** 2: full from the need upwards, since a surplus
helps nobody; below it a shortfall hurts more than in proportion to what is there
(half the land is worth a quarter). Of a band the worse end counts, so that the
utility depends on the band alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from service.matching.columns import Bools, FigureColumn
from service.matching.context import Case, Shown, show
from service.matching.criteria.criterion import Utility
from service.matching.sentences import amount, label, source_of, unknown_text
from service.matching.values import Band, Figure

#: Half of the range: a missing figure neither helps nor sinks a place.
NEUTRAL: Final = 0.5


def coverage(need: FigureColumn, offer: FigureColumn, *, at_most: bool = False) -> Utility:
    """Coverage of a need; 1 where there is no need, neutral where the offer is unknown.

    Parameters
    ----------
    need, offer : FigureColumn
        Not negative; shapes broadcast.
    at_most : bool
        For figures that should be small (distances): need / offer instead.
    """
    have, want = (need.low, offer.high) if at_most else (offer.low, need.high)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.minimum(have / want, 1.0)
    # Compared before divided, so that 0 of 0, and infinite ends, count as covered.
    ratio = np.where(have >= want, 1.0, ratio)
    unknown = need.known & ~offer.known
    values = np.where(need.known, ratio * ratio, 1.0)
    return Utility(np.where(unknown, NEUTRAL, values), unknown)


def masked(applies: Bools, utility: Utility) -> Utility:
    """1 and known where it does not apply."""
    return Utility(np.where(applies, utility.values, 1.0), applies & utility.unknown)


def worse(first: Utility, second: Utility) -> Utility:
    """The smaller of two; unknown when either is."""
    return Utility(np.minimum(first.values, second.values), first.unknown | second.unknown)


def coverage_text(case: Case, field: str, need: Figure, offer: Figure, *, at_most: bool = False) -> str:
    """What is needed, what is there, and how much is short."""
    about = label(case.context.book, field)
    name, unit = about.name(case.language), about.unit_in(case.language)
    wanted, there = amount(need, unit, case.language), amount(offer, unit, case.language)
    source = source_of(case, field)
    chinese = case.language == "zh"
    if isinstance(need, Band) or isinstance(offer, Band) or need is None or offer is None:
        if chinese:
            return f"{name} {there}，项目需 {wanted}（按区间比较）{source}。"
        return f"{name}: {there} for {wanted} needed (known as a range){source}."
    short = offer - need if at_most else need - offer
    if chinese:
        asked = f"{name} {there}，{'要求不超过' if at_most else '项目需'} {wanted}，"
        if short > 0:
            return f"{asked}{'超出' if at_most else '缺'} {amount(short, unit, 'zh')}{source}。"
        spare = "" if short == 0 or at_most else f"，富余 {amount(-short, unit, 'zh')}"
        return f"{asked}满足{spare}{source}。"
    if short <= 0:
        fits, end = ("within the", "allowed") if at_most else ("free for", "needed")
        return f"{name}: {there} {fits} {wanted} {end}{source}."
    gap = amount(short, unit, "en")
    if at_most:
        return f"{name}: {there} against at most {wanted}, {gap} over{source}."
    return f"{name}: {there} for {wanted} needed, {gap} short{source}."


def coverage_reason(case: Case, field: str, offer: Figure, *, at_most: bool = False) -> Shown:
    """The reason for one covered figure. ``offer`` is the figure that decides."""
    need = case.need.figures.get(field)
    about = label(case.context.book, field)
    name, unit = about.name(case.language), about.unit_in(case.language)
    if need is None:
        bare = name.removeprefix("可用").removeprefix("可招")
        text = case.say(f"项目对{bare}无要求。", f"{name}: the project needs none.")
        return show(text, None, offer)
    if offer is None:
        wanted = amount(need, unit, case.language)
        asked = case.say(f"项目需 {wanted}；当地", f"{wanted} needed. ")
        return show(asked + unknown_text(case, field, NEUTRAL), need, None, (field,))
    return show(coverage_text(case, field, need, offer, at_most=at_most), need, offer)
