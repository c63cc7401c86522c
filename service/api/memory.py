"""What a worker may answer rankings from without asking the database again, while nothing has changed.

Every copy belongs to one revision: a key that is revoked, a project that is changed or hidden, a pairing
that ends by hand, all move the revision, and what was held of the older one is never looked at again.
What ends by the clock alone (a key, a day) is compared with the clock at each request.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlmodel import Session

from service.access.keys import ApiKey
from service.access.policy import Actor
from service.api.bounded import Bounded
from service.api.fragments import FragmentStore
from service.database import revision_of
from service.domain.projects import Project
from service.index import Candidates, NeedColumns, Snapshot
from service.index.snapshot import Bools

_KEYS_KEPT = 4_096
_PROJECTS_KEPT = 65_536
_MASKS_BYTES = 32 * 1024 * 1024
_ANSWERS_BYTES = 32 * 1024 * 1024
_FRAGMENTS_BYTES = 256 * 1024 * 1024
_CANDIDATES_BYTES = 64 * 1024 * 1024
#: A project with more is ranked by the kernel each time: about 4 MB.
_CANDIDATES_MOST = 40_000


#: Organisation, project, language and query string of a list; its ETag and body.
AnswerKey = tuple[str, str, str, bytes]
Answer = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that was good at this revision, until it expires."""

    actor: Actor
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldProject:
    """A project that an organisation may see."""

    id: str
    version: int
    organisation_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of a project; None where there is no room to keep them."""

    kept: Candidates | None


class Held:
    """The copies of one revision.

    Parameters
    ----------
    revision : int
    snapshot : Snapshot
        The index at that very revision.
    fragments : FragmentStore
        What is at hand of the explanations on that index.
    """

    def __init__(self, revision: int, snapshot: Snapshot, fragments: FragmentStore) -> None:
        self.revision = revision
        self.snapshot = snapshot
        self.fragments = fragments
        self.keys: Bounded[bytes, HeldKey] = Bounded(_KEYS_KEPT)
        self.projects: Bounded[tuple[str, str], HeldProject] = Bounded(_PROJECTS_KEPT)
        self.answers: Bounded[AnswerKey, Answer] = Bounded(_ANSWERS_BYTES, lambda answer: len(answer[1]))
        self._lock = threading.Lock()
        self._room_for_candidates = _CANDIDATES_BYTES
        self._candidates: dict[tuple[str, str, int], Found] = {}
        self._visible: Bounded[str, Bools] = Bounded(_MASKS_BYTES, lambda mask: mask.nbytes)

    def visible_places(self, organisation_id: str) -> Bools:
        """Which places the organisation is ranked on."""
        visible = self._visible.get(organisation_id)
        if visible is None:
            visible = self.snapshot.visible_places(organisation_id)
            self._visible.put(organisation_id, visible)
        return visible

    def candidates_at_hand(self, organisation_id: str, project: HeldProject) -> Found | None:
        """The places that a project may have, as far as its organisation is ranked on them."""
        return self._candidates.get((organisation_id, project.id, project.version))

    def find_candidates(self, organisation_id: str, project: HeldProject, need: NeedColumns) -> Found:
        """The same, worked out and kept."""
        snapshot = self.snapshot
        kept = snapshot.matcher.candidates(
            need,
            snapshot.offers,
            visible=self.visible_places(organisation_id),
            most=_CANDIDATES_MOST,
            today=snapshot.today,
        )
        key = (organisation_id, project.id, project.version)
        with self._lock:
            # Nobody's are let go for another's: where many ask in turn, each would be worked out every time.
            if key not in self._candidates:
                fits = kept is not None and kept.nbytes <= self._room_for_candidates
                self._room_for_candidates -= kept.nbytes if kept is not None and fits else 0
                self._candidates[key] = Found(kept if fits else None)
            return self._candidates[key]


class Memory:
    """What one worker holds: copies of the newest revision that it has seen, and what was explained on it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: Held | None = None
        self._basis: tuple[Any, ...] = ()
        self._fragments = FragmentStore(_FRAGMENTS_BYTES)

    def at(self, revision: int) -> Held | None:
        """The copies, if they are as new as this revision."""
        held = self._held
        return held if held is not None and held.revision >= revision else None

    def fragments_of(self, snapshot: Snapshot) -> FragmentStore:
        """What is at hand of explanations on the same regions, pairings and model, on the same day.

        Changed projects and places keep it: a project's own are found by its version, and a changed place
        has a new row in the same list, of which no older row ever changes.
        """
        basis = (snapshot.matcher, snapshot.places, snapshot.atlas, snapshot.regions_of)
        with self._lock:
            same = len(self._basis) == len(basis) + 1 and self._basis[-1] == snapshot.today
            if not same or any(old is not new for old, new in zip(self._basis, basis, strict=False)):
                if self._held is not None and snapshot.revision < self._held.revision:
                    # A reader that began earlier: what it explains is of no use to those that come after.
                    return FragmentStore(_FRAGMENTS_BYTES)
                self._basis, self._fragments = (*basis, snapshot.today), FragmentStore(_FRAGMENTS_BYTES)
            return self._fragments

    def remember(
        self,
        session: Session,
        snapshot: Snapshot,
        authorization: bytes,
        actor: Actor,
        project: Project | None,
    ) -> None:
        """Hold what a request has just read, if it read it at the snapshot's revision."""
        revision = revision_of(session)
        key = session.get(ApiKey, actor.key_id)
        if revision != snapshot.revision or key is None:
            return
        fragments = self.fragments_of(snapshot)
        with self._lock:
            # At the same revision a newer one follows the clock: another day, or a hold that lapsed.
            if self._held is None or (self._held.revision, self._held.snapshot.read_at) < (
                revision,
                snapshot.read_at,
            ):
                self._held = Held(revision, snapshot, fragments)
            held = self._held
        if held.revision != revision:
            return
        held.keys.put(digest_of(authorization), HeldKey(actor, key.expires_at))
        if project is not None:
            seen = HeldProject(project.id, project.version, project.organisation_id)
            held.projects.put((actor.organisation_id, project.id), seen)


def digest_of(authorization: bytes) -> bytes:
    """Under which a header is held: the secret itself is not kept."""
    return hashlib.sha256(authorization).digest()


def memory_of(request: Request) -> Memory:
    """The application's memory."""
    memory: Memory = request.app.state.memory
    return memory
