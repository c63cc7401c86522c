"""What training needs of the index: the live model, and what was decided as the matching reads it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from service.database import Database, reading
from service.domain import models
from service.domain.outcomes import POSITIVE, SILENT_REASONS, Outcome
from service.index.live import store_for_model
from service.index.matchers import fit_on_history
from service.index.snapshot import Snapshot
from service.index.stored import building
from service.matching import model_file
from service.matching.documents import offer_text
from service.matching.evaluation.metrics import Interval, bootstrap
from service.matching.history import Placement
from service.matching.learning import (
    Decision,
    Option,
    even_shares,
    fit_ranking,
    reciprocal_ranks_of_choices,
    reciprocal_ranks_of_placements,
)
from service.matching.model_file import ModelFileError
from service.matching.ranking_model import RankingModel
from service.units import shanghai_day

# The matching's own shapes go up to the jobs through here, so that only this package imports it.
__all__ = [
    "Decision",
    "Interval",
    "ModelFileError",
    "Placement",
    "RankingModel",
    "bootstrap",
    "decisions_of",
    "encode_places",
    "even_shares",
    "fit_on_history",
    "fit_ranking",
    "loaded",
    "placements_of",
    "reciprocal_ranks_of_choices",
    "reciprocal_ranks_of_placements",
    "speaks_of_the_place",
    "stored",
    "texts_by_region",
]


def loaded(row: models.Model) -> RankingModel:
    """The model of a stored row. Raises ModelFileError where this program cannot load it."""
    return model_file.loads_ranking(row.content, row.content_hash)


def stored(model: RankingModel) -> bytes:
    """The bytes of a model, once it is sure that every worker can load them.

    Raises
    ------
    ModelFileError
        If they cannot be loaded, or hold another model.
    """
    content = model_file.dumps(model)
    found = model_file.loads_ranking(content, model_file.digest(content))
    if found.version != model.version:
        raise ModelFileError(f"{model.version} would be loaded as {found.version}")
    return content


def encode_places(database: Database, version: str, content: bytes, directory: Path) -> None:
    """Store the index of a model before it goes live, so that no ranking waits for it afterwards.

    Raises
    ------
    ModelFileError
        If this program cannot load the model.
    """
    with building(directory), reading(database) as session:
        store_for_model(session, version, content, directory)


def decisions_of(outcomes: Iterable[Outcome], snapshot: Snapshot) -> list[Decision]:
    """Outcomes that say something about the place, one decision each, in their order.

    What was frozen counts. Of an alternative only the utilities are: its text is today's, and one that
    is gone is left out.
    """
    texts = {
        card.id: (offer.region_code, offer_text(offer, snapshot.matcher.tree))
        for card, offer in snapshot.living()
    }
    return [_decision(row, texts) for row in outcomes if speaks_of_the_place(row)]


def speaks_of_the_place(row: Outcome) -> bool:
    """Whether it was chosen, or not chosen for a reason that lies with the place."""
    return row.result in POSITIVE or row.reason_code not in SILENT_REASONS


def _decision(row: Outcome, texts: dict[str, tuple[str, str]]) -> Decision:
    return Decision(
        organisation_id=row.organisation_id,
        project_id=row.project_id,
        need_text=row.need_text,
        place=Option(row.profile_id, row.region_code, row.place_text, row.utilities),
        chosen=row.result in POSITIVE,
        others=tuple(
            Option(other["profile_id"], *texts[other["profile_id"]], other["utilities"])
            for other in row.alternatives
            if other["profile_id"] in texts
        ),
    )


def placements_of(outcomes: Iterable[Outcome]) -> list[Placement]:
    """What was chosen, as history of its region.

    Nothing is decided after it is recorded: one day far ahead would make all others long past.
    """
    return [
        Placement(row.need_text, row.region_code, min(row.decided_on, shanghai_day(row.created_at)))
        for row in outcomes
        if row.result in POSITIVE
    ]


def texts_by_region(snapshot: Snapshot) -> dict[str, str]:
    """What the places of each region write that everybody may see, one text a region."""
    found: dict[str, list[str]] = {}
    for card, offer in snapshot.living():
        if card.audience is None:
            found.setdefault(offer.region_code, []).append(offer_text(offer, snapshot.matcher.tree))
    return {region_code: " ".join(texts) for region_code, texts in sorted(found.items())}
