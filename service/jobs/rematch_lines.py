"""The lines of a rematch: one project each, as JSON."""

from __future__ import annotations

import orjson

from service.index.all_pairs import Part, SharedPlaces
from service.jobs.rematch_files import Run


def lines_of(run: Run, shared: SharedPlaces, part: Part) -> bytes:
    """NDJSON: of every project of the part its best places, scores to the last digit."""
    basis = {"index_revision": run.index_revision, "model_version": run.model_version}
    lines = []
    for project_id, top in shared.rank(part, run.limit):
        profile_ids = shared.profile_ids[top.positions].tolist()
        rows = zip(profile_ids, top.scores.tolist(), top.site_modes, strict=True)
        matches = [
            {"rank": rank, "profile_id": profile_id.decode(), "score": score, "site_mode": mode}
            for rank, (profile_id, score, mode) in enumerate(rows, 1)
        ]
        line = {"project_id": project_id, **basis, "eligible_count": top.eligible_count, "matches": matches}
        lines.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
    return b"".join(lines)
