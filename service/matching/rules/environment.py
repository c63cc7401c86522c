"""Red lines: restricted industries, chemical parks, protected units, VOC, land use class.

Law and zoning: none of these is ever offered as a fix.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from service.matching.bounds import Bound, Fails, too_small
from service.matching.columns import NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown, show
from service.matching.ragged import intersects
from service.matching.rules.rule import AdmissionRule, declare
from service.matching.sentences import amount, to_confirm_text
from service.matching.values import Band, Need
from service.matching.verdicts import (
    ALL_PASS,
    FAIL,
    PASS,
    UNKNOWN,
    Verdicts,
    at_least,
    decide,
    where,
)


def _restricted(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    """A restriction at or above the project's code binds; one below it may."""
    del context
    prohibited = intersects(needs.industry_path, offers.prohibited)
    open_question = intersects(needs.industry_path, offers.conditional)
    below = intersects(needs.industry_code, offers.restricted_closure)
    return decide(~(prohibited | open_question | below), prohibited)


def _show_restricted(case: Case) -> Shown:
    tree, own = case.context.tree, case.need.industry_code
    hits = [
        restriction
        for restriction in case.offer.restricted_industries
        if tree.is_within(own, restriction.code) or tree.is_within(restriction.code, own)
    ]
    if not hits:
        text = case.say("不在当地限制行业清单内。", "Not on the place's list of restricted industries.")
        return Shown(text, need=own)
    # What forbids goes before what asks for a condition, what binds before what may.
    hits.sort(key=lambda hit: (not tree.is_within(own, hit.code), hit.level != "prohibited"))
    hit = hits[0]
    what = f"{hit.code} {tree.name(hit.code)}"
    if not tree.is_within(own, hit.code):
        text = case.say(
            f"当地限制 {what}，项目行业仅填到 {own}，需确认是否属于该类。",
            f"The place restricts {what}; the project only says {own}: to confirm whether it is one.",
        )
        return Shown(text, need=own, offer=hit.code, missing=("industry_code",))
    if hit.level == "prohibited":
        text = case.say(f"{what}属当地禁止准入行业。", f"The place does not admit {what}.")
        return Shown(text, need=own, offer=hit.code)
    condition = hit.condition or case.say("条件未写明", "condition not stated")
    text = case.say(
        f"{what}在当地属附条件准入行业（{condition}），需确认。",
        f"The place admits {what} on a condition: {condition}. To confirm.",
    )
    return Shown(text, need=own, offer=hit.code, missing=("restricted_industries",))


