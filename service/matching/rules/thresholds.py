"""The county's own thresholds: investment and tax per mu, tax per m2, energy per value added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.matching.bounds import Bound, Fails
from service.matching.columns import Bools, FigureColumn, NeedColumns, OfferColumns
from service.matching.context import Case, Context, Shown, show
from service.matching.rules.rule import AdmissionRule, Change, declare
from service.matching.sentences import amount, label, source_of, to_confirm_text
from service.matching.values import Band, Figure
from service.matching.verdicts import ALL_PASS, FAIL, PASS, Verdicts, at_least, at_most, quotient, where

_OWN: Final = ("当地自定准入门槛", "the place's own threshold")


@dataclass(frozen=True)
class _Threshold:
    """Numerator / denominator x scale of the project against a field of the place."""

    rule: str
    chinese: str
    english: str
    field: str
    numerator: str
    denominator: str
    scale: float
    unit: str
    applies: Callable[[NeedColumns], Bools]
    is_maximum: bool = False

    def actual(self, needs: NeedColumns) -> FigureColumn:
        """The project's own figure. Shape (m,); NaN when it cannot be worked out."""
        top = needs.figure(self.numerator)
        low = top.low * self.scale
        scaled = FigureColumn(low, low if top.high is top.low else top.high * self.scale)
        return quotient(scaled, needs.figure(self.denominator))


def _threshold_rule(threshold: _Threshold) -> AdmissionRule:
    def test(needs: NeedColumns, offers: OfferColumns, context: Context) -> Verdicts:
        del context
        applies = threshold.applies(needs)
        if not applies.any():
            return ALL_PASS
        required = offers.figure(threshold.field)
        applies = applies & required.known
        if not applies.any():
            # These places ask for nothing; others may, so this is not what ALL_PASS says.
            return np.array([PASS])
        # The quotient of two bands reaches its upper end, so only what is strictly beyond it fails.
        compare = at_most if threshold.is_maximum else at_least
        return where(applies, compare(threshold.actual(needs), required, derived=True))

    def bounds(need: NeedColumns) -> tuple[Bound, ...]:
        stated = threshold.numerator in need.figures and threshold.denominator in need.figures
        if not (stated and threshold.applies(need)[0]):
            return ()
        actual = threshold.actual(need)
        if threshold.is_maximum:
            return (Bound(threshold.field, Fails.STRICTLY_BELOW, float(actual.low[0])),)
        return (Bound(threshold.field, Fails.ABOVE, float(actual.high[0])),)

    def changes(needs: NeedColumns, offers: OfferColumns, context: Context) -> tuple[Change, ...]:
        fails = test(needs, offers, context) == FAIL
        actual, required = threshold.actual(needs), offers.figure(threshold.field)
        if threshold.is_maximum:
            to = np.where(np.isinf(actual.high), actual.low, actual.high)
            return (Change(threshold.field, required.low, to, fails),)
        return (Change(threshold.field, required.high, actual.low, fails),)

    return AdmissionRule(
        name=threshold.rule,
        text=declare(threshold.chinese, threshold.english, _OWN, "county", fixable=True),
        reads_need=(threshold.numerator, threshold.denominator),
        reads_offer=(threshold.field,),
        unit=threshold.unit,
        test=test,
        show=lambda case: _show(case, threshold),
        changes=changes,
        bounds=bounds,
        asks=threshold.numerator,
    )


