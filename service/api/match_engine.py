"""One ranking request on one snapshot of the index: who asks, in which language, with which weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any, Literal

import numpy as np
import orjson
from fastapi import Request
from sqlmodel import Session

from service.access.policy import Actor
from service.api import rankings as r
from service.api.deps import Language
from service.api.fragments import Fragments, FragmentStore, Items
from service.api.memory import memory_of
from service.api.pages import Signer, signer_of
from service.database import now
from service.domain import capacity
from service.domain.capacity import NOTHING_TAKEN
from service.domain.filters import Filters
from service.domain.profiles import Profile
from service.domain.projects import ProjectFields
from service.errors import FieldError, Invalid
from service.index import (
    DEFAULT_WEIGHTS,
    Cursor,
    ExclusionCursor,
    MatchIndex,
    NeedColumns,
    OfferColumns,
    Places,
    Ranking,
    Snapshot,
    Weights,
    WeightsError,
    apply_fix,
    passing,
)
from service.index.snapshot import Bools
from service.index.values import need_of, offer_of
from service.units import rfc_3339

Include = Literal["stability", "exclusions"]


def weights_of(
    chosen: Mapping[str, float], defaults: Mapping[str, float], pointer: str = "/weights"
) -> Weights:
    """The caller's weights; what is left out keeps the live model's default.

    Raises
    ------
    Invalid
        For an unknown criterion, a negative weight, or weights that are all zero.
    """
    errors = [
        FieldError(f"{pointer}/{name[:60]}", "unknown_criterion", "See GET /v1/criteria.")
        for name in chosen
        if name not in DEFAULT_WEIGHTS
    ]
    if errors:
        raise Invalid(errors)
    try:
        return Weights(chosen, defaults)
    except WeightsError as error:
        raise Invalid([FieldError(pointer, "invalid_weights", f"{error}.")]) from error


@dataclass
class Engine:
    """Rankings for one request."""

    actor: Actor
    snapshot: Snapshot
    language: Language
    signer: Signer
    effective_at: datetime
    fragments: FragmentStore | None = None
    chosen: Weights | None = None

    @cached_property
    def weights(self) -> Weights:
        """The caller's weights where some were chosen, else the live model's."""
        return self.chosen or Weights(defaults=self.snapshot.matcher.default_weights)

    @classmethod
    def of(
        cls, request: Request, session: Session, index: MatchIndex, actor: Actor, language: Language
    ) -> Engine:
        """The engine on the index as it is now. Its `effective_at` decides what is in date."""
        snapshot = index.current(session)
        store = memory_of(request).fragments_of(snapshot)
        return cls(actor, snapshot, language, signer_of(request), now(session), store)

    @property
    def basis(self) -> dict[str, Any]:
        """What the answer was worked out from."""
        return {
            "model_version": self.snapshot.model_version,
            "index_revision": self.snapshot.revision,
            "effective_at": self.effective_at,
        }

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

    def need(self, row: ProjectFields, key: str, organisation_id: str) -> NeedColumns:
        """One project as the actor may know it."""
        snapshot = self.snapshot
        teaser = organisation_id != self.actor.organisation_id and row.disclosure == "teaser"
        region_code = snapshot.regions_of.get(organisation_id)
        need = need_of(row, key, snapshot.atlas, region_code, snapshot.today, teaser=teaser)
        return snapshot.matcher.needs([need])

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

    def offer(self, session: Session, row: Profile) -> OfferColumns:
        """One profile as the actor may know it, net of what is held of it."""
        exact = self.actor.organisation_id in row.owners()
        free = capacity.held(session, [row.id], self.effective_at).get(row.id, NOTHING_TAKEN)
        return self.snapshot.matcher.offers([offer_of(row, self.snapshot.atlas, exact=exact, free=free)])

    def places(self, filters: Filters | None, need: NeedColumns) -> Bools:
        """The places that the actor is ranked on, narrowed down by the filters."""
        visible = self.snapshot.visible_places(self.actor.organisation_id)
        return visible if filters is None else visible & passing(self.snapshot, filters, need)

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
        return self.snapshot.matcher.rank_offers(
            need,
            self.snapshot.offers,
            visible=visible,
            k=limit,
            today=self.snapshot.today,
            weights=self.weights,
            after=self._after(query, cursor),
        )

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
        snapshot, today = self.snapshot, self.snapshot.today
        ranking = self.rank(need, visible, limit=limit, cursor=cursor, query=query)
        lines = snapshot.matcher.explain(
            need, snapshot.offers, ranking, today=today, weights=self.weights, language=self.language
        )
        intervals = self._intervals(need, snapshot.offers, visible, ranking) if stability else None
        items = [
            r.MatchItem(
                profile=r.place_read(snapshot.places[line.position]),
                **r.item_values(line, intervals[row] if intervals else None),
            )
            for row, line in enumerate(lines)
        ]
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
        page = self.snapshot.matcher.exclusions(
            need,
            self.snapshot.offers,
            visible=visible,
            limit=limit,
            today=self.snapshot.today,
            weights=self.weights,
            language=self.language,
            after=_exclusion_cursor(place),
        )
        following = page.next_cursor
        items = [
            r.ExclusionItem(
                profile=r.place_read(self.snapshot.places[line.position]),
                failures=r.failure_reads(line.failures),
                cheapest_fix=r.fix_reads(line.cheapest_fix),
                score_if_fixed=line.score_if_fixed,
                rank_if_fixed=line.rank_if_fixed,
            )
            for line in page.items
        ]
        sealed = (
            [following.unfixable, following.failures, following.size, following.tie_key]
            if following
            else None
        )
        return r.ExclusionPageRead(
            items=items,
            next_cursor=self.signer.seal(query, sealed) if sealed else None,
            excluded_count=page.excluded_count,
            **self.basis,
        )

    def pair(self, need: NeedColumns, offer: OfferColumns, visible: Bools) -> dict[str, Any]:
        """One project and one place in full, with the rank that the place has or would have."""
        matcher, today = self.snapshot.matcher, self.snapshot.today
        found = matcher.pair(need, offer, today=today, weights=self.weights, language=self.language)
        fixed = None
        if not found.eligible and found.cheapest_fix is not None:
            changed = matcher.offers([apply_fix(offer.rows[0], found.cheapest_fix)])
            fixed = matcher.pair(need, changed, today=today, weights=self.weights, language=self.language)
        tie_key = offer.tie_key(0)
        return {
            "eligible": found.eligible,
            "score": found.score,
            "summary": found.summary,
            "rank": self._rank(need, visible, found.score, tie_key) if found.eligible else None,
            "contributions": r.contribution_reads(found.contributions),
            "site_mode": found.site_mode,
            "to_confirm": list(found.to_confirm),
            "distance_km": None if found.distance_km is None else round(found.distance_km, 1),
            "programme": found.programme,
            "failures": r.failure_reads(found.failures),
            "cheapest_fix": r.fix_reads(found.cheapest_fix),
            "score_if_fixed": fixed.score if fixed else None,
            "rank_if_fixed": 1 + self._rank(need, visible, fixed.score, tie_key) if fixed else None,
            **self.basis,
        }

    def _rank(self, need: NeedColumns, visible: Bools, score: float, tie_key: tuple[str, ...]) -> int:
        """How many visible and eligible places stand at this score and tie key or before."""
        ranking = self.snapshot.matcher.rank_offers(
            need,
            self.snapshot.offers,
            visible=visible,
            k=1,
            today=self.snapshot.today,
            weights=self.weights,
            after=Cursor(score, tie_key),
        )
        return ranking.preceding

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

    def _intervals(
        self, needs: NeedColumns, offers: OfferColumns | Places, visible: Bools, ranking: Ranking
    ) -> list[tuple[int, int]]:
        low, high = self.snapshot.matcher.stability(
            needs,
            offers,
            visible=visible,
            today=self.snapshot.today,
            weights=self.weights,
            positions=ranking.positions,
        )
        return list(zip(low.tolist(), high.tolist(), strict=True))


def _exclusion_cursor(place: Any) -> ExclusionCursor | None:
    if place is None:
        return None
    unfixable, failures, size, tie_key = place
    return ExclusionCursor(unfixable, failures, size, tuple(tie_key))
