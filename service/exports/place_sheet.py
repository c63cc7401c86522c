"""The project-place sheet 推介书: what a project needs, what a place offers, and how they fit, in words.

Everything is read by the functions that answer requests, as the actor of the export: what is sealed from
it there is not here to be printed. The result is plain text and numbers, for a template to lay out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from service.domain import profiles, projects
from service.domain.bands import BandRead
from service.domain.profiles import ProfileRead
from service.domain.regions import Region
from service.exports import sides, wording
from service.exports.lists.profiles import evidence_of
from service.exports.lists.rankings import fix_text
from service.exports.reading import Reading
from service.exports.sides import Fact, Side
from service.rankings import shapes as r


@dataclass(frozen=True, slots=True)
class Bar:
    """A criterion: how well it fits, from 0 to 1, and why."""

    name: str
    need: str
    offer: str
    utility: float
    weight: float
    contribution: float
    unknown: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Failing:
    """A rule that the place fails, and where it is written."""

    name: str
    reason: str
    source: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class PlaceSheet:
    """Everything that a template needs; of a place without a project, only what it offers."""

    place: Side
    labels: dict[str, str]
    language: str
    date: str
    coordinates: str
    is_synthetic: bool
    unconfirmed: bool
    evidence: Sequence[str]
    basis: str
    project: Side | None = None
    eligible: bool = False
    verdict: str = ""
    summary: str = ""
    score: float | None = None
    facts: Sequence[Fact] = ()
    bars: Sequence[Bar] = ()
    to_confirm: Sequence[str] = ()
    failures: Sequence[Failing] = ()
    cheapest_fix: str = ""
    if_fixed: str = ""


def of_pair(reading: Reading, session: Session, project_id: str, profile_id: str) -> PlaceSheet:
    """The sheet of a project at a place; raises ``NotFound`` where the actor sees one of them not."""
    row = projects.get(session, reading.actor, project_id)
    profile = profiles.get(session, reading.actor, profile_id)
    reader = reading.reader
    need, offer = reader.need(row, row.id, row.organisation_id), reader.offer(session, profile)
    place = r.profile_read(profile, offer.rows[0].site_name, offer.rows[0].region_name)
    pair = r.PairRead(profile=place, **reader.pair(need, offer, reader.places(None, need)))
    fix = fix_text(pair.cheapest_fix, reading) if not pair.eligible else None
    return PlaceSheet(
        **_of_place(reading, session, profiles.read(reading.actor, profile)),
        project=sides.of_project(reading, session, projects.read(session, reading.actor, row)),
        eligible=pair.eligible,
        verdict=_verdict(reading, pair),
        summary=pair.summary,
        score=pair.score,
        facts=_pair_facts(reading, pair),
        bars=[_bar(reading, session, line) for line in pair.contributions],
        to_confirm=[reading.figure_name(name) for name in pair.to_confirm],
        failures=[_failing(reading, one) for one in pair.failures],
        cheapest_fix=fix or "",
        if_fixed=_if_fixed(reading, pair),
    )


def of_place(reading: Reading, session: Session, profile_id: str) -> PlaceSheet:
    """The sheet of a place alone."""
    profile = profiles.get(session, reading.actor, profile_id)
    return PlaceSheet(**_of_place(reading, session, profiles.read(reading.actor, profile)))


def _of_place(reading: Reading, session: Session, shown: ProfileRead) -> dict[str, Any]:
    return {
        "place": sides.of_place(reading, session, shown),
        "labels": reading.labels,
        "language": reading.language,
        "date": reading.today,
        "coordinates": _coordinates(reading, session, shown),
        "is_synthetic": shown.is_synthetic,
        "unconfirmed": shown.unconfirmed,
        "evidence": evidence_of(shown, reading),
        "basis": reading.basis,
    }


def _coordinates(reading: Reading, session: Session, shown: ProfileRead) -> str:
    """Where the place lies; the middle of its region where nobody has stated more."""
    lon, lat, of = shown.lon, shown.lat, ""
    if lon is None or lat is None:
        region = session.get_one(Region, shown.region_code)
        lon, lat, of = region.lon, region.lat, reading.say("，所在地中心点", ", the middle of the region")
    if lon is None or lat is None:
        return reading.say("未填报", "not stated")
    return reading.say(
        f"东经 {lon:.4f}°，北纬 {lat:.4f}°（WGS 84{of}）", f"{lon:.4f}° E, {lat:.4f}° N (WGS 84{of})"
    )


def _verdict(reading: Reading, pair: r.PairRead) -> str:
    if not pair.eligible:
        count = len(pair.failures)
        return reading.say(f"未通过准入：{count} 条规则不符", f"Not admitted: {count} rule(s) fail")
    if pair.to_confirm:
        return reading.say("符合准入，有事项待确认", "Admitted, with points to confirm")
    return reading.say("符合准入", "Admitted")


def _pair_facts(reading: Reading, pair: r.PairRead) -> list[Fact]:
    language = reading.language
    found = [Fact(wording.title("score", language), f"{100 * pair.score:.1f}")]
    if pair.rank is not None:
        found.append(
            Fact(wording.title("rank", language), reading.say(f"第 {pair.rank} 名", f"no. {pair.rank}"))
        )
    if pair.distance_km is not None:
        km = wording.unit("km", language)
        found.append(Fact(wording.title("distance_km", language), f"{pair.distance_km:,.0f} {km}"))
    if pair.programme is not None:
        found.append(
            Fact(wording.title("programme", language), wording.word("programme", pair.programme, language))
        )
    found.append(
        Fact(wording.title("site_mode", language), wording.word("site_mode", pair.site_mode, language))
    )
    return found


def _bar(reading: Reading, session: Session, line: r.ContributionRead) -> Bar:
    return Bar(
        name=reading.criterion_name(line.criterion),
        need=_side(reading, session, line, line.need, line.need_band),
        offer=_side(reading, session, line, line.offer, line.offer_band),
        utility=line.utility,
        weight=line.weight,
        contribution=line.contribution,
        unknown=line.unknown,
        reason=line.reason,
    )


def _side(
    reading: Reading,
    session: Session,
    line: r.ContributionRead,
    value: float | str | None,
    band: BandRead | None,
) -> str:
    unit = wording.unit(line.unit, reading.language)
    if band is not None:
        return f"{wording.band(band)} {unit}".rstrip()
    if isinstance(value, float | int):
        # A distance is as the crow flies: more digits would say more than is known.
        figure = f"{value:,.0f}" if line.unit == "km" else wording.figure(value)
        return f"{figure} {unit}".rstrip()
    if not value:
        return "—"
    if line.criterion == "partnership":
        return reading.region(session, value) or wording.any_word(value, reading.language)
    return wording.any_word(value, reading.language)


def _failing(reading: Reading, one: r.FailureRead) -> Failing:
    return Failing(reading.rule_name(one.rule), one.reason, one.source, reading.decider_name(one.decided_by))


def _if_fixed(reading: Reading, pair: r.PairRead) -> str:
    if pair.rank_if_fixed is None or pair.score_if_fixed is None:
        return ""
    score = 100 * pair.score_if_fixed
    return reading.say(
        f"改动后得分 {score:.1f}，可排第 {pair.rank_if_fixed} 名。",
        f"It would then score {score:.1f} and stand at no. {pair.rank_if_fixed}.",
    )
