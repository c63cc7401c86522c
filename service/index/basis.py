"""What a decision rests on, worked out when it is recorded: plain values for the record."""

from __future__ import annotations

from typing import Final

import numpy as np
from sqlmodel import Session

from service.database import now
from service.domain import capacity
from service.domain.capacity import NOTHING_TAKEN
from service.domain.outcomes import Alternative, Basis
from service.domain.profiles import Profile
from service.domain.projects import Project
from service.index.snapshot import Snapshot
from service.index.values import need_of, offer_of
from service.matching.assessment import Assessment, merit
from service.matching.columns import Bools, Ints
from service.matching.criteria import CRITERIA
from service.matching.documents import need_text, offer_text
from service.matching.ranking import page_rows
from service.matching.weights import Weights

ALTERNATIVES: Final = 10


def basis_of(session: Session, snapshot: Snapshot, project: Project, profile: Profile) -> Basis:
    """The pair as the project's organisation was ranked, and places that it could have had instead.

    Whoever records it, it is the project's side that chose among places: on its own exact need and on
    the places as it may know them.
    """
    matcher, atlas, today = snapshot.matcher, snapshot.atlas, snapshot.today
    owner = project.organisation_id
    need = need_of(project, project.id, atlas, snapshot.regions_of.get(owner), today)
    needs = matcher.needs([need])
    free = capacity.held(session, [profile.id], now(session)).get(profile.id, NOTHING_TAKEN)
    offer = offer_of(profile, atlas, exact=owner in profile.owners(), free=free)
    weights = Weights(defaults=matcher.default_weights)
    pair = matcher.assess(needs, matcher.offers([offer]), today)
    every = matcher.assess(needs, snapshot.offers, today)
    others = np.ones(len(snapshot.offers), dtype=np.bool_)
    others[snapshot.rows_of_profile(profile.id)] = False
    rows = _spread(every, snapshot.visible_places(owner) & others, weights)
    return Basis(
        model_version=snapshot.model_version,
        industry_code=project.industry_code,
        region_code=profile.region_code,
        need_text=need_text(need, matcher.tree),
        place_text=offer_text(offer, matcher.tree),
        utilities=_utilities(pair, np.zeros(1, dtype=np.int64), weights)[0],
        alternatives=tuple(
            Alternative(snapshot.places[row].id, utilities)
            for row, utilities in zip(rows.tolist(), _utilities(every, rows, weights), strict=True)
        ),
    )


def _spread(assessment: Assessment, visible: Bools, weights: Weights) -> Ints:
    """Eligible rows, evenly spread over their ranking: good, middling and poor alternatives alike.

    The best ones alone would teach that whatever ranks high is not chosen.
    """
    eligible = np.flatnonzero(visible & assessment.eligible)
    ranked = eligible[np.argsort(-assessment.scores(weights.normalised)[eligible], kind="stable")]
    if not len(ranked):
        return ranked.astype(np.int64)
    places = np.unique(np.linspace(0, len(ranked) - 1, ALTERNATIVES).astype(np.int64))
    return ranked[places].astype(np.int64)


def _utilities(assessment: Assessment, rows: Ints, weights: Weights) -> list[dict[str, float]]:
    columns = [utility.values for utility in merit(assessment, weights)[1]]
    names = [criterion.name for criterion in CRITERIA]
    table = page_rows(columns, rows, assessment.count)
    return [dict(zip(names, line, strict=True)) for line in table.tolist()]
