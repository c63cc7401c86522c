"""All pairs: the best places of every open project, in chunks that survive a kill.

One read of the database, and everything of the run follows from it. What a worker has ranked is stored
by this process alone; a worker that is killed costs its chunk, a run that is killed what was not stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

from service.database import Database, now, reading
from service.errors import Conflict
from service.index import MatchIndex
from service.index.all_pairs import OpenProjects, Part, SharedPlaces
from service.jobs.rematch_files import Run, RunDirectory, digest_of

#: How often in a row workers may die before any of them has finished a chunk.
_DEATHS: Final = 3

#: Told after every chunk: how many projects are done, and of how many.
Step = Callable[[int, int], None]


class WorkersDied(Exception):
    """Workers were killed, and what they were at is lost; what they handed in before is not."""


class Pool(Protocol):
    """Whoever ranks parts, in any order."""

    def rank(
        self, run: Run, shared: SharedPlaces, parts: Iterable[Part], scratch: Path
    ) -> Iterator[tuple[int, bytes]]:
        """The number of each part and its lines (``rematch_lines.lines_of``).

        Parameters
        ----------
        scratch : a file that may be written over; it is removed afterwards

        Raises
        ------
        WorkersDied
            Where the rest has to be asked for again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to."""

    run: Run
    directory: Path
    chunks: int
    kept: int
    deaths: int


def rematch(
    database: Database,
    directory_of: Callable[[Run], Path],
    pool: Pool,
    *,
    limit: int,
    chunk: int,
    step: Step = lambda _done, _total: None,
) -> Report:
    """Rank the places for every open project, as its own organisation sees them.

    Parameters
    ----------
    directory_of : callable (run) -> where its files belong
    limit : how many places a project gets
    chunk : how many projects a file holds

    Raises
    ------
    Conflict
        ``another_run`` where the directory holds one, ``run_in_progress`` where another process writes
        there, ``workers_died`` where they die again and again, ``run_damaged`` where a file is not what
        was stored.
    """
    with reading(database) as session:
        snapshot = MatchIndex().current(session)
        started_at = now(session)
    projects = OpenProjects.of(snapshot)
    run = Run(
        shanhai=version("shanhai"),
        index_revision=snapshot.revision,
        model_version=snapshot.model_version,
        day=snapshot.today,
        limit=limit,
        chunk=chunk,
        projects=len(projects),
        projects_sha256=digest_of("\n".join(projects.ids).encode()),
    )
    with RunDirectory.opened(directory_of(run), run, started_at) as out:
        kept = out.whole_chunks()
        missing = [number for number in range(run.chunks) if number not in kept]
        shared = SharedPlaces.of(snapshot, projects.organisation_ids)
        deaths = _fill(out, pool, shared, projects, missing, step)
        with reading(database) as session:
            out.finish(projects.ids, now(session))
        return Report(run, out.path, run.chunks, len(kept), deaths)


def _fill(
    out: RunDirectory,
    pool: Pool,
    shared: SharedPlaces,
    projects: OpenProjects,
    missing: list[int],
    step: Step,
) -> int:
    """Have every missing chunk ranked and stored; how often workers died."""
    run, deaths, fruitless = out.run, 0, 0
    left = dict.fromkeys(missing)
    done = run.projects - sum(run.size_of(number) for number in missing)
    step(done, run.projects)
    while left:
        parts = (projects.part(number, run.chunk) for number in tuple(left))
        try:
            with out.scratch() as scratch:
                for number, lines in pool.rank(run, shared, parts, scratch):
                    out.store(number, lines)
                    del left[number]
                    done, fruitless = done + run.size_of(number), 0
                    step(done, run.projects)
        except WorkersDied as death:
            deaths, fruitless = deaths + 1, fruitless + 1
            if fruitless >= _DEATHS:
                raise Conflict(
                    "workers_died",
                    f"Workers died {fruitless} times without finishing a chunk: {death}. Is there memory for "
                    "each of them? Take fewer or a smaller --chunk, and run it again: what is done stays.",
                ) from death
    return deaths
