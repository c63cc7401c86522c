"""``shanhai evaluate``: how well the text model ranks on a split of real placements."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from service.errors import invalid
from service.index.matchers import fit_on_history
from service.jobs import placements as past
from service.matching.evaluation.evaluate import OWN, Split, evaluate, split_of

_COLUMNS = {"profile_id", "province", "text"}
_METRICS = ("mrr", "hit@1", "hit@5", "hit@10", "ndcg@10")


def measure(
    profiles: Path, placements: Path, queries: Path, *, cold: bool, console: Console
) -> dict[str, Any]:
    """Fit the model as a training does and measure it; progress goes to the console.

    Raises
    ------
    Invalid
        When a file cannot be read, or the files do not belong together.
    """
    spinner = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*spinner, console=console, transient=True) as progress:
        task = progress.add_task("evaluate: read", total=None)

        def step(name: str) -> None:
            progress.update(task, description=f"evaluate: {name}")

        split = _split(profiles, placements, queries)
        step("fit")
        model = fit_on_history(() if cold else split.history, split.profiles)
        return evaluate(split, model, cold=cold, step=step)


def show(console: Console, report: dict[str, Any], *, as_json: bool) -> None:
    """The figures as tables, or as JSON alone."""
    if as_json:
        console.file.write(json.dumps(report, ensure_ascii=False) + "\n")
        return
    for scope, title in (("all", "All candidates"), ("in_province", "Within the truth's province")):
        table = Table(title=f"{title}: mean [95 % bootstrap]")
        table.add_column("method")
        for metric in _METRICS:
            table.add_column(metric, justify="right")
        for method, found in report.items():
            figures = found[scope]
            cells = [
                f"{figures[m]:.3f} [{figures[f'{m}_low']:.3f}, {figures[f'{m}_high']:.3f}]" for m in _METRICS
            ]
            table.add_row(method, *cells, style="bold" if method == OWN else "")
        console.print(table)
    gain = report[OWN]["gain_over_best"]
    console.print(
        f"Paired gain in MRR over {gain['baseline']}: {gain['mean']:+.4f} "
        f"[{gain['low']:+.4f}, {gain['high']:+.4f}].",
        highlight=False,
    )


def _split(profiles: Path, placements: Path, queries: Path) -> Split:
    asked = [(query.text, query.region_code) for query in past.read(queries)]
    try:
        return split_of(_candidates(profiles), past.read(placements), asked)
    except ValueError as error:
        raise invalid("", "no_split", f"{str(error).capitalize()}.") from error


def _candidates(path: Path) -> Sequence[tuple[str, str, str]]:
    try:
        with _opened(path) as file:
            lines = csv.DictReader(file)
            missing = _COLUMNS - set(lines.fieldnames or ())
            if missing:
                raise invalid("/line/1", "missing_columns", f"It lacks {', '.join(sorted(missing))}.")
            return [(line["profile_id"] or "", line["province"] or "", line["text"] or "") for line in lines]
    except (UnicodeDecodeError, csv.Error, EOFError, OSError) as error:
        raise invalid("", "unreadable", f"{path.name}: {error}.") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
