"""Looks at what has changed, and tells of each saved search what newly fits and what fell out.

The job follows the `changes` table from the revision up to which it has looked: of a change that concerns no
search it costs one read, of one that does only the rows that have changed are assessed, and a page is ranked
where one of them newly fits. Everything is looked at anew where everything may have changed: a new day,
model, rule pack or pairing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlmodel import Session, col, select

from service.access.policy import Actor, granted_to
from service.database import (
    Change,
    Database,
    insert_missing,
    now,
    reading,
    record_change,
    revision_of,
    writing,
)
from service.domain import capacity, events, jobs
from service.domain.jobs import Job
from service.domain.opportunities import Opportunity
from service.domain.organisations import Organisation
from service.domain.saved_searches import SavedSearch, SavedSearchHit, SearchProgress
from service.domain.shapes import replace_fields
from service.index import Snapshot
from service.jobs.searching import Found, SubjectGone, search_of
from service.jobs.work import Context
from service.units import shanghai_day

KIND: Final = "saved_search.evaluate"
#: Changes that come within so long are looked at together.
COALESCED: Final = timedelta(seconds=3)
#: Of more changed places or projects than this, ranking a page is quicker than looking at each.
_MOST_ONE_BY_ONE: Final = 200
#: So many are kept of one search; of those that rank far behind, the oldest are forgotten untold.
MOST_HITS: Final = 500
_SEARCHES_AT_ONCE: Final = 100
_EVERYTHING: Final = frozenset({"catalogue", "model", "pairing", "organisation"})
_CONCERNED: Final = frozenset({*_EVERYTHING, "profile", "project", "opportunity", "saved_search"})
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class News:
    """What has changed since all searches were looked at; None stands for too much, or everything."""

    revision: int
    instant: datetime
    places: frozenset[str] | None = frozenset()
    projects: frozenset[str] | None = frozenset()

    def concerns(self, search: SavedSearch) -> bool:
        """Whether a search may find anything else than before."""
        if search.evaluated_at is None or self.is_news_of_subject(search):
            return True
        return bool(self.of(search) is None or self.of(search))

    def is_news_of_subject(self, search: SavedSearch) -> bool:
        """Whether what is searched for has itself changed."""
        subject = search.project_id if search.looks_for_places else search.profile_id
        changed = self.projects if search.looks_for_places else self.places
        return subject is not None and (changed is None or subject in changed)

    def of(self, search: SavedSearch) -> frozenset[str] | None:
        """Those that have changed of what a search looks for."""
        return self.places if search.looks_for_places else self.projects


def schedule(database: Database) -> bool:
    """Put a look on record where a change may concern a search and none is; asked whenever one is idle.

    So no change is missed: it is not the change that asks for the look, but whoever finds that there was one.
    """
    with reading(database) as session:
        if not _is_wanted(session):
            return False
    with writing(database) as session:
        jobs.enqueue(session, None, KIND, {}, run_after=now(session) + COALESCED, unique_key=KIND)
    return True


def _is_wanted(session: Session) -> bool:
    active = select(SavedSearch.id).where(col(SavedSearch.active).is_(True)).limit(1)
    if session.exec(active).first() is None:
        return False
    scheduled = select(Job.id).where(Job.kind == KIND, col(Job.state).in_(jobs.OPEN)).limit(1)
    if session.exec(scheduled).first() is not None:
        return False
    seen = session.get(SearchProgress, 1)
    if seen is None or shanghai_day(seen.instant) != shanghai_day(now(session)):
        return True
    if capacity.lapsed(session, seen.instant, now(session)):
        return True
    since = select(Change.revision).where(
        col(Change.revision) > seen.revision, col(Change.noun).in_(_CONCERNED)
    )
    return session.exec(since.limit(1)).first() is not None


def evaluate(context: Context) -> dict[str, Any]:
    """Look at every search that the news may concern; how many were looked at, and what was told."""
    counts = {"searches": 0, "matched": 0, "lost": 0}
    with reading(context.database) as session:
        snapshot = context.index.current(session)
        news = _news(session)
    for search_ids in _pages(context.database):
        with reading(context.database) as session:
            searches = session.exec(select(SavedSearch).where(col(SavedSearch.id).in_(search_ids))).all()
            looks = [_look(session, snapshot, news, search) for search in searches if news.concerns(search)]
        for look in looks:
            context.progress(counts["searches"], None)
            counts["searches"] += 1
            matched, lost = _tell(context.database, news, look)
            counts["matched"] += matched
            counts["lost"] += lost
    with writing(context.database) as session:
        _advance(session, news)
        context.complete(session, counts)
    return counts


def _pages(database: Database) -> Iterator[list[str]]:
    last = ""
    while True:
        with reading(database) as session:
            active = select(SavedSearch.id).where(col(SavedSearch.active).is_(True), SavedSearch.id > last)
            found = list(session.exec(active.order_by(col(SavedSearch.id)).limit(_SEARCHES_AT_ONCE)))
        if not found:
            return
        yield found
        last = found[-1]


def _news(session: Session) -> News:
    seen, revision, instant = session.get(SearchProgress, 1), revision_of(session), now(session)
    if seen is None or shanghai_day(seen.instant) != shanghai_day(instant):
        return News(revision, instant, None, None)
    statement = (
        select(Change.noun, Change.noun_id)
        .where(col(Change.revision) > seen.revision, col(Change.noun).in_(_CONCERNED))
        .distinct()
        .limit(4 * _MOST_ONE_BY_ONE)
    )
    changed: dict[str, set[str]] = {}
    rows = session.exec(statement).all()
    for noun, noun_id in rows:
        changed.setdefault(noun, set()).add(noun_id)
    if len(rows) == 4 * _MOST_ONE_BY_ONE or changed.keys() & _EVERYTHING:
        return News(revision, instant, None, None)
    places = changed.get("profile", set()) | capacity.lapsed(session, seen.instant, instant)
    # A record opens its project to the other side.
    opened = select(Opportunity.project_id).where(col(Opportunity.id).in_(changed.get("opportunity", set())))
    projects = changed.get("project", set()) | set(session.exec(opened))
    return News(revision, instant, _few(places), _few(projects))


def _few(ids: set[str]) -> frozenset[str] | None:
    return frozenset(ids) if len(ids) <= _MOST_ONE_BY_ONE else None


def _advance(session: Session, news: News) -> None:
    insert_missing(session, SearchProgress(revision=0, instant=news.instant))
    row = session.get_one(SearchProgress, 1, with_for_update=True, populate_existing=True)
    if row.revision <= news.revision:
        row.revision, row.instant = news.revision, news.instant
        session.add(row)


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at one search; ``found`` None: its subject is not to be seen any more."""

    search_id: str
    version: int
    is_first: bool
    found: Found | None = field(default_factory=Found)


