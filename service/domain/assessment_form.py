"""The assessment form 考核表 as sheets: the figures of the page, for whoever works in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from service.domain.assessment_reads import AssessmentRead, ComingRead, IndicatorRead, Language
from service.domain.assessment_words import PERIODS, PROGRAMMES, RISKS
from service.units import shanghai_day

Form = Literal["text", "name", "long", "number", "share", "date"]
Cell = str | float | int | date | None

_WHY: Final[dict[str, dict[Language, str]]] = {
    "claimed": {"zh": "已申报", "en": "claimed"},
    "confirmed": {"zh": "伙伴已确认", "en": "confirmed"},
    "planned": {"zh": "计划", "en": "planned"},
}
_NATURES: Final[dict[str, dict[Language, str]]] = {
    "flow": {"zh": "累计数", "en": "flow"},
    "stock": {"zh": "月末数", "en": "month end"},
}
_Title = tuple[str, str, Form]
_MAIN: Final[tuple[_Title, ...]] = (
    ("序号", "No.", "number"),
    ("指标", "Indicator", "name"),
    ("计量单位", "Unit", "text"),
    ("口径", "Nature", "text"),
    ("任务数", "Target", "number"),
    ("完成数（已认定）", "Done (recognised)", "number"),
    ("申报数", "Claimed", "number"),
    ("完成率", "Ratio", "share"),
    ("满分（分）", "Full (points)", "number"),
    ("得分（分）", "Won (points)", "number"),
    ("失分（分）", "Lost (points)", "number"),
    ("待定（分）", "Open (points)", "number"),
    ("排名", "Rank", "number"),
    ("参评单位数", "Ranked among", "number"),
    ("预计期末：谨慎", "At the end: low", "number"),
    ("预计期末：一般", "At the end: expected", "number"),
    ("预计期末：最好", "At the end: high", "number"),
    ("预计缺口", "Shortfall", "number"),
    ("预计得分（分）", "Expected (points)", "number"),
    ("情况", "Risk", "text"),
    ("计入起始日", "Counted from", "date"),
    ("计入截止日", "Counted until", "date"),
    ("说明", "Reason", "long"),
)
_TO_COME: Final[tuple[_Title, ...]] = (
    ("指标", "Indicator", "name"),
    ("计量单位", "Unit", "text"),
    ("合作事项", "Joint record", "text"),
    ("类别", "Why", "text"),
    ("计划日期", "Planned for", "date"),
    ("谨慎", "Low", "number"),
    ("一般", "Expected", "number"),
    ("最好", "High", "number"),
)
_YEARS: Final[tuple[_Title, ...]] = (
    ("指标", "Indicator", "name"),
    ("计量单位", "Unit", "text"),
    ("年度", "Year", "text"),
    ("任务数", "Target", "number"),
    ("完成数", "Done", "number"),
    ("同期完成数", "By the same day", "number"),
    ("上报得分（分）", "Submitted (points)", "number"),
)


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column: its title, and how its values are shown."""

    title: str
    form: Form


@dataclass(frozen=True, slots=True)
class FormSheet:
    """A sheet of the form, ready to be written; ``notes`` stand above the head."""

    name: str
    columns: tuple[FormColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()


def sheets(
    page: AssessmentRead, language: Language = "zh", *, sha256: str | None = None
) -> tuple[FormSheet, ...]:
    """The form of a page: the indicators, what is to come, and other years.

    Parameters
    ----------
    page : AssessmentRead
        As it stands, or as the content of a submission keeps it.
    sha256 : str or None
        The hash of the signed text, where it is a submission's.
    """
    return (_main(page, language, sha256), *_coming(page, language), *_years(page, language))


def _main(page: AssessmentRead, language: Language, sha256: str | None) -> FormSheet:
    summary = page.summary
    rows = [
        *(_row(number, line, language) for number, line in enumerate(page.indicators, 1)),
        (
            None, "合计" if language == "zh" else "Total", None, None, None, None, None, None,
            summary.points_full, summary.points, summary.points_lost, summary.points_open,
            summary.rank.rank, summary.rank.of, None, None, None, None, summary.points_expected, None, None,
            None, None,
        ),
    ]  # fmt: skip
    notes = tuple(_notes(page, language, sha256))
    return _sheet(("考核表", "Assessment"), _MAIN, tuple(rows), language, notes)


def _row(number: int, line: IndicatorRead, language: Language) -> tuple[Cell, ...]:
    projection = line.projection
    return (
        number, line.name, line.unit_name, _NATURES[line.nature][language],
        line.target, line.done, line.claimed, line.ratio,
        line.points_full, line.points, line.points_lost, line.points_open, line.rank.rank, line.rank.of,
        projection.low, projection.expected, projection.high, line.shortfall, line.points_expected,
        RISKS[line.risk][language], line.window_from, line.window_until, line.reason,
    )  # fmt: skip


def _notes(page: AssessmentRead, language: Language, sha256: str | None) -> Iterator[str]:
    is_zh = language == "zh"
    programme, period = PROGRAMMES[page.programme][language], PERIODS[page.period][language]
    day = shanghai_day(page.as_of).isoformat()
    if is_zh:
        yield f"{page.organisation_name} {page.year}年{period}{programme}考核表（截至{day}）"
    else:
        yield f"{page.organisation_name}: {programme} {page.year}, {period}, as of {day}"
    yield page.summary.sentence
    yield f"指标包：{page.pack.name}" if is_zh else f"Indicators: {page.pack.name}"
    if page.pack.is_example:
        yield (
            "示例指标，不是任何主管部门的考核办法。"
            if is_zh
            else "Example indicators: no authority's scheme."
        )
    if sha256 is not None:
        yield f"上报稿 SHA-256：{sha256}" if is_zh else f"SHA-256 of the signed text: {sha256}"


def _coming(page: AssessmentRead, language: Language) -> Sequence[FormSheet]:
    rows = tuple(
        _coming_row(line, item, language) for line in page.indicators for item in line.projection.coming
    )
    if not rows:
        return ()
    return (_sheet(("在途", "To come"), _TO_COME, rows, language),)


def _coming_row(line: IndicatorRead, item: ComingRead, language: Language) -> tuple[Cell, ...]:
    return (
        line.name, line.unit_name, item.opportunity_id, _WHY[item.why][language], item.planned_on,
        item.low, item.expected, item.high,
    )  # fmt: skip


def _years(page: AssessmentRead, language: Language) -> Sequence[FormSheet]:
    rows = tuple(
        (
            line.name,
            line.unit_name,
            other.year,
            other.target,
            other.done,
            other.done_by_same_day,
            other.points,
        )
        for line in page.indicators
        for other in line.other_years
    )
    if not rows:
        return ()
    return (_sheet(("往年", "Other years"), _YEARS, rows, language),)


def _sheet(
    name: tuple[str, str],
    titles: tuple[_Title, ...],
    rows: tuple[tuple[Cell, ...], ...],
    language: Language,
    notes: tuple[str, ...] = (),
) -> FormSheet:
    is_en = language == "en"
    columns = tuple(FormColumn((zh, en)[is_en], form) for zh, en, form in titles)
    return FormSheet(name[is_en], columns, rows, notes)
