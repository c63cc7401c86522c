"""Builds and stores the index of a data directory, and prints its time, its peak memory and what it ranks."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from service.database import now, open_database, reading
from service.domain import models
from service.index import NeedColumns, Ranking, Snapshot, Weights, build_matcher, sources, stored
from service.index.base import Base
from service.index.building import build
from service.settings import Settings
from service.units import shanghai_day


def main() -> None:
    """Print the figures as JSON: ``python -m benchmarks.index_build DIRECTORY``."""
    settings = Settings(data_dir=Path(sys.argv[1]), database_url="")
    with reading(open_database(settings.url)) as session:
        matcher, version = build_matcher(session)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        begun = time.perf_counter()
        arrays = build(session, matcher, sources.atlas_of(session))
        built = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        stored.write(settings.index_path, stored.Origin.of(session, version), arrays)
        written = time.perf_counter()
        atlas, regions, today = (
            sources.atlas_of(session),
            sources.regions_of(session),
            shanghai_day(now(session)),
        )
        cards, needs = sources.every_project(session, matcher, atlas, regions, today)
        snapshot = Snapshot(
            revision=0,
            base_revision=0,
            today=today,
            model_version=models.live(session).version,
            matcher=matcher,
            atlas=atlas,
            needs=needs,
            projects=cards,
            regions_of=regions,
            read_at=now(session),
            next_expiry=None,
            **Base.of(arrays).fields(),
        )
    figures = {
        "build from the database, s": built - begun,
        "build: peak memory, MiB": peak,
        "build: memory before, MiB": before,
        "write to disk, s": written - built,
        "digest": digest(snapshot),
    }
    json.dump(figures, sys.stdout)


def ranking(snapshot: Snapshot, need: NeedColumns, visible: Any) -> Ranking:
    """The first 20 places of one project."""
    weights = Weights(defaults=snapshot.matcher.default_weights)
    return snapshot.matcher.rank_offers(
        need, snapshot.offers, visible=visible, k=20, today=snapshot.today, weights=weights
    )


def digest(snapshot: Snapshot) -> str:
    """Of every digit of the rankings of ten projects."""
    found = hashlib.sha256()
    for project in range(min(10, len(snapshot.projects))):
        need = snapshot.needs.take([project])
        answer = ranking(snapshot, need, snapshot.visible_places("org_nobody"))
        ids = [snapshot.places[row].id for row in answer.positions.tolist()]
        found.update(repr((ids, answer.eligible_count, answer.excluded_count)).encode())
        found.update(answer.scores.tobytes() + answer.utilities.tobytes())
    return found.hexdigest()


if __name__ == "__main__":
    main()
