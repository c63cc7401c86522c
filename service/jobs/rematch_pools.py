"""Who ranks the parts of a rematch: processes of this machine, or the workers of a Dask cluster.

Either gets the places once and then parts, and knows nothing of the database. A worker is a process with
one thread: what it does with the interpreter's lock held is too much for two of them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final

import joblib
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import BrokenProcessPool

from service.errors import Conflict
from service.index.all_pairs import Part, SharedPlaces
from service.jobs.rematch import WorkersDied
from service.jobs.rematch_files import Run
from service.jobs.rematch_lines import lines_of

#: Parts under way per worker: one that it ranks, and one that waits for it.
_AHEAD: Final = 2
_CONNECT_SECONDS: Final = 10
_WATCH_SECONDS: Final = 0.5
_WORKERS_SECONDS: Final = 60


class Here:
    """Processes of this machine; the places lie in one file that all of them map."""

    def __init__(self, processes: int | None = None) -> None:
        self.processes = processes or joblib.cpu_count()

    def rank(
        self, run: Run, shared: SharedPlaces, parts: Iterable[Part], scratch: Path
    ) -> Iterator[tuple[int, bytes]]:
        """The lines of each part, in any order. Raises WorkersDied."""
        if self.processes == 1:
            for part in parts:
                yield part.number, lines_of(run, shared, part)
            return
        joblib.dump(shared, scratch)
        tasks = (joblib.delayed(_ranked_here)(run, scratch, os.getpid(), part) for part in parts)
        with joblib.parallel_config("loky", n_jobs=self.processes, inner_max_num_threads=1):
            pool = joblib.Parallel(
                return_as="generator_unordered", batch_size=1, pre_dispatch=_AHEAD * self.processes
            )
            try:
                yield from pool(tasks)
            except BrokenProcessPool as error:
                raise WorkersDied("a process was killed") from error
            finally:
                get_reusable_executor().shutdown(wait=True, kill_workers=True)


def _ranked_here(run: Run, path: Path, parent: int, part: Part) -> tuple[int, bytes]:
    return part.number, lines_of(run, _places_in(path, parent), part)


@lru_cache(maxsize=1)
def _places_in(path: Path, parent: int) -> SharedPlaces:
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    # "c": pages are shared until somebody writes, which nobody does, and the arrays count as writable, so
    # that the kernel is not compiled for read-only ones as well.
    shared: SharedPlaces = joblib.load(path, mmap_mode="c")
    return shared


def _end_with(parent: int) -> None:
    """A run that is killed must leave nobody behind who waits for its next chunk."""
    while os.getppid() == parent:
        time.sleep(_WATCH_SECONDS)
    os._exit(1)


class Cluster:
    """The workers of a Dask scheduler, those that come later included.

    What goes over the wire is pickled: whoever reaches the scheduler can run code on its workers and on
    this machine.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def rank(
        self, run: Run, shared: SharedPlaces, parts: Iterable[Part], scratch: Path
    ) -> Iterator[tuple[int, bytes]]:
        """The lines of each part, in any order.

        Raises
        ------
        WorkersDied
        Conflict
            ``no_cluster_support``, ``scheduler_unreachable``, ``no_workers``.
        """
        del scratch
        distributed = _distributed()
        with _client(distributed, self.address) as client:
            try:
                yield from _ranked_there(distributed, client, run, shared, parts)
            except (CancelledError, distributed.KilledWorker) as error:
                raise WorkersDied("the cluster lost them") from error


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise Conflict(
            "no_cluster_support", "Dask is not installed here. Run `pip install shanhai[cluster]`."
        ) from error
    return distributed


def _client(distributed: Any, address: str) -> Any:
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Conflict(
            "scheduler_unreachable",
            f"No Dask scheduler answers at {address}. Start one with `dask scheduler`; it says its address.",
        ) from error
    try:
        client.wait_for_workers(1, timeout=_WORKERS_SECONDS)
    except TimeoutError as error:
        client.close()
        raise Conflict(
            "no_workers", f"The scheduler has no workers. Start some with `dask worker {address}`."
        ) from error
    return client


def _ranked_there(
    distributed: Any, client: Any, run: Run, shared: SharedPlaces, parts: Iterable[Part]
) -> Iterator[tuple[int, bytes]]:
    # With every worker, so that one of them may die.
    places = client.scatter(shared, broadcast=True, hash=False)
    waiting = iter(parts)

    def next_parts(running: int) -> Iterator[Any]:
        ahead = _AHEAD * max(1, sum(client.nthreads().values()))
        for part in islice(waiting, max(0, ahead - running)):
            yield client.submit(_ranked, run, places, part, pure=False)

    running = distributed.as_completed(list(next_parts(0)), loop=client.loop)
    for future in running:
        yield future.result()
        running.update(list(next_parts(running.count())))


def _ranked(run: Run, shared: SharedPlaces, part: Part) -> tuple[int, bytes]:
    return part.number, lines_of(run, shared, part)
