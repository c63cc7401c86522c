"""Text search engines over the texts that places write: the peers of task R2 that rank by text alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

K = 20

#: The best rows for a text on at least so much land.
Search = Callable[[str, float], Any]


def pieces(text: str) -> list[str]:
    """Words cut into pairs of characters, as Chinese text is without a dictionary."""
    return [word[start : start + 2] for word in text.split() for start in range(max(len(word) - 1, 1))]


def bm25s(texts: Sequence[str], zone: NDArray[np.int64], land_mu: NDArray[np.float64]) -> Search:
    """bm25s: scores of every place, then the filter, then the best."""
    import bm25s as engine
    from bm25s.tokenization import Tokenized

    cut = [pieces(text) for text in texts]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(p for row in cut for p in row))}
    ids = [[vocabulary[piece] for piece in row] for row in cut]
    index = engine.BM25()
    index.index(
        Tokenized(ids=[ids[number] for number in zone.tolist()], vocab=vocabulary), show_progress=False
    )

    def search(text: str, least_land: float) -> Any:
        known = [piece for piece in dict.fromkeys(pieces(text)) if piece in vocabulary]
        scores = index.get_scores(known)
        scores[~(land_mu >= least_land)] = -1
        best = np.argpartition(scores, -K)[-K:]
        return best[np.argsort(-scores[best])]

    return search


def tantivy(texts: Sequence[str], zone: NDArray[np.int64], land_mu: NDArray[np.float64]) -> Search:
    """tantivy: any of the pieces and the land in one query, stopped early by its own bounds."""
    import tantivy as engine

    builder = engine.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="whitespace")
    builder.add_float_field("land_mu", indexed=True, fast=True)
    builder.add_unsigned_field("row", stored=True)
    schema = builder.build()
    index = engine.Index(schema)
    cut = [" ".join(pieces(text)) for text in texts]
    writer = index.writer(heap_size=256_000_000, num_threads=2)
    known = np.where(np.isnan(land_mu), -1.0, land_mu).tolist()
    for row, (number, land) in enumerate(zip(zone.tolist(), known, strict=True)):
        writer.add_document(engine.Document(text=cut[number], land_mu=land, row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str, least_land: float) -> Any:
        terms = [
            (engine.Occur.Should, engine.Query.term_query(schema, "text", piece))
            for piece in dict.fromkeys(pieces(text))
        ]
        land = engine.Query.range_query(schema, "land_mu", engine.FieldType.Float, least_land, 1e12)
        query = engine.Query.boolean_query(
            [
                (engine.Occur.Must, engine.Query.boolean_query(terms)),
                (engine.Occur.Must, engine.Query.const_score_query(land, 0.0)),
            ]
        )
        return searcher.search(query, K, count=False).hits

    return search


ENGINES: dict[str, Callable[..., Search]] = {"bm25s": bm25s, "tantivy": tantivy}