def _look(session: Session, snapshot: Snapshot, news: News, row: SavedSearch) -> Look:
    hits = set(session.exec(select(SavedSearchHit.found_id).where(SavedSearchHit.search_id == row.id)))
    is_first = row.evaluated_at is None
    changed = None if is_first or news.is_news_of_subject(row) else news.of(row)
    try:
        found = search_of(session, snapshot, _on_behalf_of(session, row), row).look(hits, changed)
    except SubjectGone:
        return Look(row.id, row.version, is_first, None)
    return Look(row.id, row.version, is_first, found)


def _on_behalf_of(session: Session, row: SavedSearch) -> Actor:
    owner = session.get_one(Organisation, row.organisation_id)
    return Actor(owner.id, owner.kind, owner.region_code, "saved_search", granted_to(owner.kind))


def _tell(database: Database, news: News, look: Look) -> tuple[int, int]:
    """Store what came of a look, with its events; a search that was changed meanwhile is left to the next."""
    with writing(database) as session:
        statement = select(SavedSearch).where(SavedSearch.id == look.search_id).with_for_update()
        row = session.exec(statement).first()
        if row is None or row.version != look.version:
            return 0, 0
        if look.found is None:
            replace_fields(session, row, {"active": False, "paused_because": "subject_gone"})
            record_change(session, "saved_search", row.id, "pause")
            return 0, 0
        hits = {
            hit.found_id: hit
            for hit in session.exec(select(SavedSearchHit).where(SavedSearchHit.search_id == row.id))
        }
        matched = [(found_id, rank) for found_id, rank in look.found.matched if found_id not in hits]
        lost = [told for told in look.found.lost if told.found_id in hits]
        for found_id, rank in matched:
            session.add(SavedSearchHit(search_id=row.id, found_id=found_id, rank=rank, since=news.instant))
        for told in lost:
            session.delete(hits[told.found_id])
        _forget_oldest(session, [hit for hit in hits.values() if hit not in session.deleted], len(matched))
        if look.is_first:
            row.evaluated_at = news.instant
            session.add(row)
            return 0, 0
        noun = "profile" if row.looks_for_places else "project"
        for found_id, rank in matched:
            data = {"saved_search_id": row.id, f"{noun}_id": found_id, "rank": rank}
            events.emit(session, "saved_search.matched", row.id, data, [row.organisation_id])
        for told in lost:
            data = {"saved_search_id": row.id, f"{noun}_id": told.found_id}
            data |= {"because": told.because, "rule": told.rule, "reason": told.reason}
            events.emit(session, "saved_search.lost", row.id, data, [row.organisation_id])
        return len(matched), len(lost)


def _forget_oldest(session: Session, hits: list[SavedSearchHit], more: int) -> None:
    beyond = len(hits) + more - MOST_HITS
    for hit in sorted(hits, key=lambda hit: (hit.since, hit.found_id))[: max(0, beyond)]:
        session.delete(hit)
