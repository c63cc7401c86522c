"""Who is ranked on what is said twice, in SQL and in the index's masks; both say the same."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from sqlmodel import col

from service.database import Database, now, reading, record_change, writing
from service.domain import profiles, project_records, projects
from service.domain.profiles import FIGURES, Profile, ProfileWrite
from service.domain.projects import ProjectWrite
from service.domain.shapes import created
from service.index import MatchIndex
from service.index.values import Atlas, Place, need_of, offer_of
from tests.conftest import PROFILE, PROJECT, World

_TIMES = {name: datetime(2026, 11, 23, tzinfo=UTC) for name in ("created_at", "updated_at")}


def profile_row(number: int, **columns: Any) -> dict[str, Any]:
    body = ProfileWrite.model_validate({**PROFILE, "site_name": f"园{number}"}).model_dump()
    return {**body, "id": f"prf_{number:026d}", **columns}


def test_the_masks_of_places_agree_with_visible_to_in_every_state(world: World, database: Database) -> None:
    county, bureau = world.organisations["qingyuan"], world.organisations["jiashan"]
    states = list(
        product(
            ("draft", "published", "withdrawn"),
            (False, True),  # unconfirmed
            (None, county, bureau),  # whose it is
            ([], ["land_mu"]),  # restricted
            (False, True),  # deleted
        )
    )
    with writing(database) as session:
        for number, (status, unconfirmed, owner, restricted, deleted) in enumerate(states):
            if owner is None and not unconfirmed:
                continue
            columns = {
                **created(session),
                "status": status,
                "unconfirmed": unconfirmed,
                "organisation_id": owner,
                "entered_by_organisation_id": bureau if unconfirmed else None,
                "restricted_fields": restricted,
                "deleted_at": now(session) if deleted else None,
            }
            row = Profile.model_validate(profile_row(number, **columns))
            session.add(row)
            record_change(session, "profile", row.id, "create")
    with reading(database) as session:
        snapshot = MatchIndex().current(session)
        for who, actor in world.actors.items():
            seen = {row.id: row for row in session.exec(profiles.visible_to(actor).order_by(col(Profile.id)))}
            mask = snapshot.visible_places(actor.organisation_id)
            ranked = [card.id for card, shown in zip(snapshot.places, mask, strict=True) if shown]
            assert len(set(ranked)) == len(ranked), f"{who} is ranked twice on one place"
            # What a county may see only in order to confirm it is not ranked for it yet.
            to_confirm = {
                one
                for one, row in seen.items()
                if row.unconfirmed and row.entered_by_organisation_id != actor.organisation_id
            }
            assert set(ranked) == set(seen) - to_confirm, who
            assert bool(to_confirm) == (who == "qingyuan"), who
            # And each is ranked on exact figures just where it reads exact figures.
            for place, (card, shown) in enumerate(zip(snapshot.places, mask, strict=True)):
                if shown:
                    exact = snapshot.offers.rows[place].figures["land_mu"] == PROFILE["land_mu"]
                    assert exact == (profiles.read(actor, seen[card.id]).land_mu is not None), (who, card)


def test_the_masks_of_projects_agree_with_visible_to_in_every_state(world: World, database: Database) -> None:
    named = [world.organisations["anji"]]
    with writing(database) as session:
        for owner, visibility, disclosure in product(
            ("jiashan", "qingyuan", "nanxun"), ("private", "named", "partners", "public"), ("teaser", "full")
        ):
            body = {**PROJECT, "visibility": visibility, "disclosure": disclosure, "shared_with": named}
            actor = world.actors[owner]
            row = project_records.register(session, actor, ProjectWrite.model_validate(body))
            if disclosure == "full" and visibility == "public":
                project_records.remove(session, actor, row.id, "any")
    with reading(database) as session:
        snapshot = MatchIndex().current(session)
        for who, actor in world.actors.items():
            seen = projects.visible_ids(session, actor)
            mask = snapshot.visible_projects(actor.organisation_id, seen)
            ranked = [card for card, shown in zip(snapshot.projects, mask, strict=True) if shown]
            assert sorted(card.id for card in ranked) == sorted(seen), who
            for place, (card, shown) in enumerate(zip(snapshot.projects, mask, strict=True)):
                if not shown:
                    continue
                exact = snapshot.needs.rows[place].figures["land_mu"] == PROJECT["land_mu"]
                read = projects.read(session, actor, projects.get(session, actor, card.id))
                assert exact == (read.land_mu is not None), (who, card)
                assert card.origin_region_code == read.origin_region_code


# One county in a prefecture, as the matcher knows regions.
COUNTY = Place("庆元县", "浙江省丽水市庆元县", 119.06, 27.62, ("331126", "331100", "330000"), "331100")


class OneCounty(Atlas):
    """An atlas without a database."""

    def __init__(self) -> None:
        above = [Place("", "", None, None, COUNTY.path[place:], COUNTY.path[place]) for place in (1, 2)]
        self.places = {place.path[0]: place for place in (COUNTY, *above)}
        self.pairings = ()


@pytest.mark.parametrize("name", [*FIGURES, "largest_parcel_mu"])
def test_an_offer_for_others_is_the_same_for_every_figure_of_a_band(name: str) -> None:
    def seen(figure: float, *, exact: bool) -> Any:
        figures = {name: figure} if name in FIGURES else {"quantities": {name: figure}}
        evidence = {name: {"source": f"来源 {figure}"}}
        restricted = {"restricted_fields": [name], "evidence": evidence}
        row = Profile.model_validate(profile_row(1) | figures | restricted | {"version": 1, **_TIMES})
        return offer_of(row, OneCounty(), exact=exact)

    assert seen(50, exact=False) == seen(75.5, exact=False) == seen(99.999, exact=False)
    assert seen(50, exact=False) != seen(100, exact=False)
    assert seen(50, exact=True) != seen(75.5, exact=True)


def test_a_need_for_others_is_the_same_for_every_figure_of_a_band() -> None:
    today = _TIMES["created_at"].date()
    for name in projects.FIGURES:

        def seen(figure: float, *, teaser: bool, name: str = name) -> Any:
            body = {**PROJECT, "origin_region_code": "331126", name: figure}
            return need_of(ProjectWrite.model_validate(body), "prj", OneCounty(), None, today, teaser=teaser)

        low, middle, high = (50, 75.5, 99.999)
        if name == "max_tariff_cny_per_kwh":
            low, middle, high = (0.5, 0.7, 0.999)
        assert seen(low, teaser=True) == seen(middle, teaser=True) == seen(high, teaser=True), name
        assert seen(low, teaser=True) != seen(high * 1.1, teaser=True), name
        assert seen(low, teaser=False) != seen(middle, teaser=False), name
    teaser = seen(low, teaser=True)
    assert (teaser.description, teaser.products, teaser.inputs, teaser.materials) == ("", (), (), ())
    assert teaser.origin_region_code == "331100"
