"""An assessment as it is answered: figures rounded once, sentences in the language of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from service.domain import assessment_words as words
from service.domain.assessing.lines import Line
from service.domain.assessing.projecting import CASES, Expected
from service.domain.assessing.ranks import Standing
from service.domain.assessment_reads import (
    AssessmentRead,
    ComingRead,
    IndicatorRead,
    Language,
    OtherYearRead,
    PackBrief,
    ProjectionRead,
    RankRead,
    RiskRead,
    SummaryRead,
)
from service.domain.assessments import Assessment

_DIGITS = 6


def shown(found: Assessment, language: Language) -> AssessmentRead:
    """The assessment in one of the two languages; the figures are the same in both."""
    question, organisation, pack = found.question, found.organisation, found.pack
    last = found.submitted.get(question.year)
    return AssessmentRead(
        year=question.year,
        programme=question.programme,
        period=question.period,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        region_code=organisation.region_code,
        pairing_id=question.pairing_id,
        as_of=found.as_of,
        pack=PackBrief(id=pack.id, name=pack.name, is_example=pack.is_example, version=pack.version),
        summary=_summary(found, language),
        indicators=[_indicator(found, line, language) for line in found.lines],
        last_submission_id=last.submission_id if last else None,
    )


def number(value: Fraction) -> float:
    """A figure as JSON carries it: to the millionth, as exact as the ledger keeps money."""
    return float(round(value, _DIGITS))


def _maybe(value: Fraction | None) -> float | None:
    return None if value is None else number(value)


def _summary(found: Assessment, language: Language) -> SummaryRead:
    lines = found.lines
    won, lost, waiting, full, expected = (
        sum(parts, Decimal(0))
        for parts in zip(
            *(
                (s.points, s.lost, s.open, s.full, line.likely.points)
                for line in lines
                for s in (line.score,)
            ),
            strict=True,
        )
    )
    risky = sorted(
        (line for line in lines if line.risk in ("at_risk", "out_of_reach")),
        key=lambda line: (-line.likely.lost, line.indicator.code),
    )
    with_target = sum(line.target is not None for line in lines)
    met = sum(line.risk == "met" for line in lines)
    rank = _rank(found.standing, language)
    said = {
        "with_target": str(with_target),
        "met": str(met),
        "points": words.figure(float(won)),
        "lost": words.figure(float(lost)),
        "open": words.figure(float(waiting)),
        "full": words.figure(float(full)),
    }
    question = found.question
    scope = (question.year, question.period, question.programme)
    return SummaryRead(
        sentence=words.summary(scope, said, rank.reason, risky, language),
        indicators=len(lines),
        with_target=with_target,
        met=met,
        points=float(won),
        points_full=float(full),
        points_lost=float(lost),
        points_open=float(waiting),
        points_expected=float(expected),
        rank=rank,
        at_risk=_risks(risky, language),
    )


def _risks(risky: Sequence[Line], language: Language) -> list[RiskRead]:
    return [
        RiskRead(
            code=line.indicator.code,
            name=words.name_of(line, language),
            risk=line.risk,
            target=number(line.target or Fraction(0)),
            done=number(line.done),
            shortfall=number(line.shortfall or Fraction(0)),
            unit=line.indicator.unit,
            points_at_stake=float(line.likely.lost),
            reason=words.reason(line, language),
        )
        for line in risky
    ]


def _indicator(found: Assessment, line: Line, language: Language) -> IndicatorRead:
    indicator, score = line.indicator, line.score
    return IndicatorRead(
        code=indicator.code,
        name=words.name_of(line, language),
        unit=indicator.unit,
        unit_name=words.unit_of(line, language),
        nature=indicator.nature,
        direction=indicator.direction,
        window_from=line.window.first,
        window_until=line.window.last,
        target=_maybe(line.target),
        done=number(line.done),
        claimed=number(line.claimed),
        ratio=_maybe(line.ratio),
        due=_maybe(line.due),
        stock_on=line.stock_on,
        risk=line.risk,
        shortfall=_maybe(line.shortfall),
        points=float(score.points),
        points_full=float(score.full),
        points_lost=float(score.lost),
        points_open=float(score.open),
        points_expected=float(line.likely.points),
        rank=_rank(line.standing, language),
        projection=_projection(found, line),
        other_years=_other_years(found, line),
        reason=words.reason(line, language),
    )


def _rank(standing: Standing, language: Language) -> RankRead:
    return RankRead(
        rank=standing.rank,
        of=standing.of,
        source=standing.source,
        bulletin_id=standing.bulletin_id,
        peers=standing.peers,
        reported=standing.reported,
        reason=words.rank_reason(standing, language),
    )


def _projection(found: Assessment, line: Line) -> ProjectionRead:
    projection, unit = line.projection, line.indicator.unit
    return ProjectionRead(
        low=number(projection.low),
        expected=number(projection.expected),
        high=number(projection.high),
        unit=unit,
        includes_pipeline=found.is_own,
        coming=[_coming(line, item) for item in projection.coming],
        unplanned_opportunity_ids=list(projection.unplanned),
    )


def _coming(line: Line, item: Expected) -> ComingRead:
    is_amount = line.indicator.counts == "amount"
    low, expected, high = (
        number((item.amount[case] if is_amount else 1) * item.chance[case]) for case in CASES
    )
    return ComingRead(
        opportunity_id=item.cell.opportunity_id,
        why=item.why,
        planned_on=item.planned_on,
        low=low,
        expected=expected,
        high=high,
        unit=line.indicator.unit,
    )


def _other_years(found: Assessment, line: Line) -> list[OtherYearRead]:
    code = line.indicator.code
    return [
        OtherYearRead(
            year=other.year,
            target=_maybe(other.target),
            done=number(other.done),
            done_by_same_day=number(other.done_by_same_day),
            unit=line.indicator.unit,
            points=found.submitted[other.year].points.get(code) if other.year in found.submitted else None,
        )
        for other in line.other_years
    ]
