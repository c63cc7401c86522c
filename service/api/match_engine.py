"""One ranking request on one snapshot of the index: who asks, in which language, with which weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

import numpy as np
import orjson
from fastapi import Request
from sqlmodel import Session

from service.access.policy import Actor
from service.api.deps import Language
from service.api.fragments import Fragments, FragmentStore, Items
from service.api.memory import memory_of
from service.api.pages import Signer, signer_of
from service.database import now
from service.domain.projects import ProjectFields
from service.index import Cursor, ExclusionCursor, MatchIndex, NeedColumns, OfferColumns, Ranking
from service.index.snapshot import Bools
from service.rankings import shapes as r
from service.rankings.reader import Reader
from service.units import rfc_3339

Include = Literal["stability", "exclusions"]


@dataclass
class Engine(Reader):
    """Rankings for one request: read as anywhere, in pages with sealed cursors, and as bytes."""

    signer: Signer = field(kw_only=True)
    fragments: FragmentStore | None = None

    @classmethod
    def of(
        cls, request: Request, session: Session, index: MatchIndex, actor: Actor, language: Language
    ) -> Engine:
        """The engine on the index as it is now. Its `effective_at` decides what is in date."""
        snapshot = index.current(session)
        store = memory_of(request).fragments_of(snapshot)
        return cls(actor, snapshot, language, now(session), signer=signer_of(request), fragments=store)

    def tag(self, query: str, *parts: Any) -> str:
        """The ETag of a ranking: everything that it depends on; with the day, what expires by the clock."""
        snapshot = self.snapshot
        basis = [
            *parts,
            snapshot.revision,
            snapshot.model_version,
            snapshot.today.isoformat(),
            self._next_expiry,
            self.actor.organisation_id,
            self.language,
            query,
        ]
        return f'"{hashlib.sha256(orjson.dumps(basis)).hexdigest()[:32]}"'

    @property
    def _next_expiry(self) -> str | None:
        """When the next hold lapses, sealed: nobody must find it by trying which ETag it would give."""
        instant = self.snapshot.next_expiry
        return None if instant is None else self.signer.seal("next expiry", rfc_3339(instant))

    def query(self, *parts: Any) -> str:
        """What a page's cursor belongs to: the question, and whose it is."""
        return orjson.dumps([self.actor.organisation_id, *parts], option=orjson.OPT_SORT_KEYS).decode()

    def known(self, row: ProjectFields, key: Hashable, project_id: str, organisation_id: str) -> Fragments:
        """What is at hand of a project as the actor may know it; ``key`` names its very content.

        An outsider's sight of one project may differ from the owner's, and sentences by language.
        """
        full_key = (key, organisation_id == self.actor.organisation_id, self.language)
        found = self.fragments.get(full_key) if self.fragments is not None else None
        if found is None:
            found = Fragments(self.need(row, project_id, organisation_id))
            if self.fragments is not None:
                found = self.fragments.put(full_key, found)
        return found

    def match_bytes(
        self,
        known: Fragments,
        visible: Bools,
        *,
        limit: int,
        cursor: str | None = None,
        query: str,
        stability: bool = False,
        end: bytes = b"}",
    ) -> bytes:
        """`match_page` as JSON, closed by ``end``: what is at hand is not worked out again."""
        ranking = self.rank(known.need, visible, limit=limit, cursor=cursor, query=query)
        if missing := known.missing(ranking):
            for _ in self.explained(known, ranking, missing, len(missing)):
                continue
        offers = self.snapshot.offers
        intervals = self._intervals(known.need, offers, visible, ranking) if stability else None
        items = known.items(ranking, np.array(self.weights.normalised), ranking.preceding, intervals)
        return self.page_bytes(
            items,
            query=lambda: query,
            following=ranking.next_cursor,
            eligible_count=ranking.eligible_count,
            excluded_count=ranking.excluded_count,
            end=end,
        )

    def rank(
        self, need: NeedColumns, visible: Bools, *, limit: int, cursor: str | None = None, query: str
    ) -> Ranking:
        """One page of places for one project, unexplained."""
        return self.rank_places(need, visible, limit=limit, after=self._after(query, cursor))

    def explained(
        self, known: Fragments, ranking: Ranking, lines: Sequence[int], at_once: int
    ) -> Iterator[None]:
        """Bring to hand what is said of these lines of a page, so many at a time."""
        snapshot = self.snapshot
        accounts = snapshot.matcher.accounts(
            known.need,
            snapshot.offers,
            ranking,
            today=snapshot.today,
            language=self.language,
            lines=lines,
        )
        yield
        while some := list(islice(accounts, at_once)):
            known.add(some, [snapshot.places[account.position] for account in some])
            yield
        if self.fragments is not None:
            self.fragments.trim()

    def page_bytes(
        self,
        items: Items,
        *,
        query: Callable[[], str],
        following: Cursor | None,
        eligible_count: int,
        excluded_count: int,
        end: bytes,
    ) -> bytes:
        """A page as JSON, from its items, each with a comma before it; ``end`` closes it.

        Joined once: at this size a copy costs as much as a ranking.
        """
        sealed = b"null"
        if following is not None:
            cursor = self.signer.seal(query(), [following.score, following.tie_key])
            sealed = b'"%b"' % cursor.encode()
        return b"".join(
            (
                b'{"model_version":%b,"index_revision":%d,"effective_at":"%b","items":['
                % (
                    orjson.dumps(self.snapshot.model_version),
                    self.snapshot.revision,
                    rfc_3339(self.effective_at).encode(),
                ),
                memoryview(items)[1:],
                b'],"next_cursor":%b,"eligible_count":%d,"excluded_count":%d'
                % (sealed, eligible_count, excluded_count),
                end,
            )
        )

    def match_page(
        self,
        need: NeedColumns,
        visible: Bools,
        *,
        limit: int,
        cursor: str | None,
        query: str,
        stability: bool,
    ) -> dict[str, Any]:
        """A page of places for one project, explained from the beginning: what `match_bytes` must equal."""
        ranking = self.rank(need, visible, limit=limit, cursor=cursor, query=query)
        items = self.match_items(need, visible, ranking, stability=stability)
        return {"items": items, **self._tail(query, ranking)}

    def project_page(
        self,
        offer: OfferColumns,
        visible: Bools,
        *,
        limit: int,
        cursor: str | None,
        query: str,
        stability: bool,
    ) -> r.ProjectMatchPage:
        """A page of projects for one place."""
        snapshot, today = self.snapshot, self.snapshot.today
        ranking = snapshot.matcher.rank_needs(
            offer,
            snapshot.needs,
            visible=visible,
            k=limit,
            today=today,
            weights=self.weights,
            after=self._after(query, cursor),
        )
        lines = snapshot.matcher.explain(
            snapshot.needs, offer, ranking, today=today, weights=self.weights, language=self.language
        )
        intervals = self._intervals(snapshot.needs, offer, visible, ranking) if stability else None
        items = [
            r.ProjectMatchItem(
                project=r.project_read(snapshot.projects[line.position]),
                **r.item_values(line, intervals[row] if intervals else None),
            )
            for row, line in enumerate(lines)
        ]
        return r.ProjectMatchPage(items=items, **self._tail(query, ranking))

    def exclusion_page(
        self, need: NeedColumns, visible: Bools, *, limit: int, cursor: str | None, query: str
    ) -> r.ExclusionPageRead:
        """A page of the places that the project passes over."""
        place = self.signer.open(query, cursor) if cursor else None
        items, following, count = self.exclusion_items(
            need, visible, limit=limit, after=_exclusion_cursor(place)
        )
        sealed = (
            [following.unfixable, following.failures, following.size, following.tie_key]
            if following
            else None
        )
        return r.ExclusionPageRead(
            items=items,
            next_cursor=self.signer.seal(query, sealed) if sealed else None,
            excluded_count=count,
            **self.basis,
        )

    def _after(self, query: str, cursor: str | None) -> Cursor | None:
        place = self.signer.open(query, cursor) if cursor else None
        return Cursor(place[0], tuple(place[1])) if place else None

    def _tail(self, query: str, ranking: Ranking) -> dict[str, Any]:
        following = ranking.next_cursor
        sealed = self.signer.seal(query, [following.score, following.tie_key]) if following else None
        return {
            "next_cursor": sealed,
            "eligible_count": ranking.eligible_count,
            "excluded_count": ranking.excluded_count,
            **self.basis,
        }


def _exclusion_cursor(place: Any) -> ExclusionCursor | None:
    if place is None:
        return None
    unfixable, failures, size, tie_key = place
    return ExclusionCursor(unfixable, failures, size, tuple(tie_key))
