"""The sides of task R1 that live in this process: the kernel, plain NumPy, scikit-learn, FAISS, DuckDB."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from benchmarks.dense_data import CRITERIA, WIDTH, Rows, Wanted
from service.matching.compiled.dense import dense_top
from service.matching.dense_table import dense_need, dense_table

K = 20


class Answer(NamedTuple):
    """What one side found: rows in order with their scores; a peer without scores leaves them out."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One way to answer.

    Attributes
    ----------
    name : str
    threads : int
    answer : callable
        Timed.
    does : "the task", "text only" or "no filter"
        What the answer is compared with: the blend under the floors; the largest products under the
        floors; nothing.
    is_exact : bool
        Whether an answer that differs ends the run; otherwise its recall is told.
    """

    name: str
    threads: int
    answer: Callable[[Wanted], Answer]
    does: str = "the task"
    is_exact: bool = True


def kernel(rows: Rows) -> list[Side]:
    """Our own."""
    table, pool = dense_table(rows.vectors, rows.figures), ThreadPoolExecutor(1)

    def run(wanted: Wanted, beside: ThreadPoolExecutor | None) -> Answer:
        need = dense_need(
            table,
            wanted.vector,
            text_weight=wanted.text_weight,
            floors=wanted.floors,
            aims=wanted.aims,
            weights=wanted.weights,
        )
        found = dense_top(table, need, K, beside)
        return Answer(found.rows, found.scores)

    return [
        Side("kernel", 1, lambda wanted: run(wanted, None)),
        Side("kernel", 2, lambda wanted: run(wanted, pool)),
    ]


def plain(rows: Rows) -> list[Side]:
    """The reference: filter, take what passes, one matrix product, sort."""
    floats = rows.vectors.astype(np.float32)

    def run(wanted: Wanted) -> Answer:
        passing = np.flatnonzero(admitted(rows, wanted))
        scores = np.zeros(len(passing))
        for number in range(CRITERIA):
            reached = np.minimum(rows.figures[passing, number] / wanted.aims[number], 1.0)
            scores += wanted.weights[number] * reached
        # Every partial sum is an integer below 2**24: the order of addition does not matter.
        products = floats[passing] @ wanted.vector.astype(np.float32)
        scores += wanted.text_weight * products.astype(np.float64)
        left = np.arange(len(scores))
        if len(scores) > K:
            left = np.flatnonzero(scores >= np.partition(scores, len(scores) - K)[len(scores) - K])
        best = left[np.lexsort((passing[left], -scores[left]))][:K]
        return Answer(passing[best], scores[best])

    return [Side("NumPy (reference)", 1, _limited(run, 1))]


def neighbours(rows: Rows) -> list[Side]:
    """scikit-learn, which knows no filter and no blend."""
    index = NearestNeighbors(n_neighbors=min(K, len(rows.vectors)), algorithm="brute")
    index.fit(rows.vectors.astype(np.float32))

    def run(wanted: Wanted) -> Answer:
        distances, found = index.kneighbors(wanted.vector[None, :].astype(np.float32))
        return Answer(found[0], distances[0])

    return [Side("NearestNeighbors brute, no filter", 2, _limited(run, 2), does="no filter")]


def faiss_flat(rows: Rows) -> list[Side]:
    """FAISS, which ranks by the product alone; evaluating the floors and the bitmap count."""
    import faiss

    index = faiss.IndexFlatIP(WIDTH)
    index.add(rows.vectors.astype(np.float32))

    def search(wanted: Wanted, passing: NDArray[np.bool_]) -> Answer:
        bitmap = np.packbits(passing, bitorder="little")
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))
        products, found = index.search(wanted.vector[None, :].astype(np.float32), K, params=parameters)
        return Answer(found[0], products[0].astype(np.float64))

    def threads(count: int) -> Callable[[Wanted], Answer]:
        def run(wanted: Wanted) -> Answer:
            faiss.omp_set_num_threads(count)
            return search(wanted, admitted(rows, wanted))

        return run

    return [Side("FAISS IndexFlatIP + bitmap", count, threads(count), does="text only") for count in (1, 2)]


def duckdb_sql(rows: Rows) -> list[Side]:
    """DuckDB, the whole task in SQL."""
    import duckdb

    connection = duckdb.connect()
    # A frame of one-dimensional arrays is what it reads without a further library.
    frame = {f"c{number}": np.ascontiguousarray(column) for number, column in enumerate(rows.figures.T)}
    frame |= {f"v{lane}": rows.vectors[:, lane].astype(np.float32) for lane in range(WIDTH)}
    frame["id"] = np.arange(len(rows.vectors))
    connection.register("given", frame)
    lanes = ", ".join(f"v{lane}" for lane in range(WIDTH))
    figures = ", ".join(f"c{number}" for number in range(CRITERIA))
    connection.execute(
        f"CREATE TABLE places AS SELECT id, {figures}, array_value({lanes})::FLOAT[{WIDTH}] AS v FROM given"
    )
    connection.unregister("given")
    product = f"array_inner_product(v, ?::FLOAT[{WIDTH}])"
    query = blend_query(product, [f"c{number}" for number in range(CRITERIA)], "?")

    def threads(count: int) -> Callable[[Wanted], Answer]:
        def run(wanted: Wanted) -> Answer:
            connection.execute(f"SET threads = {count}")
            given = parameters(wanted, wanted.vector.tolist())
            found = connection.execute(query, given).fetchall()
            return as_answer(found)

        return run

    return [Side("DuckDB SQL", count, threads(count)) for count in (1, 2)]


def blend_query(product: str, figures: list[str], mark: str) -> str:
    """The task as a statement; parameters in the order that ``parameters`` gives."""
    reached = " + ".join(f"{mark}::DOUBLE PRECISION * least({name} / {mark}, 1.0)" for name in figures)
    floors = " AND ".join(f"{name} >= {mark}" for name in figures)
    return (
        f"SELECT id, {reached} + {mark}::DOUBLE PRECISION * ({product})::DOUBLE PRECISION AS score "
        f"FROM places WHERE {floors} ORDER BY score DESC, id LIMIT {K}"
    )


def parameters(wanted: Wanted, vector: Any) -> list[Any]:
    """What ``blend_query`` asks for."""
    pairs = zip(wanted.weights.tolist(), wanted.aims.tolist(), strict=True)
    blend = [value for pair in pairs for value in pair]
    return [*blend, wanted.text_weight, vector, *wanted.floors.tolist()]


def as_answer(found: list[Any]) -> Answer:
    """Rows of (id, score)."""
    return Answer(np.array([row[0] for row in found], dtype=np.int64), np.array([row[1] for row in found]))


def admitted(rows: Rows, wanted: Wanted) -> NDArray[np.bool_]:
    """Which rows pass every floor, column by column."""
    passing = rows.figures[:, 0] >= wanted.floors[0]
    for number in range(1, CRITERIA):
        passing &= rows.figures[:, number] >= wanted.floors[number]
    return passing


def _limited(run: Callable[[Wanted], Answer], threads: int) -> Callable[[Wanted], Answer]:
    """In so many threads of BLAS and OpenMP, set once: setting them takes longer than a small answer."""
    threadpool_limits(threads)
    return run


def is_installed(package: str) -> bool:
    """Whether a peer is there."""
    return find_spec(package) is not None


def machine_threads() -> int:
    """The cores at hand."""
    return len(os.sched_getaffinity(0))