def _chemical_park(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    """A chemical project needs a recognised park; one that may be chemical is unknown elsewhere."""
    del context
    if not (needs.chemical != 0).any():
        return ALL_PASS
    park = offers.chemical_park
    strict = np.where(park == 1, PASS, np.where(park == 0, FAIL, UNKNOWN))
    return np.where(
        needs.chemical == 0, PASS, np.where(needs.chemical == 1, strict, np.maximum(strict, UNKNOWN))
    )


def _show_chemical_park(case: Case) -> Shown:
    park, chemical = case.offer.is_chemical_park, case.need.is_chemical
    unsaid = ("is_chemical",) if chemical is None else ()
    missing = unsaid if park is not None else (*unsaid, "is_chemical_park")
    if chemical is False or park:
        return Shown(case.say("符合化工园区要求。", "The chemical park requirement is met."))
    if missing:
        text = to_confirm_text(case, missing)
        return Shown(
            case.say("化工项目须进入认定的化工园区；", "Chemical projects need a chemical park. ") + text,
            missing=missing,
        )
    return Shown(
        case.say(
            "化工项目须进入认定的化工园区，当地不属认定的化工园区。",
            "A chemical project needs a recognised chemical park, and this is none.",
        ),
        need="chemical",
        offer="no_chemical_park",
    )


def _priority_protection(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    """No industry in a priority protection unit; a whole county is not one unit."""
    del needs, context
    known = np.where(offers.environment == 1, FAIL, np.where(offers.environment == 0, PASS, UNKNOWN))
    return np.where(offers.is_county & (offers.environment == -1), PASS, known)


def _show_priority(case: Case) -> Shown:
    unit = case.offer.environment_unit
    if unit == "priority_protection":
        text = case.say("位于优先保护单元，不得布局工业。", "In a priority protection unit: no industry.")
        return Shown(text, offer=unit)
    if unit is None and case.offer.site_kind != "county":
        return Shown(to_confirm_text(case, ("environment_unit",)), missing=("environment_unit",))
    return Shown(case.say("不在优先保护单元。", "Not in a priority protection unit."), offer=unit)


def _solvent_coating(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    """Solvent coating needs a VOC quota: any, and the project's own amount where it is stated."""
    del context
    if not needs.solvent.any():
        return ALL_PASS
    quota, need = offers.figure("voc_t_per_year"), needs.figure("voc_t_per_year")
    some = decide(quota.low > 0, quota.high <= 0)
    enough = np.where(need.known, at_least(quota, need), PASS)
    return where(needs.solvent, np.minimum(some, enough))


def _solvent_bounds(need: NeedColumns) -> tuple[Bound, ...]:
    if not need.solvent[0]:
        return ()
    some = Bound("voc_t_per_year", Fails.UP_TO, 0.0)
    return (some, too_small("voc_t_per_year", need, "voc_t_per_year"))


def _show_solvent(case: Case) -> Shown:
    quota, need = case.offer.figures.get("voc_t_per_year"), case.need.figures.get("voc_t_per_year")
    if quota is None:
        text = case.say("溶剂型涂装须有挥发性有机物指标；", "Solvent coating needs a VOC quota. ")
        return show(text + to_confirm_text(case, ("voc_t_per_year",)), need, None, ("voc_t_per_year",))
    unit = case.say("吨/年", "t/year")
    there, wanted = amount(quota, unit, case.language), amount(need, unit, case.language)
    text = case.say(
        f"溶剂型涂装须有挥发性有机物指标：当地 {there}，需 {wanted if need is not None else '有指标'}。",
        f"Solvent coating needs a VOC quota: {there} there, {wanted if need is not None else 'some'} needed.",
    )
    unsure = isinstance(quota, Band) or isinstance(need, Band)
    return show(text, need, quota, ("voc_t_per_year",) if unsure else ())


def needed_land_use(need: Need) -> int:
    """1, 2 or 3 for M1, M2, M3: chemical needs M3, solvent coating M2, anything else M1."""
    if need.is_chemical:
        return 3
    return 2 if need.coating == "solvent" else 1


def _land_use_class(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    """M3 accepts everything, M1 only what disturbs nobody; only where the project builds."""
    del context
    if not needs.build.any():
        return ALL_PASS
    needed = np.where(needs.chemical == 1, 3, np.where(needs.solvent, 2, 1))
    offered = offers.land_use
    verdicts = np.where(offered == 0, UNKNOWN, np.where(offered >= needed, PASS, FAIL))
    return where(needs.build, verdicts)


def _show_land_use(case: Case) -> Shown:
    needed, offered = f"M{needed_land_use(case.need)}", case.offer.land_use
    if offered is None:
        return Shown(to_confirm_text(case, ("land_use",)), need=needed, missing=("land_use",))
    fits = offered >= needed
    text = case.say(
        f"用地类别为 {offered}，项目至少需 {needed}，{'满足' if fits else '不满足'}。",
        f"The land is {offered}, the project needs at least {needed}{'' if fits else ': not met'}.",
    )
    return Shown(text, need=needed, offer=offered)


ENVIRONMENT_RULES: Final = (
    AdmissionRule(
        name="restricted_industry",
        text=declare(
            "不属限制、禁止行业",
            "Industry not restricted",
            ("当地产业准入负面清单", "the place's own negative list"),
            "provincial_government",
            fixable=False,
        ),
        reads_need=("industry_code",),
        reads_offer=("restricted_industries",),
        unit="",
        test=_restricted,
        trait="restriction",
        key=lambda need: need.rows[0].industry_code,
        show=_show_restricted,
    ),
    AdmissionRule(
        name="chemical_park",
        text=declare(
            "化工项目进入认定的化工园区",
            "Chemical project in a recognised chemical park",
            ("工信部联原〔2021〕220号", "Gongxinbulianyuan [2021] No. 220"),
            "provincial_government",
            fixable=False,
        ),
        reads_need=("is_chemical", "industry_code"),
        reads_offer=("is_chemical_park",),
        unit="",
        test=_chemical_park,
        trait="site",
        key=lambda need: int(need.chemical[0]),
        show=_show_chemical_park,
    ),
    AdmissionRule(
        name="priority_protection",
        text=declare(
            "不在优先保护单元",
            "Not in a priority protection unit",
            ("环环评〔2021〕108号", "Huanhuanping [2021] No. 108"),
            "provincial_environment_department",
            fixable=False,
        ),
        reads_need=(),
        reads_offer=("environment_unit", "site_kind"),
        unit="",
        test=_priority_protection,
        trait="site",
        key=lambda need: (),
        show=_show_priority,
    ),
    AdmissionRule(
        name="solvent_coating",
        text=declare(
            "溶剂型涂装须有挥发性有机物指标",
            "Solvent coating needs a VOC quota",
            ("环大气〔2019〕53号", "Huandaqi [2019] No. 53"),
            "prefecture_environment_bureau",
            fixable=False,
        ),
        reads_need=("coating", "voc_t_per_year"),
        reads_offer=("voc_t_per_year",),
        unit="t/year",
        test=_solvent_coating,
        bounds=_solvent_bounds,
        show=_show_solvent,
    ),
    AdmissionRule(
        name="land_use_class",
        text=declare(
            "工业用地类别相符",
            "Land use class fits",
            ("GB 50137-2011", "GB 50137-2011"),
            "planning_authority",
            fixable=False,
        ),
        reads_need=("is_chemical", "coating"),
        reads_offer=("land_use",),
        unit="",
        test=_land_use_class,
        trait="site",
        key=lambda need: (bool(need.build[0]), int(need.chemical[0]), bool(need.solvent[0])),
        show=_show_land_use,
    ),
)
