"""Task R2: the exact top 20 over the representation that is served, all criteria, beside its peers.

    python -m benchmarks.places --places 2543 100000

The zones' real texts with the made-up figures of the demo, tiled to the size asked for, every tile with
figures of its own. Each round is a need that nobody asked for before (``new need``: its industry, text,
inputs and land are drawn, and encoding it counts) and the same need with other weights. The plain NumPy
code is the reference: an answer that differs from it in one digit ends the run. The peers do less: the text
and one filter. With ``--own-texts`` a second data set is measured in which no two places share a text.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.demo import demo_snapshot
from benchmarks.goals import Goal, goal_row, places
from benchmarks.text_peers import ENGINES, K, Search
from benchmarks.tiles import flat, tiled
from service.index import Snapshot
from service.matching.documents import need_text, offer_text
from service.matching.matcher import DEFAULT_WEIGHTS, Places, Ranking, Weights
from service.matching.offer_table import OfferTable
from service.matching.values import Need

SEED = 20_260_901
#: Beyond this size the reference is asked in the first rounds alone: it takes seconds and gigabytes.
LARGEST_ALWAYS_COMPARED = 100_000
_COMPARED_ROUNDS = 2

NEW, OTHER = "kernel, new need", "kernel, other weights"
REFERENCE, SCIPY = "NumPy, all criteria (reference)", "scipy CSR text product and filter"


def main(arguments: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Run all sizes, print the table, and write it as JSON where a file is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--places", type=int, nargs="+", default=[2543])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--own-texts", type=int, nargs="*", default=[], metavar="PLACES")
    parser.add_argument("--peers", nargs="*", choices=[*ENGINES], default=[*ENGINES])
    parser.add_argument("--demo", type=Path, help="a demo data directory, kept; made where it is missing")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    snapshot = demo_snapshot(options.demo)
    lines: list[dict[str, Any]] = []
    goals: list[Goal] = []
    for count in options.places:
        found = _size(snapshot, count, options.rounds, options.peers, own_texts=False)
        lines += found
        goals += _goals(count, found, options.peers, "")
    for count in options.own_texts:
        found = _size(snapshot, count, options.rounds, (), own_texts=True)
        lines += found
        goals += _goals(count, found, (), ", no text shared")
    report = {"seed": SEED, "rounds": options.rounds, "threads": 1, "lines": lines, "goals": goals}
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return lines


def _size(
    snapshot: Snapshot, count: int, rounds: int, engines: Sequence[str], *, own_texts: bool
) -> list[dict[str, Any]]:
    matcher = snapshot.matcher
    generator = np.random.Generator(np.random.PCG64([SEED, count]))
    zones = matcher.table(sorted((offer for _, offer in snapshot.living()), key=lambda row: row.tie_key))
    table = tiled(zones, count, generator, own_texts=own_texts)
    columns, ranked = flat(table), Places.of(table)
    searches = {name: _search(name, snapshot, zones, table) for name in engines if find_spec(name)}
    matcher.warm(ranked, snapshot.today)
    shared = {"visible": np.ones(count, dtype=np.bool_), "k": K, "today": snapshot.today}
    land = columns.figure("land_mu").low
    times: dict[str, list[float]] = {}
    passing = []
    for number in range(rounds):
        wanted = _drawn(snapshot, generator)
        first, second = (_weights(generator) for _ in range(2))
        need = _timed(times, NEW, lambda w=wanted, f=first: _ranked(matcher, w, ranked, f, shared))[0]
        ours = _timed(
            times, OTHER, lambda n=need, s=second: matcher.rank_offers(n, ranked, weights=s, **shared)
        )
        passing.append(ours.eligible_count / count)
        if count <= LARGEST_ALWAYS_COMPARED or number < _COMPARED_ROUNDS:
            again = matcher.needs([wanted])
            reference = _timed(
                times,
                REFERENCE,
                lambda n=again, s=second: matcher.rank_offers(n, columns, weights=s, **shared),
            )
            _compare(ours, reference, count)
        text = np.asarray(need.text.toarray()).ravel()
        least = float(wanted.figures["land_mu"])
        _timed(times, SCIPY, lambda t=text, least=least: _product(columns.text, t, land, least))
        written = need_text(wanted, matcher.tree)
        for name, search in searches.items():
            _timed(times, name, lambda s=search, w=written, least=least: s(w, least))
    own = statistics.median(times[NEW])
    said = {"places": count, "own_texts": own_texts, "passing": statistics.fmean(passing)}
    return [said | _line(side, found, own) for side, found in times.items()]


def _ranked(matcher: Any, wanted: Need, ranked: Places, weights: Weights, shared: Any) -> tuple[Any, Ranking]:
    need = matcher.needs([wanted])
    return need, matcher.rank_offers(need, ranked, weights=weights, **shared)


def _drawn(snapshot: Snapshot, generator: np.random.Generator) -> Need:
    """A need that shares nothing with the one before: what was worked out for that cannot be found again."""
    tree, project = snapshot.matcher.tree, snapshot.needs.rows[0]
    codes = [code for code in tree.codes if len(code) == max(map(len, tree.codes))]
    own, *others = [codes[number] for number in generator.choice(len(codes), 5, replace=False)]
    names = [tree.name(code) for code in others]
    return replace(
        project,
        industry_code=own,
        name=names[0],
        products=(names[1],),
        inputs=(names[2],),
        description=names[3],
        figures={**project.figures, "land_mu": float(generator.uniform(50, 600))},
    )


def _weights(generator: np.random.Generator) -> Weights:
    drawn = generator.uniform(0.01, 1, len(DEFAULT_WEIGHTS)).tolist()
    return Weights(dict(zip(DEFAULT_WEIGHTS, drawn, strict=True)))


def _product(texts: Any, text: Any, land: Any, least: float) -> Any:
    scores = texts @ text
    scores[~(land >= least)] = -1
    best = np.argpartition(scores, -K)[-K:]
    return best[np.argsort(-scores[best])]


def _search(name: str, snapshot: Snapshot, zones: OfferTable, table: OfferTable) -> Search:
    texts = [offer_text(row, snapshot.matcher.tree) for row in zones.rows]
    zone = np.sort(np.arange(len(table)) % len(zones))
    return ENGINES[name](texts, zone, table.figure("land_mu", np.arange(len(table))).low)


def _compare(ours: Ranking, reference: Ranking, count: int) -> None:
    if (ours.scores.tobytes(), ours.positions.tolist(), ours.eligible_count) != (
        reference.scores.tobytes(),
        reference.positions.tolist(),
        reference.eligible_count,
    ):
        raise SystemExit(f"{count} places: the kernel's answer differs from the reference")


def _timed(times: dict[str, list[float]], side: str, run: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    answer = run()
    times.setdefault(side, []).append((time.perf_counter() - started) * 1000)
    return answer


def _line(side: str, found: list[float], own: float) -> dict[str, Any]:
    low, high = np.quantile(found, [0.25, 0.75]).tolist()
    middle = statistics.median(found)
    return {"side": side, "ms": middle, "low": low, "high": high, "rounds": len(found), "ratio": middle / own}


def _goals(count: int, lines: Sequence[dict[str, Any]], engines: Sequence[str], said: str) -> list[Goal]:
    """A need never seen beside every peer; then for information the reference, and other weights."""
    own = {line["side"]: line["ms"] for line in lines}
    least = 3.0 if count >= 1_000_000 else 1.0
    found = [
        goal_row(
            "R2",
            places(count),
            f"{peer}{said}",
            ours_ms=own[NEW],
            peer_ms=own.get(peer),
            at_least=None if peer == REFERENCE else least,
        )
        for peer in (SCIPY, *engines, REFERENCE)
    ]
    best = min(own[peer] for peer in (SCIPY, *engines) if peer in own)
    found.append(
        goal_row("R2", places(count), f"best peer, other weights{said}", ours_ms=own[OTHER], peer_ms=best)
    )
    if not said:
        faiss = "FAISS: none, what is served is sparse (dense: R1)"
        found.append(
            Goal(
                task="R2",
                size=places(count),
                what=faiss,
                ours="-",
                peer="",
                ratio=None,
                goal="",
                met=None,
            )
        )
    return found


def show(report: dict[str, Any]) -> None:
    """Print the table."""
    print(f"seed {report['seed']}, one thread a side, synthetic figures, medians [quartiles]")
    for line in report["lines"]:
        texts = "own texts" if line["own_texts"] else ""
        print(
            f"{line['places']:>9,}  {line['side']:<34} {line['ms']:9.3f} ms "
            f"[{line['low']:.3f}, {line['high']:.3f}]  x{line['ratio']:.2f}  "
            f"{line['passing']:.1%} pass  {texts}"
        )


if __name__ == "__main__":
    main()
