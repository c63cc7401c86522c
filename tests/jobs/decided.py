"""Decisions by the dozen for trainings: many projects, a few places, one thing that decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from service.database import Database, now, reading, writing
from service.domain import outcomes, project_records
from service.domain.outcomes import Alternative, Basis, OutcomeWrite
from service.domain.projects import ProjectWrite
from service.index import CRITERIA, MatchIndex, learning
from tests.conftest import PROJECT, World

PLACES = {"qingyuan": "331126", "jiuzhaigou": "513225", "anji": "330523", "nanxun": "330503"}
#: What PROFILE comes to, so that the text decides nothing: all places of these trainings write the same.
PLACE_TEXT = "竹木加工 家具 木材加工和木、竹、藤、棕、草制品业 家具制造业"


def profiles(world: World) -> dict[str, str]:
    """A published profile of each of four regions: region code to profile id."""
    return {
        code: world.profile(who, region_code=code, site_name=f"{code} 园区")["id"]
        for who, code in PLACES.items()
    }


def utilities(**differing: float) -> dict[str, float]:
    return {criterion.name: 0.5 for criterion in CRITERIA} | differing


def decide(
    world: World,
    database: Database,
    places: dict[str, str],
    count: int,
    *,
    decisive: str = "labour",
    against: bool = False,
    day: int = 0,
    regions: Sequence[str] = (),
    result: str = "accepted",
) -> None:
    """Record ``count`` decisions of projects of their own, ``day`` days from now.

    What is chosen has the highest utility of the ``decisive`` criterion and the lowest of all others,
    but for the text: all places write the same. ``against`` it, what is not chosen has. Regions take turns.
    """
    actor = world.actors["jiashan"]
    codes = list(regions or places)
    names = [criterion.name for criterion in CRITERIA]
    good = utilities(**(dict.fromkeys(names, 0.4) | {decisive: 0.9}))
    poor = utilities(**(dict.fromkeys(names, 0.6) | {decisive: 0.1}))
    if against:
        good, poor = poor, good
    reason = "price" if result in {"refused", "ended"} else None
    with reading(database) as session:
        written = learning.texts_by_region(MatchIndex().current(session))
    with writing(database) as session:
        session.info["now"] = now(session) + timedelta(days=day)
        for number in range(count):
            row = project_records.register(session, actor, ProjectWrite.model_validate(PROJECT))
            code = codes[number % len(codes)]
            basis = Basis(
                model_version="text-of-then",
                industry_code="C2110",
                region_code=code,
                need_text="木质家具",
                place_text=written[code],
                utilities=good,
                alternatives=tuple(Alternative(places[c], poor) for c in places if c != code),
            )
            body = OutcomeWrite.model_validate(
                {"project_id": row.id, "profile_id": places[code], "result": result, "reason_code": reason}
            )
            outcomes.record(session, actor, body, lambda *_, basis=basis: basis)