def _show(case: Case, threshold: _Threshold) -> Shown:
    figures = case.need.figures
    required = case.offer.figures.get(threshold.field)
    about = label(case.context.book, threshold.field)
    limit = amount(required, about.unit_in(case.language), case.language)
    top, bottom = figures.get(threshold.numerator), figures.get(threshold.denominator)
    missing = tuple(
        name
        for name, figure in ((threshold.numerator, top), (threshold.denominator, bottom))
        if figure is None or (name == threshold.denominator and _may_be_zero(figure))
    )
    head = case.say(
        f"当地{about.zh} {limit}{source_of(case, threshold.field)}",
        f"The place's {about.en.lower()} is {limit}{source_of(case, threshold.field)}",
    )
    if missing:
        text = head + case.say("；项目", "; of the project: ") + to_confirm_text(case, missing)
        return show(text, None, required, missing)
    low, high, actual = _range(top, bottom, threshold.scale)
    own = amount(actual, about.unit_in(case.language), case.language)
    if actual is None:
        span = amount(Band(low, high), about.unit_in(case.language), case.language)
        text = head + case.say(f"，项目约为 {span}（按区间比较）。", f", the project's is {span} (a range).")
        fields = (threshold.numerator, threshold.denominator)
        shown = show(text, None, required, fields)
        return Shown(shown.text, None, shown.offer, (low, high), shown.offer_band, fields)
    zh, en = _verdict_text(case, threshold, actual, required)
    text = head + case.say(f"，项目为 {own}{zh}。", f", the project's is {own}{en}.")
    return show(text, actual, required)


def _verdict_text(case: Case, threshold: _Threshold, actual: float, required: Figure) -> tuple[str, str]:
    """Whether an exact figure meets an exact threshold, and what is missing."""
    if required is None or isinstance(required, Band):
        return "", ""
    short = actual - required if threshold.is_maximum else required - actual
    if short <= 0:
        return "，达标", ": met"
    gap = amount(short, label(case.context.book, threshold.field).unit_in(case.language), case.language)
    if threshold.is_maximum:
        return f"，超出 {gap}", f", {gap} over"
    return f"，差 {gap}", f", {gap} short"


def _may_be_zero(figure: float | Band) -> bool:
    return (figure.low if isinstance(figure, Band) else figure) <= 0


def _range(top: Figure, bottom: Figure, scale: float) -> tuple[float, float, float | None]:
    """Low, high and, when both are exact, the project's figure itself."""
    tops, bottoms = FigureColumn.of([top]), FigureColumn.of([bottom])
    low_end = tops.low * scale
    scaled = FigureColumn(low_end, low_end)  # one array says that it is no range
    if tops.high is not tops.low:
        scaled = FigureColumn(scaled.low, tops.high * scale)
    ratio = quotient(scaled, bottoms)
    low, high = float(ratio.low[0]), float(ratio.high[0])
    return low, high, low if ratio.high is ratio.low else None


def _builds(needs: NeedColumns) -> Bools:
    return needs.build


def _rents(needs: NeedColumns) -> Bools:
    return needs.rent


def _everyone(needs: NeedColumns) -> Bools:
    return np.ones(len(needs), dtype=np.bool_)


THRESHOLD_RULES: Final = tuple(
    _threshold_rule(threshold)
    for threshold in (
        _Threshold(
            "investment_intensity",
            "亩均投资达标",
            "Investment intensity met",
            "min_investment_10k_cny_per_mu",
            "fixed_investment_10k_cny",
            "land_mu",
            1.0,
            "10k CNY/mu",
            _builds,
        ),
        _Threshold(
            "tax_per_mu",
            "亩均税收达标",
            "Tax per mu met",
            "min_tax_10k_cny_per_mu",
            "annual_tax_10k_cny",
            "land_mu",
            1.0,
            "10k CNY/mu",
            _builds,
        ),
        _Threshold(
            "tax_per_m2",
            "单位面积税收达标",
            "Tax per m2 met",
            "min_tax_cny_per_m2",
            "annual_tax_10k_cny",
            "floor_area_m2",
            10_000.0,
            "CNY/m2",
            _rents,
        ),
        _Threshold(
            "energy_intensity",
            "单位增加值能耗达标",
            "Energy per value added met",
            "max_energy_tce_per_10k_cny",
            "annual_energy_tce",
            "annual_value_added_10k_cny",
            1.0,
            "tce/10k CNY",
            _everyone,
            is_maximum=True,
        ),
    )
)
