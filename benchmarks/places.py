"""Task R2: the exact top 20 over the representation that is served, all criteria, beside its peers.

    python -m benchmarks.places --places 2543 100000

The zones' real texts with the made-up figures of the demo, tiled to the size asked for, every tile with
figures of its own. Each round is a need that nobody asked for before (``new need``) and the same need
with other weights (``other weights``). The plain NumPy code is the reference: an answer that differs from
it in one digit ends the run. scipy does less than the kernel: the text product and the filter alone.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from service.database import open_database, reading
from service.index import MatchIndex, Snapshot
from service.matching.matcher import DEFAULT_WEIGHTS, Places, Ranking, Weights
from service.matching.values import Offer

SEED = 20_260_901


def main(arguments: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Run all sizes, print the table, and write it as JSON where a file is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--places", type=int, nargs="+", default=[2543])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        snapshot = _demo(Path(directory))
    lines = [line for count in options.places for line in _size(snapshot, count, options.rounds)]
    print(f"seed {SEED}, rounds {options.rounds}, one thread a side, medians [quartiles]")
    for line in lines:
        print(
            f"{line['places']:>9,}  {line['side']:<34} {line['ms']:9.3f} ms "
            f"[{line['low']:.3f}, {line['high']:.3f}]  x{line['ratio']:.1f}  {line['passing']:.0%} pass"
        )
    if options.json:
        options.json.write_text(json.dumps({"seed": SEED, "lines": lines}, indent=2) + "\n", encoding="utf-8")
    return lines


def _demo(directory: Path) -> Snapshot:
    """The index of a demo data directory, which `shanhai demo` makes."""
    environment = {**os.environ, "SHANHAI_DATA_DIR": str(directory), "SHANHAI_DATABASE_URL": ""}
    command = [sys.executable, "-c", "from service.cli import main; main()", "demo"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    database = open_database(f"sqlite:///{directory / 'shanhai.db'}")
    with reading(database) as session:
        snapshot = MatchIndex().current(session)
    database.engine.dispose()
    return snapshot


def _tiled(zones: Sequence[Offer], count: int) -> list[Offer]:
    generator = np.random.Generator(np.random.PCG64(SEED))
    rows = []
    for number in range(count):
        zone = zones[number % len(zones)]
        varied = generator.uniform(0.3, 2.0, len(zone.figures)).tolist()
        figures = {
            name: value * factor if isinstance(value, float) else value
            for (name, value), factor in zip(zone.figures.items(), varied, strict=True)
        }
        key = f"{zone.key}-{number}"
        rows.append(replace(zone, key=key, tie_key=(*zone.tie_key[:-1], key), figures=figures))
    return sorted(rows, key=lambda row: row.tie_key)


def _size(snapshot: Snapshot, count: int, rounds: int) -> list[dict[str, Any]]:
    matcher, project = snapshot.matcher, snapshot.needs.rows[0]
    rows = _tiled([offer for _, offer in snapshot.living()], count)
    places, columns = Places.of(matcher.table(rows)), matcher.offers(rows)
    matcher.warm(places, snapshot.today)
    generator = np.random.Generator(np.random.PCG64(SEED + 1))
    visible = np.ones(count, dtype=np.bool_)
    times: dict[str, list[float]] = {}
    passing = 0.0
    for _ in range(rounds):
        land_mu = float(generator.uniform(100, 900))
        wanted = replace(project, figures={**project.figures, "land_mu": land_mu})
        need, again = matcher.needs([wanted]), matcher.needs([wanted])
        drawn = [
            Weights(dict(zip(DEFAULT_WEIGHTS, values, strict=True)))
            for values in generator.uniform(0.01, 1, (2, len(DEFAULT_WEIGHTS))).tolist()
        ]
        shared = {"visible": visible, "k": 20, "today": snapshot.today}
        text = np.asarray(need.text.toarray()).ravel()

        def product(text: Any = text, land_mu: float = land_mu) -> Any:
            scores = columns.text @ text
            scores[~(columns.figure("land_mu").low >= land_mu)] = -1
            best = np.argpartition(scores, -20)[-20:]
            return best[np.argsort(-scores[best])]

        def kernel(need: Any = need, weights: Weights = drawn[0], shared: Any = shared) -> Ranking:
            return matcher.rank_offers(need, places, weights=weights, **shared)

        def reweighed(need: Any = need, weights: Weights = drawn[1], shared: Any = shared) -> Ranking:
            return matcher.rank_offers(need, places, weights=weights, **shared)

        def plain(need: Any = again, weights: Weights = drawn[1], shared: Any = shared) -> Ranking:
            return matcher.rank_offers(need, columns, weights=weights, **shared)

        _timed(times, "kernel, new need", kernel)
        ours = _timed(times, "kernel, other weights", reweighed)
        reference = _timed(times, "NumPy, all criteria (reference)", plain)
        _timed(times, "scipy CSR text product and filter", product)
        if (ours.scores.tobytes(), ours.positions.tolist()) != (
            reference.scores.tobytes(),
            reference.positions.tolist(),
        ):
            raise SystemExit(f"{count} places: the kernel's answer differs from the reference")
        passing += reference.eligible_count / count / rounds
    own = statistics.median(times["kernel, new need"])
    return [_line(side, found, own, count, passing) for side, found in times.items()]


def _timed(times: dict[str, list[float]], side: str, run: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    answer = run()
    times.setdefault(side, []).append((time.perf_counter() - started) * 1000)
    return answer


def _line(side: str, found: list[float], own: float, count: int, passing: float) -> dict[str, Any]:
    low, high = np.quantile(found, [0.25, 0.75]).tolist()
    middle = statistics.median(found)
    return {
        "places": count,
        "side": side,
        "ms": middle,
        "low": low,
        "high": high,
        "ratio": middle / own,
        "passing": passing,
    }


if __name__ == "__main__":
    main()
