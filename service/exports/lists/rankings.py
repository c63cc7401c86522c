"""The places of a project, and those passed over, as workbooks: what its matches and exclusions answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Annotated, Final

from pydantic import Field
from sqlmodel import Session

from service.access.policy import Actor, Permission
from service.database import reading as read_session
from service.domain import projects
from service.domain.filters import Filters
from service.domain.shapes import StrictBody
from service.exports import wording
from service.exports.columns import Shown, columns, of_model, rows
from service.exports.kind import listing
from service.exports.lists.profiles import SYNTHETIC
from service.exports.reading import Reading, Row
from service.index import CRITERIA, Cursor, ExclusionCursor, NeedColumns
from service.index.snapshot import Bools
from service.rankings import shapes as r
from service.rankings.reader import weights_of
from service.units import Flag, Id, QuantityName
from service.workbooks import Sheet

#: Places explained at once, between two looks at whether the job is to stop.
_BATCH: Final = 50
_OF_PLACE: Final = ("site_name", "region_name", "is_synthetic", "unconfirmed")


class MatchesAsked(StrictBody):
    """Which places of which project; as a match query."""

    project_id: Id
    weights: dict[QuantityName, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default_factory=dict, max_length=30
    )
    filters: Filters | None = None
    first: Annotated[int, Field(ge=1, le=1000, strict=True)] = 100
    stability: Flag = False


class ExclusionsAsked(StrictBody):
    """Which project, and of how many of the places that it passes over."""

    project_id: Id
    first: Annotated[int, Field(ge=1, le=5000, strict=True)] = 500


def check(session: Session, actor: Actor, asked: MatchesAsked | ExclusionsAsked) -> None:
    """Raise ``NotFound`` for a project that the actor may not know of."""
    projects.get(session, actor, asked.project_id)


def project_name(reading: Reading, asked: MatchesAsked | ExclusionsAsked) -> str:
    """What the file is about."""
    with read_session(reading.database) as session:
        return reading.project(session, asked.project_id) or ""


def _question(reading: Reading, asked: MatchesAsked | ExclusionsAsked) -> tuple[NeedColumns, Bools]:
    with read_session(reading.database) as session:
        row = projects.get(session, reading.actor, asked.project_id)
        need = reading.reader.need(row, row.id, row.organisation_id)
    filters = asked.filters if isinstance(asked, MatchesAsked) else None
    return need, reading.reader.places(filters, need)


def match_sheets(reading: Reading, asked: MatchesAsked) -> Iterator[Sheet]:
    """The ranking, and every line of every score with its reason."""
    language = reading.language
    if asked.weights:
        defaults = reading.reader.snapshot.matcher.default_weights
        reading.reader.chosen = weights_of(asked.weights, defaults, "/parameters/weights")
    items = [Row(item, **_place(item.profile)) for item in _matches(reading, asked)]
    places = [
        *of_model(r.MatchItem, "rank", "score"),
        *_place_columns(),
        *of_model(r.MatchItem, "summary", "programme", "distance_km", "site_mode"),
        Shown("to_confirm", lambda row: [reading.figure_name(name) for name in row.to_confirm]),
        *(of_model(r.MatchItem, "rank_low", "rank_high") if asked.stability else []),
        *(_fit(position) for position in range(len(CRITERIA))),
        Shown("profile_id", lambda row: row.profile.id),
    ]
    yield Sheet(
        reading.say("匹配结果", "Places"),
        columns(places, language),
        rows(items, places, language),
        (_basis(reading), reading.say(*SYNTHETIC)),
    )
    lines = (
        Row(line, rank=item.rank, site_name=item.site_name) for item in items for line in item.contributions
    )
    scores = [
        *of_model(r.MatchItem, "rank"),
        Shown("site_name", lambda row: row.site_name),
        Shown("criterion", lambda row: reading.criterion_name(row.criterion)),
        Shown("weight", lambda row: row.weight, form="share"),
        Shown("utility", lambda row: row.utility, form="share"),
        *of_model(r.ContributionRead, "contribution"),
        *_figures(reading),
        *of_model(r.ContributionRead, "unknown", "reason"),
    ]
    yield Sheet(
        reading.say("得分构成", "Scores"),
        columns(scores, language),
        rows(lines, scores, language),
        (
            reading.say(
                "得分 = 各项权重 × 适配度之和；每行一个载体的一个评分项。",
                "A score is the sum of weight times fit; a line for each criterion of each place.",
            ),
        ),
    )


def exclusion_sheets(reading: Reading, asked: ExclusionsAsked) -> Iterator[Sheet]:
    """The places passed over, a line for each failing rule, and the cheapest change for each place."""
    language = reading.language
    items = [Row(item, **_place(item.profile)) for item in _exclusions(reading, asked)]
    places = [
        *_place_columns(),
        Shown("failures", lambda row: [reading.rule_name(one.rule) for one in row.failures]),
        Shown("cheapest_fix", lambda row: fix_text(row.cheapest_fix, reading)),
        *of_model(r.ExclusionItem, "score_if_fixed", "rank_if_fixed"),
        Shown("profile_id", lambda row: row.profile.id),
    ]
    yield Sheet(
        reading.say("未通过的载体", "Passed over"),
        columns(places, language),
        rows(items, places, language),
        (_basis(reading), reading.say(*SYNTHETIC)),
    )
    failing = [
        Shown("site_name", lambda row: row.site_name),
        Shown("rule", lambda row: reading.rule_name(row.rule)),
        *_figures(reading),
        *of_model(r.FailureRead, "reason", "source", "fixable"),
        Shown("decided_by", lambda row: reading.decider_name(row.decided_by)),
    ]
    lines = (Row(one, site_name=item.site_name) for item in items for one in item.failures)
    yield Sheet(
        reading.say("未通过的规则", "Failing rules"),
        columns(failing, language),
        rows(lines, failing, language),
    )


def fix_text(steps: Sequence[r.FixRead] | None, reading: Reading) -> str | None:
    """The cheapest change in words; none where law or zoning stands against it."""
    if steps is None:
        return reading.say("无（法律、规划或红线，不可改动）", "none (law, zoning or a red line)")
    said = []
    for step in steps:
        start = wording.band(step.from_band) if step.from_band else _value(step.start)
        unit = wording.unit(step.unit, reading.language)
        arrow = f"{start or reading.say('未填报', 'not stated')} → {_value(step.to)} {unit}".rstrip()
        said.append(f"{reading.figure_name(step.field)} {arrow}")
    return reading.say("；", "; ").join(said)


def _value(value: float | str | None) -> str:
    return wording.figure(value) if isinstance(value, float | int) else value or ""


def _basis(reading: Reading) -> str:
    net = reading.say("供给已扣除有效预留", "offers are net of live holds")
    return f"{reading.basis} · {net}"


def _matches(reading: Reading, asked: MatchesAsked) -> Iterator[r.MatchItem]:
    need, visible = _question(reading, asked)
    after: Cursor | None = None
    done = 0
    while done < asked.first:
        ranking = reading.reader.rank_places(
            need, visible, limit=min(_BATCH, asked.first - done), after=after
        )
        yield from reading.reader.match_items(need, visible, ranking, stability=asked.stability)
        done += len(ranking.scores)
        reading.progress(done, min(asked.first, ranking.eligible_count))
        after = ranking.next_cursor
        if after is None:
            return


def _exclusions(reading: Reading, asked: ExclusionsAsked) -> Iterator[r.ExclusionItem]:
    need, visible = _question(reading, asked)
    after: ExclusionCursor | None = None
    done = 0
    while done < asked.first:
        items, after, count = reading.reader.exclusion_items(
            need, visible, limit=min(_BATCH, asked.first - done), after=after
        )
        yield from items
        done += len(items)
        reading.progress(done, min(asked.first, count))
        if after is None:
            return


def _place(place: r.PlaceRead) -> dict[str, object]:
    return {
        name: getattr(place, name) for name in ("site_name", "region_name", "is_synthetic", "unconfirmed")
    }


def _place_columns() -> list[Shown[Row]]:
    names = ("site_name", "region_name", "is_synthetic", "unconfirmed")
    return [Shown(name, attrgetter(name)) for name in names]


def _fit(position: int) -> Shown[Row]:
    criterion = CRITERIA[position]

    def utility(row: Row) -> float:
        found: float = row.contributions[position].utility
        return found

    heading = (f"适配度：{criterion.name_zh}", f"Fit: {criterion.name_en}")
    return Shown("utility", utility, form="share", heading=heading)


def _figures(reading: Reading) -> list[Shown[Row]]:
    """Need and offer of a line, exact or as a band, and their unit."""

    def side(name: str) -> Callable[[Row], float | str | None]:
        def value(row: Row) -> float | str | None:
            band = getattr(row, f"{name}_band")
            found: float | str | None = getattr(row, name)
            if band is not None:
                return wording.band(band)
            return wording.any_word(found, reading.language) if isinstance(found, str) else found

        return value

    return [
        Shown("need", side("need"), form="number"),
        Shown("offer", side("offer"), form="number"),
        Shown("unit", lambda row: wording.unit(row.unit, reading.language)),
    ]


MATCHES = listing(
    "matches",
    "匹配结果",
    "Matches",
    Permission.MATCHES_READ,
    MatchesAsked,
    match_sheets,
    about=project_name,
    check=check,
)
EXCLUSIONS = listing(
    "exclusions",
    "未通过的载体",
    "Exclusions",
    Permission.MATCHES_READ,
    ExclusionsAsked,
    exclusion_sheets,
    about=project_name,
    check=check,
)
