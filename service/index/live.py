"""Keeps the match index current: every ranking asks for the revision and applies what is missing."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from sqlalchemy import distinct
from sqlmodel import Session, col, func, select

from service.database import Change, Database, now, reading, revision_of
from service.domain import capacity, models
from service.index import sources, stored
from service.index.base import Base
from service.index.building import build
from service.index.growth import grown
from service.index.matchers import matcher_of
from service.index.snapshot import Snapshot
from service.index.values import Atlas
from service.matching import model_file
from service.matching.matcher import Matcher, NeedColumns, Places
from service.units import shanghai_day

#: A place that is taken in costs objects until all are laid out anew; one that is read for a base costs none.
_MOST_TAKEN_IN: Final = 1_000
_PARTNERS = frozenset({"pairing", "organisation"})


class MatchIndex:
    """The arrays that rankings read; one per worker.

    Parameters
    ----------
    directory : Path, optional
        Where bases are stored and mapped from, by all workers of the machine. Without it, or where it
        cannot be written, a worker builds its own in memory.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory
        self._snapshot: Snapshot | None = None
        self._lock = threading.Lock()

    def current(self, session: Session) -> Snapshot:
        """The index at least as new as what this session sees, of this day, net of what is held now.

        The cheapest statement there is asks for the revision; changes are applied by whoever finds
        them first, while others wait for it.
        """
        revision, instant = revision_of(session), now(session)
        snapshot = self._snapshot
        if snapshot is not None and snapshot.revision >= revision and snapshot.is_of(instant):
            return snapshot
        with self._lock:
            snapshot = self._snapshot
            if snapshot is None:
                snapshot = _load(session, revision, instant, self.directory)
            elif snapshot.revision < revision or not snapshot.is_of(instant):
                snapshot = follow(session, snapshot, revision, instant, self.directory)
            self._snapshot = snapshot
        return snapshot

    def start(self, database: Database) -> Snapshot:
        """Load the index and the kernel; of several workers that start at once one builds what is missing."""
        with (
            stored.building(self.directory) if self.directory else nullcontext(),
            reading(database) as session,
        ):
            snapshot = self.current(session)
        # Without a row: what is compiled hangs on the kinds of the arrays, and nothing of them is read.
        snapshot.matcher.warm(Places.of(snapshot.matcher.table([])), snapshot.today)
        return snapshot

    def newest(self) -> Snapshot | None:
        """What this worker has, asking nobody."""
        return self._snapshot

    def put(self, database: Database, relaid: Snapshot) -> None:
        """Go on from a snapshot that was laid out beside the requests, once it has caught up.

        Readers keep what they have; a model, a catalogue or a newer base that came meanwhile lets it fall.
        """
        if not self._goes_on_with(relaid):
            return
        for is_first in (True, False):
            with reading(database) as session:
                # Its base may be older than what the clock alone has changed of holds since.
                relaid = follow(
                    session, relaid, revision_of(session), relaid.read_at, self.directory, anew=is_first
                )
        relaid = replace(relaid, settled_rows=relaid.young_or_dead_rows())
        with self._lock:
            if not self._goes_on_with(relaid):
                return
            with reading(database) as session:
                self._snapshot = follow(session, relaid, revision_of(session), now(session), self.directory)

    def _goes_on_with(self, relaid: Snapshot) -> bool:
        newest = self._snapshot
        if newest is None or newest.matcher is not relaid.matcher:
            return False
        return newest.base_revision <= relaid.base_revision


def _load(session: Session, revision: int, instant: datetime, directory: Path | None) -> Snapshot:
    today = shanghai_day(instant)
    row = models.live(session)
    matcher, atlas = matcher_of(session, row.content, row.content_hash), sources.atlas_of(session)
    since, base = _base_of(session, matcher, atlas, row.version, directory)
    regions_of = sources.regions_of(session)
    cards, needs = sources.every_project(session, matcher, atlas, regions_of, today)
    loaded = Snapshot(
        revision=revision,
        base_revision=since,
        today=today,
        model_version=row.version,
        matcher=matcher,
        atlas=atlas,
        needs=needs,
        projects=cards,
        regions_of=regions_of,
        read_at=instant,
        next_expiry=capacity.next_expiry(session, instant),
        **base.fields(),
    )
    changed = _changed(session, since, revision).get("profile", set())
    if is_bulk(loaded, len(changed)):
        loaded, changed = _based_anew(session, loaded), set()
    # A base is gross of holds, or net of those of an earlier instant.
    changed |= capacity.bound(session)
    return _with_profiles(session, loaded, changed, instant) if changed else loaded


