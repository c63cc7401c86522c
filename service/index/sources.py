"""What the database holds, as the index takes it in: places, projects, regions and who is where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

import sqlalchemy
from sqlmodel import Session, col, select

from service.database import table_of
from service.domain import regions
from service.domain.capacity import NOTHING_TAKEN, Free
from service.domain.organisations import Organisation
from service.domain.pairings import Pairing
from service.domain.profiles import Profile, StoredProfile
from service.domain.projects import Project
from service.index.cards import PlaceCard, ProjectCard
from service.index.values import Atlas, need_of, offer_of
from service.matching.matcher import Matcher, NeedColumns
from service.matching.values import Offer

# SQLite takes 32,766 parameters a statement.
_IDS_AT_ONCE: Final = 5_000

Row = tuple[Offer, PlaceCard]


def regions_of(session: Session) -> dict[str, str | None]:
    """The region of each organisation."""
    return dict(session.exec(select(Organisation.id, Organisation.region_code)).all())


def atlas_of(session: Session) -> Atlas:
    """All regions and pairings."""
    return Atlas(regions.every(session), _pairings(session))


def paired_anew(session: Session, old: Atlas) -> Atlas:
    """The atlas with the pairings of now; regions change with the catalogue alone."""
    return old.paired(_pairings(session))


def _pairings(session: Session) -> list[Pairing]:
    return list(session.exec(select(Pairing).order_by(col(Pairing.id))))


def places_by_id(session: Session, atlas: Atlas, ids: Iterable[str], taken: Mapping[str, Free]) -> list[Row]:
    """The rows of some profiles net of what is ``taken`` of each, in the order of their tie keys."""
    rows: list[Row] = []
    # As columns: an object of the session for each would cost as much as all the rest.
    statement = sqlalchemy.select(*table_of(Profile).columns)
    for some in _batches(sorted(ids)):
        rows += place_rows(atlas, session.execute(statement.where(col(Profile.id).in_(some))), taken)
    # In the order of their tie keys neighbours share region, zone and text, so that blocks differ.
    return sorted(rows, key=lambda row: row[0].tie_key)


def place_rows(
    atlas: Atlas, profiles: Iterable[StoredProfile], taken: Mapping[str, Free] = MappingProxyType({})
) -> list[Row]:
    """One row of a profile for everyone, and a row of their own for those who know more."""
    found: list[Row] = []
    for row in profiles:
        if row.deleted_at is not None:
            continue
        open_to_all = row.status == "published" and not row.unconfirmed
        # An unconfirmed profile is ranked for whoever entered it, and for nobody else.
        insiders = {row.entered_by_organisation_id if row.unconfirmed else row.organisation_id}
        audience = frozenset(insider for insider in insiders if insider is not None)
        banded = bool(row.restricted_fields)
        free = taken.get(row.id, NOTHING_TAKEN)
        if open_to_all:
            offer = offer_of(row, atlas, exact=False, free=free)
            found.append((offer, _place_card(row, offer, None, audience if banded else frozenset())))
        if not open_to_all or banded:
            offer = offer_of(row, atlas, exact=True, free=free)
            found.append((offer, _place_card(row, offer, audience, frozenset())))
    return found


def _place_card(
    row: StoredProfile, offer: Offer, audience: frozenset[str] | None, kept_from: frozenset[str]
) -> PlaceCard:
    return PlaceCard(
        id=row.id,
        site_name=offer.site_name,
        region_code=offer.region_code,
        region_name=offer.region_name,
        organisation_id=row.organisation_id,
        is_synthetic=row.is_synthetic,
        unconfirmed=row.unconfirmed,
        audience=audience,
        kept_from=kept_from,
    )


def every_project(
    session: Session, matcher: Matcher, atlas: Atlas, regions: Mapping[str, str | None], today: date
) -> tuple[tuple[ProjectCard, ...], NeedColumns]:
    """Cards and columns of all projects."""
    return _projects(matcher, atlas, regions, today, session.exec(select(Project)))


def projects_by_id(
    session: Session,
    matcher: Matcher,
    atlas: Atlas,
    regions: Mapping[str, str | None],
    today: date,
    ids: Iterable[str],
) -> tuple[tuple[ProjectCard, ...], NeedColumns]:
    """Cards and columns of some projects."""
    rows = (
        row
        for some in _batches(sorted(ids))
        for row in session.exec(select(Project).where(col(Project.id).in_(some)))
    )
    return _projects(matcher, atlas, regions, today, rows)


def _projects(
    matcher: Matcher, atlas: Atlas, regions: Mapping[str, str | None], today: date, rows: Iterable[Project]
) -> tuple[tuple[ProjectCard, ...], NeedColumns]:
    """An exact row for the organisation itself, and one as others may know it."""
    cards, needs = [], []
    for row in rows:
        if row.deleted_at is not None:
            continue
        for own in (True, False) if row.visibility != "private" else (True,):
            teaser = not own and row.disclosure == "teaser"
            region_code = regions.get(row.organisation_id)
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


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _IDS_AT_ONCE):
        yield ids[start : start + _IDS_AT_ONCE]
