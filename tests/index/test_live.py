"""The live index is, after every change, what it would be if it were built anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.database import Database, now, reading, record_change, revision_of, writing
from service.domain import models
from service.index import MatchIndex, NeedColumns, PlaceCard, Places, Snapshot
from service.index.growth import grown
from service.matching.values import Offer
from service.units import shanghai_day
from tests.conftest import World


def content(snapshot: Snapshot) -> dict[str, Any]:
    """What a snapshot says, whatever the order in which its rows came to it."""
    offers = sorted(
        snapshot.living(),
        key=lambda row: (row[0].id, row[0].audience is None),
    )
    needs = sorted(
        zip(snapshot.projects, snapshot.needs.rows, strict=True), key=lambda row: (row[0].id, row[0].own)
    )
    return {
        "revision": snapshot.revision,
        "today": snapshot.today,
        "model": snapshot.model_version,
        "offers": offers,
        "needs": needs,
        "regions": dict(snapshot.regions_of),
        "tied": [
            snapshot.places[row].id
            for row in np.argsort(snapshot.offers.tie_rank, kind="stable")
            if snapshot.offers.alive[row]
        ],
        "rows_of": {
            who: sorted(found)
            for who, rows in snapshot.rows_of.items()
            if (found := [snapshot.places[row].id for row in rows if snapshot.offers.alive[row]])
        },
    }


def _texts(side: Places | NeedColumns) -> Any:
    """The vectors of all rows that count, in the order of their tie keys."""
    if isinstance(side, NeedColumns):
        return side.text
    rows = np.flatnonzero(side.alive)
    return side.take(rows[np.argsort(side.tie_rank[rows])]).text


def changes(world: World) -> Iterator[str]:
    """Makes one change after the other; says which."""
    project, profile = world.project(visibility="public"), world.profile()
    of_project, of_profile = f"/v1/projects/{project['id']}", f"/v1/profiles/{profile['id']}"
    yield "entered"
    pair = {"supporting_region_code": "330503", "partner_region_code": "331126", "programme": "other"}
    of_bureau = f"/v1/organisations/{world.organisations['jiashan']}"
    draft_of_a_partner = {"region_code": "331126", "site_kind": "county", "as_of": "2026-11-01"}
    steps: list[tuple[str, str, str, Any]] = [
        ("qingyuan", "PATCH", of_profile, {"land_mu": 60}),
        ("qingyuan", "PATCH", of_profile, {"restricted_fields": ["land_mu"]}),
        ("jiashan", "PATCH", of_project, {"land_mu": 70, "disclosure": "full"}),
        ("jiashan", "PATCH", of_project, {"visibility": "private"}),
        ("nanxun", "POST", "/v1/pairings", pair),
        ("jiashan", "POST", "/v1/profiles", draft_of_a_partner | {"status": "published"}),
        ("platform", "PATCH", of_bureau, {"region_code": "330503"}),
        ("qingyuan", "PATCH", of_profile, {"status": "withdrawn"}),
        ("qingyuan", "PATCH", of_profile, {"status": "published", "restricted_fields": []}),
        ("qingyuan", "DELETE", of_profile, None),
        ("jiashan", "DELETE", of_project, None),
    ]
    for who, method, path, body in steps:
        answer = world.call(who, method, path, json=body, headers={"If-Match": "*"})
        assert answer.status_code < 300, answer.text
        yield f"{method} {path} {body}"
    (entered,) = [p for p in world.get("jiashan", "/v1/profiles").json()["items"] if p["unconfirmed"]]
    address = f"/v1/profiles/{entered['id']}/confirmation"
    assert world.call("qingyuan", "POST", address, headers={"If-Match": "*"}).status_code == 200
    yield "confirmed"


def test_following_the_changes_gives_what_building_anew_gives(world: World, database: Database) -> None:
    live, lazy = MatchIndex(), MatchIndex()
    with reading(database) as session:
        lazy.current(session)
    for place, step in enumerate(changes(world)):
        with reading(database) as session:
            followed = live.current(session)
            assert followed.revision == revision_of(session)
            if place % 4 == 2:
                assert content(followed) == content(MatchIndex().current(session)), step
    # So does one that slept through all of it, and catches up at once.
    with reading(database) as session:
        assert content(followed) == content(MatchIndex().current(session))
        assert content(lazy.current(session)) == content(followed)


def test_what_has_not_changed_is_not_built_again(world: World, database: Database) -> None:
    world.profile()
    index = MatchIndex()
    with reading(database) as session:
        first = index.current(session)
    with reading(database) as session:
        assert index.current(session) is first
    world.project()
    with reading(database) as session:
        following = index.current(session)
    assert following.matcher is first.matcher
    assert following.offers is first.offers


def test_a_new_model_or_catalogue_builds_everything_anew(database: Database) -> None:
    index = MatchIndex()
    with reading(database) as session:
        first = index.current(session)
        content_of_model = models.live(session).content
    with writing(database) as session:
        models.store(session, "text-second", content_of_model, {})
    with reading(database) as session:
        second = index.current(session)
    assert (second.model_version, second.matcher is first.matcher) == ("text-second", False)
    with writing(database) as session:
        record_change(session, "catalogue", "x", "load")
    with reading(database) as session:
        assert index.current(session).matcher is not second.matcher


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_following_a_new_model_and_a_change_beside_it_gives_what_building_anew_gives(
    world: World, database: Database
) -> None:
    world.project(visibility="public")
    profile = world.profile()
    index = MatchIndex()
    with reading(database) as session:
        index.current(session)
        content_of_model = models.live(session).content
    with writing(database) as session:
        models.store(session, "text-second", content_of_model, {})
    assert world.patch(
        "qingyuan", f"/v1/profiles/{profile['id']}", {"leading_industries": ["涂料"]}
    ).is_success
    with reading(database) as session:
        followed, anew = index.current(session), MatchIndex().current(session)
    assert followed.model_version == "text-second"
    assert content(followed) == content(anew)
    for ours, theirs in ((followed.offers, anew.offers), (followed.needs, anew.needs)):
        mine, new = (_texts(side) for side in (ours, theirs))
        assert (mine != new).nnz == 0


# On PostgreSQL, where an older snapshot never holds back a writer, whatever the journal.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_request_that_began_earlier_takes_nothing_away_from_later_ones(
    world: World, database: Database
) -> None:
    index = MatchIndex()
    with reading(database) as early:
        before = revision_of(early)
        tomorrow = now(early) + timedelta(days=1)
        project, profile = world.project(), world.profile()
        with reading(database) as late:
            newest = index.current(late)
            assert newest.revision > before
        # The early one still sees the old revision; the newer index serves it too.
        assert index.current(early) is newest
        # At midnight the needs are read again, here by a request that cannot see the newest ones.
        early.info["now"] = tomorrow
        assert index.current(early).today == shanghai_day(tomorrow)
    with reading(database) as late:
        late.info["now"] = tomorrow
        after = index.current(late)
        assert {card.id for card in after.projects} == {project["id"]}
        assert {card.id for card in after.places} == {profile["id"]}
        assert content(after) == content(MatchIndex().current(late))


def test_a_pairing_that_begins_or_ends_counts_from_its_day_on(world: World, database: Database) -> None:
    project = world.project()
    index = MatchIndex()
    pairings = world.get("jiashan", "/v1/pairings?region_code=330421").json()["items"]
    with reading(database) as session:
        today = shanghai_day(now(session))
    for pairing in pairings:
        patch = {"since": None, "until": today.isoformat()}
        assert world.patch("jiashan", f"/v1/pairings/{pairing['id']}", patch).status_code == 200
    for days, partners in ((0, {"331126", "513225"}), (1, set())):
        with reading(database) as session:
            session.info["now"] = now(session) + timedelta(days=days)
            snapshot = index.current(session)
        (row,) = [need for need in snapshot.needs.rows if need.key == project["id"]]
        assert {partner.region_code for partner in row.partners} == partners


def _card(profile_id: str, audience: frozenset[str] | None = None) -> PlaceCard:
    return PlaceCard(profile_id, "", "331126", "", None, False, False, audience)


def _offer(snapshot: Snapshot, profile_id: str, land_mu: float) -> Offer:
    some = snapshot.offers.row(0)
    return replace(
        some, key=profile_id, tie_key=(*some.tie_key[:-1], profile_id), figures={"land_mu": land_mu}
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=st.lists(
        st.lists(st.tuples(st.integers(0, 7), st.sampled_from([0.0, 10.0, 80.0, None])), max_size=4),
        max_size=25,
    )
)
def test_after_any_changes_a_snapshot_says_what_one_built_anew_would(world, database, steps):
    world.profile()
    with reading(database) as session:
        first = MatchIndex().current(session)
    snapshot, expected = first, {card.id: offer for card, offer in first.living()}
    held = []
    for step in steps:
        changed = {f"prf_{number}": land_mu for number, land_mu in step}
        kept = {name: land_mu for name, land_mu in changed.items() if land_mu is not None}
        offers = [_offer(first, name, land_mu) for name, land_mu in kept.items()]
        before = [(card.id, offer) for card, offer in snapshot.living()]
        held.append((snapshot, before))
        table = snapshot.matcher.table(offers)
        snapshot = grown(snapshot, set(changed), [_card(name) for name in kept], table)
        for name in changed:
            expected.pop(name, None)
        expected |= dict(zip(kept, offers, strict=True))
    living = list(snapshot.living())
    assert {card.id: offer for card, offer in living} == expected
    assert len(living) == len(expected)
    assert len(snapshot.offers.segments) <= 5 + 1.5 * np.log2(max(len(snapshot.offers), 2))
    # Whoever still reads an older snapshot reads what it said.
    for older, said in held:
        assert [(card.id, offer) for card, offer in older.living()] == said
