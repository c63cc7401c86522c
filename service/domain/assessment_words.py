"""The sentences of an assessment, Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from service.domain.assessing.lines import Line
from service.domain.assessing.projecting import Risk
from service.domain.assessing.ranks import Standing
from service.domain.assessment_reads import Language
from service.domain.indicators import Period
from service.domain.pairings import Programme

PROGRAMMES: Final[dict[Programme, dict[Language, str]]] = {
    "east_west": {"zh": "东西部协作", "en": "East-west cooperation"},
    "mountain_sea": {"zh": "山海协作", "en": "Mountain-sea cooperation"},
    "other": {"zh": "其他结对", "en": "Other pairings"},
}
PERIODS: Final[dict[Period, dict[Language, str]]] = {
    "first_quarter": {"zh": "一季度", "en": "first quarter"},
    "first_half": {"zh": "上半年", "en": "first half"},
    "first_three_quarters": {"zh": "前三季度", "en": "first three quarters"},
    "year": {"zh": "全年", "en": "whole year"},
}
RISKS: Final[dict[Risk, dict[Language, str]]] = {
    "no_target": {"zh": "未下达任务", "en": "no target"},
    "met": {"zh": "已完成", "en": "met"},
    "safe": {"zh": "稳妥", "en": "safe"},
    "likely": {"zh": "可望完成", "en": "likely"},
    "at_risk": {"zh": "有风险", "en": "at risk"},
    "out_of_reach": {"zh": "难以完成", "en": "out of reach"},
}
_DONE: Final[dict[Language, str]] = {
    "zh": "已认定{done}{unit}，任务{target}{unit}，完成{percent}%。",
    "en": "{done} {unit} recognised of a target of {target} {unit}: {percent} %.",
}
_LIMIT: Final[dict[Language, str]] = {
    "zh": "已认定{done}{unit}，上限{target}{unit}。",
    "en": "{done} {unit} recognised against a limit of {target} {unit}.",
}
_NO_TARGET: Final[dict[Language, str]] = {
    "zh": "已认定{done}{unit}，未下达任务数。",
    "en": "{done} {unit} recognised; no target is set.",
}
_AHEAD: Final[dict[Risk, dict[Language, str]]] = {
    "met": {"zh": "", "en": ""},
    "no_target": {"zh": "", "en": ""},
    "safe": {
        "zh": "按谨慎预计期末为{low}{unit}，可完成。",
        "en": " Even cautiously it will be {low} {unit} at the end.",
    },
    "likely": {
        "zh": "预计期末{expected}{unit}，可完成；按谨慎预计只有{low}{unit}。",
        "en": " It is expected to be {expected} {unit} at the end; cautiously {low} {unit}.",
    },
    "at_risk": {
        "zh": "预计期末{expected}{unit}，缺口{shortfall}{unit}；全部计划如期落实方可达到{high}{unit}。",
        "en": " {expected} {unit} are expected at the end, {shortfall} {unit} short; "
        "if all goes to plan {high} {unit}.",
    },
    "out_of_reach": {
        "zh": "预计期末{expected}{unit}，缺口{shortfall}{unit}；即使全部计划如期落实也只有{high}{unit}。",
        "en": " {expected} {unit} are expected at the end, {shortfall} {unit} short; "
        "even if all goes to plan {high} {unit}.",
    },
}
_OVER: Final[dict[Language, str]] = {
    "zh": "预计期末{expected}{unit}，超出{shortfall}{unit}。",
    "en": " {expected} {unit} are expected at the end, {shortfall} {unit} too many.",
}
_WAITING: Final[dict[Language, str]] = {
    "zh": "另有{waiting}{unit}已申报未认定。",
    "en": " {waiting} {unit} are claimed and not recognised.",
}
_BEHIND: Final[dict[Language, str]] = {
    "zh": "落后序时进度{behind}{unit}。",
    "en": " That is {behind} {unit} behind an even pace.",
}
_UNPLANNED: Final[dict[Language, str]] = {
    "zh": "{count}个已签约合作事项未填计划日期，未计入预计。",
    "en": " {count} joint records with a contract have no planned day and are not in the projection.",
}
_UNRANKED: Final[dict[str, dict[Language, str]]] = {
    "no_peers": {"zh": "没有可比的同级单位，不排名。", "en": "There are no peers to be ranked among."},
    "peers_missing": {
        "zh": "同级{peers}家单位已有{reported}家上报，报齐或通报前不排名。",
        "en": "{reported} of {peers} peers have reported; there is no rank before all have, or a bulletin.",
    },
    "no_figure": {"zh": "本单位上报中没有该项，不排名。", "en": "The own submission has no figure for this."},
}
_RANKED: Final[dict[str, dict[Language, str]]] = {
    "bulletin": {"zh": "据通报第{rank}名。", "en": "Rank {rank} by the bulletin."},
    "submissions": {
        "zh": "同级{of}家单位全部上报，第{rank}名。",
        "en": "All {of} peers have reported: rank {rank}.",
    },
}
_SUMMARY: Final[dict[Language, str]] = {
    "zh": "{year}年{period}{programme}：{with_target}项任务已完成{met}项，得{points}分，失{lost}分，"
    "待定{open}分（满分{full}）；{rank}{risks}",
    "en": "{programme} {year}, {period}: {met} of {with_target} targets met, {points} points won, "
    "{lost} lost, {open} open of {full}. {rank}{risks}",
}
_AT_RISK: Final[dict[Language, str]] = {
    "zh": "需要关注：{names}。",
    "en": " To look at: {names}.",
}
_NONE_AT_RISK: Final[dict[Language, str]] = {"zh": "没有需要关注的任务。", "en": " No target is at risk."}
_SHORT: Final[dict[Language, str]] = {
    "zh": "{name}缺口{shortfall}{unit}",
    "en": "{name} ({shortfall} {unit} short)",
}
_MOST_NAMED: Final = 3


def figure(value: Fraction | float) -> str:
    """A figure as people write it: thousands apart, at most two decimals."""
    text = f"{float(value):,.2f}"
    return text.rstrip("0").rstrip(".")


def reason(line: Line, language: Language) -> str:
    """Why the line stands as it does."""
    unit = unit_of(line, language)
    words = {"unit": unit, "done": figure(line.done)}
    if line.target is None:
        return _NO_TARGET[language].format(**words) + _loose_ends(line, language)
    words |= {
        "target": figure(line.target),
        "percent": figure((line.ratio or Fraction(0)) * 100),
        "low": figure(line.projection.low),
        "expected": figure(line.projection.expected),
        "high": figure(line.projection.high),
        "shortfall": figure(line.shortfall or 0),
    }
    if line.indicator.direction == "lower":
        over = _OVER[language] if line.risk in ("at_risk", "out_of_reach") else ""
        return (_LIMIT[language] + over).format(**words) + _loose_ends(line, language)
    return (_DONE[language] + _AHEAD[line.risk][language]).format(**words) + _loose_ends(line, language)


def _loose_ends(line: Line, language: Language) -> str:
    unit, said = unit_of(line, language), ""
    if line.waiting > 0 and line.risk != "met":
        said += _WAITING[language].format(waiting=figure(line.waiting), unit=unit)
    if line.due is not None and line.due > line.done and line.indicator.direction == "higher":
        said += _BEHIND[language].format(behind=figure(line.due - line.done), unit=unit)
    if line.projection.unplanned and line.risk != "met":
        said += _UNPLANNED[language].format(count=len(line.projection.unplanned))
    return said


def rank_reason(standing: Standing, language: Language) -> str:
    """Where the rank comes from, or why there is none."""
    table = _RANKED[standing.source] if standing.source else _UNRANKED[standing.why or "no_peers"]
    return table[language].format(
        rank=standing.rank, of=standing.of, peers=standing.peers, reported=standing.reported
    )


def summary(
    scope: tuple[int, Period, Programme],
    figures: dict[str, str],
    rank: str,
    risky: Sequence[Line],
    language: Language,
) -> str:
    """The page in one sentence."""
    year, period, programme = scope
    between = "、" if language == "zh" else ", "
    names = between.join(
        _SHORT[language].format(
            name=name_of(line, language),
            shortfall=figure(line.shortfall or 0),
            unit=unit_of(line, language),
        )
        for line in risky[:_MOST_NAMED]
    )
    if len(risky) > _MOST_NAMED:
        names += f"等{len(risky)}项" if language == "zh" else f" and {len(risky) - _MOST_NAMED} more"
    risks = _AT_RISK[language].format(names=names) if risky else _NONE_AT_RISK[language]
    return _SUMMARY[language].format(
        year=year,
        period=PERIODS[period][language],
        programme=PROGRAMMES[programme][language],
        rank=rank,
        risks=risks,
        **figures,
    )


def name_of(line: Line, language: Language) -> str:
    """The indicator's name."""
    return line.indicator.name_zh if language == "zh" else line.indicator.name_en


def unit_of(line: Line, language: Language) -> str:
    """The unit as it stands in a sentence."""
    return line.indicator.unit_zh if language == "zh" else line.indicator.unit