def _base_of(
    session: Session, matcher: Matcher, atlas: Atlas, model: str, directory: Path | None
) -> tuple[int, Base]:
    """A stored base and its revision; where none fits, one that is built, and stored for the next."""
    found = stored.newest(directory, session, model) if directory is not None else None
    if found is not None:
        return found[0].revision, Base.of(found[1], is_mapped=True)
    origin = stored.Origin.of(session, model)
    arrays = build(session, matcher, atlas)
    if directory is not None and stored.write(directory, origin, arrays):
        # The mapped one, of which the workers share a copy; the one in memory is let go.
        found = stored.newest(directory, session, model)
    if found is None:
        return origin.revision, Base.of(arrays)
    return found[0].revision, Base.of(found[1], is_mapped=True)


def store_for_model(session: Session, version: str, content: bytes, directory: Path) -> None:
    """Encode every place with a model that is not live yet, so that workers find it done when it is.

    Raises
    ------
    ModelFileError
        If this program cannot load the model.
    """
    if stored.newest(directory, session, version) is None:
        matcher = matcher_of(session, content, model_file.digest(content))
        stored.write(
            directory, stored.Origin.of(session, version), build(session, matcher, sources.atlas_of(session))
        )


def follow(
    session: Session,
    old: Snapshot,
    revision: int,
    instant: datetime,
    directory: Path | None = None,
    *,
    anew: bool = False,
) -> Snapshot:
    """The snapshot with the changes up to the revision applied, and what the clock has ended.

    ``anew`` reads every place anew of which something is held or shared, whatever the snapshot has of it.
    """
    today = shanghai_day(instant)
    changed = _changed(session, old.revision, revision)
    if changed.keys() & {"catalogue", "model"}:
        return _load(session, revision, instant, directory)
    profiles = changed.pop("profile", set())
    bulk = is_bulk(old, len(profiles))
    if old.next_expiry is not None and old.next_expiry <= instant:
        profiles |= capacity.lapsed(session, old.next_expiry, instant)
    if anew:
        profiles |= capacity.bound(session)
    # A session that began earlier than the snapshot's may come here at midnight. What it reads again is
    # older, and is numbered so: whoever comes next applies the changes since, once more where need be.
    new = replace(
        old,
        revision=revision,
        today=today,
        read_at=instant,
        next_expiry=capacity.next_expiry(session, instant),
    )
    if changed.keys() & _PARTNERS or today != old.today:
        # Partners are part of every need; who is one may depend on the day.
        regions_of, atlas = sources.regions_of(session), sources.paired_anew(session, old.atlas)
        cards, needs = sources.every_project(session, new.matcher, atlas, regions_of, today)
        new = replace(new, atlas=atlas, regions_of=regions_of, needs=needs, projects=cards)
    elif "project" in changed:
        new = _with_projects(session, new, changed["project"])
    if bulk:
        new, profiles = _based_anew(session, new), capacity.bound(session)
    return _with_profiles(session, new, profiles, instant) if profiles else new


def is_bulk(snapshot: Snapshot, changed: int) -> bool:
    """Whether so many profiles have changed that reading all of them costs less than taking these in."""
    return changed > max(_MOST_TAKEN_IN, len(snapshot.places.store) // 4)


def _based_anew(session: Session, old: Snapshot) -> Snapshot:
    """The same on a base of all places that this session sees: no object is kept for any of them."""
    base = Base.of(build(session, old.matcher, old.atlas))
    return replace(old, base_revision=old.revision, **base.fields())


def profiles_behind(session: Session, snapshot: Snapshot) -> int:
    """How many profiles have changed since the snapshot."""
    newer = select(func.count(distinct(col(Change.noun_id)))).where(col(Change.revision) > snapshot.revision)
    return session.exec(newer.where(Change.noun == "profile")).one()


def _changed(session: Session, since: int, revision: int) -> dict[str, set[str]]:
    """The ids of what was changed after a revision, by noun."""
    statement = select(Change.noun, Change.noun_id).where(col(Change.revision) > since)
    changed: dict[str, set[str]] = {}
    for noun, noun_id in session.exec(statement.where(col(Change.revision) <= revision)):
        changed.setdefault(noun, set()).add(noun_id)
    return changed


def _with_profiles(session: Session, old: Snapshot, ids: set[str], instant: datetime) -> Snapshot:
    rows = sources.places_by_id(session, old.atlas, ids, capacity.held(session, ids, instant))
    table = old.matcher.table([offer for offer, _ in rows])
    return grown(old, ids, [card for _, card in rows], table)


def _with_projects(session: Session, old: Snapshot, ids: set[str]) -> Snapshot:
    added, columns = sources.projects_by_id(session, old.matcher, old.atlas, old.regions_of, old.today, ids)
    kept = [row for row, card in enumerate(old.projects) if card.id not in ids]
    cards = (*(old.projects[row] for row in kept), *added)
    needs = NeedColumns.concat([old.needs.take(np.array(kept, dtype=np.int64)), columns])
    return replace(old, projects=cards, needs=needs)
