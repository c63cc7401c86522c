"""Task B: the best 50 places of every project, all rules and criteria, beside products that do less.

    python -m benchmarks.all_pairs --projects 1000 --places 5000
    python -m benchmarks.all_pairs --projects 100000 --places 50000 --timed 8192

Places are the zones' real texts with made-up figures, tiled (benchmarks.places); projects are drawn from
the classification, the zones' words and the counties: synthetic. The peers rank 128 numbers a side, made
of the same texts by a random projection, with no rule, no mask and no other criterion: FAISS searches all
places for the best 50, and a matrix product alone does not even look for them. Where ``--timed`` is less
than the projects, every side is timed on so many, and times are multiplied up. Workers are counted from
the moment at which each has handed in a chunk: what starting them costs stands apart.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.demo import demo_snapshot
from benchmarks.goals import Goal, duration
from benchmarks.places import SEED
from benchmarks.tiles import tiled
from service.index import PlaceCard, ProjectCard, Snapshot
from service.index.all_pairs import OpenProjects, SharedPlaces
from service.index.base import Base, BaseBuilder
from service.jobs.rematch import Pool
from service.jobs.rematch_files import Run
from service.jobs.rematch_lines import lines_of
from service.jobs.rematch_pools import Cluster, Here
from service.matching.matcher import Weights
from service.matching.values import Need

TOP, WIDTH, CHECKED, BLOCK = 50, 128, 20, 1024
OWNERS = 40


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run every side, print the table, and write it as JSON where a file is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--projects", type=int, default=1_000)
    parser.add_argument("--places", type=int, default=5_000)
    parser.add_argument("--timed", type=int, help="Projects that are timed; all if not given.")
    parser.add_argument("--chunk", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3, help="0 only compares answers.")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--demo", type=Path, help="data directory of a demo that is there already")
    options = parser.parse_args(arguments)
    timed = min(options.timed or options.projects, options.projects)
    snapshot = _world(demo_snapshot(options.demo), timed, options.places)
    projects = OpenProjects.of(snapshot)
    shared = SharedPlaces.of(snapshot, projects.organisation_ids)
    shared.warm()
    run = Run(
        "0", snapshot.revision, snapshot.model_version, snapshot.today, TOP, options.chunk, len(projects), ""
    )
    passing = _checked(snapshot, projects, shared, run)
    found: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        _peers(snapshot, found)
        _ours(run, shared, projects, found)
    report = {
        "seed": SEED,
        "projects": options.projects,
        "timed": timed,
        "places": options.places,
        "top": TOP,
        "rounds": options.rounds,
        "passing": passing,
        "blas": _blas(),
        "lines": _lines(found, options.projects),
        "efficiency": {
            kind: statistics.median(
                one / (2 * two)
                for one, two in zip(found[f"{kind}, 1 worker"], found[f"{kind}, 2 workers"], strict=True)
            )
            for kind in ("here", "Dask")
            if found
        },
    }
    report["goals"] = _goals(report)
    _show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def _world(snapshot: Snapshot, projects: int, places: int) -> Snapshot:
    """The snapshot with so many places, one in fifty for one organisation alone, and projects of many."""
    matcher = snapshot.matcher
    zones = matcher.table(sorted((offer for _, offer in snapshot.living()), key=lambda offer: offer.tie_key))
    offers = list(tiled(zones, places, np.random.Generator(np.random.PCG64(SEED)), own_texts=False).rows)
    cards = [
        PlaceCard(
            id=offer.key,
            site_name=offer.site_name,
            region_code=offer.region_code,
            region_name=offer.region_name,
            organisation_id=None,
            is_synthetic=True,
            unconfirmed=False,
            audience=frozenset({f"org_{number % OWNERS}"}) if number % 50 == 0 else None,
        )
        for number, offer in enumerate(offers)
    ]
    needs = _needs(snapshot, projects)
    builder = BaseBuilder(matcher)
    contents = builder.contents(list(zip(offers, cards, strict=True)))
    builder.add(contents, [offer.key for offer in offers], [offer.figures for offer in offers])
    return replace(
        snapshot,
        **Base.of(builder.arrays()).fields(),
        needs=matcher.needs(needs),
        projects=tuple(
            ProjectCard(
                id=need.key,
                name=need.name,
                industry_code=need.industry_code,
                origin_region_code=need.origin_region_code,
                organisation_id=f"org_{number % OWNERS}",
                stage="registered",
                own=True,
            )
            for number, need in enumerate(needs)
        ),
    )


def _needs(snapshot: Snapshot, count: int) -> list[Need]:
    generator = np.random.Generator(np.random.PCG64(SEED + 2))
    base, atlas = snapshot.needs.rows[0], snapshot.atlas
    words = sorted({word for _, offer in snapshot.living() for word in offer.leading_industries})
    codes = [code for code in snapshot.matcher.tree.codes if code.startswith("C") and len(code) == 5]
    counties = sorted(code for code in atlas.places if not code.endswith("00"))
    drawn = []
    for number in range(count):
        origin = counties[generator.integers(len(counties))]
        lon, lat = atlas.point(origin)
        picked = [words[place] for place in generator.integers(len(words), size=6).tolist()]
        figures = {
            "land_mu": float(generator.uniform(100, 900)),
            "power_kva": float(generator.uniform(500, 8_000)),
            "labour_persons": float(generator.uniform(50, 800)),
        }
        key = f"prj_{number:08d}"
        drawn.append(
            replace(
                base,
                key=key,
                tie_key=(key,),
                industry_code=codes[generator.integers(len(codes))],
                description="",
                products=tuple(picked[:2]),
                inputs=tuple(picked[2 : 3 + number % 4]),
                origin_region_code=origin,
                lon=lon,
                lat=lat,
                site_mode=("build", "build", "either")[number % 3],
                figures={**base.figures, **figures},
                partners=atlas.partners((origin,), snapshot.today),
            )
        )
    return drawn


def _checked(snapshot: Snapshot, projects: OpenProjects, shared: SharedPlaces, run: Run) -> float:
    """Compare some projects' lines with the plain NumPy code; the share of places that pass.

    Raises
    ------
    SystemExit
        If one digit differs.
    """
    matcher = snapshot.matcher
    generator = np.random.Generator(np.random.PCG64(SEED + 3))
    picked = generator.choice(len(projects), size=min(CHECKED, len(projects)), replace=False)
    columns = matcher.offers(list(snapshot.offers.rows))
    passing = []
    for row in sorted(picked.tolist()):
        card = snapshot.projects[projects.rows[row]]
        plain = matcher.rank_offers(
            snapshot.needs.take([projects.rows[row]]),
            columns,
            visible=snapshot.visible_places(card.organisation_id),
            k=TOP,
            today=snapshot.today,
            weights=Weights(defaults=matcher.default_weights),
        )
        line = json.loads(lines_of(run, shared, projects.part(row, 1)))
        ours = [(match["profile_id"], match["score"], match["site_mode"]) for match in line["matches"]]
        expected = zip(plain.positions.tolist(), plain.scores.tolist(), plain.site_modes, strict=True)
        if (line["project_id"], line["eligible_count"], ours) != (
            card.id,
            plain.eligible_count,
            [(snapshot.places[position].id, score, mode) for position, score, mode in expected],
        ):
            raise SystemExit(f"{card.id}: the rematch differs from the plain code")
        passing.append(plain.eligible_count / len(snapshot.offers))
    return statistics.mean(passing)


def _peers(snapshot: Snapshot, found: dict[str, list[float]]) -> None:
    """Seconds per project of FAISS and of the product alone, on both cores."""
    import faiss

    places, needs = _vectors(snapshot)
    index = faiss.IndexFlatIP(WIDTH)
    index.add(places)
    started = time.perf_counter()
    for start in range(0, len(needs), BLOCK):
        index.search(needs[start : start + BLOCK], TOP)
    found.setdefault("FAISS IndexFlatIP, batch", []).append((time.perf_counter() - started) / len(needs))
    across = np.ascontiguousarray(places.T)
    product = np.empty((BLOCK, len(places)), dtype=np.float32)
    started = time.perf_counter()
    for start in range(0, len(needs), BLOCK):
        block = needs[start : start + BLOCK]
        np.matmul(block, across, out=product[: len(block)])
    found.setdefault("BLAS gemm, no top 50", []).append((time.perf_counter() - started) / len(needs))


def _vectors(snapshot: Snapshot) -> tuple[Any, Any]:
    needs, places = snapshot.needs.text, snapshot.offers.columns.text
    generator = np.random.Generator(np.random.PCG64(SEED + 4))
    projection = generator.normal(size=(needs.shape[1], WIDTH)).astype(np.float32)
    sides = []
    for side in (places, needs):
        vectors = np.asarray(side.astype(np.float32) @ projection)
        sides.append(np.ascontiguousarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1)[:, None], 1)))
    return sides[0], sides[1]


def _ours(run: Run, shared: SharedPlaces, projects: OpenProjects, found: dict[str, list[float]]) -> None:
    for workers in (1, 2):
        side = f"here, {workers} worker{'s' * (workers > 1)}"
        _timed(found, side, workers, Here(workers), run, shared, projects)
        side = f"Dask, {workers} worker{'s' * (workers > 1)}"
        with _cluster(workers) as address:
            _timed(found, side, workers, Cluster(address), run, shared, projects)


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=40
    ) as cluster:
        yield cluster.scheduler_address


def _timed(
    found: dict[str, list[float]],
    side: str,
    workers: int,
    pool: Pool,
    run: Run,
    shared: SharedPlaces,
    projects: OpenProjects,
) -> None:
    """Seconds per project once every worker is at work, and seconds until then."""
    parts = (projects.part(number, run.chunk) for number in range(run.chunks))
    first = min(2 * workers, run.chunks - 1)
    started = warm = time.perf_counter()
    counted = 0
    with tempfile.NamedTemporaryFile() as scratch:
        for place, (number, _) in enumerate(pool.rank(run, shared, parts, Path(scratch.name)), 1):
            counted += run.size_of(number) if place > first else 0
            if place == first:
                warm = time.perf_counter()
            ended = time.perf_counter()
    found.setdefault(side, []).append((ended - warm) / counted)
    found.setdefault(f"start: {side}", []).append(warm - started)


def _blas() -> list[str]:
    from threadpoolctl import threadpool_info

    return [
        f"{one['internal_api']} {one.get('architecture', '')} {one['num_threads']} threads"
        for one in threadpool_info()
    ]


def _lines(found: dict[str, list[float]], projects: int) -> list[dict[str, Any]]:
    own = statistics.median(found["here, 2 workers"]) if found else math.nan
    lines = []
    for side, seconds in found.items():
        is_start = side.startswith("start: ")
        factor = 1 if is_start else projects
        middle = statistics.median(seconds)
        lines.append(
            {
                "side": side,
                "seconds": middle * factor,
                "low": min(seconds) * factor,
                "high": max(seconds) * factor,
                "ratio": math.nan if is_start else own / middle,
            }
        )
    return lines


def _goals(report: dict[str, Any]) -> list[Goal]:
    """Two workers of this machine beside each peer, and how well the work parts."""
    size = f"{report['projects']:,} x {report['places']:,}"
    own = next((line for line in report["lines"] if line["side"] == "here, 2 workers"), None)
    if own is None:
        return []
    found = []
    for line in report["lines"]:
        if line["side"] in {"FAISS IndexFlatIP, batch", "BLAS gemm, no top 50"}:
            ratio = line["seconds"] / own["seconds"]
            is_goal = line["side"].startswith("FAISS")
            found.append(
                Goal(
                    task="B",
                    size=size,
                    what=f"{line['side']}, 2 threads",
                    ours=duration(own["seconds"] * 1000),
                    peer=duration(line["seconds"] * 1000),
                    ratio=round(ratio, 2),
                    goal=">= 0.77" if is_goal else "",
                    met=ratio >= 1 / 1.3 if is_goal else None,
                )
            )
    efficiency = report["efficiency"]["Dask"]
    found.append(
        Goal(
            task="B",
            size=size,
            what="Dask: 1 to 2 workers, efficiency",
            ours=f"{efficiency:.2f}",
            peer="",
            ratio=None,
            goal=">= 0.9",
            met=efficiency >= 0.9,
        )
    )
    return found


def _show(report: dict[str, Any]) -> None:
    print(
        f"{report['projects']:,} projects x {report['places']:,} places, top {report['top']}, seed "
        f"{report['seed']}, {report['passing']:.0%} of the places pass, {report['rounds']} rounds, "
        f"medians [lowest, highest]; {CHECKED} projects equal the plain code to the last digit"
    )
    if report["timed"] < report["projects"]:
        print(f"every side timed on {report['timed']:,} projects and multiplied up")
    print("; ".join(report["blas"]))
    for line in report["lines"]:
        ratio = "" if math.isnan(line["ratio"]) else f"  ours takes x{line['ratio']:.2f}"
        print(f"  {line['side']:<32} {line['seconds']:9.2f} s [{line['low']:.2f}, {line['high']:.2f}]{ratio}")
    for kind, value in report["efficiency"].items():
        print(f"parallel efficiency from 1 to 2 workers, {kind}: {value:.2f}")


if __name__ == "__main__":
    main()
