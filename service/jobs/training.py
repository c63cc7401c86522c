"""Training: learn from history, judge against the live model, and promote only what is not worse.

The newest fifth is held out. The candidate that is judged has never seen it; the live model may have,
which can only be to the candidate's harm. So where enough was recorded since the live model learned,
that alone is judged. A candidate that passes is fitted once more on everything before it goes live:
what is newest is what resembles tomorrow most, and the recipe is the one that was judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import compress
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from service.database import Database, reading, writing
from service.domain import models, outcomes
from service.domain.outcomes import Outcome
from service.errors import Conflict
from service.index import MatchIndex, Snapshot, learning
from service.index.learning import Placement, RankingModel
from service.jobs.judging import FEWEST_CASES, Bench, Judged

HELD_OUT_SHARE: Final = 0.2

Verdict = Literal["promoted", "worse", "too_few_cases", "nothing_new", "was_live_before"]
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a training came to; without cases to judge by there is no candidate."""

    live_version: str
    candidate_version: str | None
    verdict: Verdict
    judged: tuple[Judged, ...]
    learned_from: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that was gathered; read once."""

    live_id: str
    live_version: str
    live: RankingModel
    live_metrics: dict[str, Any]
    snapshot: Snapshot
    outcomes: list[Outcome]
    placements: list[Placement]

    @property
    def keeps_text(self) -> bool:
        """Without the placements that it has learned from, a text model would forget them."""
        return bool(self.live_metrics.get("placements")) and not self.placements


@dataclass(frozen=True, slots=True)
class _Part:
    outcomes: list[Outcome]
    placements: list[Placement]


def train(
    database: Database,
    placements: Sequence[Placement] = (),
    step: Step = lambda _: None,
    index_directory: Path | None = None,
) -> Report:
    """Fit a candidate, judge it, promote it if it is not worse, else keep it unused.

    Parameters
    ----------
    placements : sequence of Placement
        Past placements from elsewhere; they must be given every time, since no copy is kept.
    index_directory : Path, optional
        Where the workers' index is stored: places are encoded into it before a model is promoted.

    Raises
    ------
    Conflict
        ``live_changed`` when another model went live meanwhile.
    """
    step("gather")
    known = _gather(database, placements, index_directory)
    learn, held_out = _split(known)
    bench = Bench.of(known.snapshot, held_out.outcomes, held_out.placements, learn.placements)
    if not (bench.judges_weights or bench.judges_text):
        empty = not known.outcomes and not known.placements
        verdict: Verdict = "nothing_new" if empty else "too_few_cases"
        judged = bench.judge(known.live, known.live)
        return Report(known.live_version, None, verdict, judged, _learned_from(known, learn))
    step("fit")
    candidate = _fit(known, learn, bench)
    step("judge")
    judged = bench.judge(candidate, known.live)
    verdict = "worse" if bench.is_worse(judged) else "promoted"
    if verdict == "promoted":
        step("fit on everything")
        learn = _Part(known.outcomes, known.placements)
        candidate = _fit(known, learn, bench)
    step("store")
    learned_from = _learned_from(known, learn)
    figures = {found.name: found.figures() for found in judged}
    metrics = {**learned_from, "judged_against": known.live_version, "held_out": figures}
    verdict = _store(database, known, candidate, verdict, metrics, index_directory)
    return Report(known.live_version, candidate.version, verdict, judged, learned_from)


def roll_back(database: Database, version: str, index_directory: Path | None = None) -> None:
    """Make an earlier model live again.

    Raises
    ------
    NotFound, Conflict
        As ``models.roll_back``; ``unloadable_model`` where this program cannot load it.
    """
    with reading(database) as session:
        kept = models.find(session, version)
    if kept is not None and kept.activated_at is not None:
        try:
            learning.loaded(kept)
        except learning.ModelFileError as error:
            raise Conflict("unloadable_model", f"{version} cannot be loaded: {error}.") from error
        if index_directory is not None:
            learning.encode_places(database, version, kept.content, index_directory)
    with writing(database) as session:
        models.roll_back(session, version)


def _gather(database: Database, placements: Sequence[Placement], index_directory: Path | None) -> _Known:
    with reading(database) as session:
        row = models.live(session)
        return _Known(
            live_id=row.id,
            live_version=row.version,
            live=learning.loaded(row),
            live_metrics=dict(row.metrics),
            snapshot=MatchIndex(index_directory).current(session),
            outcomes=[o for o in outcomes.word_on_each_pair(session) if learning.speaks_of_the_place(o)],
            placements=sorted(placements, key=lambda p: p.on),
        )


def _split(known: _Known) -> tuple[_Part, _Part]:
    """What to learn from and what to judge by."""
    until, day = known.live_metrics.get("outcomes_until"), known.live_metrics.get("placements_until")
    seen = datetime.fromisoformat(until) if until else None
    seen_day = date.fromisoformat(day) if day else None
    held_outcomes = _held_out([seen is None or o.created_at > seen for o in known.outcomes])
    held_placements = _held_out([seen_day is None or p.on > seen_day for p in known.placements])
    parts = [
        _Part(
            list(compress(known.outcomes, (held is wanted for held in held_outcomes))),
            list(compress(known.placements, (held is wanted for held in held_placements))),
        )
        for wanted in (False, True)
    ]
    return parts[0], parts[1]


def _held_out(unseen: list[bool]) -> list[bool]:
    """The newest fifth; of it only what the live model has not learned from, where that is enough."""
    first = len(unseen) - int(np.ceil(HELD_OUT_SHARE * len(unseen)))
    newest = [place >= first for place in range(len(unseen))]
    fresh = [new and not_seen for new, not_seen in zip(newest, unseen, strict=True)]
    return fresh if sum(fresh) >= FEWEST_CASES else newest


def _fit(known: _Known, part: _Part, bench: Bench) -> RankingModel:
    """A model from this part; of weights that could not be judged the live ones stay."""
    history = [*part.placements, *learning.placements_of(part.outcomes)]
    # Without a past the shipped texts teach all: nothing could tell whether what places write taught more.
    profiles = list(learning.texts_by_region(known.snapshot).items()) if history else []
    text = known.live.text if known.keeps_text else learning.fit_on_history(history, profiles)
    if not bench.judges_weights:
        return RankingModel(text, known.live.learned_weights)
    return learning.fit_ranking(text, learning.decisions_of(part.outcomes, known.snapshot))


def _learned_from(known: _Known, part: _Part) -> dict[str, Any]:
    """How much a model has learned from and until when; kept beside it and shown at /v1/model."""
    of_text: dict[str, Any] = {
        "placements": len(part.placements),
        "placements_until": max((p.on.isoformat() for p in part.placements), default=None),
    }
    if known.keeps_text:
        of_text = {name: known.live_metrics.get(name) for name in of_text}
    until = max((o.created_at for o in part.outcomes), default=None)
    return {
        "outcomes": len(part.outcomes),
        "outcomes_until": until.isoformat() if until else None,
        **of_text,
    }


def _store(
    database: Database,
    known: _Known,
    candidate: RankingModel,
    verdict: Verdict,
    metrics: dict[str, Any],
    index_directory: Path | None,
) -> Verdict:
    """Keep the candidate, and make it live where it may be; what became of it."""
    if candidate.version == known.live_version:
        return "nothing_new"
    content = learning.stored(candidate)
    if verdict == "promoted" and index_directory is not None:
        learning.encode_places(database, candidate.version, content, index_directory)
    with writing(database) as session:
        if models.live(session).id != known.live_id:
            raise Conflict("live_changed", "Another model went live meanwhile. Train again.")
        row = models.find(session, candidate.version)
        if row is not None and row.activated_at is not None:
            # Somebody took it back: that is not undone by training the same once more.
            return "was_live_before"
        row = row or models.keep(session, candidate.version, content, metrics)
        if verdict == "promoted":
            row.metrics = metrics
            models.activate(session, row)
    return verdict
