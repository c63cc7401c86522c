"""Who may be matched at all: partner regions only, and profiles published, in date and fresh."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from service.matching.columns import Ints, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown
from service.matching.criteria.partnership import PROGRAMME_NAMES
from service.matching.ragged import intersects
from service.matching.rules.rule import AdmissionRule, Change, declare
from service.matching.sentences import to_confirm_text
from service.matching.verdicts import ALL_PASS, FAIL, PASS, UNKNOWN, Verdicts, decide, where

_OF_THIS_SERVICE: Final = ("本服务规则", "rule of this service")


def _partner_regions_only(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    """Host or a home region is a partner under one of the programmes the project names."""
    del context
    if not needs.has_programmes.any():
        return ALL_PASS
    covered = intersects(needs.programme_regions, offers.regions)
    return where(needs.has_programmes, decide(covered, ~covered))


def _show_partner_regions(case: Case) -> Shown:
    if not case.need.programmes:
        return Shown(case.say("项目不限地区。", "The project names no programme."))
    index = 0 if case.language == "zh" else 1
    names = [PROGRAMME_NAMES.get(p, (p, p))[index] for p in case.need.programmes]
    asked = case.say("、", ", ").join(names)
    found = case.partner
    if found is not None and found[0].programme in case.need.programmes:
        text = case.say(
            f"项目仅限{asked}结对地区，结对关系“{found[0].name}”计入。",
            f"The project is for partner regions under {asked}; the pairing “{found[0].name}” counts.",
        )
        return Shown(text, need=", ".join(case.need.programmes), offer=found[1])
    text = case.say(
        f"项目仅限{asked}结对地区，飞入地和飞出地均未结对。",
        f"The project is for partner regions under {asked}; neither host nor home is one.",
    )
    return Shown(text, need=", ".join(case.need.programmes), offer=case.offer.region_code)


def _published(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    del needs, context
    return decide(offers.published, ~offers.published)


def _published_changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
    del needs, context
    zero, one = np.zeros(1), np.ones(1)
    return (Change("status", zero, one, ~offers.published, counts_one=True),)


def _show_published(case: Case) -> Shown:
    status = case.offer.status
    if status == "published":
        return Shown(case.say("资源档案已发布。", "The profile is published."), "published", status)
    status_zh = {"draft": "草稿", "withdrawn": "已撤回", "submitted": "待审核", "returned": "已退回"}[status]
    text = case.say(f"资源档案未发布（{status_zh}）。", f"The profile is not published ({status}).")
    return Shown(text, "published", status)


def _in_date(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    del needs
    valid = offers.valid_until_day >= context.today.toordinal()
    return decide(valid, ~valid)


def _in_date_changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
    return (_day_change("valid_until", offers.valid_until_day, _in_date(needs, offers, context), context),)


def _show_in_date(case: Case) -> Shown:
    today, until = case.context.today.isoformat(), case.offer.valid_until
    if until is None:
        return Shown(case.say("资源档案长期有效。", "The profile has no end date."), today)
    over = until < case.context.today
    text = case.say(
        f"资源档案有效期至 {until.isoformat()}{'，已过期' if over else ''}。",
        f"The profile is valid until {until.isoformat()}{': it has lapsed' if over else ''}.",
    )
    return Shown(text, today, until.isoformat())


def _fresh(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
    del needs
    age = context.today.toordinal() - offers.as_of_day
    fresh = age <= context.book.freshness_limit_days
    return np.where(offers.as_of_day == date.min.toordinal(), UNKNOWN, np.where(fresh, PASS, FAIL))


def _fresh_changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
    return (_day_change("as_of", offers.as_of_day, _fresh(needs, offers, context), context),)


def _show_fresh(case: Case) -> Shown:
    limit = case.context.book.freshness_limit_days
    if case.offer.as_of == date.min:
        return Shown(to_confirm_text(case, ("as_of",)), float(limit), missing=("as_of",))
    age = (case.context.today - case.offer.as_of).days
    text = case.say(
        f"填报于 {case.offer.as_of.isoformat()}，距今 {age} 天，上限 {limit} 天。",
        f"Stated on {case.offer.as_of.isoformat()}, {age} days ago; the limit is {limit} days.",
    )
    return Shown(text, float(limit), float(age))


def _day_change(field: str, days: Ints, verdicts: Verdicts, context: Context) -> Change:
    today = np.full(1, float(context.today.toordinal()))
    return Change(field, days.astype(np.float64), today, verdicts == FAIL, counts_one=True)


STANDING_RULES: Final = (
    AdmissionRule(
        name="partner_regions_only",
        text=declare(
            "仅限结对地区",
            "Partner regions only",
            (
                "项目限定的协作计划及登记的结对关系",
                "the programmes the project names and the registered pairings",
            ),
            "project",
            fixable=False,
        ),
        reads_need=("programmes", "partners"),
        reads_offer=("region_code", "home_region_codes"),
        unit="",
        test=_partner_regions_only,
        trait="region",
        key=lambda need: (bool(need.has_programmes[0]), need.programme_regions.values.tobytes()),
        show=_show_partner_regions,
    ),
    AdmissionRule(
        name="profile_published",
        text=declare("资源档案已发布", "Profile published", _OF_THIS_SERVICE, "county", fixable=True),
        reads_need=(),
        reads_offer=("status",),
        unit="",
        test=_published,
        trait="site",
        key=lambda need: (),
        show=_show_published,
        changes=_published_changes,
    ),
    AdmissionRule(
        name="profile_in_date",
        text=declare("资源档案在有效期内", "Profile in date", _OF_THIS_SERVICE, "county", fixable=True),
        reads_need=(),
        reads_offer=("valid_until",),
        unit="",
        test=_in_date,
        trait="days",
        key=lambda need: (),
        show=_show_in_date,
        changes=_in_date_changes,
    ),
    AdmissionRule(
        name="profile_fresh",
        text=declare("资源档案未过时", "Profile fresh", _OF_THIS_SERVICE, "county", fixable=True),
        reads_need=(),
        reads_offer=("as_of",),
        unit="day",
        test=_fresh,
        trait="days",
        key=lambda need: (),
        show=_show_fresh,
        changes=_fresh_changes,
    ),
)
