"""Keeps the match index current: every ranking asks for the revision and applies what is missing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import chain

import numpy as np
from sqlmodel import Session, col, select

from service.database import Change, now, revision_of
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.domain.regions import Region
from service.index.growth import grown
from service.index.matchers import build_matcher
from service.index.snapshot import (
    PlaceCard,
    ProjectCard,
    Snapshot,
    positions_by_id,
    public_rows,
    rows_by_organisation,
)
from service.index.values import Atlas, need_of, offer_of
from service.matching.matcher import Matcher, NeedColumns, OfferTable, Places, Segment
from service.units import shanghai_day

_IDS_AT_ONCE = 10_000
_PARTNERS = frozenset({"pairing", "organisation"})


class MatchIndex:
    """The arrays that rankings read; one per worker."""

    def __init__(self) -> None:
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    def current(self, session: Session) -> Snapshot:
        """The index at least as new as what this session sees, and of this day.

        The cheapest statement there is asks for the revision; changes are applied by whoever finds
        them first, while others wait for it.
        """
        revision, today = revision_of(session), shanghai_day(now(session))
        snapshot = self._snapshot
        if snapshot is not None and snapshot.revision >= revision and snapshot.today == today:
            return snapshot
        with self._lock:
            snapshot = self._snapshot
            if snapshot is None:
                snapshot = _load(session, revision, today)
            elif snapshot.revision < revision or snapshot.today != today:
                snapshot = _follow(session, snapshot, revision, today)
            self._snapshot = snapshot
        return snapshot


def _load(session: Session, revision: int, today: date) -> Snapshot:
    matcher, version = build_matcher(session)
    atlas = _atlas(session)
    places, table = _places(matcher, atlas, session.exec(select(Profile)))
    regions_of = _regions_of(session)
    cards, needs = _projects(matcher, atlas, regions_of, today, session.exec(select(Project)))
    return Snapshot(
        revision=revision,
        today=today,
        model_version=version,
        matcher=matcher,
        atlas=atlas,
        offers=Places.of(table),
        places=list(places),
        positions_of=positions_by_id(places),
        needs=needs,
        projects=cards,
        regions_of=regions_of,
        public=public_rows(places),
        rows_of=rows_by_organisation(places),
    )


def _follow(session: Session, old: Snapshot, revision: int, today: date) -> Snapshot:
    statement = select(Change.noun, Change.noun_id).where(col(Change.revision) > old.revision)
    changed: dict[str, set[str]] = {}
    for noun, noun_id in session.exec(statement.where(col(Change.revision) <= revision)):
        changed.setdefault(noun, set()).add(noun_id)
    if "catalogue" in changed:
        return _load(session, revision, today)
    # A session that began earlier than the snapshot's may come here at midnight. What it reads again is
    # older, and is numbered so: whoever comes next applies the changes since, once more where need be.
    new = replace(old, revision=revision, today=today)
    if "model" in changed:
        new = _with_model(session, new)
    if changed.keys() & _PARTNERS or today != old.today:
        # Partners are part of every need; who is one may depend on the day.
        regions_of = _regions_of(session)
        atlas = _atlas(session)
        cards, needs = _projects(new.matcher, atlas, regions_of, today, session.exec(select(Project)))
        new = replace(new, atlas=atlas, regions_of=regions_of, needs=needs, projects=cards)
    elif "project" in changed:
        new = _with_projects(session, new, changed["project"])
    return _with_profiles(session, new, changed["profile"]) if "profile" in changed else new


def _with_model(session: Session, old: Snapshot) -> Snapshot:
    """Every row encoded anew from the plain values at hand: reading them again would take as long."""
    matcher, version = build_matcher(session)
    segments = tuple(Segment(matcher.table(s.table.rows), s.alive) for s in old.offers.segments)
    needs = matcher.needs(old.needs.rows)
    return replace(old, matcher=matcher, model_version=version, offers=Places(segments), needs=needs)


def _with_profiles(session: Session, old: Snapshot, ids: set[str]) -> Snapshot:
    # SQLite takes 32,766 parameters a statement; an import changes more than that at once.
    ordered = sorted(ids)
    rows = chain.from_iterable(
        session.exec(select(Profile).where(col(Profile.id).in_(ordered[start : start + _IDS_AT_ONCE])))
        for start in range(0, len(ordered), _IDS_AT_ONCE)
    )
    added, table = _places(old.matcher, old.atlas, rows)
    return grown(old, ids, added, table)


def _with_projects(session: Session, old: Snapshot, ids: set[str]) -> Snapshot:
    rows = session.exec(select(Project).where(col(Project.id).in_(ids)))
    added, columns = _projects(old.matcher, old.atlas, old.regions_of, old.today, rows)
    kept = [row for row, card in enumerate(old.projects) if card.id not in ids]
    cards = (*(old.projects[row] for row in kept), *added)
    needs = NeedColumns.concat([old.needs.take(np.array(kept, dtype=np.int64)), columns])
    return replace(old, projects=cards, needs=needs)


def _regions_of(session: Session) -> dict[str, str | None]:
    return dict(session.exec(select(Organisation.id, Organisation.region_code)).all())


def _atlas(session: Session) -> Atlas:
    return Atlas(session.exec(select(Region)), list(session.exec(select(Pairing).order_by(col(Pairing.id)))))


def _places(
    matcher: Matcher, atlas: Atlas, rows: Iterable[Profile]
) -> tuple[tuple[PlaceCard, ...], OfferTable]:
    """Cards and columns: one row for everyone, and a row of their own for those who know more."""
    cards, offers = [], []
    for row in rows:
        if row.deleted_at is not None:
            continue
        open_to_all = row.status == "published" and not row.unconfirmed
        # An unconfirmed profile is ranked for whoever entered it, and for nobody else.
        insiders = {row.entered_by_organisation_id if row.unconfirmed else row.organisation_id}
        audience = frozenset(insider for insider in insiders if insider is not None)
        banded = bool(row.restricted_fields)
        if open_to_all:
            offers.append(offer_of(row, atlas, exact=False))
            cards.append(
                _place_card(row, offers[-1].site_name, atlas, None, audience if banded else frozenset())
            )
        if not open_to_all or banded:
            offers.append(offer_of(row, atlas, exact=True))
            cards.append(_place_card(row, offers[-1].site_name, atlas, audience, frozenset()))
    # In the order of their tie keys neighbours share region, zone and text, so that blocks differ.
    order = sorted(range(len(offers)), key=lambda row: offers[row].tie_key)
    return tuple(cards[row] for row in order), matcher.table([offers[row] for row in order])


def _place_card(
    row: Profile, site_name: str, atlas: Atlas, audience: frozenset[str] | None, kept_from: frozenset[str]
) -> PlaceCard:
    return PlaceCard(
        id=row.id,
        site_name=site_name,
        region_code=row.region_code,
        region_name=atlas.places[row.region_code].full_name,
        organisation_id=row.organisation_id,
        is_synthetic=row.is_synthetic,
        unconfirmed=row.unconfirmed,
        audience=audience,
        kept_from=kept_from,
    )


def _projects(
    matcher: Matcher, atlas: Atlas, regions_of: Mapping[str, str | None], today: date, rows: Iterable[Project]
) -> tuple[tuple[ProjectCard, ...], NeedColumns]:
    """Cards and columns: an exact row for the organisation itself, and one as others may know it."""
    cards, needs = [], []
    for row in rows:
        if row.deleted_at is not None:
            continue
        for own in (True, False) if row.visibility != "private" else (True,):
            teaser = not own and row.disclosure == "teaser"
            region_code = regions_of.get(row.organisation_id)
            needs.append(need_of(row, row.id, atlas, region_code, today, teaser=teaser))
            cards.append(
                ProjectCard(
                    id=row.id,
                    name=row.name,
                    industry_code=row.industry_code,
                    origin_region_code=needs[-1].origin_region_code,
                    organisation_id=row.organisation_id,
                    stage=row.stage,
                    own=own,
                )
            )
    return tuple(cards), matcher.needs(needs)
